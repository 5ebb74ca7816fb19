#!/usr/bin/env bats
# NetworkManager's dispatcher script, where there is no watcher.

load networkmanager

@test 'up, reapply, down of both families' {
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
@test '01-ifupdown is not doubled' {
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

@test 'it leaves everything to a watcher, as long as that lives' {
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

# Calls of the script itself, which waits for nothing

#   call_door eth1 up
call_door() {
  on_host env -i "$DISPATCHER/90-mptcp" "$@"
}

has_run() {
  [[ $(sort /run/runs.log) == "$1" ]]
}

@test 'which events it follows, and for which devices' {
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

@test 'by a record alone, and without the hooks' {
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

@test '20 calls at once' {
  install_door
  give_addresses eth1 10.1.2.2/24
  on_host ip route add default via 10.1.2.1 dev eth1
  for _ in {1..20}; do
    call_door eth1 dhcp4-change
  done
  expect_uplink eth1 10.1.2.1
  wait_until is_quiet
  expect_settled
  expect_equal "$(print_our_rules | wc -l)" 3
}

# No run of the hooks is left.
is_quiet() {
  # shellcheck disable=SC2016 # of the inner shell
  ! on_host bash -c 'pgrep --ns $$ --nslist net -f "[i]f-up.d/mptcp_up"'
}
