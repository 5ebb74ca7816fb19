#!/usr/bin/env bash
# Ways in which an uplink fails, each with what mends it. The number is the uplink's.

# The host loses the carrier and keeps its addresses.
pull_cable() {
  at_provider "$1" ip link set customer down
}

plug_cable() {
  at_provider "$1" ip link set customer up
}

# Link and router live, but nothing is behind the router.
#   kill_provider NUMBER [ipv4|ipv6]      for both, if not told otherwise
kill_provider() {
  at_provider "$1" nft -f - <<TABLE
table inet dead {
  chain forward {
    type filter hook forward priority filter
    meta nfproto { ${2:-ipv4, ipv6} } drop
  }
}
TABLE
}

revive_provider() {
  at_provider "$1" nft delete table inet dead
}

# Nor does the router answer, not even ARP: it is off, and a switch keeps the link.
remove_router() {
  at_provider "$1" nft -f - <<'TABLE'
table netdev gone {
  chain in {
    type filter hook ingress device customer priority filter
    policy drop
  }
}
TABLE
}

return_router() {
  at_provider "$1" nft delete table netdev gone
}

# Of what a ping sends and gets, so many of a hundred are lost: on one of its two ways.
#   lose_packets NUMBER PERCENT
lose_packets() {
  at_provider "$1" nft -f - <<TABLE
table inet lossy {
  counter lost { }
  chain forward {
    type filter hook forward priority filter
    iifname "internet" numgen random mod 100 < $2 counter name lost drop
  }
}
TABLE
}

lost_packets() {
  at_provider "$1" nft -j list counter inet lossy lost | jq '.nftables[] | .counter? // empty | .packets'
}

# As often as told, in the seconds told; it ends as it began where the count is even.
#   flap_cable NUMBER CHANGES SECONDS
flap_cable() {
  local change pause
  pause=$(awk -v changes="$2" -v seconds="$3" 'BEGIN { print seconds / changes }')
  for ((change = 0; change < $2; change++)); do
    if ((change % 2 == 0)); then
      pull_cable "$1"
    else
      plug_cable "$1"
    fi
    sleep "$pause"
  done
}
