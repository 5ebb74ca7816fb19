#!/usr/bin/env bats
# The example that this project starts from, brought up by the real ifup.

load lab

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
30999: from 10.1.1.2 lookup main suppress_prefixlength 0 suppress_ifgroup 77 proto 77
30999: from 10.1.2.2 lookup main suppress_prefixlength 0 suppress_ifgroup 77 proto 77
31000: from 10.1.1.2 lookup $(table_of 10.1.1.2) proto 77
31000: from 10.1.2.2 lookup $(table_of 10.1.2.2) proto 77
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
  expect_equal "$(print_endpoints)" "\
10.1.1.2 subflow dev eth0
10.1.2.2 subflow dev eth1"
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
  connect_server_to_both_providers 203.0.113.2
  inside "$HOST-server" mptcpize run iperf3 --server --one-off --daemon
  wait_until inside "$HOST-server" ss --no-header --listening --tcp 'sport = 5201'
  on_host mptcpize run iperf3 --client 203.0.113.2 --time 1 --connect-timeout 5000 >/dev/null
  [[ $(bytes_through_provider 0) -gt 1000000 ]]
  [[ $(bytes_through_provider 1) -gt 1000000 ]]
}

write_page_interfaces_without_hooks() {
  write_page_interfaces
  sed -i 's/^ *mptcp-gateway.*/    mptcp off/; s/^ *gateway.*/&\n    mptcp off/' /etc/network/interfaces
}

# Only here do the providers forward, to a server that sends each answer back by the way of its address.
connect_server_to_both_providers() {
  local number name subnet
  add_namespace "$HOST-server"
  inside "$HOST-server" ip address add "$1/32" dev lo
  for number in 0 1; do
    name=$(provider "$number")
    ip link add "provider$number" netns "$HOST-server" type veth peer name server netns "$name"
    inside "$HOST-server" ip link set "provider$number" up
    inside "$name" ip link set server up
    inside "$name" sysctl -qw net.ipv4.ip_forward=1
    inside "$name" ip route add "$1" dev server
    subnet=10.1.$((number + 1))
    inside "$HOST-server" ip route add "$subnet.0/24" via "$subnet.1" dev "provider$number" onlink
  done
}

bytes_through_provider() {
  at_provider "$1" ip -j -s link show server | jq '.[0].stats64.tx.bytes'
}
