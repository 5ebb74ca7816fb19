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

@test 'a program for a configuration: ten mistakes, and how many more' {
  cp "$(realpath /bin/true)" "$CONFIGURATION"
  run --separate-stderr routes apply
  expect_status 1
  expect_equal "${#stderr_lines[@]}" 11
  expect_message "$CONFIGURATION:1" 'mistakes more'
}

@test '--config /dev/null is no configuration' {
  configure_uplinks
  run --separate-stderr routes --config /dev/null plan
  expect_status 0
  expect_quiet
}

@test '--config names another file' {
  build_uplinks
  echo '[eth1]' > "$BATS_TEST_TMPDIR/my.conf"
  routes --config "$BATS_TEST_TMPDIR/my.conf" apply
  expect_text "$(print_rules)" 10.1.2.2
  expect_no_text "$(print_rules)" 10.1.1.2
}

@test 'check goes on with a configuration that has faults, and fails for each' {
  write_configuration <<<$'[eth*]\nmptcp-colour = blue'
  run --separate-stderr routes check
  expect_status 1
  expect_no_message
  expect_text "$output" 'fail  ' mptcp-colour "$CONFIGURATION:2" 'ok    Multipath TCP is on'
}

@test 'a word that is no device and resembles a command: the command is suggested' {
  run --separate-stderr routes stauts
  expect_status 1
  expect_one_message
  expect_message '"stauts"' 'no such device' 'did you mean mptcp-routes status?'
  run --separate-stderr routes eth9
  expect_status 1
  expect_message '"eth9"' 'no such device'
  expect_no_text "$stderr" 'did you mean'
}

@test '--json: what goes wrong is JSON too' {
  run --separate-stderr routes --json eth9
  expect_status 1
  expect_equal "$(jq -r '.errors[]' <<<"$output")" "${stderr#mptcp-routes: }"
  write_configuration <<<$'mptcp = off\n[eth*]\nmptcp = maybe'
  run --separate-stderr routes status --json
  expect_status 1
  expect_equal "$(jq '.errors | length' <<<"$output")" 2
}

@test 'damaged records are named, and hold up no other' {
  write_page_interfaces
  ifup -a
  local record
  for record in /run/mptcp-routes/*/*eth1*; do
    head -c 200 /dev/urandom > "$record"
  done
  run --separate-stderr routes status
  expect_status 0
  expect_no_message
  expect_text "$output" 'record "inet,eth1,10.1.2.2" is damaged'
  expect_equal "$(status_of eth0 inet .state)" up
  run --separate-stderr routes plan
  expect_status 0
  expect_message 'record "inet,eth1,10.1.2.2" is damaged'
}

as_user() {
  on_host setpriv --reuid=65534 --regid=65534 --clear-groups "$ROUTES" "$@"
}

@test 'an ordinary user: plan tells, what changes the kernel says that it takes root before anything' {
  local command
  configure_uplinks
  expect_equal "$(as_user plan)" "$(routes plan)"
  expect_equal "$(as_user apply -n)" "$(routes plan)"
  for command in apply flush watch; do
    run --separate-stderr on_host timeout 20 setpriv --reuid=65534 --regid=65534 --clear-groups "$ROUTES" "$command"
    expect_status 1
    expect_one_message
    expect_message 'only root can change' "sudo mptcp-routes $command"
  done
  expect_nothing_of_ours
}

@test 'without a place for records: status and apply work as with one' {
  configure_uplinks
  # shellcheck disable=SC2016 # for the inner shell
  run --separate-stderr on_host unshare --mount sh -c 'mount -t tmpfs -o ro none /run && "$0" apply && "$0" status --json' "$ROUTES"
  expect_status 0
  expect_message 'eth1: sysctl ignore_routes_with_linkdown cannot be set, as /run is read-only here'
  expect_equal "$(jq -r '.uplinks[] | select(.device == "eth1" and .family == "inet") | .state' <<<"$output")" up
}

@test 'without ss: status tells all but who uses the uplinks' {
  configure_uplinks
  routes apply
  hide_program ss
  run --separate-stderr routes status
  show_hidden_programs
  expect_status 0
  expect_one_message
  expect_message 'there is no ss command'
  expect_text "$output" 'eth0    IPv4  up ' ' ?  configuration'
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
  local text=$stderr status_of_look=$status
  run --separate-stderr "$ROUTES" check
  show_hidden_programs
  expect_status 1
  expect_no_message
  expect_text "$output" 'fail  iproute2 is not installed' 'apt-get install iproute2'
  # What has not been tried is not said to work.
  expect_no_text "$output" 'works here'
  expect_equal "$status_of_look" 1
  expect_equal "$text" 'mptcp-routes: there is no ip command: apt-get install iproute2'
}

@test 'a reader that goes away is no error, a full disk is one' {
  local words
  configure_uplinks
  routes apply
  for words in status 'status --json' check 'flush -n' 'top -n 2 --interval 0.1'; do
    # shellcheck disable=SC2086
    run --separate-stderr routes_to_nobody $words
    expect_no_message
    # shellcheck disable=SC2086
    run --separate-stderr routes_to_full_disk $words
    expect_status 1
    expect_one_message
    expect_message 'standard output cannot be written' 'no space left on device'
  done
}

routes_to_full_disk() {
  routes "$@" >/dev/full
}

@test 'a log on a full disk does not end the work' {
  configure_uplinks
  routes apply -v 2>/dev/full
  expect_something_of_ours
}

# The reader has gone before anything is written.
routes_to_nobody() {
  routes "$@" | :
}

@test 'a closed standard error is no error' {
  configure_uplinks
  routes apply 2>&-
  expect_something_of_ours
}
