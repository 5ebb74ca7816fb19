#!/usr/bin/env bash
# Bats runs this once around all files of the directory.

# shellcheck source=../netns/machine.bash
source "${BASH_SOURCE[0]%/*}/../netns/machine.bash"

setup_suite() {
  bats_require_minimum_version 1.5.0
  refuse_the_real_machine
  refuse_to_run_without "${HOOKS:=${BASH_SOURCE[0]%/*}/../../dist}"/mptcp_{up,down}
  refuse_without_multipath_tcp
  shield_the_machine
  install_hooks "$HOOKS"
}

# Else every test would fail by a figure, and none would say why.
refuse_without_multipath_tcp() {
  [[ $(cat /proc/sys/net/mptcp/enabled 2>/dev/null) == 1 ]] || refuse 'this kernel has no Multipath TCP, or it is off'
}

teardown_suite() {
  expect_the_machine_untouched
}
