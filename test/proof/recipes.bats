#!/usr/bin/env bats
# docs/server-and-client.md: every stanza and every command of it, run as it is written there; and what a server gains.

load throughput
load recipe

setup() {
  build_network 30 30
}

teardown() {
  tear_down_lab
}

#   start_recipe peer-serve at_peer NAMESPACE
start_recipe() {
  run_recipe "$1" "$2" >/dev/null 3>&- &
  wait_until is_listening "$3" 5201
}

# What a stanza says of the peer's only interface, brought up by the real ifup in the peer's namespace.
ifup_peer() {
  at_peer ip address flush dev eth0
  recipe "$1" > "$BATS_TEST_TMPDIR/interfaces"
  mkdir "$BATS_TEST_TMPDIR/state"
  at_peer ifup --interfaces "$BATS_TEST_TMPDIR/interfaces" --state-dir "$BATS_TEST_TMPDIR/state" eth0
}

# `ip mptcp` ends some of its lines in a blank.
trim() {
  sed 's/ *$//'
}

peer_limits() {
  at_peer ip mptcp limits show | trim
}

# The number that nstat prints beside a name.
counted() {
  awk -v name="$1" '$1 == name { print $2 }' <<< "$output"
}

@test 'both ends: the command tells that Multipath TCP is on' {
  expect_equal "$(run_recipe both-kernel on_host)" 1
  expect_equal "$(run_recipe both-kernel at_peer)" 1
  on_host sysctl -qw net.mptcp.enabled=0
  expect_equal "$(run_recipe both-kernel on_host)" 0
}

@test 'a client with two uplinks: its download comes over both' {
  recipe client-uplinks | write_interfaces
  run run_recipe client-up on_host
  expect_status 0
  expect_equal "$(trim <<< "$output")" "$(recipe client-endpoints)"
  start_recipe peer-serve at_peer "$HOST-peer"
  run run_recipe client-download on_host
  expect_status 0
  has_carried received_on eth0 3000000
  has_carried received_on eth1 3000000
  # One path more for each connection of iperf3, of which there are two: for control and for data.
  expect_equal "$(counted MPTcpExtMPJoinSynTx) $(counted MPTcpExtMPJoinSynAckRx)" '2 2'
}

@test 'a server with two addresses (mptcp-endpoint signal): a client with one address downloads over both' {
  recipe server-uplinks | write_interfaces
  run run_recipe server-up on_host
  expect_status 0
  expect_equal "$(trim <<< "$output")" "$(recipe server-endpoints)"
  start_recipe server-serve on_host "$HOST"
  run run_recipe client-limits at_peer
  expect_status 0
  expect_equal "$(trim <<< "$output")" "$(recipe client-limits-shown)"
  run run_recipe client-single-download at_peer
  expect_status 0
  (($(counted MPTcpExtAddAddr) > 0 && $(counted MPTcpExtMPJoinSynAckRx) > 0))
  has_carried sent_on eth0 3000000
  has_carried sent_on eth1 3000000
  run run_recipe server-counters on_host
  expect_status 0
  expect_text "$output" eth0 eth1 bytes
}

@test "a client with one address: its stanza's up line sets the limits" {
  [[ $(peer_limits) != "$(recipe client-limits-shown)" ]]
  ifup_peer client-single
  expect_equal "$(peer_limits)" "$(recipe client-limits-shown)"
  at_peer ping -q -c 1 -W 2 10.9.1.1
}

# The same server, before and after the client has been told to accept announced addresses.
default_and_told_client() {
  at_peer ip mptcp limits set add_addr_accepted 0 subflows 2
  measure_download_of_peer
  run_recipe client-limits at_peer >/dev/null
  measure_download_of_peer
}

measure_download_of_peer() {
  measure_download 10.1.1.2 at_peer
}

@test 'a server with two addresses: a client that accepts the second gets at least 1.8 times as much' {
  recipe server-uplinks | write_interfaces
  run_recipe server-up on_host
  start_iperf_server "$HOST"
  expect_ratio 'at least' 1.8 default_and_told_client
}

@test 'a server without mptcp-endpoint signal: the second address brings the client nothing' {
  recipe server-uplinks | sed '/mptcp-endpoint/d' | write_interfaces
  run_recipe server-up on_host
  start_iperf_server "$HOST"
  expect_ratio 'at most' 1.2 default_and_told_client
}

@test 'a service that listens on the first address only: the second carries nothing, as the page warns' {
  recipe server-uplinks | write_interfaces
  run_recipe server-up on_host
  run_recipe client-limits at_peer
  on_host mptcpize run iperf3 --server --daemon --bind 10.1.1.2 3>&-
  wait_until is_listening "$HOST" 5201
  at_peer mptcpize run iperf3 --client 10.1.1.2 --reverse --time 1 >/dev/null
  has_carried sent_on eth0 1000000
  run ! has_carried sent_on eth1 100000
}

list_recipes_that_run() {
  grep -oE '(recipe|ifup_peer) (both|client|server|peer)-[a-z-]+' "$BATS_TEST_FILENAME" | awk '{ print $2 }' | sort -u
}

@test 'every block of the page is run by a test of this file' {
  expect_equal "$(list_recipes)" "$(list_recipes_that_run)"
}
