#!/usr/bin/env bats
# What the watcher costs: memory over very many events, work where nothing happens, reads in a storm.

load watch

setup() {
  build_lab
  build_uplinks
}

teardown() {
  tear_down_lab
}

# In KiB.
memory() {
  sed -nE 's/^VmRSS:\s+([0-9]+) kB$/\1/p' "/proc/$WATCHER/status"
}

# Each address is added and deleted: with its routes some 8 events.
change_addresses() {
  local number
  for ((number = 1; number <= $1; number++)); do
    printf 'address add 10.9.%d.%d/32 dev eth1\naddress delete 10.9.%d.%d/32 dev eth1\n' \
      $((number / 250)) $((number % 250 + 1)) $((number / 250)) $((number % 250 + 1))
  done | on_host ip -batch -
}

#   count_events COMMAND...
count_events() {
  on_host ip -N -o -rcvbuf 16777216 monitor link address route rule > "$BATS_TEST_TMPDIR/events" 3>&- &
  local counter=$!
  wait_until grows_by_an_event
  "$@"
  sleep 0.5
  kill "$counter"
  wc -l < "$BATS_TEST_TMPDIR/events"
}

grows_by_an_event() {
  on_host ip route replace unreachable 198.51.100.0/24
  [[ -s $BATS_TEST_TMPDIR/events ]]
}

@test '100,000 events: below 60 MiB, and no growth' {
  start_watch
  local before after events=0
  change_addresses 4000
  before=$(memory)
  while ((events < 100000)); do
    events=$((events + $(count_events change_addresses 4000)))
  done
  expect_settled
  after=$(memory)
  echo "# $events events, $before KiB before, $after KiB after" >&3
  ((after < 60 * 1024)) || fail "$after KiB"
  ((after - before < 6 * 1024)) || fail "from $before to $after KiB"
}

# Of itself and of the programs that it has started, in clock ticks of 10 ms.
work() {
  awk '{ print $14 + $15 + $16 + $17 }' "/proc/$WATCHER/stat"
}

@test 'where nothing happens: a thousandth of a processor, with the regular look' {
  start_watch
  sleep 2
  local before
  before=$(work)
  sleep 120
  echo "# $(($(work) - before)) ticks of 10 ms in 2 minutes" >&3
  (($(work) - before <= 12)) || fail "$(($(work) - before)) ticks of 10 ms in 2 minutes"
}

@test 'a storm of 1,000 addresses: 15 reads at most' {
  fake_counting_ip
  PATH=$FAKE_PATH start_watch_without_waiting
  wait_until is_watching
  sleep 1
  : > "$BATS_TEST_TMPDIR/reads"
  change_addresses 500
  expect_settled
  local reads
  reads=$(wc -l < "$BATS_TEST_TMPDIR/reads")
  echo "# $reads reads" >&3
  ((reads > 0 && reads <= 15)) || fail "$reads reads"
}

# The reads of rules of IPv6, of which each look makes one; those of the test's own apply are not counted.
fake_counting_ip() {
  FAKE_PATH=$BATS_TEST_TMPDIR/fake:$PATH
  mkdir "$BATS_TEST_TMPDIR/fake"
  printf '%s\n' '#!/bin/sh' "case \"\$*\" in '-6 -N -d -o -force'*) echo >> '$BATS_TEST_TMPDIR/reads' ;; esac" \
    'exec /sbin/ip "$@"' > "$BATS_TEST_TMPDIR/fake/ip"
  chmod +x "$BATS_TEST_TMPDIR/fake/ip"
}
