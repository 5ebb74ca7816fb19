#!/usr/bin/env bats
# Routes of others in the place of one of ours, of every kind that there is: each costs that one route, and stays.

load lab

setup() {
  build_lab
  give_addresses eth0 10.1.1.2/24 2001:db8:1::2/64
  give_addresses eth1 10.1.2.2/24 2001:db8:2::2/64
}

teardown() {
  tear_down_lab
}

print_foreign_routes() {
  {
    on_host ip -N -o route show table "$1"
    on_host ip -N -o -6 route show table "$1"
  } | normalise | grep -v -e 'proto 77' -e fe80: -e ff00: | sort
}

# The wanted metric in main

#   expect_metric_to_be_taken FAMILY ROUTE…
expect_metric_to_be_taken() {
  local before
  on_host ip "$1" route add "${@:2}"
  before=$(print_foreign_routes main)
  run --separate-stderr bring_up_for_failover
  expect_status 0
  expect_message 'mptcp_up: eth1: ' 'mptcp-metric "200"'
  expect_equal "$(print_foreign_routes main)" "$before"
  expect_answer 10.1.2.2
  expect_answer 2001:db8:2::2
  start_hook down eth1
  start_hook down eth1 ADDRFAM=inet6
  expect_equal "$(print_foreign_routes main)" "$before"
  on_host ip "$1" route delete "${@:2}"
}

bring_up_for_failover() {
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_METRIC=200 IF_MPTCP_STRICT=yes
  start_hook up eth1 ADDRFAM=inet6 IF_MPTCP_GATEWAY=2001:db8:2::1 IF_MPTCP_METRIC=200 IF_MPTCP_STRICT=yes
}

@test "mptcp-metric of somebody's default, of any kind: a notice, and the uplink works" {
  expect_metric_to_be_taken -4 default metric 200 via 10.1.1.1 dev eth0
  expect_metric_to_be_taken -4 default metric 200 nexthop via 10.1.1.1 dev eth0 nexthop via 10.1.1.9 dev eth0
  expect_metric_to_be_taken -4 blackhole default metric 200
  expect_metric_to_be_taken -6 default metric 200 via 2001:db8:1::1 dev eth0
  expect_metric_to_be_taken -6 unreachable default metric 200
}

@test 'mptcp-metric of a default by a nexthop object' {
  on_host ip nexthop add id 5 via 10.1.1.1 dev eth0
  expect_metric_to_be_taken -4 default metric 200 nhid 5
}

# A default in the uplink's table

#   expect_to_stay_in_table FAMILY ROUTE…
expect_to_stay_in_table() {
  local before hook
  on_host ip "$1" route add "${@:2}"
  before=$(print_foreign_routes 500)
  bring_up_in_table_500
  bring_up_in_table_500 254
  expect_equal "$(print_foreign_routes 500)" "$before"
  for hook in inet inet6; do
    start_hook down eth1 "ADDRFAM=$hook" 2>/dev/null
  done
  expect_equal "$(print_foreign_routes 500)" "$before"
  expect_no_text "$(print_state)" 'proto 77'
  on_host ip "$1" route delete "${@:2}"
}

#   bring_up_in_table_500 [LAST PART OF THE GATEWAY]
bring_up_in_table_500() {
  start_hook up eth1 IF_MPTCP_TABLE=500 "IF_MPTCP_GATEWAY=10.1.2.${1:-1}" IF_MPTCP_STRICT=yes 2>/dev/null
  start_hook up eth1 ADDRFAM=inet6 IF_MPTCP_TABLE=500 "IF_MPTCP_GATEWAY=2001:db8:2::${1:-1}" IF_MPTCP_STRICT=yes \
    2>/dev/null
}

@test "somebody's default in the table stays through up, another gateway, and down" {
  expect_to_stay_in_table -4 default table 500 via 10.1.2.9 dev eth1 proto static
  expect_to_stay_in_table -4 default table 500 via 10.1.1.1 dev eth0 proto static
  expect_to_stay_in_table -4 blackhole default table 500 proto static
  expect_to_stay_in_table -4 default table 500 proto static nexthop via 10.1.1.1 dev eth0 nexthop via 10.1.2.9 dev eth1
  expect_to_stay_in_table -6 default table 500 via 2001:db8:1::1 dev eth0 proto static
  expect_to_stay_in_table -6 blackhole default table 500 proto static
}

@test 'a notice names the route in the way' {
  on_host ip route add blackhole default table 500 proto static
  run --separate-stderr start_hook up eth1 IF_MPTCP_TABLE=500 IF_MPTCP_GATEWAY=10.1.2.1
  expect_status 0
  expect_one_message
  expect_message 'mptcp_up: eth1: ' 500 default
}

@test "a default that comes before ours later stays, and ours follows the gateway behind it" {
  bring_up_in_table_500
  on_host ip route prepend default via 10.1.1.1 dev eth0 table 500 proto static
  bring_up_in_table_500 254
  local routes
  routes=$(on_host ip route show table 500)
  expect_text "$routes" 'default via 10.1.1.1 dev eth0 proto static' 'default via 10.1.2.254 dev eth1 proto 77'
  expect_no_text "$routes" '10.1.2.1 '
}

@test 'IPv6: the sibling hop of somebody else stays across a change of the gateway, and down' {
  bring_up_in_table_500
  on_host ip -6 route append default via 2001:db8:1::1 dev eth0 table 500 proto static metric 1024
  bring_up_in_table_500 254
  local routes
  routes=$(on_host ip -6 route show table 500)
  expect_text "$routes" 2001:db8:1::1 2001:db8:2::254
  expect_no_text "$routes" '2001:db8:2::1 '
  start_hook down eth1 ADDRFAM=inet6
  routes=$(on_host ip -6 route show table 500)
  expect_text "$routes" 2001:db8:1::1
  expect_no_text "$routes" 2001:db8:2::254
}

@test 'ECMP and nexthop-group routes in main, through other devices: the uplink works, they stay' {
  local before
  on_host ip nexthop add id 1 via 10.1.1.1 dev eth0
  on_host ip nexthop add id 2 via 10.1.2.1 dev eth1
  on_host ip nexthop add id 3 group 1/2
  on_host ip route add default nhid 3
  on_host ip route add 172.20.0.0/16 nexthop via 10.1.1.1 nexthop via 10.1.1.9
  on_host ip -6 route add default nexthop via 2001:db8:1::1 dev eth0 nexthop via 2001:db8:2::1 dev eth1
  before=$(print_foreign_routes main)
  start_by_hand up eth0
  start_by_hand up eth1
  expect_answer 10.1.1.2
  expect_answer 10.1.2.2
  expect_answer 2001:db8:1::2
  expect_answer 2001:db8:2::2
  expect_equal "$(print_foreign_routes main)" "$before"
  start_by_hand down eth0
  start_by_hand down eth1
  expect_nothing_of_ours
  expect_equal "$(print_foreign_routes main)" "$before"
}
