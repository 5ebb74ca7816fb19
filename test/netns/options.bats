#!/usr/bin/env bats
# What the options of an iface stanza do.

load lab

setup() {
  build_lab
}

teardown() {
  tear_down_lab
  rm -rf /etc/iproute2
  [[ ! -e /run/real-etc/iproute2 ]] || cp -a /run/real-etc/iproute2 /etc
}

# The page's second uplink, with options of the stanza from standard input.
bring_up_eth1_with() {
  {
    printf '%s\n' 'iface eth1 inet static' '    address 10.1.2.2/24' '    mptcp-gateway 10.1.2.1'
    printf '    %s\n' "$@"
  } | write_interfaces
  ifup eth1
}

@test 'mptcp off: nothing is done' {
  bring_up_eth1_with 'mptcp off'
  expect_nothing_of_ours
}

@test 'mptcp off, written into the stanza of a running interface: the next run takes away what stands' {
  bring_up_eth1_with 'mptcp-metric 200'
  expect_something_of_ours
  start_hook up eth1 IF_ADDRESS=10.1.2.2 IF_NETMASK=255.255.255.0 IF_MPTCP=off
  expect_nothing_of_ours
}

@test 'mptcp off, written before ifdown: what stands goes all the same' {
  bring_up_eth1_with
  expect_something_of_ours
  echo '    mptcp off' >> /etc/network/interfaces
  ifdown eth1
  expect_nothing_of_ours
}

@test 'mptcp-table takes a number' {
  bring_up_eth1_with 'mptcp-table 4000000000'
  expect_equal "$(table_of 10.1.2.2)" 4000000000
  expect_answer 10.1.2.2
}

# Debian 12 has its names in rt_tables; from Debian 13 on there is no such file unless the administrator makes one.
name_table_in() {
  mkdir -p /etc/iproute2/rt_tables.d
  printf '%s\t%s\n' "${@:2}" >> "/etc/iproute2/$1"
}

@test 'mptcp-table takes a name from rt_tables' {
  name_table_in rt_tables 1234 provider-b
  bring_up_eth1_with 'mptcp-table provider-b'
  expect_equal "$(table_of 10.1.2.2)" 1234
}

@test 'mptcp-table takes a name from rt_tables.d' {
  name_table_in rt_tables.d/providers.conf 1236 provider-c
  bring_up_eth1_with 'mptcp-table provider-c'
  expect_equal "$(table_of 10.1.2.2)" 1236
}

@test 'an rt_tables name equal to that of the interface is its table' {
  name_table_in rt_tables.d/eth1.conf 1235 eth1
  bring_up_eth1_with
  expect_equal "$(table_of 10.1.2.2)" 1235
}

@test 'mptcp-priority places all three rules' {
  bring_up_eth1_with 'mptcp-priority 2000'
  expect_text "$(on_host ip rule show | normalise)" \
    '1999: from 10.1.2.2 lookup main suppress_prefixlength 7 suppress_ifgroup 77 proto 77' \
    "2000: from 10.1.2.2 lookup $(table_of 10.1.2.2) proto 77" \
    '2001: from 10.1.2.2 unreachable proto 77'
  ifdown eth1
  expect_nothing_of_ours
}

@test 'mptcp-endpoint names the flags' {
  bring_up_eth1_with 'mptcp-endpoint subflow signal backup'
  expect_equal "$(print_endpoints)" '10.1.2.2 signal subflow backup dev eth1'
}

@test 'mptcp-endpoint none: routing without an endpoint' {
  bring_up_eth1_with 'mptcp-endpoint none'
  expect_equal "$(print_endpoints)" ''
  expect_answer 10.1.2.2
}

@test 'mptcp-main-routes ignore: no rule before the one to the table' {
  bring_up_eth1_with 'mptcp-main-routes ignore'
  expect_no_text "$(on_host ip rule show)" suppress
  expect_answer 10.1.2.2
}

