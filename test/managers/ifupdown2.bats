#!/usr/bin/env bats
# ifupdown2, as Proxmox has it: if-up.d, and `ifreload -a`.

load managers

setup_file() { lay_over ifupdown2; }
teardown_file() { take_layer_away; }

setup() {
  build_host
  rm -rf /var/lib/ifupdown2
  mkdir -p /var/tmp/network
  chmod +x /usr/share/ifupdown2/__main__.py
}

teardown() {
  tear_down_lab
}

ifreload() {
  on_host ifreload -a
}

expect_page() {
  expect_uplink eth0 10.1.1.1
  expect_uplink eth1 10.1.2.1
}

@test 'ifreload -a: start, no change, another address and router, an uplink removed, and stop' {
  install_page ifupdown2 static
  ifup -a
  expect_page
  expect_connection_over_both
  before=$(print_state)
  ifreload
  expect_state "$before"

  add_router
  sed -i 's/10.1.2.2/10.1.2.3/; s/mptcp-gateway 10.1.2.1/mptcp-gateway 10.1.2.254/' /etc/network/interfaces
  run_block ifupdown2 reload
  expect_uplink eth1 10.1.2.254
  expect_equal "$(address_of eth1)" 10.1.2.3
  expect_no_rule 'from 10.1.2.2 '

  sed -i '/^auto eth1/,$d' /etc/network/interfaces
  ifreload
  expect_no_uplink eth1
  expect_uplink eth0 10.1.1.1
  ifdown -a
  expect_nothing_of_ours
}

# It drops what a script says that does not fail.
@test 'what a hook says reaches syslog' {
  write_page_interfaces
  sed -i 's/mptcp-gateway .*/mptcp-gateway 10.1.2.2/' /etc/network/interfaces
  run --separate-stderr ifup eth1
  expect_no_text "$output$stderr" mptcp-gateway
  wait_until grep -q 'mptcp_up: eth1: mptcp-gateway "10.1.2.2" is this host' /run/syslog
}
