#!/usr/bin/env bats
# What is no death, what is no way out, and what does not follow every moment's mood.

load lab

setup() {
  build_failover
}

teardown() {
  tear_down_lab
}

# Each time the way of IPv4 is moved or moved back, by the rule that does it.
start_counting_switches() {
  SWITCHES=$BATS_TEST_TMPDIR/switches
  ip -netns "$HOST" -4 -o monitor rule > "$SWITCHES" 3>&- &
  wait_until sees_a_rule
}

sees_a_rule() {
  on_host ip rule add priority 9 lookup main && on_host ip rule delete priority 9
  [[ -s $SWITCHES ]]
}

count_switches() {
  grep -c '32765:' "$SWITCHES" || true
}

is_detoured() {
  [[ $(on_host ip rule) == *$'\n32765:'* ]]
}

@test 'a cable with 20 changes in 10 s: all is as before, after 4 switches at most' {
  start_counting_switches
  flap_cable 0 20 10
  wait_until_all_go_by 0
  expect_as_before
  report "$(count_switches) switches"
  (($(count_switches) > 0 && $(count_switches) <= 4)) || fail "$(cat "$SWITCHES")"
  expect_no_strays
}

@test 'a cable with 21 changes in 10 s: everything goes by the other uplink, after 3 switches at most' {
  start_counting_switches
  flap_cable 0 21 10
  wait_until_all_go_by 1
  report "$(count_switches) switches"
  (($(count_switches) > 0 && $(count_switches) <= 3)) || fail "$(cat "$SWITCHES")"
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

is_given_up() {
  [[ $(print_endpoints) != *"$1 "* ]]
}

@test 'a watcher that is started again finds the dead uplink dead: no switch in between' {
  kill_provider 0
  wait_until_all_go_by 1
  start_counting_switches
  end_watch
  wait_until_all_go_by 1
  start_watch -v
  wait_until_all_go_by 1
  expect_equal "$(count_switches)" 0
  revive_provider 0
  wait_until_all_go_by 0
  expect_as_before
}

@test 'a watcher that was killed leaves the detour, and the next apply ends it, as nobody judges any more' {
  kill_provider 0
  wait_until_all_go_by 1
  end_watch KILL || true
  wait_until_all_go_by 1
  routes apply
  expect_as_before
}

# Five packets a round: that three rounds in a row are lost to the last packet does not happen in a lifetime.
# bats test_tags=long
@test '30 % of the packets lost for 60 s are not death' {
  ifdown -a
  write_probed_uplinks "$PEER" "$PEER6" 2 | write_interfaces
  ifup -a
  expect_settled
  lose_packets 0 30
  start_counting_switches
  sleep 60
  expect_equal "$(count_switches)" 0
  expect_as_before
  report "$(lost_packets 0) packets were lost"
  (($(lost_packets 0) > 50))
}

# bats test_tags=long
@test 'the uplink that nothing goes by fails: nothing is moved, its endpoints and its default go, and come back' {
  kill_provider 1
  wait_until is_given_up 10.1.2.2
  wait_until is_given_up 2001:db8:2::2
  expect_no_text "$(on_host ip route show default)" eth1
  ! is_detoured || fail "$(on_host ip rule)"
  wait_until_all_go_by 0
  revive_provider 1
  expect_as_before
}
