#!/usr/bin/env bash
# Bats runs this once around all files of the directory.

# shellcheck source=../netns/machine.bash
source "${BASH_SOURCE[0]%/*}/../netns/machine.bash"

setup_suite() {
  bats_require_minimum_version 1.5.0
  refuse_the_real_machine
  refuse_to_run_without "${HOOKS:=${BASH_SOURCE[0]%/*}/../../dist}"/mptcp_{up,down}
  shield_the_machine
}

teardown_suite() {
  expect_the_machine_untouched
}
