#!/usr/bin/env bash
# An `ip` that misbehaves, to stand before the real one on the PATH of a hook.
#
# Sourced by lab.bash: the functions that put it there. Started under the name `ip`: the fake itself, which
# reads how to misbehave from files beside it, because a hook may start `ip` with an environment of its own.

# Undone with the test's temporary directory.
fake_ip() {
  FAKE_IP=$BATS_TEST_TMPDIR/fake-ip
  rm -rf "$FAKE_IP"
  mkdir "$FAKE_IP"
  cp "$NETNS_TESTS/fake-ip.bash" "$FAKE_IP/ip"
  chmod +x "$FAKE_IP/ip"
  printf '%s\n' "$@" > "$FAKE_IP/manner"
  export FAKE_PATH=$FAKE_IP:$PATH
}

# The batch line, as --dry-run prints it, at which the kernel says no.
ip_refuses() {
  fake_ip refuse "$1"
}

# How many lines of a batch that writes are carried out before the hook is killed.
ip_kills_the_hook_after() {
  fake_ip kill "$1"
}

ip_hangs() {
  fake_ip hang
}

# What becomes of each answer that is read: a filter, as a shell command. Whatever writes is carried out.
#   ip_answers_through 'sed 1d'
ip_answers_through() {
  fake_ip answer "$1"
}

# Between what two hooks at once have read and what they write.
#   ip_writes_late 0.3        seconds
ip_writes_late() {
  fake_ip late "$1"
}

# iproute2 before 4.19 knows no -N, and its -json covers little.
ip_is_old() {
  fake_ip old
}

# ifup gives its hooks a PATH of its own, which begins with /usr/local/sbin.
fake_ip_for_hooks_of_ifup() {
  mount --bind "$FAKE_IP" /usr/local/sbin
  FAKED_FOR_IFUP=yes
}

stop_faking_ip() {
  [[ -z ${FAKED_FOR_IFUP-} ]] || umount /usr/local/sbin
  FAKED_FOR_IFUP=
}

# The wrong thing must have happened, or the test has shown nothing.
expect_the_fake_was_met() {
  [[ -e $FAKE_IP/met ]] || fail "nothing of this was met: $(tail -n 1 "$FAKE_IP/manner")"
}

# The fake itself

real_ip() {
  /sbin/ip "$@"
}

reads_a_batch() {
  [[ " $* " == *' -batch - '* || " $* " == *' -b - '* ]]
}

# Of commands, one a line.
without_options() {
  printf '%s\n' "$@" | sed -E 's/^ip //; s/^(-[^ ]+ )+//; s/ +/ /g; s/ $//'
}

# What the kernel does to a batch without rights for one of its lines.
run_batch_up_to() {
  local refused number plain
  refused=$(without_options "$1")
  shift
  mapfile -t lines
  mapfile -t plain < <(without_options "${lines[@]}")
  for number in "${!lines[@]}"; do
    [[ ${plain[number]} == "$refused" ]] || continue
    touch "$HERE/met"
    printf '%s\n' "${lines[@]:0:number}" | real_ip "$@" || return
    echo 'RTNETLINK answers: Operation not permitted' >&2
    echo "Command failed -:$((number + 1))" >&2
    [[ " $* " != *' -force '* ]] || printf '%s\n' "${lines[@]:number+1}" | real_ip "$@"
    return 1
  done
  printf '%s\n' "${lines[@]}" | real_ip "$@"
}

kill_the_hook_within_batch() {
  local count=$1
  shift
  mapfile -t lines
  if grep -qE ' (add|del|delete|replace|change|set) ' <<< "${lines[*]}"; then
    touch "$HERE/met"
    printf '%s\n' "${lines[@]:0:count}" | real_ip "$@"
    kill -KILL "$PPID"
    exit 1
  fi
  printf '%s\n' "${lines[@]}" | real_ip "$@"
}

writes() {
  grep -qE '^([a-z0-9-]+ )*(add|append|replace|change|delete|set) ' <<< "$1"
}

filter_what_is_read() {
  local filter=$1 input='' status=0
  shift
  ! reads_a_batch "$@" || input=$(cat)
  if writes "$input"; then
    exec /sbin/ip "$@" <<< "$input"
  fi
  touch "$HERE/met"
  real_ip "$@" <<< "$input" > "$HERE/answer.$$" || status=$?
  bash -c "$filter" < "$HERE/answer.$$"
  exit "$status"
}

write_late() {
  local input
  input=$(cat)
  if writes "$input"; then
    touch "$HERE/met"
    sleep "$1"
  fi
  exec /sbin/ip "${@:2}" <<< "$input"
}

misbehave() {
  local manner
  mapfile -t manner < "$HERE/manner"
  case ${manner[0]} in
    hang) exec sleep 60 ;;
    old)
      echo 'Option "-N" is unknown, try "ip -help".' >&2
      exit 255
      ;;
    answer) filter_what_is_read "${manner[1]}" "$@" ;;
  esac
  reads_a_batch "$@" || exec /sbin/ip "$@"
  case ${manner[0]} in
    refuse) run_batch_up_to "${manner[1]}" "$@" ;;
    kill) kill_the_hook_within_batch "${manner[1]}" "$@" ;;
    late) write_late "${manner[1]}" "$@" ;;
  esac
}

if [[ ${0##*/} == ip ]]; then
  HERE=${0%/*}
  misbehave "$@"
fi
