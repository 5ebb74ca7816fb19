#!/usr/bin/env bash
# The lab of ../../failover for the measurement: runs the commands of its standard input, one a line, and answers each by
# its exit status.
#   lab.bash DIRECTORY     for the watcher's log

# Of bats, which is not here.
bats_require_minimum_version() { :; }
export BATS_TEST_TMPDIR=$1

# shellcheck source=../../failover/lab.bash
source "${BASH_SOURCE[0]%/*}/../../failover/lab.bash"

BENCH=${BASH_SOURCE[0]%/*}
# The next hop behind both providers. The loop gives it a route of its own, so it is none that anybody else asks.
PROBED=203.0.113.1
STREAM=8080

#   build watch|loop INTERVAL
build() {
  build_places
  let_questions_pass
  case $1 in
    watch) use_watcher "$2" ;;
    loop) use_loop "$2" ;;
  esac
  at_peer mptcpize run node "$BENCH/stream.mjs" send $STREAM >/dev/null 3>&- &
  wait_until is_listening "$HOST-peer" $STREAM
}

# A stream fills every queue that its window allows: with a small one, none overflows and loses the questions.
let_questions_pass() {
  on_host sysctl -qw net.ipv4.tcp_rmem='4096 32768 49152'
}

# shellcheck disable=SC2119
use_watcher() {
  write_probed_uplinks "$PROBED" none "$1" | write_interfaces
  ifup -a
  start_watch
}

# An uplink that dies within a minute of its return is not trusted as soon again: each trial has a watcher of its own.
# shellcheck disable=SC2119 # the watcher takes no options here
renew() {
  [[ -n ${WATCHER-} ]] || return 0
  end_watch
  start_watch
}

# Plain addresses, main's default by eth0, and the loop.
use_loop() {
  give_addresses eth0 10.1.1.2/24
  give_addresses eth1 10.1.2.2/24
  on_host ip route add default via 10.1.1.1 dev eth0
  ip netns exec "$HOST" sh "$BENCH/ping-loop.sh" "$1" "$PROBED" 3>&- &
}

# Nothing else may run where this fails.
set -e
shield_the_machine
install_hooks "$BENCH/../../../dist"
set +e

# The answers go by descriptor 3, so that a program which talks does not answer.
exec 3>&1 >&2
while read -ra command; do
  status=0
  "${command[@]}" </dev/null || status=$?
  echo "$status $HOST" >&3
done
