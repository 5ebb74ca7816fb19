#!/usr/bin/env bats
# systemd-networkd: the watcher beside it, and what the drop-in does.

load networkd

setup_file() { lay_over daemons; }
teardown_file() { take_layer_away; }

setup() {
  build_host
  forget_networks
  write_configuration <<< '[eth*]'
}

teardown() {
  tear_down_lab
}

@test 'the watcher: start, another router, another address, loss and stop' {
  # shellcheck disable=SC2046 # two words
  serve 0 50 60 10.1.1.1 $(advertise 0)
  # shellcheck disable=SC2046
  serve 1 50 60 10.1.2.1 $(advertise 1)
  write_network eth0 <<< 'DHCP=ipv4'
  write_network eth1 <<< $'DHCP=ipv4\n[DHCPv4]\nRouteMetric=2000\n[IPv6AcceptRA]\nRouteMetric=2000'
  start_watch
  start_networkd
  expect_both_uplinks
  expect_uplink eth1 "$(router_of eth1)" -6

  add_router
  serve_otherwise 1 50 60 10.1.2.254
  expect_uplink eth1 10.1.2.254
  # Refused an address at a renewal, it would take its time.
  serve_otherwise 1 70 80 10.1.2.254
  on_host networkctl reconfigure eth1
  wait_until has_address_from 70
  expect_uplink eth1 10.1.2.254

  at_provider 1 ip link set customer down
  expect_no_uplink eth1
  expect_uplink eth0 10.1.1.1
  at_provider 1 ip link set customer up
  expect_uplink eth1 10.1.2.254

  on_host networkctl down eth1
  expect_no_uplink eth1
  on_host networkctl down eth0
  expect_no_uplink eth0
  expect_nothing_of_ours
}

router_of() {
  wait_until has_router "$1"
  on_host ip -6 route show default dev "$1" | sed -n 's/.* via \([^ ]*\) .*/\1/p'
}

has_router() {
  [[ -n $(on_host ip -6 route show default dev "$1") ]]
}

has_address_from() {
  local address
  address=$(address_of eth1)
  ((${address##*.} >= $1))
}

# It takes all rules and routes of others away when it starts, and a link's when that is configured anew.
@test 'the watcher: a restart, a crash and a reconfiguration of networkd' {
  write_static_networks
  start_watch
  start_networkd
  expect_both_uplinks
  before=$(wc -l < "$LOG")
  end_daemon networkd
  continue_networkd
  wait_until has_more_lines "$LOG" "$before"
  expect_both_uplinks
  end_daemon networkd KILL
  continue_networkd
  expect_both_uplinks
  on_host networkctl reconfigure eth1
  wait_until is_configured eth1
  expect_both_uplinks
}

has_more_lines() {
  (($(wc -l < "$1") > $2))
}

write_static_networks() {
  write_network eth0 <<< $'IPv6AcceptRA=no\nAddress=10.1.1.2/24\nGateway=10.1.1.1'
  write_network eth1 <<< $'IPv6AcceptRA=no\nAddress=10.1.2.2/24\n[Route]\nGateway=10.1.2.1\nMetric=2000'
}

@test 'the second router: in the lease file alone, and in a table of its own' {
  serve 0 50 60 10.1.1.1
  serve 1 50 60 10.1.2.1
  write_network eth0 <<< 'DHCP=ipv4'
  write_network eth1 <<< $'DHCP=ipv4\n[DHCPv4]\nUseGateway=no'
  start_watch
  start_networkd
  expect_both_uplinks
  expect_silence "$(on_host ip route show default dev eth1)"
  write_network eth1 <<< $'DHCP=ipv4\n[DHCPv4]\nRouteTable=200'
  on_host networkctl reload
  wait_until has_default_in_table_200
  expect_both_uplinks
}

has_default_in_table_200() {
  on_host ip route show table 200 | grep -q '^default via 10.1.2.1 dev eth1'
}

# What is left of ours in SURVIVORS, where nobody puts anything back.
restart_networkd_alone() {
  routes apply
  expect_something_of_ours
  end_daemon networkd
  continue_networkd
  wait_until is_configured eth0
  wait_until is_configured eth1
  SURVIVORS=$(print_our_rules; on_host ip -N -6 route show table all proto 77)
}

@test 'the drop-in: rules and IPv6 routes stay' {
  write_network eth0 <<< $'IPv6AcceptRA=no\nAddress=10.1.1.2/24\nGateway=10.1.1.1'
  write_network eth1 <<< $'IPv6AcceptRA=no\nAddress=2001:db8:2::2/64\nGateway=2001:db8:2::1'
  start_networkd
  restart_networkd_alone
  expect_silence "$SURVIVORS"
  run_block systemd-networkd install-drop-in
  end_daemon networkd
  continue_networkd
  restart_networkd_alone
  expect_text "$SURVIVORS" 'from 10.1.1.2 lookup' 'from 2001:db8:2::2 lookup' \
    'default via 2001:db8:2::1 dev eth1'
}

@test 'the page: static addresses' {
  install_page systemd-networkd static
  start_watch
  start_networkd
  expect_both_uplinks
  expect_connection_over_both
}

@test 'the page: DHCP' {
  install_page systemd-networkd dhcp
  # shellcheck disable=SC2046 # two words
  serve 0 2 2 10.1.1.1 $(advertise 0)
  # shellcheck disable=SC2046
  serve 1 2 2 10.1.2.1 $(advertise 1)
  start_watch
  start_networkd
  expect_both_uplinks
  expect_uplink eth1 "$(router_of eth1)" -6
  expect_text "$(print_endpoints)" '10.1.2.2 subflow backup dev eth1'
}
