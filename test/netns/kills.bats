#!/usr/bin/env bats
# Hooks that are killed at any point: the next run ends in the wanted state.

load lab

setup() {
  build_lab
}

teardown() {
  tear_down_lab
}

prepare_for_kills() {
  give_addresses eth1 10.1.2.2/24 2001:db8:2::2/64
  on_host ip route add default via 10.1.2.1 dev eth1 metric 200
  on_host ip route add default via 2001:db8:2::1 dev eth1 metric 200
  on_host ip mptcp limits set subflows 8
  BEFORE=$(print_state)
  start_by_hand up eth1
  WANTED=$(print_state)
  start_by_hand down eth1
  expect_state "$BEFORE"
}

# With all processes that the hook has started.
kill_at_random() {
  timeout --signal=KILL "0.$((100 + RANDOM % 100))" "$@" || true
}

@test 'kill -9 at random moments of up: a rerun ends in the wanted state' {
  prepare_for_kills
  for _ in {1..10}; do
    kill_at_random ip netns exec "$HOST" env IFACE=eth1 node "$UP" 2>/dev/null
    start_by_hand up eth1
    expect_state "$WANTED"
    start_by_hand down eth1
    expect_state "$BEFORE"
  done
}

@test 'kill -9 at random moments of down: a rerun leaves nothing' {
  prepare_for_kills
  for _ in {1..10}; do
    start_by_hand up eth1
    kill_at_random ip netns exec "$HOST" env IFACE=eth1 node "$DOWN" 2>/dev/null
    start_by_hand down eth1
    expect_state "$BEFORE"
  done
}

@test 'kill -9 after each command of up in turn: a rerun ends in the wanted state' {
  prepare_for_kills
  local count commands
  commands=$(start_by_hand up eth1 -- -n | grep -c ^ip)
  for ((count = 0; count <= commands; count++)); do
    ip_kills_the_hook_after "$count"
    run start_by_hand up eth1 "PATH=$FAKE_PATH"
    expect_the_fake_was_met
    expect_status 137
    start_by_hand up eth1
    expect_state "$WANTED"
    start_by_hand down eth1
    expect_state "$BEFORE"
  done
}

@test 'kill -9 after each command of down in turn: a rerun leaves nothing' {
  prepare_for_kills
  start_by_hand up eth1
  local count commands
  commands=$(start_by_hand down eth1 -- -n | grep -c ^ip)
  for ((count = 0; count <= commands; count++)); do
    start_by_hand up eth1
    ip_kills_the_hook_after "$count"
    run start_by_hand down eth1 "PATH=$FAKE_PATH"
    expect_the_fake_was_met
    expect_status 137
    start_by_hand down eth1
    expect_state "$BEFORE"
  done
}
