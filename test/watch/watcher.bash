#!/usr/bin/env bash
# The watcher on the host of ../netns/lab.bash: start, settle, end.

# shellcheck source=../netns/lab.bash
source "${BASH_SOURCE[0]%/*}/../netns/lab.bash"

ROUTES=${ROUTES:-${BASH_SOURCE[0]%/*}/../../dist/mptcp-routes}
CONFIGURATION=/etc/mptcp-routes.conf

routes() {
  on_host "$ROUTES" "$@"
}

write_configuration() {
  cat > "$CONFIGURATION"
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
