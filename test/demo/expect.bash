#!/usr/bin/env bash
# Expectations: each prints what it saw when it fails.

fail() {
  printf '%s\n' "$@" >&2
  return 1
}

#   expect_equal FOUND EXPECTED
expect_equal() {
  [[ $1 == "$2" ]] || fail "$(diff -u --label expected --label found <(echo "$2") <(echo "$1"))"
}

expect_text() {
  local wanted
  for wanted in "${@:2}"; do
    [[ $1 == *"$wanted"* ]] || fail "expected to find: $wanted" 'in:' "$1" || return
  done
}

expect_no_text() {
  local unwanted
  for unwanted in "${@:2}"; do
    [[ $1 != *"$unwanted"* ]] || fail "expected not to find: $unwanted" 'in:' "$1" || return
  done
}

expect_status() {
  # shellcheck disable=SC2154 # bats sets status, output and stderr
  [[ $status -eq $1 ]] || fail "expected status $1, found $status" "$output" "${stderr-}"
}

# One message, and no stack trace.
expect_one_line() {
  [[ -n $1 && $1 != *$'\n'* ]] || fail 'expected one line, found:' "$1"
}

expect_silence() {
  [[ -z $1 ]] || fail 'expected silence, found:' "$1"
}
