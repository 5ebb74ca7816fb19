#!/usr/bin/env bats
# An uplink's table says what main says of the device: its routes as they are, and its default.

load lab

setup() {
  build_lab
  give_addresses eth0 10.1.1.2/24
}

teardown() {
  tear_down_lab
}

# The rest of the answer to `ip route get`: its second line, with the attributes.
attributes_from() {
  on_host ip route get "$2" from "$1" | sed 1d
}

@test 'a static route through the uplink holds for its addresses too' {
  give_addresses eth0 2001:db8:1::2/64
  on_host ip route add 192.168.50.0/24 via 10.1.1.254 dev eth0
  on_host ip route add 172.31.0.0/16 dev eth0
  on_host ip -6 route add 2001:db8:50::/48 via 2001:db8:1::fe dev eth0
  start_by_hand up eth0 IF_MPTCP_GATEWAY=10.1.1.1
  expect_text "$(on_host ip route get 192.168.50.9 from 10.1.1.2)" 'via 10.1.1.254'
  expect_no_text "$(on_host ip route get 172.31.0.9 from 10.1.1.2)" ' via '
  expect_text "$(on_host ip route get 2001:db8:50::9 from 2001:db8:1::2)" 'via 2001:db8:1::fe'
  local before
  before=$(print_state)
  start_by_hand up eth0 IF_MPTCP_GATEWAY=10.1.1.1
  expect_state "$before"
  on_host ip route delete 192.168.50.0/24
  start_by_hand up eth0
  expect_text "$(on_host ip route get 192.168.50.9 from 10.1.1.2)" 'via 10.1.1.1 '
  start_by_hand down eth0
  expect_nothing_of_ours
}

@test 'attributes come along: those of a static route, and of the default by that gateway' {
  on_host ip route add default via 10.1.1.1 mtu lock 1400 advmss 1360 initcwnd 20
  on_host ip route add 192.168.9.0/24 via 10.1.1.7 mtu 1300 rto_min 300ms
  start_hook up eth0
  expect_text "$(print_our_routes)" 'mtu lock 1400' 'advmss 1360' 'initcwnd 20' 'rto_min lock 300ms'
  expect_text "$(attributes_from 10.1.1.2 "$SERVER")" 'mtu lock 1400'
  expect_text "$(attributes_from 10.1.1.2 192.168.9.1)" 'mtu 1300'
  local before
  before=$(print_state)
  start_by_hand up eth0 ADDRFAM=inet
  expect_state "$before"
}

@test 'attributes that change in main change in the table' {
  on_host ip route add default via 10.1.1.1 mtu 1400
  start_hook up eth0
  on_host ip route change default via 10.1.1.1 mtu 1350
  start_hook up eth0
  expect_text "$(attributes_from 10.1.1.2 "$SERVER")" 'mtu 1350'
}

@test 'routes of a type of service beside the one for all' {
  on_host ip route add 192.168.9.0/24 via 10.1.1.7
  on_host ip route add 192.168.9.0/24 tos 0x10 via 10.1.1.8
  start_hook up eth0 IF_MPTCP_GATEWAY=10.1.1.1
  expect_gateway 10.1.1.2 10.1.1.7 to 192.168.9.9
  expect_text "$(on_host ip route get 192.168.9.9 from 10.1.1.2 tos 0x10)" 'via 10.1.1.8'
}

# Connected routes

@test "a subnet that main sends to the gateway: neighbours are behind it, as on a provider's isolated ports" {
  on_host ip route add default via 10.1.1.1
  on_host ip route prepend 10.1.1.0/24 via 10.1.1.1 dev eth0
  start_hook up eth0
  expect_gateway 10.1.1.2 10.1.1.1 to 10.1.1.77
}

@test 'no connected route in main, none in the table: noprefixroute' {
  give_addresses eth1 10.1.2.2/32
  on_host ip address add 10.1.2.3/24 dev eth1 noprefixroute
  on_host ip address add 2001:db8:2::2/64 dev eth1 noprefixroute
  on_host ip -6 route add default via fe80::1 dev eth1
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  start_hook up eth1 ADDRFAM=inet6
  expect_gateway 10.1.2.3 10.1.2.1 to 10.1.2.77
  expect_gateway 2001:db8:2::2 fe80::1 to 2001:db8:2::77
}

