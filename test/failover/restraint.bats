#!/usr/bin/env bats
# What is no death, what is no way out, and what does not follow every moment's mood.

load lab
load switches

setup() {
  build_failover
}

teardown() {
  tear_down_lab
}

@test 'a cable with 20 changes in 10 s: all is as before, by 2 switches' {
  start_counting_switches
  flap_cable 0 20 10
  wait_until_all_go_by 0
  expect_as_before
  expect_switches 2
  expect_no_strays
}

# bats test_tags=long
@test 'a cable with 21 changes in 10 s: everything goes by the other uplink, by one switch' {
  start_counting_switches
  flap_cable 0 21 10
  wait_until_all_go_by 1
  expect_switches 1
  expect_no_strays
}

# As OpenVPN takes over, without touching main's default. The device is none of ours.
@test 'a VPN that has taken over by half defaults stays in force, and its device is untouched' {
  on_host ip link add vpn0 up type veth peer name vpn1
  on_host ip link set vpn1 up
  on_host ip address add 10.8.0.2/24 dev vpn0
  printf 'route add %s via 10.8.0.1 dev vpn0\n' 0.0.0.0/1 128.0.0.0/1 | on_host ip -batch -
  kill_provider 0 ipv4
  wait_until is_given_up 10.1.1.2
  expect_settled
  expect_text "$(on_host ip route get "$PEER")" 'dev vpn0'
  ! is_detoured || fail "$(on_host ip rule)"
  # Without the halves there is nothing else that leads away from the dead one.
  printf 'route delete %s dev vpn0\n' 0.0.0.0/1 128.0.0.0/1 | on_host ip -batch -
  wait_until is_detoured
  expect_text "$(on_host ip route get "$PEER")" 'dev eth1'
}

@test 'a watcher that is started again switches nothing; when it was killed the detour stays, until the next apply' {
  kill_provider 0
  wait_until_all_go_by 1
  start_counting_switches
  end_watch
  wait_until_all_go_by 1
  start_watch -v
  wait_until_all_go_by 1
  end_watch KILL || true
  wait_until_all_go_by 1
  expect_switches 0
  # Nobody judges any more.
  routes apply
  expect_as_before
}
