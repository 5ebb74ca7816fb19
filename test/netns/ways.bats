#!/usr/bin/env bats
# Several ways out of one device: an uplink is a device and a gateway, and no stanza changes the way of another's addresses.

load lab

setup() {
  build_lab
  at_provider 1 ip address add 10.1.3.1/24 dev customer
}

teardown() {
  tear_down_lab
}

write_alias_with_a_gateway() {
  write_interfaces <<'END'
iface eth1 inet static
    address 10.1.2.2/24
    mptcp-gateway 10.1.2.1

iface eth1:1 inet static
    address 10.1.3.2/24
    mptcp-gateway 10.1.3.1
END
}

write_two_stanzas() {
  write_interfaces <<'END'
iface eth1 inet static
    address 10.1.2.2/24
    mptcp-gateway 10.1.2.1

iface eth1 inet static
    address 10.1.3.2/24
    mptcp-gateway 10.1.3.1
END
}

expect_each_address_by_its_own_gateway() {
  expect_gateway 10.1.2.2 10.1.2.1
  expect_gateway 10.1.3.2 10.1.3.1
  expect_answer 10.1.2.2
  expect_answer 10.1.3.2
  [[ $(table_of 10.1.2.2) != "$(table_of 10.1.3.2)" ]] || fail 'both ways share a table'
}

@test 'two stanzas: each address leaves by its own gateway, and has a place among the endpoints' {
  write_two_stanzas
  ifup eth1
  expect_each_address_by_its_own_gateway
  expect_equal "$(print_endpoints)" "\
10.1.2.2 subflow dev eth1
10.1.3.2 subflow dev eth1"
}

@test 'two stanzas: ifdown leaves nothing' {
  write_two_stanzas
  on_host ip mptcp limits set subflows 8
  local before
  before=$(print_state)
  ifup eth1
  expect_something_of_ours
  ifdown eth1
  expect_state "$before"
}

@test 'an alias with a gateway: each address leaves by its own' {
  write_alias_with_a_gateway
  ifup eth1 eth1:1
  expect_each_address_by_its_own_gateway
}

@test 'an alias with a gateway: the order of ifup changes no table' {
  local first second
  write_alias_with_a_gateway
  ifup eth1 eth1:1
  first=$(table_of 10.1.2.2) second=$(table_of 10.1.3.2)
  ifdown eth1:1 eth1
  expect_nothing_of_ours
  ifup eth1:1 eth1
  expect_each_address_by_its_own_gateway
  expect_equal "$(table_of 10.1.2.2) $(table_of 10.1.3.2)" "$first $second"
}

@test 'an alias that goes leaves the way of its device, and the reverse' {
  write_alias_with_a_gateway
  ifup eth1
  local before
  before=$(print_state)
  ifup eth1:1
  ifdown eth1:1
  expect_equal "$(print_state | grep -v limits)" "$(grep -v limits <<< "$before")"
  expect_answer 10.1.2.2
}

@test 'a run by hand with nothing but the name changes no way' {
  write_two_stanzas
  ifup eth1
  local before
  before=$(print_state)
  start_by_hand up eth1
  expect_state "$before"
}

@test 'a run by hand without records finds the ways in the tables' {
  write_two_stanzas
  ifup eth1
  local before
  before=$(print_state)
  forget_records
  start_by_hand up eth1
  expect_state "$before"
  expect_each_address_by_its_own_gateway
}

@test 'an address that no stanza names goes the way whose subnet holds it' {
  write_two_stanzas
  ifup eth1
  give_addresses eth1 10.1.2.50/24 10.1.3.50/24
  start_by_hand up eth1
  expect_gateway 10.1.2.50 10.1.2.1
  expect_gateway 10.1.3.50 10.1.3.1
}

@test 'a way whose gateway changes keeps its table' {
  give_addresses eth1 10.1.2.2/24 10.1.3.2/24
  bring_up_second_way 10.1.3.1
  local table
  table=$(table_of 10.1.3.2)
  bring_up_second_way 10.1.3.254
  expect_gateway 10.1.3.2 10.1.3.254
  expect_equal "$(table_of 10.1.3.2)" "$table"
  expect_gateway 10.1.2.2 10.1.2.1
}

bring_up_second_way() {
  start_hook up eth1 IF_ADDRESS=10.1.2.2 IF_NETMASK=24 IF_MPTCP_GATEWAY=10.1.2.1
  start_hook up eth1:1 IF_ADDRESS=10.1.3.2 IF_NETMASK=24 "IF_MPTCP_GATEWAY=$1"
}

@test 'two ways of IPv6' {
  give_addresses eth1 2001:db8:2::2/64 2001:db8:3::2/64
  start_hook up eth1 ADDRFAM=inet6 IF_ADDRESS=2001:db8:2::2 IF_NETMASK=64 IF_MPTCP_GATEWAY=2001:db8:2::1
  start_hook up eth1 ADDRFAM=inet6 IF_ADDRESS=2001:db8:3::2 IF_NETMASK=64 IF_MPTCP_GATEWAY=2001:db8:3::1
  expect_gateway 2001:db8:2::2 2001:db8:2::1
  expect_gateway 2001:db8:3::2 2001:db8:3::1
  start_hook down eth1 ADDRFAM=inet6
  expect_nothing_of_ours
}
