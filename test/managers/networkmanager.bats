#!/usr/bin/env bats
# NetworkManager: the watcher beside it, and what the page says.

load networkmanager

# Both by DHCP and router advertisements.
start_with_leases() {
  # shellcheck disable=SC2046 # two words
  serve 0 50 60 10.1.1.1 $(advertise 0)
  # shellcheck disable=SC2046
  serve 1 50 60 10.1.2.1 $(advertise 1)
  write_profile eth0 <<< 'method=auto'
  write_profile eth1 <<< 'method=auto'
  start_network_manager
}

@test 'the watcher: start, another router, another address, a restart, loss and stop' {
  start_watch
  start_with_leases
  expect_uplink eth0 10.1.1.1
  expect_uplink eth1 10.1.2.1
  expect_uplink eth0 "$(router_of eth0)" -6
  expect_uplink eth1 "$(router_of eth1)" -6

  add_router
  serve_otherwise 1 50 60 10.1.2.254
  expect_uplink eth1 10.1.2.254

  serve_otherwise 1 70 80 10.1.2.254
  connection up eth1
  wait_until has_address_from 70
  expect_uplink eth1 10.1.2.254

  end_daemon manager
  continue_network_manager
  expect_uplink eth1 10.1.2.254

  at_provider 1 ip link set customer down
  wait_until has_device eth1 unavailable
  expect_no_uplink eth1
  expect_uplink eth0 10.1.1.1
  at_provider 1 ip link set customer up
  expect_uplink eth1 10.1.2.254

  connection down eth1
  expect_no_uplink eth1
  connection down eth0
  expect_no_uplink eth0
  expect_nothing_of_ours
}

router_of() {
  on_host ip -6 route show default dev "$1" | sed -n 's/.* via \([^ ]*\) .*/\1/p'
}

has_address_from() {
  local address
  address=$(address_of eth1)
  ((${address##*.} >= $1))
}

@test 'the page: static addresses' {
  install_page networkmanager static
  chmod 600 "$PROFILES"/*
  start_watch
  start_network_manager
  expect_uplink eth0 10.1.1.1
  expect_uplink eth1 10.1.2.1
  expect_connection_over_both
}

@test 'the page: DHCP, with the door' {
  install_page networkmanager dhcp
  chmod 600 "$PROFILES"/*
  install_door
  run_block networkmanager install-door
  serve 0 2 2 10.1.1.1
  serve 1 2 2 10.1.2.1
  start_network_manager
  expect_uplink eth0 10.1.1.1
  expect_uplink eth1 10.1.2.1
  expect_text "$(print_endpoints)" '10.1.2.2 subflow backup dev eth1'
}

# The second uplink's router is in NetworkManager's runtime file alone.
@test 'never-default: its router is found, by the watcher and by the dispatcher script' {
  serve 1 50 60 10.1.2.1
  write_static_profile eth0 1
  write_profile eth1 <<< $'method=auto\nnever-default=true'
  install_door
  start_network_manager
  expect_uplink eth1 10.1.2.1
  expect_silence "$(on_host ip route show default dev eth1)"
  routes flush eth1
  expect_no_uplink eth1
  rm "$DISPATCHER/90-mptcp"
  start_watch
  expect_uplink eth1 10.1.2.1
  add_router
  serve_otherwise 1 50 60 10.1.2.254
  expect_uplink eth1 10.1.2.254
}

@test "NetworkManager's own endpoints and their flags are left alone" {
  write_static_profile eth0 1
  write_static_profile eth1 2
  # enabled, signal
  sed -i '/^type=/a mptcp-flags=18' "$PROFILES"/eth?.nmconnection
  write_configuration <<< $'[eth*]\nmptcp-endpoint = backup'
  start_network_manager
  wait_until has_endpoints 4
  before=$(on_host ip mptcp endpoint)
  start_watch
  expect_static_uplinks
  expect_equal "$(on_host ip mptcp endpoint)" "$before"
  expect_equal "$(grep -c ' signal ' <<< "$before")" 4
}

has_endpoints() {
  (($(print_endpoints | wc -l) == $1))
}
