#!/usr/bin/env bash
# Expectations: each prints what it saw when it fails.

fail() {
  printf '%s\n' "$@" >&2
  return 1
}

expect_equal() {
  [[ $1 == "$2" ]] || fail "$(diff -u --label expected --label found <(echo "$2") <(echo "$1"))"
}

#   expect_text "$output" --help --version
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

expect_silence() {
  [[ -z $1 ]] || fail 'expected silence, found:' "$1"
}

expect_one_line() {
  [[ -n $1 && $1 != *$'\n'* ]] || fail 'expected one line, found:' "$1"
}

# After `run --separate-stderr`, which sets status, output and stderr

expect_status() {
  # shellcheck disable=SC2154
  [[ $status -eq $1 ]] || fail "expected status $1, found $status" "$output" "${stderr-}"
}

#   expect_message mptcp-table 254
expect_message() {
  # shellcheck disable=SC2154
  expect_text "$stderr" "$@"
}

expect_no_message() {
  expect_silence "$stderr"
}

expect_quiet() {
  expect_silence "$output$stderr"
}

expect_one_message() {
  expect_one_line "$stderr"
}

expect_short_message() {
  [[ ${#stderr} -lt 500 ]] || fail "a message of ${#stderr} characters"
}

expect_no_stack_trace() {
  expect_no_text "$stderr" $'\n    at '
}

# The kernel

#   expect_state "$before"
expect_state() {
  expect_equal "$(print_state)" "$1"
}

#   expect_answer 10.1.2.2 [from 203.0.113.1]
expect_answer() {
  local address=$1 target
  target=${3:-$(server_of_family "$address")}
  on_host ping -q -c 1 -W 2 -I "$address" "$target" || fail "no answer to $address from $target" "$(print_state)"
}

#   expect_way 10.1.2.2 eth1 [to 203.0.113.1]
expect_way() {
  expect_equal "$(way_from "$1" "${@:3}")" "$2"
}

#   expect_gateway 10.1.2.2 10.1.2.1 [to 203.0.113.1]
expect_gateway() {
  expect_equal "$(gateway_from "$1" "${@:3}")" "$2"
}

#   expect_neighbour 10.1.2.2 10.1.2.77        the second is reached without a gateway
expect_neighbour() {
  expect_gateway "$1" '' to "$2"
}

#   expect_rule 'from 10.1.2.2 lookup 7'
expect_rule() {
  expect_text "$(print_rules)" "$@"
}

expect_no_rule() {
  expect_no_text "$(print_rules)" "$@"
}

# Against a hook that does nothing, where a test is about what is left or unchanged.
expect_something_of_ours() {
  expect_text "$(print_rules)" ' proto 77'
}

# Not one mark of ours is left, whatever else the machine holds.
expect_nothing_of_ours() {
  expect_no_text "$(print_state)" ' proto 77' ' group 77' 'linkdown on' || return
  expect_silence "$(print_endpoints)"
}
