#!/usr/bin/env bats
# Runs at the same time: one after the other in a network namespace, and none waits for what cannot come.

load lab

setup() {
  build_lab
  give_addresses eth0 10.1.1.2/24
  give_addresses eth1 10.1.2.2/24
  LOCK=/run/mptcp-routes/$(on_host stat -L -c %d-%i /proc/self/ns/net).lock
  HOLDER=
}

teardown() {
  let_go
  ! mountpoint -q /run/mptcp-routes || umount /run/mptcp-routes
  tear_down_lab
}

# An `ip` that notes in a directory of the test that it was started, and stops before it writes until it may go on. It
# ends with the run that started it.
slow_ip() {
  SLOW_IP=$BATS_TEST_TMPDIR/$1
  mkdir "$SLOW_IP"
  cat > "$SLOW_IP/ip" <<'END'
#!/bin/bash
here=${0%/*}
touch "$here/started"
[[ " $* " == *' -batch - '* ]] || exec /sbin/ip "$@"
mapfile -t lines
if printf '%s\n' "${lines[@]}" | grep -qE '^[a-z0-9 -]+ (add|append|replace|change|delete|set) '; then
  touch "$here/writes"
  until [[ -e $here/may-write ]]; do
    sleep 0.05
    kill -0 "$PPID" 2>/dev/null || exit 1
  done
fi
printf '%s\n' "${lines[@]}" | /sbin/ip "$@"
END
  chmod +x "$SLOW_IP/ip"
}

# Leaves the process id of Node itself in RUN.
#   start_in_background eth1 10.1.2.1
start_in_background() {
  ip netns exec "$HOST" env IFACE="$1" ADDRFAM=inet IF_MPTCP_GATEWAY="$2" PATH="$SLOW_IP:$PATH" node "$UP" 3>&- &
  RUN=$!
}

hold_lock() {
  mkdir -p "${LOCK%/*}"
  flock "$LOCK" sleep 120 3>&- &
  HOLDER=$!
  wait_until lock_is_held
}

let_go() {
  [[ -z $HOLDER ]] || pkill -P "$HOLDER" || true
  HOLDER=
}

lock_is_held() {
  [[ -e $LOCK ]] && ! flock -n "$LOCK" true
}

# The kernel marks those who wait with an arrow.
lock_is_awaited() {
  grep -q -e "->.*:$(stat -c %i "$LOCK") " /proc/locks
}

@test 'a run reads nothing before another one has written' {
  slow_ip first
  start_in_background eth0 10.1.1.1
  local first=$RUN first_ip=$SLOW_IP
  wait_until test -e "$first_ip/writes"
  slow_ip second
  touch "$SLOW_IP/may-write"
  start_in_background eth1 10.1.2.1
  wait_until lock_is_awaited
  [[ ! -e $SLOW_IP/started ]] || fail 'it has read while the other one was about to write'
  touch "$first_ip/may-write"
  wait "$first"
  wait "$RUN"
  expect_answer 10.1.1.2
  expect_answer 10.1.2.2
  ! lock_is_held || fail 'the lock outlives the runs'
}

@test 'the lock dies with its holder: kill -9, and the next run goes at once' {
  slow_ip first
  start_in_background eth0 10.1.1.1
  wait_until test -e "$SLOW_IP/writes"
  lock_is_held || fail 'a run that is about to write does not hold the lock'
  kill -KILL "$RUN"
  run --separate-stderr timeout 20 ip netns exec "$HOST" env IFACE=eth1 ADDRFAM=inet IF_MPTCP_GATEWAY=10.1.2.1 node "$UP"
  expect_status 0
  expect_quiet
  expect_answer 10.1.2.2
}

@test 'who waits 30 s gives up with a message, and ifup does not fail' {
  local before status_by_hand=0
  before=$(print_state)
  hold_lock
  start_by_hand up eth0 2> "$BATS_TEST_TMPDIR/by-hand" 3>&- &
  local by_hand=$!
  run --separate-stderr start_hook up eth1 "${PAGE_ENVIRONMENT[@]}"
  expect_status 0
  expect_one_message
  expect_message eth1 '30 s'
  wait "$by_hand" || status_by_hand=$?
  expect_equal "$status_by_hand" 1
  expect_text "$(< "$BATS_TEST_TMPDIR/by-hand")" eth0 '30 s'
  expect_state "$before"
}

@test 'a dry run does not wait, nor does a run in another network namespace' {
  hold_lock
  run timeout 20 ip netns exec "$HOST" env IFACE=eth1 ADDRFAM=inet IF_MPTCP_GATEWAY=10.1.2.1 node "$UP" -n
  expect_status 0
  expect_text "$output" 'rule add'
  at_provider 0 timeout 20 env IFACE=customer ADDRFAM=inet node "$UP"
  lock_is_held
}

@test 'no flock: a run goes on and says so' {
  hide_program flock
  run --separate-stderr start_hook up eth1 "${PAGE_ENVIRONMENT[@]}" IF_MPTCP_GATEWAY=10.1.2.1
  expect_status 0
  expect_one_message
  expect_message flock
  expect_answer 10.1.2.2
}

@test 'a /run that cannot be written costs the lock and the records only' {
  mkdir -p /run/mptcp-routes
  mount -t tmpfs -o ro tmpfs /run/mptcp-routes
  run --separate-stderr start_hook up eth1 "${PAGE_ENVIRONMENT[@]}" IF_MPTCP_GATEWAY=10.1.2.1
  expect_status 0
  expect_message /run
  expect_answer 10.1.2.2
  start_hook down eth1
  expect_nothing_of_ours
}
