#!/usr/bin/env bash
# What the watcher has moved: rules that lead round a dead uplink, and endpoints.

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

#   expect_switches 2
expect_switches() {
  expect_equal "$(grep -c '32765:' "$SWITCHES" || true) switches" "$1 switches" || fail "$(cat "$SWITCHES")"
}

is_detoured() {
  [[ $(on_host ip rule) == *$'\n32765:'* ]]
}

# No endpoint is announced for the address.
is_given_up() {
  [[ $(print_endpoints) != *"$1 "* ]]
}
