#!/usr/bin/env bats
# Uplinks that fail, stand by and come back, while a file of 10 MB is downloaded over one connection.

load transfer

setup() {
  build_network 30 30
}

teardown() {
  tear_down_lab
}

# The first path of the connection goes by eth0, the default route of main; the other by eth1.
download_over_both() {
  write_uplinks 2
  ifup -a
  start_download "${megabytes:-10}"
  wait_until both_uplinks_carry
}

#   expect_to_survive_without eth0 COMMAND…
expect_to_survive_without() {
  download_over_both
  expect_download_to_survive_without "$@"
}

# The router's side of the link, at its worst: carrier and neighbour stay, no ICMP error comes, every packet is lost.
# That the router takes its side of the link down, which the host sees as a loss of carrier, is milder.
go_silent() {
  at_provider "$1" ip rule add priority 1 blackhole
}

@test 'the provider of the first path falls silent: the download completes, every byte right' {
  expect_to_survive_without eth0 go_silent 0
}

@test 'the provider of the other path falls silent: the download completes, every byte right' {
  expect_to_survive_without eth1 go_silent 1
}

@test "the host's own link of the first path goes down: the download completes, every byte right" {
  expect_to_survive_without eth0 on_host ip link set eth0 down
}

@test "the host's own link of the other path goes down: the download completes, every byte right" {
  expect_to_survive_without eth1 on_host ip link set eth1 down
}

@test 'ifdown of the uplink of the first path: the download completes, every byte right' {
  # Two hooks run meanwhile, which takes its time on a machine that has other things to do.
  megabytes=40
  expect_to_survive_without eth0 ifdown eth0
}

@test 'both providers fall silent: the download does not complete (these tests can fail)' {
  download_over_both
  go_silent 0
  go_silent 1
  run expect_complete_download 3
  expect_status 1
  expect_text "$output" "of 10000000 bytes only"
}

@test 'mptcp-endpoint backup: carries nothing until the other uplink fails, then all the rest' {
  write_uplinks 2 'mptcp-endpoint backup'
  ifup -a
  start_download 10
  wait_until has_carried received_on eth0 2000000
  local idle
  idle=$(received_on eth1)
  ((idle < 20000)) || fail "the backup had carried $idle bytes"
  [[ -n $(on_host ss --no-header --tcp state established src 10.1.2.2) ]] || fail 'there is no path in reserve'
  go_silent 0
  expect_complete_download
  report "longest stall: $(longest_stall) s; the backup carried $idle bytes before, $(received_on eth1) in all"
  has_carried received_on eth1 3000000
}

# Connections that start after ifdown and ifup

# The bytes of a download of 2 MB that an uplink carries.
carried_by_new_connection() {
  local before
  before=$(received_on "$1")
  start_download 2
  expect_complete_download
  echo $(($(received_on "$1") - before))
}

@test 'an uplink that comes back (ifdown, ifup) is used by new connections again' {
  local without again
  write_uplinks 2
  ifup -a
  ifdown eth1
  without=$(carried_by_new_connection eth1)
  ifup eth1
  again=$(carried_by_new_connection eth1)
  report "eth1 carried $without bytes while it was down, $again when it was back"
  ((without == 0 && again > 400000))
}

@test 'the uplink of the default route that comes back (ifdown, ifup) is used by new connections, beside the other' {
  local again other
  write_uplinks 2
  ifup -a
  ifdown eth0
  ifup eth0
  other=$(received_on eth1)
  again=$(carried_by_new_connection eth0)
  other=$(($(received_on eth1) - other))
  report "eth0 carried $again bytes when it was back, eth1 $other"
  ((again > 400000 && other > 400000))
}
