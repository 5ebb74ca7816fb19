#!/usr/bin/env bats
# Hooks at the same time, with an `ip` that is slow to write as well: each must see what the others have done.

load lab

setup() {
  build_lab
}

teardown() {
  tear_down_lab
}

# Two hooks that both have read before either has written, if nothing keeps them apart

prepare_two_slow_uplinks() {
  give_addresses eth0 10.1.1.2/24
  give_addresses eth1 10.1.2.2/24
  ip_writes_late 0.3
}

#   at_once 'up eth0 NAME=VALUE' 'down eth1' …
at_once() {
  local arguments hook running=()
  for arguments; do
    read -ra arguments <<< "$arguments"
    start_hook "${arguments[@]}" "PATH=$FAKE_PATH" IF_MPTCP_STRICT=yes 2>> "$BATS_TEST_TMPDIR/said" 3>&- &
    running+=($!)
  done
  for hook in "${running[@]}"; do
    wait "$hook" || fail "a hook failed: $(< "$BATS_TEST_TMPDIR/said")" || return
  done
  expect_the_fake_was_met
  expect_silence "$(< "$BATS_TEST_TMPDIR/said")"
}

both_up() {
  at_once 'up eth0 IF_MPTCP_GATEWAY=10.1.1.1' 'up eth1 IF_MPTCP_GATEWAY=10.1.2.1'
}

@test 'two ups: endpoints of different ids, the limit counts both, both are uplinks' {
  prepare_two_slow_uplinks
  on_host ip mptcp limits set subflows 0
  both_up
  expect_equal "$(on_host ip mptcp endpoint show | squeeze | grep -oE 'id [0-9]+' | sort)" $'id 254\nid 255'
  expect_text "$(on_host ip mptcp limits show)" 'subflows 2'
  expect_equal "$(group_of eth0) $(group_of eth1)" '77 77'
  expect_answer 10.1.1.2
  expect_answer 10.1.2.2
}

@test 'two ups of one device, IPv4 and IPv6: one group, a place for each' {
  prepare_two_slow_uplinks
  give_addresses eth1 2001:db8:2::2/64
  at_once 'up eth1 IF_MPTCP_GATEWAY=10.1.2.1' 'up eth1 ADDRFAM=inet6 IF_MPTCP_GATEWAY=2001:db8:2::1'
  expect_equal "$(print_endpoints)" $'10.1.2.2 subflow dev eth1\n2001:db8:2::2 subflow dev eth1'
  expect_equal "$(group_of eth1)" 77
}

@test 'up and down of two devices: what comes is there, what goes is gone, in either order' {
  prepare_two_slow_uplinks
  local first
  for first in up down; do
    start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
    case $first in
      up) at_once 'up eth0 IF_MPTCP_GATEWAY=10.1.1.1' 'down eth1' ;;
      down) at_once 'down eth1' 'up eth0 IF_MPTCP_GATEWAY=10.1.1.1' ;;
    esac
    expect_answer 10.1.1.2
    expect_no_rule 'from 10.1.2.2 '
    expect_equal "$(print_endpoints) $(group_of eth1)" '10.1.1.2 subflow dev eth0 0'
    start_hook down eth0
    expect_nothing_of_ours
  done
}

@test 'two downs: neither leaves an orphan' {
  prepare_two_slow_uplinks
  both_up
  on_host ip address flush dev eth0
  on_host ip address flush dev eth1
  at_once 'down eth0' 'down eth1'
  expect_nothing_of_ours
}

@test 'one address moves while both hooks run: it has one way, and no rule is left of the other' {
  prepare_two_slow_uplinks
  both_up
  on_host ip address delete 10.1.2.2/24 dev eth1
  on_host ip address add 10.1.2.2/24 dev eth0
  at_once 'up eth0 IF_MPTCP_GATEWAY=10.1.1.1' 'down eth1'
  expect_gateway 10.1.2.2 10.1.1.1
  expect_equal "$(print_rules | grep -c 'from 10.1.2.2 lookup')" 2
}

# Many

#   start_24_hooks up eth1 eth1 …
start_24_hooks() {
  local direction=$1 device running=()
  for device in "${@:2}"; do
    start_hook "$direction" "$device" IF_MPTCP_STRICT=yes 2>> "$BATS_TEST_TMPDIR/said" 3>&- &
    running+=($!)
  done
  local hook
  for hook in "${running[@]}"; do
    wait "$hook" || fail "a hook failed: $(< "$BATS_TEST_TMPDIR/said")" || return
  done
}

@test '24 hooks at once, one device: the same as one hook' {
  give_addresses eth1 10.1.2.2/24
  on_host ip route add default via 10.1.2.1 dev eth1 metric 200
  local before wanted same=()
  before=$(print_state)
  start_hook up eth1
  expect_something_of_ours
  wanted=$(print_state)
  start_hook down eth1
  expect_state "$before"
  mapfile -t same < <(yes eth1 | head -n 24)
  start_24_hooks up "${same[@]}"
  expect_state "$wanted"
  start_24_hooks down "${same[@]}"
  expect_state "$before"
  expect_silence "$(cat "$BATS_TEST_TMPDIR/said")"
}

@test '24 hooks at once, 24 devices: each is routed, and down leaves nothing' {
  local number devices=() wanted before
  for number in {11..22}; do
    on_host ip link add "wan$number" type veth peer name "wan$((number + 12))"
  done
  for number in {11..34}; do
    devices+=("wan$number")
    give_addresses "wan$number" "10.2.$number.2/24"
    on_host ip route add default via "10.2.$number.1" dev "wan$number" metric "$number"
  done
  on_host ip mptcp limits set subflows 8
  before=$(print_state)
  for number in {11..34}; do
    start_hook up "wan$number" 2>/dev/null
  done
  wanted=$(print_state | grep -v ' subflow ')
  for number in {11..34}; do
    start_hook down "wan$number"
  done
  expect_state "$before"
  start_24_hooks up "${devices[@]}"
  expect_equal "$(print_state | grep -v ' subflow ')" "$wanted"
  expect_equal "$(print_endpoints | wc -l)" 8
  start_24_hooks down "${devices[@]}"
  expect_state "$before"
}

@test '24 hooks at once, up and down: a rerun ends in the wanted state' {
  give_addresses eth1 10.1.2.2/24
  on_host ip route add default via 10.1.2.1 dev eth1 metric 200
  local wanted
  start_hook up eth1
  expect_something_of_ours
  wanted=$(print_state)
  for _ in {1..12}; do
    start_hook up eth1 2>/dev/null 3>&- &
    start_hook down eth1 2>/dev/null 3>&- &
  done
  wait
  start_hook up eth1
  expect_state "$wanted"
  start_hook down eth1
  expect_nothing_of_ours
}
