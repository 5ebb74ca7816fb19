#!/usr/bin/env bats
# Legal names of devices: whatever the kernel takes, but for what `ip -batch` cannot carry.

load lab

setup() {
  build_lab
}

teardown() {
  tear_down_lab
}

#   expect_uplink_by_name 'a@b'
expect_uplink_by_name() {
  local name=$1
  on_host ip link set eth1 down
  on_host ip link set eth1 name "$name"
  give_addresses "$name" 10.1.2.2/24 2001:db8:2::2/64
  start_hook up "$name" IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_STRICT=yes
  start_hook up "$name" ADDRFAM=inet6 IF_MPTCP_GATEWAY=2001:db8:2::1 IF_MPTCP_STRICT=yes
  expect_answer 10.1.2.2
  expect_answer 2001:db8:2::2
  expect_equal "$(print_endpoints | wc -l)" 2
  on_host ip address flush dev "$name"
  start_hook down "$name"
  start_hook down "$name" ADDRFAM=inet6
  expect_nothing_of_ours
  on_host ip link set dev "$name" down
  on_host ip link set dev "$name" name eth1
}

@test 'names with signs, letters of other alphabets, digits alone, and words of ip' {
  local name
  for name in a@b ü x.y-z_1 'wan+1' 42 link via 'a=b' '{x}' 'q"q' 'a\b' fifteen-letters; do
    expect_uplink_by_name "$name"
  done
}

@test 'an alias in the style of ifupdown is the device before the colon' {
  on_host ip link set eth1 name x.y
  give_addresses x.y 10.1.2.2/24
  start_hook up x.y: IF_ADDRESS=10.1.2.2 IF_NETMASK=24 IF_MPTCP_GATEWAY=10.1.2.1
  expect_way 10.1.2.2 x.y
}

# A batch of ip has quotes, comments and line ends of its own.
@test 'a name that a batch cannot carry: named, nothing written, and no other device is harmed' {
  local name before
  write_page_interfaces
  ifup -a
  on_host ip link add odd0 type veth peer name odd1
  before=$(print_state | grep -v odd)
  for name in '"q"' "'q" a\\ 'a#b'; do
    on_host ip link set odd0 down
    on_host ip link set odd0 name "$name"
    add_addresses "$name" 10.1.9.2/24
    run --separate-stderr start_hook up "$name" IF_MPTCP_GATEWAY=10.1.9.1 IF_MPTCP_STRICT=yes
    expect_status 1
    expect_one_message
    expect_message 'mptcp_up: '
    expect_no_text "$(print_rules)" 10.1.9.2
    start_hook up eth0
    start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
    expect_answer 10.1.2.2
    on_host ip address flush dev "$name"
    on_host ip link set dev "$name" down
    on_host ip link set dev "$name" name odd0
  done
  expect_equal "$(print_state | grep -v -e odd -e 10.1.9)" "$before"
}

@test 'an altname: the device is meant, and rules and endpoint bear its own name' {
  give_addresses eth1 10.1.2.2/24
  on_host ip link property add dev eth1 altname enp0s31f6-lower-port
  start_hook up enp0s31f6-lower-port IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_STRICT=yes
  expect_answer 10.1.2.2
  expect_equal "$(print_endpoints)" '10.1.2.2 subflow dev eth1'
  local before
  before=$(print_state)
  start_by_hand up eth1
  expect_state "$before"
  start_hook down enp0s31f6-lower-port
  expect_nothing_of_ours
}
