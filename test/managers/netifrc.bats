#!/usr/bin/env bats
# Gentoo's netifrc: the module, the recipe for postup() and postdown(), and the watcher.

load netifrc

setup_file() { lay_over openrc; }
teardown_file() { take_layer_away; }

setup() {
  build_host
  install_hooks "${ROUTES%/*}"
  install_netifrc
}

teardown() {
  tear_down_lab
}

expect_page() {
  expect_uplink eth0 10.1.1.1
  expect_uplink eth1 10.1.2.1
}

@test 'the module: start, another address and router, and stop' {
  install_page netifrc module
  install_module
  service lo start
  start_both
  expect_page
  expect_connection_over_both
  add_router
  sed -i 's/10.1.2.2/10.1.2.3/; s/mptcp_gateway_eth1=.*/mptcp_gateway_eth1="10.1.2.254"/' /etc/conf.d/net
  service eth1 restart
  expect_uplink eth1 10.1.2.254
  expect_equal "$(address_of eth1)" 10.1.2.3
  expect_no_rule 'from 10.1.2.2 '
  service eth1 stop
  expect_no_uplink eth1
  expect_uplink eth0 10.1.1.1
  service eth0 stop
  expect_nothing_of_ours
}

@test 'the module: every option, for both families' {
  install_module
  write_net <<'END'
config_eth1="10.1.2.2/24
2001:db8:2::2/64"
mptcp_gateway_eth1="10.1.2.1 2001:db8:2::1"
mptcp_table_eth1="77"
mptcp_priority_eth1="20000"
mptcp_endpoint_eth1="signal backup"
mptcp_main_routes_eth1="ignore"
mptcp_metric_eth1="500"
END
  service eth1 start
  expect_uplink eth1 10.1.2.1
  expect_uplink eth1 2001:db8:2::1 -6
  expect_equal "$(print_our_rules)" '20000: from 10.1.2.2 lookup 77 proto 77
20001: from 10.1.2.2 7 proto 77
20000: from 2001:db8:2::2 lookup 77 proto 77
20001: from 2001:db8:2::2 7 proto 77'
  expect_equal "$(print_endpoints)" '10.1.2.2 signal backup dev eth1
2001:db8:2::2 signal backup dev eth1'
  expect_text "$(on_host ip route; on_host ip -6 route)" 'default via 10.1.2.1 dev eth1 proto 77 metric 500' \
    'default via 2001:db8:2::1 dev eth1 proto 77 metric 500'
  service eth1 stop
  expect_nothing_of_ours
  sed -i '$a mptcp_eth1="off"' /etc/conf.d/net
  service eth1 start
  expect_nothing_of_ours
  service eth1 stop
}

@test 'the module: a value that is refused fails the service of a strict interface alone' {
  install_module
  write_net <<'END'
config_eth1="10.1.2.2/24"
mptcp_gateway_eth1="10.1.2.2"
END
  run --separate-stderr service eth1 start
  expect_status 0
  expect_message 'mptcp_up: eth1: mptcp-gateway "10.1.2.2" is this host'
  service eth1 stop
  sed -i '$a mptcp_strict_eth1="yes"' /etc/conf.d/net
  run --separate-stderr service eth1 start
  expect_status 1
  expect_nothing_of_ours
}

@test 'the module: nothing is run for other interfaces, and a service goes on without the hooks' {
  install_module
  log_runs
  write_net <<'END'
config_eth0="10.1.1.2/24"
routes_eth0="default via 10.1.1.1"
config_eth1="10.1.2.2/24"
mptcp_eth1="on"
END
  start_both
  stop_both
  expect_equal "$(cat /run/runs.log)" 'mptcp_up eth1 inet netifrc
mptcp_up eth1 inet6 netifrc
mptcp_down eth1 netifrc
mptcp_down eth1 netifrc'
  rm "$UP" "$DOWN" "$LEAVE"
  run service eth1 start
  expect_status 0
  expect_text "$output" 'ifupdown-mptcp is gone'
  service eth1 stop
}

@test 'the recipe: postup and postdown' {
  install_page netifrc recipe
  start_both
  expect_page
  stop_both
  expect_nothing_of_ours
}

@test 'the watcher: start, another address and router, and stop' {
  install_page netifrc watcher
  start_watch
  start_both
  expect_page
  add_router
  sed -i 's/10.1.2.2/10.1.2.3/; s/10.1.2.1"/10.1.2.254"/' /etc/conf.d/net
  service eth1 restart
  expect_uplink eth1 10.1.2.254
  stop_both
  expect_no_uplink eth0
  expect_no_uplink eth1
  expect_nothing_of_ours
}