@test 'mptcp-gateway none: no default route' {
  printf '%s\n' 'iface eth1 inet static' 'address 10.1.2.2/24' 'gateway 10.1.2.1' 'mptcp-gateway none' |
    write_interfaces
  ifup eth1
  expect_equal "$(print_table 10.1.2.2)" '10.1.2.0/24 dev eth1 proto 77 scope link'
}

@test 'mptcp-gateway goes before gateway' {
  printf '%s\n' 'iface eth1 inet static' 'address 10.1.2.2/24' 'gateway 10.1.2.99' 'mptcp-gateway 10.1.2.1' |
    write_interfaces
  ifup eth1
  expect_text "$(print_table 10.1.2.2)" 'default via 10.1.2.1 '
}

@test 'mptcp-metric adds a default route to main, and ifdown takes it away' {
  bring_up_eth1_with 'mptcp-metric 200'
  expect_text "$(on_host ip route show table main)" 'default via 10.1.2.1 dev eth1 proto 77 metric 200'
  ifdown eth1
  expect_nothing_of_ours
}

@test 'mptcp-metric gives failover: the second uplink serves when the first is gone' {
  bring_up_eth1_with 'mptcp-metric 200'
  give_addresses eth0 10.1.1.2/24
  on_host ip route add default via 10.1.1.1 dev eth0
  expect_text "$(on_host ip route get "$SERVER")" 'dev eth0'
  on_host ip link delete eth0
  expect_text "$(on_host ip route get "$SERVER")" 'dev eth1'
}

@test 'without Multipath TCP in the kernel: rules and routes, no endpoint, not a word' {
  on_host sysctl -qw net.mptcp.enabled=0
  run --separate-stderr bring_up_eth1_with
  expect_status 0
  expect_no_message
  expect_equal "$(print_endpoints)" ''
  expect_answer 10.1.2.2
  ifdown eth1
  expect_nothing_of_ours
}

@test 'the ninth endpoint is a notice, and its address is routed all the same' {
  give_addresses eth1 10.1.2.{11..19}/24
  run --separate-stderr start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_STRICT=yes
  expect_status 0
  expect_message 'mptcp_up: eth1: ' 8
  expect_equal "$(print_endpoints | wc -l)" 8
  expect_text "$(on_host ip mptcp limits show)" 'subflows 8'
  local last
  for last in {11..19}; do
    expect_way "10.1.2.$last" eth1
  done
  start_hook down eth1
  on_host ip address flush dev eth1
  start_hook down eth1
  expect_nothing_of_ours
}

@test 'mptcp-metric that another uplink has: a notice, and the rest is made' {
  give_addresses eth0 10.1.1.2/24
  give_addresses eth1 10.1.2.2/24
  start_hook up eth0 IF_MPTCP_GATEWAY=10.1.1.1 IF_MPTCP_METRIC=200 IF_MPTCP_STRICT=yes
  run --separate-stderr start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_METRIC=200 IF_MPTCP_STRICT=yes
  expect_status 0
  expect_message 'mptcp_up: eth1: ' 'mptcp-metric "200"' 'default route through eth0' 'choose another'
  expect_answer 10.1.2.2
}

@test 'a run by hand leaves the failover route of the stanza' {
  give_addresses eth1 10.1.2.2/24
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_METRIC=200
  local before
  before=$(print_state)
  start_by_hand up eth1
  expect_state "$before"
}

@test 'an uplink that loses its gateway is none any more: no endpoint, no group' {
  give_addresses eth1 10.1.2.2/24
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  expect_equal "$(group_of eth1)" 77
  start_hook up eth1 IF_MPTCP_GATEWAY=none
  expect_equal "$(print_endpoints)" ''
  expect_equal "$(group_of eth1)" 0
  start_hook down eth1
  expect_nothing_of_ours
}

@test 'address 0.0.0.0, as a bridge without an address has it: nothing is made' {
  local before
  before=$(print_state)
  run --separate-stderr start_hook up eth1 IF_ADDRESS=0.0.0.0 IF_NETMASK=0.0.0.0 IF_GATEWAY=10.1.2.1
  expect_status 0
  expect_state "$before"
}
