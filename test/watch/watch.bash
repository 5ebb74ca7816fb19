#!/usr/bin/env bash
# The watcher on the host of ../netns/lab.bash: start, settle, end.

# shellcheck source=../netns/lab.bash
source "${BASH_SOURCE[0]%/*}/../netns/lab.bash"

ROUTES=${ROUTES:-${BASH_SOURCE[0]%/*}/../../dist/mptcp-routes}
CONFIGURATION=/etc/mptcp-routes.conf
# Where programs.bash has put what is not installed.
PROGRAMS=${PROGRAMS:-$("${BASH_SOURCE[0]%/*}/programs.bash")}

# A program that is not installed, with its libraries.
#   unpacked usr/sbin/bird -c FILE
unpacked() {
  LD_LIBRARY_PATH=$(library_path) "$PROGRAMS/$1" "${@:2}"
}

on_host_unpacked() {
  on_host env LD_LIBRARY_PATH="$(library_path)" "$PROGRAMS/$1" "${@:2}"
}

library_path() {
  local directories=("$PROGRAMS"/usr/lib/*-linux-*{,/systemd} "$PROGRAMS"/lib/*-linux-*)
  (IFS=: && echo "${directories[*]}")
}

routes() {
  on_host "$ROUTES" "$@"
}

write_configuration() {
  cat > "$CONFIGURATION"
}

# Both uplinks with addresses and defaults as a manager leaves them, and a configuration that names them.
build_uplinks() {
  # Never lowered, so that a test which brings more addresses would not end as it began.
  on_host ip mptcp limits set subflows 8
  give_addresses eth0 10.1.1.2/24 2001:db8:1::2/64
  give_addresses eth1 10.1.2.2/24 2001:db8:2::2/64
  on_host ip route add default via 10.1.1.1 dev eth0
  on_host ip route add default via 10.1.2.1 dev eth1 metric 100
  on_host ip route add default via 2001:db8:1::1 dev eth0
  on_host ip route add default via 2001:db8:2::1 dev eth1 metric 2000
  write_configuration <<< '[eth*]'
}

# The log is LOG, the process WATCHER, which `ip netns exec` becomes.
start_watch() {
  start_watch_without_waiting "$@"
  wait_until is_watching
}

start_watch_without_waiting() {
  LOG=$BATS_TEST_TMPDIR/watch.log
  ip netns exec "$HOST" "$ROUTES" watch "$@" 2>> "$LOG" 3>&- &
  WATCHER=$!
}

is_watching() {
  monitor >/dev/null && is_settled
}

# The ip monitor of the watcher on this host; other tests may have theirs. The brackets keep bash from finding itself.
monitor() {
  # shellcheck disable=SC2016 # of the inner shell
  on_host bash -c 'pgrep --ns $$ --nslist net -f "[m]onitor link address route rule"'
}

#   signal_monitor KILL
signal_monitor() {
  monitor | xargs --no-run-if-empty kill -s "$1"
}

signal_watch() {
  kill -s "$1" "$WATCHER"
}

end_watch() {
  signal_watch "${1-TERM}"
  wait "$WATCHER"
}

# A fresh apply would change nothing.
is_settled() {
  [[ -z $(routes apply -n) ]]
}

expect_settled() {
  wait_until is_settled || fail "$(routes apply -n)" "$(cat "$LOG")"
}

# Of the rules of both families, those for an address.
rules_for() {
  print_rules | grep -F "from $1 " || true
}

has_way() {
  [[ $(way_from "$@") == "${WAY:?}" ]]
}

#   wait_for_way 10.1.2.2 eth1 [to 203.0.113.1]
wait_for_way() {
  WAY=$2 wait_until has_way "$1" "${@:3}"
}

is_logged() {
  grep -qF -- "$1" "$LOG"
}

is_without_rules() {
  [[ -z $(rules_for "$1") ]]
}
