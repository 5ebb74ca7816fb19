#!/usr/bin/env bats
# NetworkManager: the watcher beside it, and the dispatcher script where there is no watcher.

load networkmanager

setup_file() { lay_over daemons; }
teardown_file() { take_layer_away; }

setup() {
  install_hooks "${ROUTES%/*}"
  build_host
  forget_profiles
  find "$DISPATCHER" -maxdepth 1 -type f -delete
  write_configuration <<< '[eth*]'
}

teardown() {
  tear_down_lab
}

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

# Static addresses of both families.
#   write_static_profile eth1 2 [more lines for each family]
write_static_profile() {
  write_profile "$1" <<END
method=manual
address1=10.1.$2.2/24,10.1.$2.1
[ipv6]
method=manual
address1=2001:db8:$2::2/64,2001:db8:$2::1
END
}

install_door() {
  mkdir -p /usr/lib/ifupdown-mptcp
  cp "$TREE/doors/door" /usr/lib/ifupdown-mptcp/
  cp "$TREE/doors/networkmanager/90-mptcp" "$DISPATCHER"
}

expect_static_uplinks() {
  expect_uplink eth0 10.1.1.1
  expect_uplink eth1 10.1.2.1
  expect_uplink eth0 2001:db8:1::1 -6
  expect_uplink eth1 2001:db8:2::1 -6
}

@test 'the dispatcher script: up, reapply, down of both families' {
  install_door
  write_static_profile eth0 1
  write_static_profile eth1 2
  # disabled: the endpoint is ours
  sed -i '/^type=/a mptcp-flags=1' "$PROFILES/eth1.nmconnection"
  write_configuration <<< $'[eth0]\n[eth1]\nmptcp-endpoint = backup'
  start_network_manager
  expect_static_uplinks
  expect_text "$(print_endpoints)" '10.1.2.2 subflow backup dev eth1'

  sed -i 's/10.1.2.2/10.1.2.9/; s/10.1.2.1$/10.1.2.254/' "$PROFILES/eth1.nmconnection"
  add_router
  connection reload
  on_host nmcli device reapply eth1
  expect_uplink eth1 10.1.2.254
  expect_equal "$(address_of eth1)" 10.1.2.9

  connection down eth1
  expect_no_uplink eth1
  expect_silence "$(print_our_rules | grep -E 'from (10.1.2|2001:db8:2)')"
  connection up eth1
  expect_uplink eth1 10.1.2.254
  connection down eth1
  connection down eth0
  expect_no_uplink eth1
  expect_no_uplink eth0
  expect_nothing_of_ours
}

# Of Debian 12, which calls the hooks for every device.
@test 'the dispatcher script: 01-ifupdown is not doubled' {
  install_door
  cp "$LAYERS/daemons/etc/NetworkManager/dispatcher.d/01-ifupdown" "$DISPATCHER"
  log_runs
  write_static_profile eth0 1
  write_static_profile eth1 2
  start_network_manager
  expect_static_uplinks
  connection down eth1
  expect_no_uplink eth1
  expect_equal "$(grep eth1 /run/runs.log | sort)" 'mptcp_down eth1 inet ifupdown
mptcp_up eth1 inet ifupdown
mptcp_up eth1 inet6 ifupdown'
  connection up eth1
  on_host nmcli device reapply eth1
  wait_until grep -q 'mptcp_up eth1 networkmanager' /run/runs.log
  expect_static_uplinks
}

@test 'the dispatcher script: it leaves everything to a watcher, as long as that lives' {
  install_door
  log_runs
  start_watch
  write_static_profile eth0 1
  write_static_profile eth1 2
  start_network_manager
  expect_static_uplinks
  connection down eth1
  expect_no_uplink eth1
  expect_silence "$(cat /run/runs.log)"
  end_watch
  connection up eth1
  wait_until has_run 'mptcp_up eth1 networkmanager'
  expect_static_uplinks
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

# Calls of the script itself, which waits for nothing

#   call_door eth1 up
call_door() {
  on_host env -i "$DISPATCHER/90-mptcp" "$@"
}

has_run() {
  [[ $(sort /run/runs.log) == "$1" ]]
}

@test 'the dispatcher script: which events it follows, and for which devices' {
  install_door
  log_runs
  write_configuration <<< '[eth0 wlan[0-3]]'
  call_door eth0 up
  call_door eth0 dhcp4-change
  call_door eth0 dhcp6-change
  call_door eth0 reapply
  call_door eth0 down
  wait_until has_run 'mptcp_down eth0 networkmanager
mptcp_up eth0 inet networkmanager
mptcp_up eth0 inet6 networkmanager
mptcp_up eth0 networkmanager
mptcp_up eth0 networkmanager'
  : > /run/runs.log
  call_door '' up
  call_door '' connectivity-change
  call_door eth1 up
  call_door wlan4 up
  call_door lo up
  call_door none hostname
  call_door ../../eth0 up
  call_door 'eth0 x' up
  call_door $'eth0\nx' up
  call_door eth0 pre-up
  call_door eth0 vpn-up
  call_door
  call_door wlan3 up
  wait_until has_run 'mptcp_up wlan3 networkmanager'
}

@test 'the dispatcher script: by a record alone, and without the hooks' {
  install_door
  rm "$CONFIGURATION"
  give_addresses eth1 10.1.2.2/24
  start_by_hand up eth1 IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_ENDPOINT=backup
  on_host ip address delete 10.1.2.2/24 dev eth1
  give_addresses eth1 10.1.2.3/24
  call_door eth1 dhcp4-change
  expect_uplink eth1 10.1.2.1
  expect_text "$(print_endpoints)" '10.1.2.3 subflow backup dev eth1'
  before=$(print_state)
  rm "$UP" "$DOWN"
  run --separate-stderr call_door eth1 down
  expect_status 0
  expect_quiet
  rm /usr/lib/ifupdown-mptcp/door
  run --separate-stderr call_door eth1 down
  expect_status 0
  expect_quiet
  wait_until has_lines /run/syslog 2
  expect_state "$before"
}

has_lines() {
  (($(wc -l < "$1") == $2))
}

@test 'the dispatcher script: 20 calls at once' {
  install_door
  give_addresses eth1 10.1.2.2/24
  on_host ip route add default via 10.1.2.1 dev eth1
  for _ in {1..20}; do
    call_door eth1 dhcp4-change
  done
  expect_uplink eth1 10.1.2.1
  wait_until is_quiet
  expect_settled
  expect_equal "$(print_our_rules | wc -l)" 2
}

# No run of the hooks is left.
is_quiet() {
  # shellcheck disable=SC2016 # of the inner shell
  ! on_host bash -c 'pgrep --ns $$ --nslist net -f "[i]f-up.d/mptcp_up"'
}
