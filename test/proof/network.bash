#!/usr/bin/env bash
# A host with up to three uplinks, each of a bandwidth of its own, and a peer with one address on one fast link.
#
#   host eth0 10.1.1.2/24 2001:db8:1::2/64 ── provider 0 ┐
#   host eth1 10.1.2.2/24 2001:db8:2::2/64 ── provider 1 ├ internet ── peer 203.0.113.2/24 2001:db8:ffff::2/64
#   host eth2 10.1.3.2/24 2001:db8:3::2/64 ── provider 2 ┘
#
# The narrow place is between provider and host, in both directions. A provider forwards only what comes from an
# address that it gave (BCP 38): a packet that leaves by the wrong uplink is lost, as in the real world.

PROOF_TESTS=${BASH_SOURCE[0]%/*}
# shellcheck source=../netns/lab.bash
source "$PROOF_TESTS/../netns/lab.bash"

PEER=203.0.113.2
PEER6=2001:db8:ffff::2

#   build_network 20 20      two uplinks of 20 Mbit/s
build_network() {
  local number=0 rate
  expect_a_shield
  HOST=host-$RANDOM$RANDOM
  NAMESPACES=()
  add_end "$HOST"
  add_router "$HOST-internet"
  add_end "$HOST-peer"
  connect_peer
  for rate; do
    add_uplink "$number" "$rate"
    number=$((number + 1))
  done
  forget_interfaces
}

at_peer() {
  inside "$HOST-peer" "$@"
}

on_internet() {
  inside "$HOST-internet" "$@"
}

# Reno is the one congestion control that every kernel has and that every namespace may choose: else the figures would
# depend on what the machine has by default.
add_end() {
  add_namespace "$1"
  inside "$1" sysctl -qw net.ipv4.tcp_congestion_control=reno
}

add_router() {
  add_namespace "$1"
  inside "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

connect_peer() {
  ip link add peer netns "$HOST-internet" type veth peer name eth0 netns "$HOST-peer"
  on_internet ip -batch - <<END
address add 203.0.113.1/24 dev peer
address add 2001:db8:ffff::1/64 dev peer
link set peer up
END
  at_peer ip -batch - <<END
address add $PEER/24 dev eth0
address add $PEER6/64 dev eth0
link set eth0 up
route add default via 203.0.113.1
route add default via 2001:db8:ffff::1
END
}

#   add_uplink NUMBER MBIT
add_uplink() {
  local name net=$(($1 + 1))
  name=$(provider "$1")
  add_router "$name"
  ip link add "eth$1" netns "$HOST" type veth peer name customer netns "$name"
  ip link add "provider$1" netns "$HOST-internet" type veth peer name internet netns "$name"
  inside "$name" ip -batch - <<END
address add 10.1.$net.1/24 dev customer
address add 2001:db8:$net::1/64 dev customer
address add 10.9.$net.1/30 dev internet
address add 2001:db8:9$net::1/64 dev internet
link set customer up
link set internet up
route add default via 10.9.$net.2
route add default via 2001:db8:9$net::2
rule add priority 100 iif customer from 10.1.$net.0/24 lookup main
rule add priority 101 iif customer blackhole
END
  inside "$name" ip -6 rule add priority 100 iif customer from "2001:db8:$net::/64" lookup main
  inside "$name" ip -6 rule add priority 101 iif customer blackhole
  on_internet ip -batch - <<END
address add 10.9.$net.2/30 dev provider$1
address add 2001:db8:9$net::2/64 dev provider$1
link set provider$1 up
route add 10.1.$net.0/24 via 10.9.$net.1
route add 2001:db8:$net::/64 via 2001:db8:9$net::1
END
  shape "$name" customer "$2"
  shape "$name" internet "$2"
}

# The burst lets the kernel be 20 ms late, as it is on a busy machine.
shape() {
  inside "$1" tc qdisc add dev "$2" root tbf rate "$3mbit" burst "$(($3 * 5 / 2))kb" latency 50ms
}

set_bandwidth() {
  local device
  for device in customer internet; do
    at_provider "$1" tc qdisc delete dev "$device" root
    shape "$(provider "$1")" "$device" "$2"
  done
}

# What an admin writes: the stanza with the default route, then those that only name their gateway.

#   write_uplinks 2 ['mptcp-endpoint none' …]      the options are for the last stanza
write_uplinks() {
  write_stanzas inet "$@" | write_interfaces
}

write_ipv6_uplinks() {
  write_stanzas inet6 "$@" | write_interfaces
}

write_stanzas() {
  local family=$1 count=$2 number net
  for ((number = 0; number < count; number++)); do
    net=$((number + 1))
    printf 'auto eth%s\niface eth%s %s static\n' "$number" "$number" "$family"
    case $family in
      inet) printf '    address 10.1.%s.2/24\n    %s 10.1.%s.1\n' "$net" "$(gateway_option "$number")" "$net" ;;
      inet6) printf '    address 2001:db8:%s::2/64\n    %s 2001:db8:%s::1\n' \
        "$net" "$(gateway_option "$number")" "$net" ;;
    esac
  done
  (($# == 2)) || printf '    %s\n' "${@:3}"
}

gateway_option() {
  if (($1 == 0)); then
    echo gateway
  else
    echo mptcp-gateway
  fi
}

# Bytes through an uplink of the host since it was made; ifdown does not reset them.
received_on() {
  on_host ip -j -s link show "$1" | jq '.[0].stats64.rx.bytes'
}

sent_on() {
  on_host ip -j -s link show "$1" | jq '.[0].stats64.tx.bytes'
}

#   has_carried received_on eth1 1000000
has_carried() {
  (($("$1" "$2") >= $3))
}

is_listening() {
  [[ -n $(inside "$1" ss --no-header --listening --tcp "sport = $2") ]]
}

# Into the test's report, whether it passes or fails.
report() {
  printf '# %s\n' "$@" >&3
}
