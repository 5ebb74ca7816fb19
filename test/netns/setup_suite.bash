#!/usr/bin/env bash
# Bats runs this once around all files of the directory.

# shellcheck source-path=SCRIPTDIR source=machine.bash
source "${BASH_SOURCE[0]%/*}/machine.bash"

setup_suite() {
  bats_require_minimum_version 1.5.0
  refuse_the_real_machine
  refuse_to_run_without "${HOOKS:=${BASH_SOURCE[0]%/*}/../../dist}"/mptcp_{up,down}
  shield_the_machine
  install_hooks "$HOOKS"
  keep_compiled "$HOOKS"
}

teardown_suite() {
  expect_the_machine_untouched
}
