#!/usr/bin/env bats
# IPv6 by router advertisement, from a real router: no stanza speaks of it.

load watch

setup() {
  build_lab
  write_configuration <<< '[eth*]'
  give_addresses eth0 10.1.1.2/24 2001:db8:1::2/64
  on_host ip route add default via 10.1.1.1 dev eth0
  on_host ip route add default via 2001:db8:1::1 dev eth0
}

teardown() {
  tear_down_lab
}

#   advertise 2001:db8:2:: [RANGE-OPTION [INTERVAL,LIFETIME]]
advertise() {
  at_provider 1 dnsmasq --conf-file=/dev/null --user=root --group= --port=0 \
    --interface=customer --bind-interfaces --enable-ra --dhcp-range="$1,ra-only${2:+,$2}" \
    --ra-param="customer,${3:-10,600}" --dhcp-leasefile="$BATS_TEST_TMPDIR/leases" \
    --log-facility="$BATS_TEST_TMPDIR/dnsmasq.log" --pid-file="$BATS_TEST_TMPDIR/dnsmasq" 3>&-
}

advertise_otherwise() {
  kill -KILL "$(< "$BATS_TEST_TMPDIR/dnsmasq")"
  advertise "$@"
}

address() {
  on_host ip -j -6 address show dev eth1 scope global -temporary -deprecated |
    jq -r --arg prefix "${1-2001:db8:2:}" 'first(.[].addr_info[].local | values | select(startswith($prefix))) // empty'
}

is_routed() {
  [[ -n $(address "$@") && $(way_from "$(address "$@")") == eth1 ]]
}

has_endpoint() {
  [[ $(print_endpoints) == *"$1 subflow dev eth1"* ]]
}

has_no_endpoint() {
  ! has_endpoint "$1"
}

expect_routed() {
  wait_until is_routed "$@" || fail "$(print_state)" "$(cat "$LOG")"
  wait_until is_in_use "$(address "$@")"
  expect_settled
  expect_answer "$(address "$@")"
}

@test 'an address that comes late, after detection' {
  on_host sysctl -qw net.ipv6.conf.eth1.accept_dad=1
  start_watch
  on_host ip link set dev eth1 up
  advertise 2001:db8:2::
  expect_routed
  wait_until has_endpoint "$(address)"
}

@test 'on a device whose only stanza is inet' {
  rm "$CONFIGURATION"
  write_page_interfaces
  on_host ip address flush dev eth0
  start_watch
  ifup -a
  advertise 2001:db8:2::
  expect_routed
  expect_answer 10.1.2.2
}

temporary_address() {
  on_host ip -j -6 address show dev eth1 scope global temporary -deprecated |
    jq -r 'first(.[].addr_info[].local | values) // empty'
}

has_other_temporary() {
  [[ -n $(temporary_address) && $(temporary_address) != "$1" ]]
}

@test 'temporary addresses are routed, without endpoints, and followed when they rotate' {
  local temporary next
  on_host sysctl -qw net.ipv6.conf.eth1.{use_tempaddr=2,temp_prefered_lft=8,temp_valid_lft=12,max_desync_factor=0,regen_max_retry=1}
  start_watch
  on_host ip link set dev eth1 up
  advertise 2001:db8:2::
  expect_routed
  wait_until has_other_temporary ''
  temporary=$(temporary_address)
  wait_for_way "$temporary" eth1
  wait_until has_other_temporary "$temporary"
  next=$(temporary_address)
  wait_for_way "$next" eth1
  expect_no_text "$(print_endpoints)" "$temporary" "$next"
  # Deprecated, it serves its connections until it goes.
  wait_until is_bare "$temporary" || wait_until is_bare "$temporary"
}

is_bare() {
  [[ $(print_rules) != *"from $1 "* ]]
}

@test 'a prefix that is deprecated keeps its rules and loses its endpoint' {
  start_watch
  on_host ip link set dev eth1 up
  advertise 2001:db8:2::
  expect_routed
  local old
  old=$(address)
  wait_until has_endpoint "$old"
  advertise_otherwise 2001:db8:2:: deprecated
  wait_until has_no_endpoint "$old"
  expect_settled
  expect_answer "$old"
}

@test 'another prefix is taken up' {
  start_watch
  on_host ip link set dev eth1 up
  advertise 2001:db8:2::
  expect_routed
  at_provider 1 ip address add 2001:db8:22::1/64 dev customer
  advertise_otherwise 2001:db8:22::
  expect_routed 2001:db8:22:
}

@test 'a router with lifetime 0 is none any more, and one again when it says so' {
  start_watch
  on_host ip link set dev eth1 up
  advertise 2001:db8:2::
  expect_routed
  local old
  old=$(address)
  advertise_otherwise 2001:db8:2:: '' 10,0
  wait_until is_bare "$old"
  expect_settled
  advertise_otherwise 2001:db8:2::
  expect_routed
}
