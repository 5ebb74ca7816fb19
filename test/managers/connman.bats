#!/usr/bin/env bats
# ConnMan: the watcher beside it.

load connman

setup_file() { lay_over daemons; }
teardown_file() { take_layer_away; }

setup() {
  build_host
  forget_services
  write_configuration <<< '[eth*]'
  finish_checksums 0
  finish_checksums 1
}

teardown() {
  tear_down_lab
}

# Main has the default of one service. Of the other, the router is a host route alone.
@test 'the watcher: start, another router, another address, loss and stop' {
  serve 0 50 60 10.1.1.1
  serve 1 50 60 10.1.2.1
  prepare_connman
  start_watch
  continue_connman
  expect_both_uplinks
  expect_equal "$(on_host ip route show default | wc -l)" 1

  connman config eth1 --ipv4 manual 10.1.2.2 255.255.255.0 10.1.2.254
  wait_until has_address eth1 10.1.2.2
  add_router
  expect_uplink eth1 10.1.2.254

  at_provider 1 ip link set customer down
  expect_no_uplink eth1
  expect_uplink eth0 10.1.1.1
  at_provider 1 ip link set customer up
  expect_uplink eth1 10.1.2.254

  connman disconnect eth1
  expect_no_uplink eth1
  connman disconnect eth0
  expect_no_uplink eth0
  expect_nothing_of_ours
}

has_address() {
  [[ $(address_of "$1") == "$2" ]]
}

# It takes the addresses of its devices away when it starts, and when it ends.
@test 'the watcher: a restart and a crash of ConnMan' {
  serve 0 50 60 10.1.1.1
  serve 1 50 60 10.1.2.1
  prepare_connman
  start_watch
  continue_connman
  expect_both_uplinks
  end_daemon connman
  expect_no_uplink eth0
  continue_connman
  expect_both_uplinks
  end_daemon connman KILL
  continue_connman
  expect_both_uplinks
}

@test 'the page' {
  install_page connman static
  prepare_connman
  start_watch
  continue_connman
  expect_both_uplinks
  expect_equal "$(address_of eth0) $(address_of eth1)" '10.1.1.2 10.1.2.2'
  expect_connection_over_both
}
