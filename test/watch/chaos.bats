#!/usr/bin/env bats
# Storms of random events: 1 s after the last one the host is as a fresh apply would make it, and what is not ours is
# untouched.
#   CHAOS_STORMS=200 CHAOS_SEED=7 CHAOS_DEADLINE=1    how many, from where, and how many seconds each may take to settle

load watch

STORMS=${CHAOS_STORMS:-8}
SEED=${CHAOS_SEED:-1}
# Beside other tests a machine has other work, too.
DEADLINE=${CHAOS_DEADLINE:-10}

setup() {
  build_lab
  build_uplinks
  place_foreign_things
  start_watch
}

teardown() {
  tear_down_lab
}

# A mark, a table and a priority of others each: none of these is ours by any sign.
place_foreign_things() {
  on_host ip -batch - <<END
rule add from 10.55.0.0/16 lookup 99 priority 31000 protocol boot
rule add from 10.1.2.2 lookup 99 priority 500 protocol static
route add blackhole 198.51.100.0/24 table 99 protocol static
route add unreachable default metric 4000 table 99 protocol boot
mptcp endpoint add 10.55.0.1 signal
END
  on_host ip -6 rule add from 2001:db8:55::/48 lookup 99 priority 31000 protocol static
}

print_foreign_things() {
  on_host ip -N rule show | grep -v 'proto 77'
  on_host ip -N -6 rule show | grep -v 'proto 77'
  on_host ip -N route show table 99
  on_host ip mptcp endpoint show | grep -F 10.55.0.1
}

pick() {
  local choices=("$@")
  echo "${choices[RANDOM % $#]}"
}

# One event. What is refused, as the addition of an address that is there, has happened all the same.
happen() {
  local uplink=$((RANDOM % 2)) device subnet metric
  device=eth$uplink subnet=10.1.$((uplink + 1)) metric=$((50 + RANDOM % 3 * 100))
  case $((RANDOM % 22)) in
    0 | 1 | 2) on_host ip address add "$subnet.$((3 + RANDOM % 5))/24" dev "$device" ;;
    3 | 4) on_host ip address delete "$subnet.$((3 + RANDOM % 5))/24" dev "$device" ;;
    5) on_host ip address replace "2001:db8:$((uplink + 1))::$((3 + RANDOM % 3))/64" dev "$device" ;;
    6) on_host ip address delete "2001:db8:$((uplink + 1))::$((3 + RANDOM % 3))/64" dev "$device" ;;
    7) on_host ip link set dev "$device" down ;;
    8 | 9) on_host ip link set dev "$device" up ;;
    10 | 11) on_host ip route replace default via "$subnet.$(pick 1 9)" dev "$device" metric "$metric" ;;
    12) on_host ip route delete default dev "$device" metric "$metric" ;;
    13) on_host ip route replace "192.168.$((RANDOM % 4)).0/24" via "$subnet.9" dev "$device" ;;
    14) on_host ip route delete "192.168.$((RANDOM % 4)).0/24" ;;
    15) on_host ip "-$(pick 4 6)" rule delete priority "$(pick 30999 31000)" protocol 77 ;;
    16) on_host ip "-$(pick 4 6)" route flush table all dev "$device" protocol 77 ;;
    17) on_host ip mptcp endpoint delete id "$((248 + RANDOM % 8))" ;;
    18) on_host ip link set dev "$device" group default ;;
    19) pull_and_put_back "$uplink" ;;
    20) start_by_hand "$(pick up up down)" "$device" ;;
    21) meddle_with_the_watcher ;;
  esac
}

pull_and_put_back() {
  on_host ip link delete dev "eth$1"
  at_provider "$1" ip link add "eth$1" netns "$HOST" type veth peer name customer
  at_provider "$1" ip link set dev customer up
  on_host ip link set dev "eth$1" up
  on_host ip address add "10.1.$(($1 + 1)).2/24" dev "eth$1"
  on_host ip route add default via "10.1.$(($1 + 1)).1" dev "eth$1" metric 150
}

meddle_with_the_watcher() {
  case $((RANDOM % 4)) in
    0)
      kill -KILL "$WATCHER"
      wait "$WATCHER" || true
      start_watch_without_waiting
      ;;
    1) signal_monitor KILL ;;
    2)
      kill -STOP "$WATCHER"
      sleep 0.1
      kill -CONT "$WATCHER"
      ;;
    3)
      signal_monitor STOP
      sleep 0.1
      signal_monitor CONT
      ;;
  esac
}

# Of endpoints the kernel tells nobody, so the last event is one that it tells.
storm() {
  local number
  for ((number = 0; number < 15; number++)); do
    happen >/dev/null 2>&1 || true
    sleep "0.0$((RANDOM % 6))"
  done
  on_host ip route replace unreachable 203.0.113.77 2>/dev/null
  on_host ip route delete unreachable 203.0.113.77
}

print_state_with_ids() {
  print_state
  on_host ip mptcp endpoint show
}

@test "storms of random events (seed $SEED)" {
  local number foreign after late=0
  foreign=$(print_foreign_things)
  for ((number = 0; number < STORMS; number++)); do
    RANDOM=$((SEED * 1000 + number))
    storm
    SECONDS=0
    sleep 1
    is_settled || : $((late++))
    until is_settled || ((SECONDS > DEADLINE)); do
      sleep 0.2
    done
    after=$(print_state_with_ids)
    routes apply
    expect_equal "$after" "$(print_state_with_ids)" || fail_in_storm "$number"
    expect_equal "$(print_foreign_things)" "$foreign" || fail_in_storm "$number"
  done
  echo "# $((STORMS - late)) of $STORMS settled within 1 s" >&3
}

fail_in_storm() {
  fail "in storm $1 of CHAOS_SEED=$SEED" "$(tail -n 20 "$LOG")"
}
