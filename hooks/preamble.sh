#!/bin/sh
':' /* # A shell reads from here to the end of this comment, Node reads only what follows it.
# The brackets keep this from being the end of the comment.
program=${0##*[/]}

# tell MESSAGE: as src/main.ts does, to syslog too where the caller drops standard error (see src/syslog.ts).
tell() {
  case ${IFACE-} in
    '' | *[!A-Za-z0-9_.@:+=,-]*) message=$1 ;;
    *) message="$IFACE: $1" ;;
  esac
  printf '%s\n' "$program: $message" >&2
  case ${MPTCP_DOOR+door}:${PHASE+set}:${LOGICAL+set}:${VERBOSITY+set} in
    door:* | :set:set:) logger -t "$program" -p daemon.warning -- "$message" >/dev/null 2>&1 & ;;
  esac
}

# A failing hook makes ifupdown forget the interface, so only a run by hand or a strict stanza fails. A door is told of a
# signal: who stops a DHCP client may mean all that it has started.
finish() {
  case ${MPTCP_DOOR+door}:${PHASE+set}:${IF_MPTCP_STRICT-} in
    ::* | *:yes) exit "$1" ;;
    door:*) [ "$1" -le 128 ] || exit "$1" ;;
  esac
  exit 0
}

# ifup starts every hook for every stanza: the runs that have nothing to do end here, before Node starts.
if [ $# -eq 0 ]; then
  case ${IFACE-} in
    lo | lo:* | --all) exit 0 ;;
    '') [ -z "${PHASE+set}${MPTCP_DOOR+set}" ] || exit 0 ;;
  esac
  case ${METHOD-} in loopback) exit 0 ;; esac
  case ${ADDRFAM-} in '' | inet | inet6 | *,*) ;; *) exit 0 ;; esac
  case $program:${MODE-} in
    *: | mptcp_up:start | mptcp_down:stop) ;;
    mptcp_up:* | mptcp_down:*) exit 0 ;;
  esac
fi

if ! command -v node >/dev/null; then
  tell 'node is not installed: apt-get install nodejs'
  finish 1
fi

# Who ends this shell means the work: no Node is to go on unseen.
node=
caught=
pass_on() {
  caught=$1
  [ -z "$node" ] || kill -s "$1" "$node" 2>/dev/null
}
trap 'pass_on HUP' HUP
trap 'pass_on INT' INT
trap 'pass_on TERM' TERM

# The caller may have closed standard error.
true 3>&2 || exec 2>/dev/null
# Node's own words are stack traces: the hook's go by descriptor 3. A file that Node is given by name it would judge by
# the package.json files above it, so a loader reads it.
MPTCP_MESSAGES=3 node -e '@LOADER@' -- "$0" "$@" 3>&2 2>/dev/null &
node=$!
[ -z "$caught" ] || pass_on "$caught"
while :; do
  # Some shells say what killed it, in words of their own.
  wait "$node" 2>/dev/null
  status=$?
  # A signal ends wait, too.
  kill -0 "$node" 2>/dev/null || break
done
[ "$status" -ne 0 ] || exit 0

# Of what Node says when it cannot start, the line that names the reason.
name_reason() {
  first=
  while IFS= read -r line; do
    case $line in *Error:\ * | 'FATAL ERROR:'* | *node:\ *) first=$line && break ;; esac
    first=${first:-$line}
  done <<END
$1
END
  printf '%s\n' "${first:-exit status $status}"
}

if [ "$status" -gt 128 ]; then
  tell "node could not run to its end: ended by SIG$(kill -l $((status - 128)))"
elif ! answer=$(node -e 0 2>&1 >/dev/null); then
  tell "node could not run: $(name_reason "$answer")"
elif [ "$status" -ne 1 ]; then
  # With 1, the hook has said why.
  tell "node could not run: exit status $status"
fi
finish "$status"
*/
