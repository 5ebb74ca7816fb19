#!/usr/bin/env bash
# Runs bats, in surroundings of several kinds. A skip is a failure: what a machine lacks must be seen.

bats_in_namespace() { run_bats "${namespace[@]}" -- "$@"; }

# Some files of a directory, for a stage that would otherwise be the last one to end.
#   bats_share NUMBER COUNT DIRECTORY     of COUNT shares this one
bats_share() {
  local files=("$3"/*.bats) share=() i
  for ((i = $1 - 1; i < ${#files[@]}; i += $2)); do
    share+=("${files[i]}")
  done
  bats_in_namespace "${share[@]}"
}

# For tests that make their namespaces themselves, as they do for their users.
bats_by_themselves() { run_bats -- "$@"; }

# Once more with no privilege outside the namespace: all an ordinary user has. Where we are one, that is what the other
# stages do.
bats_unprivileged() {
  [ "$(id -u)" -eq 0 ] || return 0
  local command=("${user_namespace[@]}")
  local nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  # A clone under a private directory such as /root is out of nobody's reach.
  if "${nobody[@]}" test -r "$PWD/test/run" && "${nobody[@]}" node --version >/dev/null; then
    command=("${nobody[@]}" "${command[@]}")
  fi
  echo "(${command[*]})"
  run_bats "${command[@]}" -- "$@"
}

#   run_bats COMMAND... -- ARGUMENT...     the command is what starts bats
run_bats() {
  local command=() status=0
  while [ "$1" != -- ]; do
    command+=("$1")
    shift
  done
  shift
  # The reports' directory is open to all, for nobody's run.
  install -d -m 1777 "$reports/bats"
  # npm makes no link in .bin for bats: its package.json names a directory instead of a command.
  # BATS_TEST_TIMEOUT would be finer, but makes a run with a failed test last until the timeout.
  # Only bats' pretty format has a closing line, and only TAP is plain text: so both.
  "${command[@]}" node_modules/bats/bin/bats --timing --print-output-on-failure \
    --formatter tap --report-formatter pretty --output "$reports/bats" "$@" | tee "$reports/bats/tap" || status=$?
  grep -aoE '[0-9]+ tests?, .*' "$reports/bats/report.log" | tail -n 1 >>"$reports/closing" || true
  count_tap "$reports/bats/tap"
  return "$status"
}

# A plan that was not carried out to its end, or in part only, fails as well.
count_tap() {
  local planned ok not_ok skipped
  planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$1")
  ok=$(grep -c '^ok ' "$1" || true)
  not_ok=$(grep -c '^not ok ' "$1" || true)
  skipped=$(grep -c '^ok .*# skip' "$1" || true)
  count "$((ok - skipped))" "$((not_ok + skipped))"
  if [ "${planned:-0}" -eq 0 ] || [ "$((ok + not_ok))" -ne "$planned" ]; then
    refuse "bats ran $((ok + not_ok)) of ${planned:-0} tests"
  fi
  [ "$skipped" -eq 0 ] || refuse "bats skipped $skipped tests"
}
