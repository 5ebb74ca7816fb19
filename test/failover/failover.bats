#!/usr/bin/env bats
# The uplink that main's defaults go by fails while a download runs over both: it goes on by the other, and so does
# everything new. When what failed is back, all is as before.

load lab
load switches

teardown() {
  tear_down_lab
}

# What the kernel says of the moment is no change of theirs.
print_defaults_of_main() {
  { on_host ip route show default dev "$1" && on_host ip -6 route show default dev "$1"; } | sed -E 's/ (dead|linkdown)//g'
}

#   expect_failover COMMAND MENDING
expect_failover() {
  local defaults
  defaults=$(print_defaults_of_main eth0)
  start_download 5
  wait_until both_uplinks_carry
  expect_download_to_survive_without eth0 "$1" 0
  wait_until_all_go_by 1
  expect_equal "$(print_defaults_of_main eth0)" "$defaults"
  "$2" 0
  wait_until_all_go_by 0
  expect_as_before
  expect_no_strays
}

@test 'the cable is pulled' {
  build_failover
  expect_failover pull_cable plug_cable
}

# bats test_tags=long
@test 'the cable is pulled of an uplink that nobody probes' {
  build_failover none none
  expect_failover pull_cable plug_cable
}

@test 'the provider is dead behind a living router' {
  build_failover
  expect_failover kill_provider revive_provider
}

@test 'the router is gone, which is probed itself' {
  build_failover gateway gateway
  expect_failover remove_router return_router
}

@test 'all uplinks are dead, and nothing is moved; one is back, and everything goes by it' {
  build_failover
  kill_provider 0
  kill_provider 1
  wait_until is_logged 'uplink eth0 inet6 is dead'
  wait_until is_logged 'uplink eth1 inet6 is dead'
  expect_as_before
  revive_provider 1
  wait_until_all_go_by 1
  revive_provider 0
  wait_until_all_go_by 0
  expect_as_before
  expect_no_strays
}

@test 'a provider that is dead for IPv6 alone is left for IPv6 alone' {
  build_failover
  kill_provider 0 ipv6
  wait_until_all_go_by 0 1
  revive_provider 0
  wait_until_all_go_by 0
  expect_as_before
}

# bats test_tags=long
@test 'the uplink that nothing goes by fails: nothing is moved, its endpoints and its default go, and come back' {
  build_failover
  kill_provider 1
  wait_until is_given_up 10.1.2.2
  wait_until is_given_up 2001:db8:2::2
  expect_no_text "$(on_host ip route show default)" eth1
  ! is_detoured || fail "$(on_host ip rule)"
  wait_until_all_go_by 0
  revive_provider 1
  expect_as_before
}

# bats test_tags=long
@test 'a download that outlives a dead provider has both paths again' {
  build_failover
  start_download 40
  wait_until both_uplinks_carry
  kill_provider 0
  wait_until_all_go_by 1
  revive_provider 0
  wait_until_all_go_by 0
  local before
  before=$(received_on eth0)
  wait_until has_carried received_on eth0 $((before + 500000))
  (($(bytes_missing) > 500000)) || fail 'the download was over before'
  expect_complete_download 60
}
