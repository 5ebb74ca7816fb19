#!/usr/bin/env bats
# NetworkManager and systemd-networkd, real: what they take away of ours is put back, and what they change is followed.

load managers

setup() {
  build_lab
  build_managed_uplink
  start_watch_without_waiting
}

teardown() {
  tear_down_lab
  rm -rf /run/dbus /run/NetworkManager /run/systemd /run/udev
}

# What was there before is there again, and does not go any more.
#   expect_healed_after COMMAND...
expect_healed_after() {
  local events=$BATS_TEST_TMPDIR/events
  on_host ip -N -o monitor address route rule > "$events" 3>&- &
  local listener=$!
  "$@"
  wait_until grep -q '^Deleted ' "$events"
  expect_managed
  kill "$listener"
  # Else the manager has done nothing that could be healed.
  echo "# $(grep -c '^Deleted .* proto 77' "$events") of our rules and routes were taken away by $*" >&3
}

@test 'NetworkManager: a connection that comes up, and comes up again' {
  start_networkmanager
  expect_managed
  expect_healed_after nmcli connection up two
}

@test 'NetworkManager: device reapply' {
  start_networkmanager
  expect_managed
  nmcli connection modify two ipv4.routes '198.51.100.0/24 10.1.2.1'
  nmcli device reapply eth1
  wait_until mirrors_new_route
  expect_managed
  expect_text "$(print_endpoints)" "$MANAGED subflow dev eth1"
}

mirrors_new_route() {
  [[ $(print_table "$MANAGED") == *'198.51.100.0/24 via 10.1.2.1 dev eth1'* ]]
}

@test 'NetworkManager: a connection that goes down takes all with it' {
  start_networkmanager
  expect_managed
  nmcli connection down two
  wait_until is_without_rules "$MANAGED"
  expect_settled
  expect_no_text "$(print_state)" "$MANAGED"
}

restart_networkd() {
  kill "$NETWORKD"
  wait "$NETWORKD" || true
  run_networkd
}

@test 'systemd-networkd: a restart, at which it takes away all rules and routes of others' {
  start_networkd
  expect_managed
  expect_healed_after restart_networkd
}

@test 'systemd-networkd: reconfigure' {
  start_networkd
  expect_managed
  expect_healed_after networkctl reconfigure eth1
}
