#!/usr/bin/env bats
# What starts the watcher at boot: the systemd unit, and the script for sysvinit, run for real.

load watch

SERVICE=$BATS_TEST_DIRNAME/../../service

setup() {
  build_lab
}

teardown() {
  tear_down_lab
}

analyze() {
  LD_LIBRARY_PATH=$(echo "$PROGRAMS"/usr/lib/*-linux-*/systemd) "$PROGRAMS/usr/bin/systemd-analyze" "$@"
}

@test 'systemd: the unit is one, and exposes little' {
  run analyze security --offline=true --threshold=25 "$SERVICE/mptcp-routes.service"
  expect_status 0
  expect_text "$output" 'Overall exposure level'
}

init() {
  on_host /etc/init.d/mptcp-routes "$@"
}

@test 'sysvinit: start, status, reload, stop' {
  build_uplinks
  sed "s|^program=.*|program=$(readlink -f "$ROUTES")|" "$SERVICE/mptcp-routes.init" > /etc/init.d/mptcp-routes
  chmod +x /etc/init.d/mptcp-routes
  # shellcheck disable=SC2034 # for expect_settled
  LOG=/dev/null
  init start 3>&-
  wait_until is_watching
  init status
  run init start 3>&-
  expect_status 0
  printf '%s\n' '[eth1]' 'mptcp = off' '[eth*]' | write_configuration
  init reload
  wait_until is_without_rules 10.1.2.2
  init stop
  run init status
  [[ $status -ne 0 ]]
  run monitor
  expect_status 1
  expect_text "$(print_rules)" 10.1.1.2
}
