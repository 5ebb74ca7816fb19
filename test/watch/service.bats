#!/usr/bin/env bats
# The watcher as a service: signals, configuration, one in a namespace, its monitor, its log, the hooks beside it.

load watch

setup() {
  build_lab
  build_uplinks
}

teardown() {
  tear_down_lab
}

# End and start

@test 'SIGTERM and SIGINT leave everything in place, and no process' {
  local signal before
  for signal in TERM INT; do
    start_watch
    before=$(print_state)
    expect_something_of_ours
    end_watch "$signal"
    expect_state "$before"
    run monitor
    expect_status 1
  done
}

@test 'kill -9: the next start goes on, and changes nothing that is right' {
  start_watch
  local before
  before=$(print_state)
  run end_watch KILL
  expect_state "$before"
  : > "$LOG"
  start_watch -v
  expect_state "$before"
  expect_no_text "$(cat "$LOG")" 'ip '
}

@test 'what happened while nobody watched is seen to at the start' {
  start_watch
  run end_watch KILL
  on_host ip rule flush protocol 77
  on_host ip address delete 10.1.2.2/24 dev eth1
  on_host ip address add 10.1.2.3/24 dev eth1
  on_host ip route add default via 10.1.2.1 dev eth1 metric 100
  start_watch
  expect_answer 10.1.1.2
  expect_answer 10.1.2.3
}

@test 'a second one in the same network refuses, one in another network does not' {
  start_watch
  run --separate-stderr routes watch
  expect_status 1
  expect_message 'mptcp-routes: ' 'another mptcp-routes watch'
  expect_one_message
  end_watch
  start_watch
  expect_settled
}

# Configuration

@test 'a configuration that is changed counts from SIGHUP on' {
  start_watch
  printf '%s\n' '[eth1]' 'mptcp = off' '[eth*]' | write_configuration
  signal_watch HUP
  wait_until is_without_rules 10.1.2.2
  expect_settled
  write_configuration <<< '[eth*]'
  signal_watch HUP
  wait_for_way 10.1.2.2 eth1
  expect_settled
}

@test 'a section that is taken out takes with it what stands of ours on its devices' {
  start_watch
  write_configuration <<< '[eth0]'
  signal_watch HUP
  wait_until is_without_rules 10.1.2.2
  wait_until is_without_rules 2001:db8:2::2
  expect_equal "$(group_of eth1)" 0
  expect_no_text "$(print_our_routes)" 'dev eth1'
  expect_no_text "$(print_endpoints)" eth1
  expect_answer 10.1.1.2
  write_configuration <<< '[eth*]'
  signal_watch HUP
  wait_for_way 10.1.2.2 eth1
  expect_settled
}

@test 'a section that was taken out while nobody watched counts as well' {
  start_watch
  end_watch
  write_configuration <<< '[eth0]'
  start_watch
  wait_until is_without_rules 10.1.2.2
  expect_equal "$(group_of eth1)" 0
  expect_answer 10.1.1.2
}

@test 'what stands on a device that neither a record nor a section ever named stays' {
  write_configuration <<< '[eth0]'
  start_by_hand up eth1
  forget_records
  start_watch
  on_host ip rule delete from 10.1.1.2 priority 31000
  wait_for_way 10.1.1.2 eth0
  expect_answer 10.1.2.2
  expect_text "$(print_rules)" 'from 10.1.2.2 '
}

@test 'a broken configuration is told at SIGHUP, and the old one stays' {
  start_watch
  local before
  before=$(print_state)
  printf '%s\n' '[eth*]' 'mptcp-priority = 0' | write_configuration
  signal_watch HUP
  wait_until is_logged "$CONFIGURATION:2, section [eth*]"
  on_host ip rule flush protocol 77
  wait_for_way 10.1.2.2 eth1
  wait_for_way 10.1.1.2 eth0
  expect_state "$before"
}

@test 'a broken configuration at the start is an error with its place' {
  printf '%s\n' '[eth*]' 'mptcp-priority = 0' | write_configuration
  run --separate-stderr routes watch
  expect_status 1
  expect_message mptcp-priority "$CONFIGURATION:2" '[eth*]'
}

# Its monitor

has_another_monitor() {
  [[ $(monitor) != "$1" && -n $(monitor) ]]
}

@test 'a monitor that is killed is started again, and what happened meanwhile is seen' {
  start_watch
  local old
  old=$(monitor)
  signal_monitor KILL
  on_host ip rule flush protocol 77
  wait_for_way 10.1.2.2 eth1
  wait_until has_another_monitor "$old"
  expect_settled
  wait_until is_logged 'ip monitor has ended'
  on_host ip rule flush protocol 77
  wait_for_way 10.1.2.2 eth1
}

@test 'a monitor that reads too slowly loses events, and nothing is lost by it' {
  start_watch
  signal_monitor STOP
  on_host ip rule flush protocol 77
  signal_monitor CONT
  wait_for_way 10.1.2.2 eth1
  expect_settled
}

