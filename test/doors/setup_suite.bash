#!/usr/bin/env bash
# Bats runs this once around all files of the directory.

# shellcheck source=../netns/machine.bash
source "${BASH_SOURCE[0]%/*}/../netns/machine.bash"
# shellcheck source=install.bash
source "${BASH_SOURCE[0]%/*}/install.bash"

setup_suite() {
  bats_require_minimum_version 1.5.0
  refuse_the_real_machine
  refuse_to_run_without "${HOOKS:=${BASH_SOURCE[0]%/*}/../../dist}"/mptcp_{up,down}
  shield_the_machine
  install_hooks "$HOOKS"
  shield_usr_lib
  DOORS=$(realpath "${BASH_SOURCE[0]%/*}/../../doors")
  export HOOKS DOORS
  install_doors "$HOOKS" "$DOORS"
}

teardown_suite() {
  expect_the_machine_untouched
}
