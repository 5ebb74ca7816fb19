#!/usr/bin/env bats
# The example that this project starts from, brought up by the real ifup.

load lab
load server

setup() {
  build_lab
  write_page_interfaces
}

teardown() {
  tear_down_lab
}

@test 'the page: rules' {
  ifup -a
  expect_equal "$(on_host ip rule show | normalise)" "\
0: from all lookup local
30999: from 10.1.1.2 lookup main suppress_prefixlength 7 suppress_ifgroup 77 proto 77
30999: from 10.1.2.2 lookup main suppress_prefixlength 7 suppress_ifgroup 77 proto 77
31000: from 10.1.1.2 lookup $(table_of 10.1.1.2) proto 77
31000: from 10.1.2.2 lookup $(table_of 10.1.2.2) proto 77
31001: from 10.1.1.2 unreachable proto 77
31001: from 10.1.2.2 unreachable proto 77
32766: from all lookup main
32767: from all lookup default"
  [[ $(table_of 10.1.1.2) != "$(table_of 10.1.2.2)" ]]
}

@test 'the page: tables' {
  ifup -a
  expect_equal "$(print_table 10.1.1.2)" "\
10.1.1.0/24 dev eth0 proto 77 scope link
default via 10.1.1.1 dev eth0 proto 77"
  expect_equal "$(print_table 10.1.2.2)" "\
10.1.2.0/24 dev eth1 proto 77 scope link
default via 10.1.2.1 dev eth1 proto 77"
}

@test 'the page: link groups' {
  ifup -a
  expect_equal "$(group_of eth0)" 77
  expect_equal "$(group_of eth1)" 77
  expect_equal "$(group_of lo)" 0
}

@test 'the page: endpoints' {
  ifup -a
  expect_equal "$(on_host ip mptcp endpoint show | squeeze | sort)" "\
10.1.1.2 id 255 subflow dev eth0
10.1.2.2 id 254 subflow dev eth1"
}

@test 'the page: main stays as ifupdown left it' {
  ifup -a
  expect_something_of_ours
  expect_equal "$(on_host ip route show table main | normalise | sort)" "\
10.1.1.0/24 dev eth0 proto kernel scope link src 10.1.1.2
10.1.2.0/24 dev eth1 proto kernel scope link src 10.1.2.2
default via 10.1.1.1 dev eth0 onlink"
}

@test 'the page: each address leaves by its own uplink' {
  ifup -a
  expect_way 10.1.1.2 eth0
  expect_way 10.1.2.2 eth1
  expect_answer 10.1.1.2
  expect_answer 10.1.2.2
}

@test 'the page: without the hooks the second address gets no answer' {
  write_page_interfaces_without_hooks
  ifup -a
  expect_answer 10.1.1.2
  run expect_answer 10.1.2.2
  expect_status 1
}

@test 'the page: ifup and ifdown have nothing to say' {
  run --separate-stderr ifup -a
  expect_status 0
  expect_no_message
  run --separate-stderr ifdown -a
  expect_status 0
  expect_no_message
}

@test 'ifdown -a leaves nothing' {
  on_host ip link set lo down # as ifdown -a will leave it
  local before
  before=$(print_state)
  ifup -a
  expect_text "$(print_state)" 'proto 77'
  ifdown -a
  expect_state "$before"
  expect_nothing_of_ours
}

@test 'ifdown of one uplink leaves the other' {
  ifup -a
  ifdown eth0
  expect_no_text "$(print_state)" 10.1.1.
  expect_equal "$(group_of eth0)" 0
  expect_equal "$(print_endpoints)" '10.1.2.2 subflow dev eth1'
  expect_answer 10.1.2.2
}

@test 'ifup brings back what ifdown took' {
  ifup -a
  expect_something_of_ours
  local before
  before=$(print_state)
  ifdown eth1
  ifup eth1
  expect_state "$before"
}

@test 'a Multipath TCP connection uses both uplinks' {
  ifup -a
  connect_server_to_both_providers
  start_iperf_server
  on_host mptcpize run iperf3 --client "$FAR_SERVER" --time 1 --connect-timeout 5000 >/dev/null
  [[ $(bytes_through_provider 0) -gt 1000000 ]]
  [[ $(bytes_through_provider 1) -gt 1000000 ]]
}

write_page_interfaces_without_hooks() {
  write_page_interfaces
  sed -i 's/^ *mptcp-gateway.*/    mptcp off/; s/^ *gateway.*/&\n    mptcp off/' /etc/network/interfaces
}