@test 'without a monitor it looks now and then, and does not spin' {
  fake_ip_without_monitor
  PATH=$FAKE_PATH start_watch_without_waiting
  wait_until is_logged 'ip monitor has ended'
  wait_until is_settled
  on_host ip rule flush protocol 77
  wait_for_way 10.1.2.2 eth1
  expect_equal "$(grep -c 'ip monitor has ended' "$LOG")" 1
}

fake_ip_without_monitor() {
  FAKE_PATH=$BATS_TEST_TMPDIR/fake:$PATH
  mkdir "$BATS_TEST_TMPDIR/fake"
  printf '%s\n' '#!/bin/sh' 'case "$*" in *monitor*) echo "no such command" >&2; exit 1 ;; esac' \
    'exec /sbin/ip "$@"' > "$BATS_TEST_TMPDIR/fake/ip"
  chmod +x "$BATS_TEST_TMPDIR/fake/ip"
}

# In clock ticks of 10 ms, of the programs that it has started as well.
work() {
  awk '{ print $14 + $15 + $16 + $17 }' "/proc/$WATCHER/stat"
}

@test 'where ip does not work at all it goes on, does not spin, and heals when it does' {
  local fake=$BATS_TEST_TMPDIR/broken before
  mkdir "$fake"
  # shellcheck disable=SC2016 # of the inner shell
  printf '%s\n' '#!/bin/sh' '[ "$1" != netns ] || exec /sbin/ip "$@"' 'echo "cannot work" >&2' 'exit 255' > "$fake/ip"
  chmod +x "$fake/ip"
  PATH=$fake:$PATH start_watch_without_waiting
  wait_until is_logged 'cannot work'
  before=$(work)
  sleep 2
  (($(work) - before < 60)) || fail "$(($(work) - before)) ticks in 2 s"
  rm "$fake/ip"
  wait_for_way 10.1.2.2 eth1
  wait_until is_logged 'what was refused is no more'
  expect_settled
}

# Refusals

@test 'a device that goes between plan and write is no fault, and holds up no other' {
  PATH=$(vanishing_path eth1) start_watch_without_waiting
  wait_for_way 10.1.1.2 eth0
  wait_until is_without_rules 10.1.2.2
  expect_settled
  [[ ! -e $BATS_TEST_TMPDIR/vanishing/device ]]
  expect_answer 10.1.1.2
  expect_no_text "$(cat "$LOG")" 'internal error'
}

