#!/usr/bin/env bats
# What starts the watcher at boot: the systemd unit, and the scripts for sysvinit and OpenRC, run for real.

load watch

SERVICE=$BATS_TEST_DIRNAME/../../doors/service

setup() {
  build_lab
}

teardown() {
  tear_down_lab
}

analyze() {
  unpacked usr/bin/systemd-analyze "$@"
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
  install_script "$SERVICE/mptcp-routes.init" program
  init start 3>&-
  wait_until is_watching
  init status
  run init start 3>&-
  expect_status 0
  expect_life_of init
}

#   install_script FILE VARIABLE: for the program that is tested, which the variable names
install_script() {
  sed "s|^$2=.*|$2=$(readlink -f "$ROUTES")|" "$1" > /etc/init.d/mptcp-routes
  chmod +x /etc/init.d/mptcp-routes
  # shellcheck disable=SC2034 # for expect_settled
  LOG=/dev/null
}

# From a watcher that works to its end.
#   expect_life_of COMMAND
expect_life_of() {
  printf '%s\n' '[eth1]' 'mptcp = off' '[eth*]' | write_configuration
  "$1" reload
  wait_until is_without_rules 10.1.2.2
  "$1" stop
  run "$1" status
  [[ $status -ne 0 ]]
  run monitor
  expect_status 1
  expect_text "$(print_rules)" 10.1.1.2
}

openrc() {
  on_host rc-service mptcp-routes "$@"
}

# OpenRC looks for itself at the places that it was built for.
install_openrc() {
  local place
  for place in /usr/lib /usr/sbin; do
    mount -t overlay -o "lowerdir=$PROGRAMS/${place#/usr/}:$place" overlay "$place"
  done
  # What `openrc sysinit` makes at boot.
  mkdir -p /run/openrc/{exclusive,starting,started,stopping,inactive,wasinactive,failed,hotplugged,daemons,options,tmp} \
    /etc/runlevels/default /etc/conf.d
  touch /run/openrc/softlevel
  cp "$PROGRAMS/etc/rc.conf" /etc/
  # Others' scripts are not to be asked what they depend on.
  rm -f /etc/init.d/*
}

remove_openrc() {
  umount -l /usr/lib /usr/sbin
  rm -rf /run/openrc
}

@test 'OpenRC: start, status, reload, a watcher that dies, stop' {
  build_uplinks
  install_openrc
  install_script "$SERVICE/mptcp-routes.openrc" command
  sed -i 's/^respawn_delay=.*/respawn_delay=1/' /etc/init.d/mptcp-routes
  openrc start 3>&-
  wait_until is_watching
  openrc status
  signal_watcher_of_openrc KILL
  on_host ip rule flush protocol 77
  wait_for_way 10.1.2.2 eth1
  wait_until is_watching
  expect_life_of openrc
  [[ ! -e /run/mptcp-routes.fifo ]]
  remove_openrc
}

signal_watcher_of_openrc() {
  # shellcheck disable=SC2016 # of the inner shell
  on_host bash -c 'pgrep --ns $$ --nslist net -f "[m]ptcp-routes watch$"' | xargs kill -s "$1"
}
