#!/usr/bin/env bash
# mptcp-routes on the host of ../netns/lab.bash, whose uplinks a configuration names.

# shellcheck source-path=SCRIPTDIR source=../netns/lab.bash
source "${BASH_SOURCE[0]%/*}/../netns/lab.bash"

ROUTES=$(realpath "${HOOKS:-${BASH_SOURCE[0]%/*}/../../dist}/mptcp-routes")
CONFIGURATION=/etc/mptcp-routes.conf

routes() {
  on_host "$ROUTES" "$@"
}

# With an `ip` of fake-ip.bash before the real one.
routes_with_fake() {
  on_host env PATH="$FAKE_PATH" "$ROUTES" "$@"
}

write_configuration() {
  cat > "$CONFIGURATION"
}

build_host() {
  build_lab
  rm -f "$CONFIGURATION"
}

# Both uplinks with addresses and defaults, as a manager that knows nothing of us leaves them.
build_uplinks() {
  give_addresses eth0 10.1.1.2/24 2001:db8:1::2/64
  give_addresses eth1 10.1.2.2/24 2001:db8:2::2/64
  on_host ip route add default via 10.1.1.1 dev eth0
  on_host ip route add default via 10.1.2.1 dev eth1 metric 100
  on_host ip route add default via 2001:db8:1::1 dev eth0
  on_host ip route add default via 2001:db8:2::1 dev eth1 metric 2000
}

configure_uplinks() {
  build_uplinks
  write_configuration <<<'[eth*]'
}

# Rules, routes and endpoints of other programs, some where ours go.
add_strangers() {
  on_host ip rule add from 10.9.9.0/24 lookup 500 priority 30998
  on_host ip route add 10.99.0.0/16 via 10.1.2.1 dev eth1 table 500
  on_host ip mptcp endpoint add 10.1.2.9 id 9 signal
}

# What takes more uplinks than two: wan11, wan12 … each with an address and a router.
#   add_uplinks 11 40
add_uplinks() {
  local number name net
  {
    for ((number = $1; number <= $2; number++)); do
      # An address has no room for more.
      name=wan$number net=10.$((2 + number / 250)).$((number % 250))
      echo "link add $name type veth peer name isp$number"
      echo "link set $name up"
      echo "link set isp$number up"
      echo "address add $net.2/24 dev $name"
      echo "route add default via $net.1 dev $name metric $((1000 + number))"
    done
  } | on_host ip -batch -
}

# How many commands of the plan change the kernel.
pending() {
  routes plan "$@" 2>/dev/null | wc -l
}

# One of status, by jq.
#   status_of eth1 inet .state
status_of() {
  routes status --json |
    jq -r --arg device "$1" --arg family "$2" \
      ".uplinks[] | select(.device == \$device and .family == \$family) | $3"
}

#   expect_uplink eth1 inet incomplete 'no default in its table'
expect_uplink() {
  expect_equal "$(status_of "$1" "$2" .state)" "$3" || return
  [[ -z ${4-} ]] || expect_text "$(status_of "$1" "$2" '.problems[]')" "$4"
}
