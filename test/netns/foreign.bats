#!/usr/bin/env bats
# What other people and programs have put into the kernel: it stays, and costs the uplink nothing.

load lab

setup() {
  build_lab
}

teardown() {
  tear_down_lab
}

# Rules, routes and endpoints

place_foreign_things_in_table() {
  on_host ip -batch - <<END
rule add from 10.1.2.2 lookup $1 priority 500 protocol static
rule add from 10.1.2.2 lookup $1 priority 31000 protocol static
rule add from 10.55.0.0/16 lookup $1 priority 30999 protocol boot
route add blackhole 198.51.100.0/24 table $1 protocol static
route add unreachable default metric 4000 table $1 protocol boot
mptcp endpoint add 10.55.0.1 signal
END
  on_host ip -6 rule add from 2001:db8:55::/48 lookup "$1" priority 31000 protocol static
  on_host ip -6 route add blackhole 2001:db8:55::/48 table "$1" protocol static
}

@test 'foreign rules, routes and endpoints in our table: untouched by up and down' {
  place_foreign_things_in_table 7
  on_host ip mptcp limits set subflows 8
  local before
  before=$(print_state)
  write_page_interfaces
  echo '    mptcp-table 7' >> /etc/network/interfaces
  ifup -a
  expect_something_of_ours
  expect_equal "$(print_state | grep -Fxf <(echo "$before") | grep -vE 'group|linkdown')" \
    "$(grep -vE 'group|linkdown' <<< "$before")"
  ifdown eth1 eth0
  expect_state "$before"
}

@test 'an endpoint with a port is not ours' {
  write_page_interfaces
  ifup -a
  on_host ip mptcp endpoint add 10.1.2.2 port 8000 signal
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  ifdown eth1
  expect_equal "$(print_endpoints)" "\
10.1.1.2 subflow dev eth0
10.1.2.2 port 8000 signal"
}

@test 'a foreign default route in our table is not replaced' {
  give_addresses eth1 10.1.2.2/24
  on_host ip route add default via 10.1.2.9 dev eth1 table 7 protocol static
  run start_hook up eth1 IF_MPTCP_TABLE=7 IF_MPTCP_GATEWAY=10.1.2.1
  expect_text "$(on_host ip route show table 7)" 'default via 10.1.2.9 dev eth1 proto static'
  run start_hook down eth1
  expect_text "$(on_host ip route show table 7)" 'default via 10.1.2.9 dev eth1 proto static'
}

@test 'the rule of an address of another scope is no orphan' {
  on_host ip link set eth1 up
  on_host ip address add 10.1.2.2/24 dev eth1 scope link
  on_host ip rule add from 10.1.2.2 lookup 7 priority 31000 protocol 77
  local before
  before=$(print_state)
  start_by_hand down eth0
  expect_state "$before"
}

# Whose a rule is

@test 'an address that moved to another device leaves by it, and blocks nobody' {
  give_addresses eth0 10.1.1.2/24
  give_addresses eth1 10.1.2.2/24 10.1.2.50/24
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  on_host ip address delete 10.1.2.50/24 dev eth1
  on_host ip address add 10.1.2.50/24 dev eth0
  start_hook up eth0 IF_MPTCP_GATEWAY=10.1.1.1 IF_MPTCP_STRICT=yes
  expect_gateway 10.1.2.50 10.1.1.1
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_STRICT=yes
  expect_gateway 10.1.2.2 10.1.2.1
  expect_gateway 10.1.2.50 10.1.1.1
}

@test 'one address on two devices, as on two ports of one customer: down of the first leaves nothing, up works again' {
  give_addresses eth0 198.51.100.10/32
  start_hook up eth0 IF_MPTCP_GATEWAY=198.51.100.1 IF_MPTCP_TABLE=200
  give_addresses eth1 198.51.100.10/32
  on_host ip address flush dev eth0
  on_host ip link set eth0 down
  start_hook down eth0
  expect_nothing_of_ours
  give_addresses eth0 198.51.100.10/32
  start_hook up eth0 IF_MPTCP_GATEWAY=198.51.100.1 IF_MPTCP_TABLE=200 IF_MPTCP_STRICT=yes
  expect_gateway 198.51.100.10 198.51.100.1
}

@test 'down of one family takes what is ours in both when the device has lost its addresses' {
  give_addresses eth1 10.1.2.2/24 2001:db8:2::2/64
  on_host ip route add default via 10.1.2.1
  on_host ip -6 route add default via 2001:db8:2::1
  start_by_hand up eth1
  expect_something_of_ours
  on_host ip address flush dev eth1
  on_host ip link set eth1 down
  start_hook down eth1 METHOD=dhcp
  expect_nothing_of_ours
}

@test "the table of a stanza's own rules, as people wrote it before, is not ours to use" {
  give_addresses eth1 10.1.2.2/24
  on_host ip route add default via 10.1.2.1 dev eth1 table 100
  on_host ip rule add from 10.1.2.2 table 100
  mkdir -p /etc/iproute2/rt_tables.d
  echo '100 eth1' > /etc/iproute2/rt_tables.d/test-of-foreign.conf
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  rm /etc/iproute2/rt_tables.d/test-of-foreign.conf
  [[ $(table_of 10.1.2.2) != 100 ]]
  on_host ip rule delete from 10.1.2.2 table 100
  expect_answer 10.1.2.2
  start_hook down eth1
  expect_equal "$(on_host ip route show table 100 | normalise)" 'default via 10.1.2.1 dev eth1'
}
