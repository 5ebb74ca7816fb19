#!/usr/bin/env bats
# A download over both uplinks while leases change, cables go, and what is ours is deleted: nobody but the watcher mends.

load dhcp
# shellcheck source=../proof/transfer.bash
source "$BATS_TEST_DIRNAME/../proof/transfer.bash"

setup() {
  build_network 15 15
  forget_records
  write_configuration <<< '[eth*]'
  on_host ip mptcp limits set subflows 8 add_addr_accepted 0
  at_peer ip mptcp limits set subflows 8
  give_addresses eth0 10.1.1.2/24
  on_host ip route add default via 10.1.1.1 dev eth0 metric 50
  at_provider 1 ip address add 10.1.2.254/24 dev customer
  serve_dhcp 50 60 10.1.2.1
  on_host ip link set dev eth1 up
  start_watch
  start_dhclient
  wait_until has_path eth1
}

teardown() {
  tear_down_lab
}

has_path() {
  [[ $(print_endpoints) == *" dev $1"* ]]
}

# Each uplink carries another 300 kB: a sixth of a second, for one that works.
expect_both_paths_after() {
  local zero one
  zero=$(($(received_on eth0) + 300000)) one=$(($(received_on eth1) + 300000))
  wait_until has_carried received_on eth0 "$zero" || fail "eth0 carries nothing after $1" "$(print_state)"
  wait_until has_carried received_on eth1 "$one" || fail "eth1 carries nothing after $1" "$(print_state)"
  report "both carry after $1; $(bytes_missing) bytes are missing"
}

# The router's side: the host loses its carrier and keeps its addresses.
pull_cable() {
  at_provider "$1" ip link set customer down
  sleep 0.5
  at_provider "$1" ip link set customer up
}

has_other_lease() {
  [[ $(address) =~ ^10\.1\.2\.7[0-9]$ && $(print_endpoints) == *"$(address) subflow dev eth1"* ]]
}

@test 'leases change, cables go, rules, routes and endpoints are deleted: every byte arrives, both paths are back each time' {
  start_download 35
  expect_both_paths_after 'the start'
  serve_otherwise 70 79 10.1.2.254
  wait_until has_other_lease
  expect_both_paths_after 'another lease by another router'
  pull_cable 0
  expect_both_paths_after 'the cable of eth0 was out'
  pull_cable 1
  expect_both_paths_after 'the cable of eth1 was out'
  on_host ip rule flush protocol 77
  expect_both_paths_after 'all rules were deleted'
  on_host ip route flush table "$(table_of "$(address)")"
  expect_both_paths_after 'the routes of eth1 were deleted'
  on_host ip mptcp endpoint flush
  on_host ip route add unreachable 198.51.100.0/24
  expect_both_paths_after 'all endpoints were deleted'
  (($(bytes_missing) > 0)) || fail 'the download was over before the last event'
  expect_complete_download 60
  report "longest stall: $(longest_stall) s"
}
