#!/usr/bin/env bash
# A host with two uplinks that are probed, a guest whose packets it forwards, and a peer that says who asks it.
#
#   guest 172.17.0.2 fd00:77::2 ── br0 host eth0 10.1.1.2 2001:db8:1::2 ── provider 0 ┐
#                                      host eth1 10.1.2.2 2001:db8:2::2 ── provider 1 ┴ internet ── peer
#
# eth0 has the defaults of main; eth1 is one to fall back on (mptcp-metric).

FAILOVER_TESTS=${BASH_SOURCE[0]%/*}
# shellcheck source=../watch/watcher.bash
source "$FAILOVER_TESTS/../watch/watcher.bash"
# shellcheck source=../proof/transfer.bash
source "$FAILOVER_TESTS/../proof/transfer.bash"
# shellcheck source=failures.bash
source "$FAILOVER_TESTS/failures.bash"
# shellcheck source=asking.bash
source "$FAILOVER_TESTS/asking.bash"

#   build_failover [PROBED4 PROBED6 INTERVAL]     the peer each second, if not told otherwise
build_failover() {
  build_places
  write_probed_uplinks "${1:-$PEER}" "${2:-$PEER6}" "${3:-1}" | write_interfaces
  ifup -a
  start_watch -v
  wait_until_all_go_by 0
  BEFORE=$(print_whole_state)
}

build_places() {
  build_network 10 10
  forget_records
  keep_addresses_of_pulled_cables
  add_guest
  start_answering
  count_strays 0
  count_strays 1
}

# IPv6 gives them up when a link is down: with them the router behind a cable would be gone for good.
keep_addresses_of_pulled_cables() {
  local number
  for number in 0 1; do
    at_provider "$number" sysctl -qw net.ipv6.conf.all.keep_addr_on_down=1 net.ipv6.conf.customer.keep_addr_on_down=1
  done
}

#   write_probed_uplinks PROBED4 PROBED6 INTERVAL
write_probed_uplinks() {
  local number net
  for number in 0 1; do
    net=$((number + 1))
    printf 'auto eth%s\niface eth%s inet static\n    address 10.1.%s.2/24\n    %s 10.1.%s.1\n' \
      "$number" "$number" "$net" "$(gateway_option "$number")" "$net"
    write_probe "$number" "$1" "$3" 100
    printf 'iface eth%s inet6 static\n    address 2001:db8:%s::2/64\n    %s 2001:db8:%s::1\n' \
      "$number" "$net" "$(gateway_option "$number")" "$net"
    # Behind main's own default of IPv6, which has 1024.
    write_probe "$number" "$2" "$3" 2000
  done
}

#   write_probe NUMBER PROBED INTERVAL METRIC
write_probe() {
  printf '    mptcp-probe %s\n    mptcp-probe-interval %s\n' "$2" "$3"
  (($1 == 0)) || printf '    mptcp-metric %s\n' "$4"
}

# As a host of virtual machines has it: a bridge, and an address of the uplink for what leaves by it.
add_guest() {
  GUEST=$HOST-guest
  add_namespace "$GUEST"
  on_host sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  on_host ip link add br0 up type bridge
  on_host ip link add guest type veth peer name eth0 netns "$GUEST"
  on_host ip link set guest up master br0
  on_host ip address add 172.17.0.1/16 dev br0
  on_host ip address add fd00:77::1/64 dev br0 nodad
  inside "$GUEST" ip -batch - <<'END'
link set eth0 up
address add 172.17.0.2/16 dev eth0
address add fd00:77::2/64 dev eth0 nodad
route add default via 172.17.0.1
route add default via fd00:77::1
END
  on_host nft -f - <<'TABLE'
table inet guests {
  chain out {
    type nat hook postrouting priority srcnat
    iifname "br0" oifname { "eth0", "eth1" } masquerade
  }
}
TABLE
}

# What the provider is sent from addresses of the other one's: it must stay at nothing. Beside it what must not.
count_strays() {
  local own=$(($1 + 1)) other=$((2 - $1))
  at_provider "$1" nft -f - <<TABLE
table inet strays {
  counter strays { }
  counter own { }
  chain in {
    type filter hook prerouting priority raw
    iifname "customer" ip saddr 10.1.$other.0/24 counter name strays
    iifname "customer" ip6 saddr 2001:db8:$other::/64 counter name strays
    iifname "customer" ip saddr 10.1.$own.0/24 counter name own
  }
}
TABLE
}

#   counted NUMBER strays|own      packets
counted() {
  at_provider "$1" nft -j list counter inet strays "$2" | jq '.nftables[] | .counter? // empty | .packets'
}

expect_no_strays() {
  local number
  for number in 0 1; do
    expect_equal "provider $number: $(counted "$number" strays)" "provider $number: 0"
    (($(counted "$number" own) > 0)) || fail "provider $number has seen nothing at all"
  done
}

# The state of a host with every uplink alive and, in the same text, what is set by /proc.
print_whole_state() {
  print_state
  on_host sysctl -a --pattern 'ignore_routes_with_linkdown'
}

is_as_before() {
  [[ $(print_whole_state) == "$BEFORE" ]]
}

expect_as_before() {
  wait_until is_as_before || fail "$(diff -u <(echo "$BEFORE") <(print_whole_state))" "$(cat "$LOG")"
}
