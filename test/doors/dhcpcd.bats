#!/usr/bin/env bats
# dhcpcd's hook: a lease's whole life and IPv6 by router advertisement, without the watcher.

load doors

setup() {
  build_leases
}

teardown() {
  on_host dhcpcd -x 3>&- >/dev/null 2>&1 || true
  configure_dhcp_clients
  tear_down_leases
}

start_client() {
  on_host dhcpcd "$@" eth1 3>&- >/dev/null 2>&1
}

# After a refusal it would wait ten seconds by itself.
renew() {
  on_host dhcpcd -4 -n eth1 3>&- >/dev/null 2>&1
}

@test 'by a section: start, another router, another address, and the lease given back' {
  write_configuration <<< $'[eth1]\nmptcp-endpoint = backup'
  start_client -4
  expect_routed 50 60 10.1.2.1 'subflow backup'
  serve_otherwise 50 60 10.1.2.254
  expect_routed 50 60 10.1.2.254 'subflow backup'
  serve_otherwise 70 80 10.1.2.1
  renew
  expect_routed 70 80 10.1.2.1 'subflow backup'
  on_host dhcpcd -4 -k eth1 3>&- >/dev/null 2>&1
  expect_cleared
  expect_silence "$(cat "$LOGGED")"
}

@test 'a router that main does not hold, and the daemon stopped' {
  echo nogateway >> /etc/dhcpcd.conf
  write_configuration <<< '[eth1]'
  start_client -4
  expect_routed 50 60 10.1.2.1
  serve_otherwise 50 60 10.1.2.254
  expect_routed 50 60 10.1.2.254
  on_host dhcpcd -4 -x eth1 3>&- >/dev/null 2>&1
  expect_cleared
}

@test 'the carrier lost and back' {
  write_configuration <<< '[eth1]'
  start_client -4
  expect_routed 50 60 10.1.2.1
  at_provider 1 ip link set customer down
  wait_until is_without_address
  expect_cleared
  at_provider 1 ip link set customer up
  expect_routed 50 60 10.1.2.1
}

is_without_address() {
  [[ -z $(address) ]]
}

@test 'IPv6 by router advertisement comes and goes without touching IPv4' {
  write_configuration <<< '[eth1]'
  serve_otherwise 50 60 10.1.2.1 --enable-ra --dhcp-range=2001:db8:2::,ra-only --ra-param=customer,10,60
  start_client
  wait_until has_both_endpoints || fail "$(print_endpoints)" "$(on_host ip -6 address show dev eth1)" "$(cat "$LOGGED")"
  expect_answer "$(address6)"
  expect_answer "$(address)"
  on_host dhcpcd -k eth1 3>&- >/dev/null 2>&1
  expect_cleared
}

address6() {
  on_host ip -j -6 address show dev eth1 scope global | jq -r 'first(.[].addr_info[].local) // empty'
}

has_both_endpoints() {
  [[ $(print_endpoints) == *"$(address) "* && $(print_endpoints) == *"$(address6) "* ]]
}

@test 'by ifup, where dhclient is not there: the stanza’s options hold through a change' {
  hide_program dhclient
  write_interfaces <<'END'
iface eth1 inet dhcp
    mptcp-endpoint backup
END
  ifup eth1 3>&- >/dev/null 2>&1
  expect_routed 50 60 10.1.2.1 'subflow backup'
  serve_otherwise 70 80 10.1.2.254
  renew
  expect_routed 70 80 10.1.2.254 'subflow backup'
  ifdown eth1 3>&- >/dev/null 2>&1
  expect_cleared
}
