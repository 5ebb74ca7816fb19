#!/usr/bin/env bash
# Bandwidth of a download by Multipath TCP, and claims about how it compares.

# shellcheck source=network.bash
source "${BASH_SOURCE[0]%/*}/network.bash"

# It serves one client after the other.
start_iperf_server() {
  inside "$1" mptcpize run iperf3 --server --daemon 3>&-
  wait_until is_listening "$1" 5201
}

use_uplinks() {
  ifdown -a 2>/dev/null
  add_uplinks "$@"
}

# Without what ifup says on IPv6 ("Waiting for DAD"): the output of a measurement is its figures.
add_uplinks() {
  ifup "$@" >/dev/null
}

# In Mbit/s, from the first byte: what the connection needs to find its paths and their speed counts against the gain.
#   measure_download 203.0.113.2 [at_peer]      by the host, if not told otherwise
measure_download() {
  "${2:-on_host}" mptcpize run iperf3 --client "$1" --reverse --time 3 --connect-timeout 5000 --json |
    jq '.end.sum_received.bits_per_second / 1e6 | . * 10 | round / 10'
}

# The two sides of a ratio are measured one right after the other, as others load the machine. Where the claim does not
# hold, the pair is measured once more.
#
#   expect_ratio 'at least' 1.8 MEASURE_PAIR     a function that prints what is compared with, and what it is about
expect_ratio() {
  local attempt pair reference measured
  for attempt in first second; do
    pair=$("$3") || return
    read -r -d '' reference measured <<< "$pair" || true
    report "$measured Mbit/s to $reference Mbit/s: $(divide "$measured" "$reference") times" \
      "  ($1 $2 wanted, $attempt attempt)"
    ! is_ratio "$measured" "$reference" "$1" "$2" || return 0
  done
  fail "$measured to $reference Mbit/s is not $1 $2 times"
}

divide() {
  awk -v a="$1" -v b="$2" 'BEGIN { if (b + 0 > 0) printf "%.2f", a / b; else print "no" }'
}

#   is_ratio MEASURED REFERENCE 'at least' 1.8
is_ratio() {
  awk -v measured="$1" -v reference="$2" -v relation="$3" -v bound="$4" 'BEGIN {
    if (measured + 0 <= 0 || reference + 0 <= 0) exit 1
    ratio = measured / reference
    exit !(relation == "at least" ? ratio >= bound : ratio <= bound)
  }'
}