#   vanishing_path DEVICE: a PATH with an `ip` before whose first writing batch the device is pulled
vanishing_path() {
  local directory=$BATS_TEST_TMPDIR/vanishing
  mkdir "$directory"
  echo "$1" > "$directory/device"
  cat > "$directory/ip" <<'END'
#!/bin/bash
device=${0%/*}/device
[[ " $* " == *' -batch - '* && -e $device ]] || exec /sbin/ip "$@"
mapfile -t lines
if [[ " ${lines[*]} " == *' add '* ]]; then
  /sbin/ip link delete dev "$(< "$device")"
  rm "$device"
fi
printf '%s\n' "${lines[@]}" | /sbin/ip "$@"
END
  chmod +x "$directory/ip"
  echo "$directory:$PATH"
}

@test 'what the kernel refuses on one device holds up no other, and is said once' {
  PATH=$(refusing_path 'rule add from 10.1.2.2 lookup [0-9]+ priority 31000') start_watch_without_waiting
  wait_for_way 10.1.1.2 eth0
  wait_until is_logged 'eth1: the kernel refused "ip rule add from 10.1.2.2'
  wait_until is_without_rules 10.1.2.2
  on_host ip rule flush protocol 77
  wait_for_way 10.1.1.2 eth0
  # Tried again after 1 s, 2 s and so on, until it goes through.
  rm "$BATS_TEST_TMPDIR/refusing/refuses"
  wait_for_way 10.1.2.2 eth1
  wait_until is_logged 'eth1: what was refused is no more'
  expect_equal "$(grep -c 'the kernel refused' "$LOG")" 1
  expect_settled
}

#   refusing_path PATTERN: a PATH with an `ip` whose batches fail at lines of the pattern, as the kernel makes them
refusing_path() {
  local directory=$BATS_TEST_TMPDIR/refusing
  mkdir "$directory"
  echo "$1" > "$directory/refuses"
  cat > "$directory/ip" <<'END'
#!/bin/bash
refuses=${0%/*}/refuses
[[ " $* " == *' -batch - '* && -e $refuses ]] || exec /sbin/ip "$@"
mapfile -t lines
for number in "${!lines[@]}"; do
  [[ ${lines[number]} =~ $(< "$refuses") ]] || continue
  printf '%s\n' "${lines[@]:0:number}" | /sbin/ip "$@"
  printf '%s\n' 'RTNETLINK answers: Operation not supported' "Command failed -:$((number + 1))" >&2
  [[ " $* " != *' -force '* ]] || printf '%s\n' "${lines[@]:number+1}" | /sbin/ip "$@"
  exit 1
done
printf '%s\n' "${lines[@]}" | /sbin/ip "$@"
END
  chmod +x "$directory/ip"
  echo "$directory:$PATH"
}

@test 'one who deletes a rule again and again is named once, and other rules are healed at once' {
  start_watch
  local turn
  for ((turn = 0; turn < 40; turn++)); do
    on_host ip rule delete from 10.1.2.2 priority 31000 || true
    sleep 0.1
  done
  wait_until is_logged 'somebody takes away again and again'
  on_host ip rule delete from 10.1.1.2 priority 31000
  wait_for_way 10.1.1.2 eth0
  wait_until is_settled
  expect_equal "$(grep -c 'somebody takes away' "$LOG")" 1
}

# The log

@test 'a journal is told levels, and what was changed and why' {
  LOG=$BATS_TEST_TMPDIR/watch.log
  touch "$LOG"
  export JOURNAL_STREAM
  JOURNAL_STREAM=$(stat -c %d:%i "$LOG")
  start_watch
  wait_until is_logged_after_deletion '<6>eth1: ip rule add from 10.1.2.2' ', after "Deleted 31000:'
  expect_no_text "$(cat "$LOG")" 'mptcp-routes: '
}

# Another event may be named that came a moment before.
is_logged_after_deletion() {
  on_host ip rule delete from 10.1.2.2 priority 31000 || true
  sleep 0.5
  grep -F -- "$1" "$LOG" | grep -qF -- "$2"
}

@test 'a log that takes nothing does not end it' {
  on_host "$ROUTES" watch 2> /dev/full 3>&- &
  LOG=/dev/null
  wait_until is_watching
  on_host ip rule flush protocol 77
  wait_for_way 10.1.2.2 eth1
}

@test 'a log that nobody reads neither ends it nor makes it spin, nor keeps it from ending' {
  local before fifo=$BATS_TEST_TMPDIR/fifo
  mkfifo "$fifo"
  # shellcheck disable=SC2217 # it holds the pipe open, and reads nothing
  sleep 1000 < "$fifo" 3>&- &
  local reader=$!
  ip netns exec "$HOST" "$ROUTES" watch -v 2> "$fifo" 3>&- &
  WATCHER=$! LOG=/dev/null
  wait_until is_watching
  fill "$fifo"
  on_host ip rule flush protocol 77
  wait_for_way 10.1.2.2 eth1
  on_host ip rule flush protocol 77
  wait_for_way 10.1.2.2 eth1
  expect_settled
  before=$(work)
  sleep 1
  (($(work) - before < 10)) || fail "$(($(work) - before)) ticks in a second"
  signal_watch TERM
  wait_until has_ended "$WATCHER"
  kill "$reader"
}

# Until it takes no byte more.
fill() {
  ! dd if=/dev/zero of="$1" bs=512 count=1000 oflag=nonblock 2>/dev/null
}

has_ended() {
  ! kill -0 "$1"
}

@test 'an ordinary user is told who may' {
  run --separate-stderr on_host timeout 20 \
    setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$ROUTES" watch
  expect_status 1
  expect_equal "$stderr" "mptcp-routes: only root can change rules and routes: sudo mptcp-routes watch"
}

# Beside the hooks

@test 'hooks: ifup and ifdown count, and nothing comes back that ifdown took' {
  end_of_addresses
  write_page_interfaces
  start_watch_without_waiting
  wait_until monitor
  ifup -a
  expect_settled
  expect_answer 10.1.2.2
  ifdown eth1
  expect_settled
  expect_no_text "$(print_rules)" 10.1.2.2
  give_addresses eth1 10.1.2.2/24
  on_host ip route add default via 10.1.2.1 dev eth1 metric 100
  expect_settled
  expect_no_text "$(print_rules)" 10.1.2.2
  on_host ip link set dev eth1 down
  on_host ip address flush dev eth1
  ifup eth1
  expect_settled
  expect_answer 10.1.2.2
}

end_of_addresses() {
  on_host ip address flush dev eth0
  on_host ip address flush dev eth1
}

@test 'hooks: while a device is being taken down it gets no endpoint' {
  rm "$CONFIGURATION"
  end_of_addresses
  write_page_interfaces
  ifup -a
  start_watch
  start_hook leave eth1
  on_host ip route add unreachable 198.51.100.0/24
  wait_until is_settled
  expect_no_text "$(print_endpoints)" 10.1.2.2
  expect_text "$(print_endpoints)" 10.1.1.2
}

@test 'hooks: a lock that is held is waited for without holding up anything' {
  start_watch
  local lock
  lock=$(echo /run/mptcp-routes/*.lock)
  # That somebody has it is not enough: it may be the service's own look.
  # shellcheck disable=SC2016 # of the inner shell
  flock "$lock" sh -c 'touch "$1"; exec sleep 2' sh "$BATS_TEST_TMPDIR/held" 3>&- &
  local holder=$!
  wait_until test -e "$BATS_TEST_TMPDIR/held"
  on_host ip rule flush protocol 77
  expect_no_text "$(on_host ip rule)" 'proto 77'
  wait "$holder"
  wait_for_way 10.1.2.2 eth1
  expect_settled
}
