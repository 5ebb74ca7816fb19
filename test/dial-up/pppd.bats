#!/usr/bin/env bats
# The doors of pppd with the real one, in user-mode Linux: dialled by ifup, with another address, lost, and by ifdown.

load ../netns/expect

setup_file() {
  DIAL_UP_TESTS=$BATS_TEST_DIRNAME
  # shellcheck source=uml.bash
  source "$DIAL_UP_TESTS/uml.bash"
  export SEEN=$BATS_FILE_TMPDIR/seen
  run_in_uml "${HOOKS:-$DIAL_UP_TESTS/../../dist}" "$DIAL_UP_TESTS/../../doors" > "$SEEN" 3>&-
}

#   expect_point TEXT
expect_point() {
  grep -qF "ok $1 (" "$SEEN" || fail "$(cat "$SEEN")"
}

@test 'dialled by ifup' {
  expect_point 'the link has the options of the stanza that dialled it'
  expect_point 'the end of the line in the provider is left alone'
}

@test 'IPv6, whose address comes after pppd has called' {
  expect_point 'an IPv6 address that comes after ipv6-up has its rule'
}

@test 'hung up, and dialled again with another address' {
  expect_point 'the line is down: nothing is left'
  expect_point 'dialled again, with another address'
}

@test 'lost, and dialled once more' {
  expect_point 'the line is lost: nothing is left'
  expect_point 'dialled once more'
}

@test 'ended by ifdown' {
  expect_point 'after ifdown nothing is left'
}

@test 'no point failed' {
  [[ $(grep -c '^ok ' "$SEEN") -eq 10 ]] || fail "$(cat "$SEEN")"
  run ! grep -q '^not ok ' "$SEEN"
}
