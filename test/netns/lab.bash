#!/usr/bin/env bash
# A host with two uplinks, each to a provider of its own, for every .bats file to build on.
#
#   host eth0  10.1.1.2/24  2001:db8:1::2/64 ── provider 0  10.1.1.1  2001:db8:1::1 ┐ each holds 203.0.113.1
#   host eth1  10.1.2.2/24  2001:db8:2::2/64 ── provider 1  10.1.2.1  2001:db8:2::1 ┘ and 2001:db8:ffff::1
#
# A provider has no route back to the other's addresses, so an answer from 203.0.113.1 proves that the
# packet left by the uplink of its source address.

bats_require_minimum_version 1.5.0

NETNS_TESTS=${BASH_SOURCE[0]%/*}
# shellcheck source-path=SCRIPTDIR source=machine.bash
source "$NETNS_TESTS/machine.bash"
# shellcheck source-path=SCRIPTDIR source=expect.bash
source "$NETNS_TESTS/expect.bash"
# shellcheck source-path=SCRIPTDIR source=state.bash
source "$NETNS_TESTS/state.bash"
# shellcheck source-path=SCRIPTDIR source=fake-ip.bash
source "$NETNS_TESTS/fake-ip.bash"

SERVER=203.0.113.1
SERVER6=2001:db8:ffff::1
UP=/etc/network/if-up.d/mptcp_up
DOWN=/etc/network/if-post-down.d/mptcp_down
LEAVE=/etc/network/if-down.d/mptcp_down

# Namespaces: make, unmake, enter

build_lab() {
  expect_a_shield
  HOST=host-$RANDOM$RANDOM
  NAMESPACES=()
  add_namespace "$HOST"
  add_provider 0
  add_provider 1
  forget_interfaces
  forget_records
}

# What runs in a namespace keeps it alive after its name is gone.
tear_down_lab() {
  show_hidden_programs
  stop_faking_ip
  local name
  for name in "${NAMESPACES[@]}"; do
    ip netns pids "$name" | xargs --no-run-if-empty kill -9 2>/dev/null || true
    ip netns delete "$name"
  done
}

# Duplicate address detection takes a second per address: a test that is about it turns it on.
add_namespace() {
  ip netns add "$1"
  NAMESPACES+=("$1")
  inside "$1" sysctl -qw net.ipv6.conf.{all,default}.accept_dad=0 net.ipv4.ip_forward=0
  inside "$1" ip link set lo up
}

# For ip alone its own -netns: `ip netns exec` makes a mount namespace as well, each time.
inside() {
  if [[ $2 == ip ]]; then
    ip -netns "$1" "${@:3}"
  else
    ip netns exec "$@"
  fi
}

on_host() {
  inside "$HOST" "$@"
}

provider() {
  echo "$HOST-provider$1"
}

at_provider() {
  inside "$(provider "$1")" "${@:2}"
}

add_provider() {
  local name
  name=$(provider "$1")
  add_namespace "$name"
  # Else its neighbour advertisements say that it is no router, and the host gives up a default by it (ndisc_recv_na).
  inside "$name" sysctl -qw net.ipv6.conf.all.forwarding=1
  ip link add "eth$1" netns "$HOST" type veth peer name customer netns "$name"
  inside "$name" ip -batch - <<END
link set customer up
address add $SERVER/32 dev lo
address add $SERVER6/128 dev lo
address add 10.1.$(($1 + 1)).1/24 dev customer
address add 2001:db8:$(($1 + 1))::1/64 dev customer
END
}

# Addresses as a static stanza leaves them, where a test has no need of ifup.
#   give_addresses eth1 10.1.2.2/24 2001:db8:2::2/64
give_addresses() {
  local address
  add_addresses "$@"
  for address in "${@:2}"; do
    wait_until is_in_use "${address%/*}"
  done
}

add_addresses() {
  local device=$1 address
  on_host ip link set dev "$device" up
  for address in "${@:2}"; do
    on_host ip address add "$address" dev "$device"
  done
}

# The kernel takes an IPv6 address into use a moment after it is added, or after duplicate address detection.
is_in_use() {
  on_host ip route get "$1" | grep -q '^local '
}

# ifupdown

forget_interfaces() {
  rm -rf /run/network /var/lib/dhcp/* /var/lib/dhcpcd/*
  mkdir /run/network
  write_interfaces </dev/null
}

# The kernel gives the number of a network namespace out again: another test's records would be those of this host.
forget_records() {
  rm -rf /run/mptcp-routes
}

write_interfaces() {
  cat > /etc/network/interfaces
}

ifup() {
  on_host ifup "$@"
}

ifdown() {
  on_host ifdown "$@"
}

# A hook as ifupdown starts it for the stanza of the page, without ifup around it.
#   start_hook up|leave|down eth1 [NAME=VALUE…]
start_hook() {
  local direction=$1 device=$2 hook mode phase
  case $direction in
    up) hook=$UP mode=start phase=post-up ;;
    leave) hook=$LEAVE mode=stop phase=pre-down ;;
    down) hook=$DOWN mode=stop phase=post-down ;;
  esac
  on_host env IFACE="$device" LOGICAL="$device" ADDRFAM=inet METHOD=static MODE=$mode PHASE=$phase \
    VERBOSITY=0 "${@:3}" "$hook"
}

# A hook as a person starts it: nothing set but the interface.
#   start_by_hand up eth1 [NAME=VALUE…] [-- OPTION…]
start_by_hand() {
  local hook=$UP settings=()
  [[ $1 == up ]] || hook=$DOWN
  settings=("IFACE=$2")
  shift 2
  while [[ $# -gt 0 && $1 != -- ]]; do
    settings+=("$1")
    shift
  done
  shift $(($# > 0))
  on_host env "${settings[@]}" node "$hook" "$@"
}

# What ifup hands over for the second stanza of the page.
# shellcheck disable=SC2034 # for the .bats files
PAGE_ENVIRONMENT=(ADDRFAM=inet METHOD=static IF_ADDRESS=10.1.2.2 IF_NETMASK=255.255.255.0 IF_GATEWAY=10.1.2.1)

write_page_interfaces() {
  write_interfaces <<'END'
auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
    address 10.1.1.2/24
    gateway 10.1.1.1

auto eth1
iface eth1 inet static
    address 10.1.2.2/24
    mptcp-gateway 10.1.2.1
END
}

# Waiting

# For what another process brings about; ten seconds, so that a hang is a failed test.
wait_until() {
  local attempt
  for ((attempt = 0; attempt < 100; attempt++)); do
    if "$@" >/dev/null 2>&1; then
      return
    fi
    sleep 0.1
  done
  fail "still not so after 10 s: $*"
}

# As ip tells it, which may be a second after the cable is out.
lacks_carrier() {
  [[ $(on_host ip link show "$1") == *NO-CARRIER* ]]
}
