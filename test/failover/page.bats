#!/usr/bin/env bats
# docs/failover.md: every configuration and every command of it as it is written there, and what it says that comes of it.
# The inner shells expand what is in single quotes, and run sets stderr.
# shellcheck disable=SC2016,SC2154

load lab

PAGE=$BATS_TEST_DIRNAME/../../docs/failover.md

setup() {
  build_places
  mkdir "$BATS_TEST_TMPDIR/bin"
  # As sudo, it takes assignments before the command.
  printf '%s\n' '#!/bin/sh' 'exec env "$@"' > "$BATS_TEST_TMPDIR/bin/sudo"
  chmod 755 "$BATS_TEST_TMPDIR/bin/sudo"
  ln -s "$(realpath "$ROUTES")" "$BATS_TEST_TMPDIR/bin/mptcp-routes"
}

teardown() {
  tear_down_lab
  rm -f "$CONFIGURATION"
}

#   block two-providers
block() {
  awk -v name="$1" '/^```/ { inside = $2 == name; next } inside { print; found = 1 } END { exit !found }' "$PAGE" ||
    fail "failover.md has no block $1"
}

#   run_block status
run_block() {
  local commands
  commands=$(block "$1") || return
  on_host env PATH="$BATS_TEST_TMPDIR/bin:$PATH" bash -ec "$commands"
}

# Quickly, and otherwise as the page says.
use_stanzas() {
  block "$1" | sed '/mptcp-probe /a\    mptcp-probe-interval 1' | write_interfaces
  ifup -a
  start_watch
}

#   goes_by eth1
goes_by() {
  [[ $(run_block way) == *" dev $1 "* ]]
}

@test 'two providers: one dies, everything new goes by the other, and back; log and rules are those of the page' {
  local line
  use_stanzas two-providers
  goes_by eth0
  kill_provider 0
  wait_until goes_by eth1
  expect_equal "$(on_host ip rule | grep 'from all' | tr -s ' \t' ' ')" "$(block rules | tail -n +2 | tr -s ' ')"
  expect_text "$(run_block status)" eth0 dead
  revive_provider 0
  wait_until goes_by eth0
  while IFS= read -r line; do
    grep -qxF -- "$line" <(without_times < "$LOG") || fail "not in the log: $line" "$(cat "$LOG")"
  done < <(block log | without_times)
}

# How long an uplink was dead is another time on the page.
without_times() {
  sed -E 's/(, after) ([0-9]+ (d|h|min|s) ?)+$/\1 a while/'
}

@test 'a modem that stands by carries what is new while the first is dead' {
  use_stanzas modem
  expect_text "$(print_endpoints)" '10.1.2.2 subflow backup dev eth1'
  kill_provider 0
  wait_until goes_by eth1
  revive_provider 0
  wait_until goes_by eth0
}

@test 'the option by hand, and a trial by dropping what comes in' {
  block two-providers | sed '/mptcp-probe/d; /mptcp-metric/d' | write_interfaces
  ifup -a
  run_block by-hand
  expect_text "$(on_host ip route show default)" 'dev eth1 proto 77 metric 200'
  on_host env IFACE=eth0 IF_MPTCP_PROBE=203.0.113.2 IF_MPTCP_PROBE_INTERVAL=1 "$UP"
  start_watch
  run_block drop
  wait_until goes_by eth1
  run_block undrop
  wait_until goes_by eth0
}

@test 'the sections ask in both families' {
  local family
  give_addresses eth0 10.1.1.2/24 2001:db8:1::2/64
  give_addresses eth1 10.1.2.2/24 2001:db8:2::2/64
  on_host ip route add default via 10.1.1.1 dev eth0
  on_host ip route add default via 10.1.2.1 dev eth1 metric 200
  on_host ip -6 route add default via 2001:db8:1::1 dev eth0
  on_host ip -6 route add default via 2001:db8:2::1 dev eth1 metric 2000
  { block sections && echo 'mptcp-probe-interval = 1'; } | write_configuration
  start_watch
  kill_provider 0
  for family in inet inet6; do
    wait_until is_logged "uplink eth0 $family is dead"
  done
}

@test 'without the service a pulled cable leaves main to the next default, and the barrier answers what is bound' {
  block two-providers | write_interfaces
  ifup -a
  pull_cable 0
  wait_until goes_by eth1
  run on_host ping -c 1 -W 1 -I 10.1.1.2 203.0.113.2
  [[ $status -ne 0 ]]
  expect_no_strays_from_here
}

@test 'without the service an uplink that is set down and up again is cut off, until it is run by hand' {
  local way=(on_host ip route get 203.0.113.2 from 10.1.2.2)
  block two-providers | write_interfaces
  ifup -a
  on_host ip link set eth1 down
  on_host ip link set eth1 up
  run "${way[@]}"
  expect_text "$output" unreachable
  run_block again
  expect_text "$("${way[@]}")" 'via 10.1.2.1 dev eth1'
  on_host ip link set eth1 down
  on_host ip link set eth1 up
  start_watch
  wait_until on_host ip route get 203.0.113.2 from 10.1.2.2
}

# Nothing from eth0's address has come to the other provider.
expect_no_strays_from_here() {
  expect_equal "$(counted 1 strays)" 0
}

@test 'all blocks of the page are in tests of this file' {
  expect_equal "$(awk '/^```/ && (inside = !inside) { print $2 == "" ? "line " NR " has no name" : $2 }' "$PAGE" | sort)" \
    "$(grep -oE '\b(run_block|block|use_stanzas) [a-z]+(-[a-z]+)*' "$BATS_TEST_FILENAME" | awk '!seen[$2]++ { print $2 }' | sort)"
}
