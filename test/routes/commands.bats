#!/usr/bin/env bats
# The command line of mptcp-routes: what it understands, and how it ends.

load routes

setup() {
  build_host
}

teardown() {
  tear_down_lab
  rm -f "$CONFIGURATION"
}

@test 'the version' {
  run --separate-stderr routes --version
  expect_status 0
  expect_no_message
  expect_text "$output" 'mptcp-routes '
}

@test 'the help names every command' {
  run --separate-stderr routes --help
  expect_status 0
  expect_no_message
  expect_text "$output" status check top plan apply flush watch --config
}

@test 'a command line that is not understood: one line, status 2' {
  local words
  for words in --foo 'status --foo' 'apply --json' 'check eth0' 'top -n x' 'top --interval 0' '--config'; do
    # shellcheck disable=SC2086
    run --separate-stderr routes $words
    expect_status 2 || fail "$words"
    expect_one_message
    expect_message 'mptcp-routes: ' '(see --help)'
  done
}

@test 'a configuration with faults: all are told, nothing is done' {
  configure_uplinks
  write_configuration <<'END'
[eth*]
mptcp-priority = 7000000
mptcp-colour = blue
END
  run --separate-stderr routes apply
  expect_status 1
  expect_equal "${#stderr_lines[@]}" 2
  expect_message "$CONFIGURATION:2" "$CONFIGURATION:3" mptcp-colour
  expect_nothing_of_ours
}

@test 'a configuration that is named and not there is an error, the default one is not' {
  run --separate-stderr routes --config /nowhere status
  expect_status 1
  expect_one_message
  expect_message '"/nowhere"'
  run --separate-stderr routes status
  expect_status 0
}

@test '--config names another file' {
  build_uplinks
  echo '[eth1]' > "$BATS_TEST_TMPDIR/my.conf"
  routes --config "$BATS_TEST_TMPDIR/my.conf" apply
  expect_text "$(print_rules)" 10.1.2.2
  expect_no_text "$(print_rules)" 10.1.1.2
}

@test 'without node: one line that says so' {
  mkdir "$BATS_TEST_TMPDIR/bin"
  run --separate-stderr on_host env PATH="$BATS_TEST_TMPDIR/bin" /bin/sh "$ROUTES" status
  expect_status 1
  expect_one_message
  expect_message 'node is not installed'
}

@test 'without ip: one line that says so' {
  hide_program ip
  run --separate-stderr "$ROUTES" status
  show_hidden_programs
  expect_status 1
  expect_one_message
  expect_no_stack_trace
}

@test 'a reader that goes away is no error' {
  configure_uplinks
  routes status --json | head -n 1
  [[ ${PIPESTATUS[0]} -eq 0 ]]
}

@test 'a closed standard error is no error' {
  configure_uplinks
  routes apply 2>&-
  expect_something_of_ours
}

@test 'top: one plain sample without a terminal' {
  configure_uplinks
  run --separate-stderr routes top -n 1 --interval 0.1
  expect_status 0
  expect_no_message
  expect_text "$output" '2 uplinks' eth0 eth1 10.1.2.2
}
