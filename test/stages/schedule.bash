#!/usr/bin/env bash
# Starts the stages, each in a process of its own, and keeps how each ended. None stops the others.

# By stage: what it needs, the seconds it usually takes, when it began, how it ended. By process: its stage.
declare -A needs=() usual=() began=() ended=() running=()
# The stages that this run came to.
order=()
# On two cores. A stage is on one of them for a bit more than half of its time.
readonly most_beside=3
readonly most_measuring=2

read_stages() {
  local line name seconds need
  for line in "${beside_stages[@]}" "${measuring_stages[@]}" "${long_stages[@]}"; do
    read -r name seconds need _ <<<"$line"
    usual[$name]=$seconds
    needs[$name]=$need
  done
}

# What they say is shown when they have ended.
#   run_beside MOST NAME...     so many at a time
run_beside() {
  local most=$1 name
  for name in "${@:2}"; do
    [ ${#running[@]} -lt "$most" ] || await_one
    announce "$name" || continue
    launch "$name" >"$scratch/$name.log" 2>&1
  done
  while [ ${#running[@]} -gt 0 ]; do
    await_one
  done
}

run_alone() {
  local name
  for name; do
    announce "$name" || continue
    launch "$name"
    await_one
  done
}

# Says that a stage begins, or why it cannot.
announce() {
  local name=$1 obstacle=
  case ${needs[$name]} in
    dist) [ -n "$has_dist" ] || obstacle='the build failed' ;;
    vitest) [ -n "$has_vitest" ] || obstacle="vitest needs a newer Node than $(node --version)" ;;
  esac
  order+=("$name")
  if [ -n "$obstacle" ]; then
    ended[$name]="not run: $obstacle"
    echo "== $name: ${ended[$name]}"
    return 1
  fi
  echo "== $name (about ${usual[$name]} s)"
}

# timeout puts the stage into a process group of its own and hands signals on to all of it.
launch() {
  local name=$1
  mkdir "$scratch/$name"
  began[$name]=$SECONDS
  # Several times what it takes: for a test that hangs.
  timeout --kill-after=30 $((300 + 5 * usual[$name])) test/stages/stage "$name" "$scratch/$name" &
  running[$!]=$name
}

await_one() {
  local process name status=0 seconds
  wait -n -p process "${!running[@]}" || status=$?
  name=${running[$process]}
  unset "running[$process]"
  seconds=$((SECONDS - began[$name]))
  case $status in
    0) ended[$name]="passed in $seconds s" ;;
    124 | 137) ended[$name]="stopped after $seconds s" ;;
    *) ended[$name]="failed after $seconds s" ;;
  esac
  [ -e "$scratch/$name.log" ] || return 0
  echo "== $name: ${ended[$name]}"
  cat "$scratch/$name.log"
}
