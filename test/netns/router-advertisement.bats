#!/usr/bin/env bats
# `inet6 auto`: addresses and gateways from router advertisements.

load lab

setup() {
  build_lab
  advertise 0
  advertise 1
  printf 'auto eth%s\niface eth%s inet6 auto\n' 0 0 1 1 | write_interfaces
}

teardown() {
  tear_down_lab
}

advertise() {
  at_provider "$1" dnsmasq --conf-file=/dev/null --user=root --group= --port=0 \
    --interface=customer --bind-interfaces --enable-ra --dhcp-range="2001:db8:$(($1 + 1))::,ra-only" \
    --dhcp-leasefile="$BATS_TEST_TMPDIR/leases.$1" --log-facility="$BATS_TEST_TMPDIR/dnsmasq.log" --pid-file= 3>&-
}

address_of() {
  on_host ip -j -6 address show dev "$1" scope global -temporary | jq -r 'first(.[].addr_info[].local | values)'
}

temporary_address_of() {
  on_host ip -j -6 address show dev "$1" scope global temporary | jq -r 'first(.[].addr_info[].local | values)'
}

router_of() {
  at_provider "$1" ip -j -6 address show dev customer scope link | jq -r 'first(.[].addr_info[].local | values)'
}

has_address() {
  [[ -n $(address_of "$1") ]]
}

expect_uplink_routed() {
  local number=$1 table
  wait_until has_address "eth$number"
  table=$(table_of "$(address_of "eth$number")")
  expect_equal "$(on_host ip -6 route show table "$table" | sed 's/ metric.*//' | sort)" "\
2001:db8:$((number + 1))::/64 dev eth$number proto 77
default via $(router_of "$number") dev eth$number proto 77
fe80::/64 dev eth$number proto 77"
  expect_answer "$(address_of "eth$number")"
}

@test 'the advertised router is the default of the table' {
  ifup -a
  expect_uplink_routed 0
  expect_uplink_routed 1
}

@test 'autoconfigured addresses are endpoints' {
  ifup -a
  expect_equal "$(print_endpoints)" "\
$(address_of eth0) subflow dev eth0
$(address_of eth1) subflow dev eth1"
}

@test 'the address that comes a moment after the link is up is not missed' {
  on_host sysctl -qw net.ipv6.conf.eth{0,1}.accept_dad=1
  ifup eth1
  expect_uplink_routed 1
}

@test 'a run by hand takes up what was advertised since' {
  on_host ip link set eth1 up
  wait_until has_address eth1
  start_by_hand up eth1
  expect_uplink_routed 1
}

@test 'a temporary address gets rules but no endpoint' {
  printf '%s\n' 'iface eth1 inet6 auto' '    privext 2' | write_interfaces
  ifup eth1
  wait_until has_address eth1
  expect_answer "$(temporary_address_of eth1)"
  expect_equal "$(table_of "$(temporary_address_of eth1)")" "$(table_of "$(address_of eth1)")"
  expect_equal "$(print_endpoints)" "$(address_of eth1) subflow dev eth1"
}

@test 'a rerun changes nothing while lifetimes count down' {
  ifup -a
  expect_something_of_ours
  local before
  before=$(print_state)
  start_hook up eth1 ADDRFAM=inet6 METHOD=auto
  expect_state "$before"
}

@test 'ifdown -a leaves nothing' {
  ifup -a
  expect_something_of_ours
  ifdown -a
  expect_nothing_of_ours
}
