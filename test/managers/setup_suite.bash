#!/usr/bin/env bash
# Bats runs this once around all files of the directory.

# shellcheck source=../netns/machine.bash
source "${BASH_SOURCE[0]%/*}/../netns/machine.bash"

setup_suite() {
  bats_require_minimum_version 1.5.0
  refuse_the_real_machine
  refuse_to_run_without "${HOOKS:=${BASH_SOURCE[0]%/*}/../../dist}"/mptcp_{up,down}
  refuse_to_run_without "${ROUTES:=$HOOKS/mptcp-routes}"
  shield_the_machine
  shield_what_managers_keep
  install_hooks "$HOOKS"
}

# Managers keep leases and settings in directories of their own, which a machine without them does not have.
shield_what_managers_keep() {
  mkdir /run/var-lib{,-work}
  mount -t overlay overlay -o lowerdir=/var/lib,upperdir=/run/var-lib,workdir=/run/var-lib-work /var/lib
  mount -t tmpfs tmpfs /var/lib/dhcp
  mount -t tmpfs tmpfs /var/lib/dhcpcd
  mount -t tmpfs tmpfs /var/tmp
}

teardown_suite() {
  expect_the_machine_untouched
}
