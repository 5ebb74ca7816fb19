#!/usr/bin/env bash
# A download of a known file by Multipath TCP, from the peer to the host, that runs while uplinks fail.

# shellcheck source=network.bash
source "${BASH_SOURCE[0]%/*}/network.bash"

#   start_download 12        MB
start_download() {
  SENT=$BATS_TEST_TMPDIR/sent
  ARRIVED=$BATS_TEST_TMPDIR/arrived
  head -c "${1}000000" /dev/urandom > "$SENT"
  at_peer mptcpize run node "$PROOF_TESTS/transfer.mjs" send "$SENT" 8080 3>&- &
  wait_until is_listening "$HOST-peer" 8080
  on_host mptcpize run node "$PROOF_TESTS/transfer.mjs" receive "$PEER" 8080 "$ARRIVED" \
    > "$BATS_TEST_TMPDIR/report" 3>&- &
  DOWNLOAD=$!
}

# Everything that was sent is there, in order. A hang is a failed test.
#   expect_complete_download [SECONDS]
expect_complete_download() {
  timeout "${1:-20}" tail --pid "$DOWNLOAD" -s 0.1 -f /dev/null ||
    fail "of $(stat -c %s "$SENT") bytes only $(bytes_arrived) arrived" || return
  wait "$DOWNLOAD" || fail 'the connection broke' || return
  expect_equal "$(sha256sum < "$ARRIVED")" "$(sha256sum < "$SENT")"
}

bytes_arrived() {
  stat -c %s "$ARRIVED"
}

bytes_missing() {
  echo $(($(stat -c %s "$SENT") - $(bytes_arrived)))
}

longest_stall() {
  jq .longestStall "$BATS_TEST_TMPDIR/report"
}

both_uplinks_carry() {
  has_carried received_on eth0 500000 && has_carried received_on eth1 500000
}

# Of a download that is under way by both uplinks, of which the command takes one away.
#   expect_download_to_survive_without eth0 COMMAND…
expect_download_to_survive_without() {
  local lost=$1 missing before after
  "${@:2}"
  before=$(received_on "$lost")
  missing=$(bytes_missing)
  expect_complete_download 20
  after=$(received_on "$lost")
  report "longest stall: $(longest_stall) s; $missing bytes were missing when $lost was lost"
  # Else the test would show nothing: the download was as good as over, or the uplink not lost.
  ((missing > 1500000)) || fail "only $missing bytes were still to come"
  ((after - before < 500000)) || fail "$lost carried $((after - before)) bytes more"
}
