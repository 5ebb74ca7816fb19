#!/usr/bin/env bash
# By which uplink new packets leave that no address binds: the peer says whom it sees. Host and guest, TCP and UDP.

ANSWERS=7

start_answering() {
  at_peer node "$FAILOVER_TESTS/answer.mjs" $ANSWERS 3>&- &
  wait_until is_listening "$HOST-peer" $ANSWERS
}

#   ask NAMESPACE tcp|udp ADDRESS       within a second
# shellcheck disable=SC2016 # the inner shell expands
ask() {
  inside "$1" timeout 1 bash -c 'exec 3<> "/dev/$0/$1/$2" && { [[ $0 == tcp ]] || echo >&3; } && head -n 1 <&3' \
    "$2" "$3" $ANSWERS 2>/dev/null
}

# Of each kind of packet a line `host tcp 4 10.1.1.2`, all asked at once.
ask_all() {
  local who what
  {
    for who in host guest; do
      for what in tcp udp; do
        echo "$who $what 4 $(ask "$(namespace_of "$who")" "$what" "$PEER")" &
        echo "$who $what 6 $(ask "$(namespace_of "$who")" "$what" "$PEER6")" &
      done
    done
    wait
  } 3>&- | sort
}

namespace_of() {
  case $1 in
    host) echo "$HOST" ;;
    guest) echo "$GUEST" ;;
  esac
}

#   all_go_by 1 [0]     the number of the uplink for IPv4, and for IPv6 where it is another
all_go_by() {
  [[ $(ask_all) == "$(print_expected "$@")" ]]
}

print_expected() {
  local who what
  for who in guest host; do
    for what in tcp udp; do
      echo "$who $what 4 10.1.$(($1 + 1)).2"
      echo "$who $what 6 2001:db8:$((${2-$1} + 1))::2"
    done
  done
}

# A failure is found in 6 s where each uplink is probed each second; a question without an answer takes another.
#   wait_until_all_go_by 1 [0]
wait_until_all_go_by() {
  local end=$((SECONDS + 20))
  until all_go_by "$@"; do
    ((SECONDS < end)) || fail "$(diff -u <(print_expected "$@") <(ask_all))" "$(cat "${LOG:-/dev/null}")" || return
    sleep 0.1
  done
}
