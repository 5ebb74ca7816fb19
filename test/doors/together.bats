#!/usr/bin/env bats
# A door beside the watcher, and what a connection of Multipath TCP makes of a lease that changes.

load doors
# shellcheck source=../netns/server.bash
load ../netns/server

setup() {
  build_leases
  write_configuration <<< '[eth*]'
}

teardown() {
  tear_down_leases
}

start_client() {
  on_host dhclient -4 -pf "$BATS_TEST_TMPDIR/pid" -lf /var/lib/dhcp/dhclient.eth1.leases eth1 3>&- 2>/dev/null
}

start_watch() {
  ip netns exec "$HOST" "$HOOKS/mptcp-routes" watch 2> "$BATS_TEST_TMPDIR/watch.log" 3>&- &
  wait_until has_endpoint_of 10.1.1.2
}

has_endpoint_of() {
  [[ $(print_endpoints) == *"$1 subflow"* ]]
}

is_settled() {
  [[ -z $(on_host "$HOOKS/mptcp-routes" apply -n) ]]
}

#   expect_both_routed FIRST LAST ROUTER
expect_both_routed() {
  wait_until is_routed "$@" || fail "$(print_state)" "$(cat "$LOGGED" "$BATS_TEST_TMPDIR/watch.log")" || return
  wait_until is_settled || fail "$(on_host "$HOOKS/mptcp-routes" apply -n)" || return
  expect_answer "$(address)"
  expect_equal "$(print_endpoints)" "10.1.1.2 subflow dev eth0"$'\n'"$(address) subflow dev eth1"
}

@test 'beside the watcher: start, another router, another address, and the lease given back' {
  start_watch
  start_client
  expect_both_routed 50 60 10.1.2.1
  serve_otherwise 50 60 10.1.2.254
  expect_both_routed 50 60 10.1.2.254
  serve_otherwise 70 80 10.1.2.1
  expect_both_routed 70 80 10.1.2.1
  on_host dhclient -r -pf "$BATS_TEST_TMPDIR/pid" -lf /var/lib/dhcp/dhclient.eth1.leases eth1 3>&- 2>/dev/null
  wait_until has_only_eth0
  wait_until is_settled
  expect_no_text "$(cat "$BATS_TEST_TMPDIR/watch.log")" 'again and again'
  expect_silence "$(cat "$LOGGED")"
}

has_only_eth0() {
  [[ $(print_rules) != *' from 10.1.2.'* && $(print_endpoints) == '10.1.1.2 subflow dev eth0' ]]
}

@test 'a connection uses the leased address, and the next one once that has changed' {
  connect_server_to_both_providers
  start_client
  wait_until is_routed 50 60 10.1.2.1
  on_host env IFACE=eth0 "$UP"
  start_long_connection
  wait_until connection_uses "$(address)"
  serve_otherwise 70 80 10.1.2.1
  wait_until is_routed 70 80 10.1.2.1
  wait_until connection_uses "$(address)"
  wait_until connection_uses 10.1.1.2
}