@test 'a connected route that no address has counts: an on-link prefix beside a /128' {
  give_addresses eth1 2001:db8:2::2/128
  on_host ip -6 route add 2001:db8:2::/64 dev eth1 proto kernel metric 256
  on_host ip -6 route add default via fe80::1 dev eth1
  start_hook up eth1 ADDRFAM=inet6
  expect_neighbour 2001:db8:2::2 2001:db8:2::77
}

# Several hops

@test 'several hops through the uplink: one multipath route, hops through other devices are left out' {
  give_addresses eth1 10.1.2.2/24
  on_host ip route add default nexthop via 10.1.1.1 weight 2 nexthop via 10.1.1.9 nexthop via 10.1.2.1 dev eth1
  start_hook up eth0
  local routes
  routes=$(print_our_routes)
  expect_text "$routes" 'nexthop via 10.1.1.1 dev eth0 weight 2' 'nexthop via 10.1.1.9 dev eth0 weight 1'
  expect_no_text "$routes" eth1
  local before
  before=$(print_state)
  start_by_hand up eth0
  expect_state "$before"
}

@test 'routes by nexthop objects and their groups: copied by what they lead to' {
  on_host ip nexthop add id 1 via 10.1.1.1 dev eth0
  on_host ip nexthop add id 2 via 10.1.1.9 dev eth0
  on_host ip nexthop add id 3 group 1/2
  on_host ip route add default nhid 1
  on_host ip route add 192.168.9.0/24 nhid 3
  start_hook up eth0
  expect_gateway 10.1.1.2 10.1.1.1
  expect_text "$(print_our_routes)" 192.168.9.0/24 'nexthop via 10.1.1.9 dev eth0'
  expect_no_text "$(print_our_routes)" nhid
}

@test 'a gateway of the other family' {
  on_host ip -4 route add default via inet6 fe80::1 dev eth0
  start_hook up eth0
  expect_text "$(on_host ip -4 route show table "$(table_of 10.1.1.2)")" 'default via inet6 fe80::1 dev eth0 proto 77'
  expect_no_text "$(on_host ip -6 route show table all proto 77)" default
}

@test 'IPv6 routers: the preference decides, as in main' {
  give_addresses eth1 2001:db8:2::2/64
  on_host ip -6 route add default via fe80::1 dev eth1 proto ra metric 1024 pref low
  on_host ip -6 route append default via fe80::2 dev eth1 proto ra metric 1024 pref high
  start_hook up eth1 ADDRFAM=inet6
  expect_gateway 2001:db8:2::2 fe80::2
}

# Routing daemons

@test 'the routes of a routing daemon are mirrored, and followed' {
  on_host ip route add default via 10.1.1.1
  on_host ip route add 172.20.0.0/16 via 10.1.1.253 proto bird metric 32
  start_hook up eth0
  expect_gateway 10.1.1.2 10.1.1.253 to 172.20.5.1
  on_host ip route replace 172.20.0.0/16 via 10.1.1.254 proto bird metric 32
  start_by_hand up eth0
  expect_gateway 10.1.1.2 10.1.1.254 to 172.20.5.1
  on_host ip route delete 172.20.0.0/16 proto bird metric 32
  start_by_hand up eth0
  expect_gateway 10.1.1.2 10.1.1.1 to 172.20.5.1
}

@test 'more than a thousand of them: none, with a notice that names the options' {
  on_host ip route add default via 10.1.1.1
  on_host ip route add 192.168.9.0/24 via 10.1.1.7
  awk 'BEGIN { for (i = 0; i < 1001; i++) printf "route add 20.%d.%d.0/24 via 10.1.1.253 proto bird\n", i / 256, i % 256 }' |
    on_host ip -batch -
  run --separate-stderr start_hook up eth0
  expect_one_message
  expect_message 'mptcp_up: eth0: ' 1000 'mptcp off' 'mptcp-main-routes ignore'
  expect_gateway 10.1.1.2 10.1.1.1 to 20.0.0.1
  expect_gateway 10.1.1.2 10.1.1.7 to 192.168.9.9
  run --separate-stderr start_hook up eth0 IF_MPTCP_MAIN_ROUTES=ignore
  expect_no_message
}
