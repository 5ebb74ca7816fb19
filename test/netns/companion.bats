#!/usr/bin/env bats
# The rule above the source rule: which routes of main win over an uplink's table, and when there is no such rule.

load lab

setup() {
  build_lab
  give_addresses eth1 10.1.2.2/24 2001:db8:2::2/64
  on_host ip link add vpn0 type veth peer name far0
  give_addresses vpn0 10.8.0.6/24 fd08::6/64
  on_host ip link set far0 up
}

teardown() {
  tear_down_lab
}

bring_up_eth1() {
  start_hook up eth1 ADDRFAM=inet IF_MPTCP_GATEWAY=10.1.2.1
  start_hook up eth1 ADDRFAM=inet6 IF_MPTCP_GATEWAY=2001:db8:2::1
}

route_through_the_vpn() {
  local destination
  for destination; do
    case $destination in
      *:*) on_host ip -6 route add "$destination" via fd08::1 dev vpn0 ;;
      *) on_host ip route add "$destination" via 10.8.0.1 dev vpn0 ;;
    esac
  done
}

@test "half defaults, and a VPN's quarters and eighths, are no specific routes" {
  bring_up_eth1 2>/dev/null
  route_through_the_vpn 0.0.0.0/1 128.0.0.0/1 192.0.0.0/2 202.0.0.0/7 ::/3 2000::/4
  expect_way 10.1.2.2 eth1
  expect_way 2001:db8:2::2 eth1
}

@test "a network behind the VPN is: an uplink's address reaches it" {
  bring_up_eth1
  route_through_the_vpn 172.16.0.0/12 198.51.0.0/16 8.0.0.0/8 2400::/12
  expect_gateway 10.1.2.2 10.8.0.1 to 172.16.5.9
  expect_gateway 10.1.2.2 10.8.0.1 to 8.8.8.8
  expect_gateway 2001:db8:2::2 fd08::1 to 2400::9
}

@test 'half defaults that lead elsewhere: a notice, as new subflows go beside the tunnel' {
  route_through_the_vpn 0.0.0.0/1 128.0.0.0/1
  run --separate-stderr start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  expect_status 0
  expect_one_message
  expect_message 'mptcp_up: eth1: ' 0.0.0.0/1 vpn0
}

@test 'half defaults through the uplink itself: not a word' {
  on_host ip route add 0.0.0.0/1 via 10.1.2.1
  run --separate-stderr start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  expect_no_message
}

# A default that is no way

add_terminal_default() {
  on_host ip route add "$1" default metric 4278198272
  on_host ip -6 route add "$1" default metric 4278198272
}

@test 'an unreachable, blackhole or prohibit default in main: no companion, a notice, and the uplink works' {
  local kind
  for kind in unreachable blackhole prohibit; do
    add_terminal_default "$kind"
    run --separate-stderr bring_up_eth1
    expect_status 0
    expect_message 'mptcp_up: eth1: ' 4278198272
    expect_no_rule suppress_prefixlength
    expect_answer 10.1.2.2
    expect_answer 2001:db8:2::2
    start_hook down eth1
    start_hook down eth1 ADDRFAM=inet6
    expect_nothing_of_ours
    on_host ip route delete default
    on_host ip -6 route delete "$kind" default metric 4278198272
  done
}

@test 'a terminal default behind a better one, and a throw: the companion stays' {
  on_host ip route add default via 10.1.2.1 metric 10
  on_host ip route add unreachable default metric 4000
  on_host ip -6 route add throw default metric 5
  bring_up_eth1
  expect_rule 'from 10.1.2.2 lookup 254 suppress_prefixlength 7' 'from 2001:db8:2::2 lookup 254 suppress_prefixlength 4'
  expect_answer 10.1.2.2
  expect_answer 2001:db8:2::2
}

@test 'the default goes with another uplink: its ifdown takes the companions of all away, its ifup brings them back' {
  give_addresses eth0 10.1.1.2/24
  on_host ip route add default via 10.1.1.1 dev eth0 metric 10
  on_host ip route add unreachable default metric 4000
  start_hook up eth0
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  expect_rule 'from 10.1.2.2 lookup 254 suppress_prefixlength 7'
  on_host ip address flush dev eth0
  start_hook down eth0
  expect_no_rule suppress_prefixlength
  expect_answer 10.1.2.2
  give_addresses eth0 10.1.1.2/24
  on_host ip route add default via 10.1.1.1 dev eth0 metric 10
  start_hook up eth0
  expect_rule 'from 10.1.2.2 lookup 254 suppress_prefixlength 7' 'from 10.1.1.2 lookup 254 suppress_prefixlength 7'
}

@test 'mptcp-main-routes ignore: the coming and going of a terminal default brings no companion' {
  give_addresses eth0 10.1.1.2/24
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_MAIN_ROUTES=ignore
  on_host ip route add unreachable default metric 4000
  start_hook up eth0 IF_MPTCP_GATEWAY=10.1.1.1 2>/dev/null
  on_host ip route delete default
  start_hook up eth0 IF_MPTCP_GATEWAY=10.1.1.1
  expect_rule 'from 10.1.1.2 lookup 254 suppress'
  expect_no_rule 'from 10.1.2.2 lookup 254'
}

# What is no uplink

@test 'a tunnel without a way out gets nothing: an uplink reaches its clients, and no peer is told of it' {
  bring_up_eth1
  local before
  on_host ip tuntap add wg0 mode tun
  on_host ip address add 10.9.0.1/24 dev wg0
  on_host ip link set wg0 up
  before=$(print_state)
  start_hook up wg0 IF_ADDRESS=10.9.0.1 IF_NETMASK=24
  expect_state "$before"
  expect_way 10.1.2.2 wg0 to 10.9.0.7
}

# Without a program at its other end it is like a cable that is out: its routes stand, and do not count.
@test 'a tunnel is an uplink with a gateway, pointopoint, an option, or a default through it' {
  on_host ip tuntap add tun0 mode tun
  on_host ip address add 10.9.0.1/24 dev tun0
  on_host ip link set tun0 up
  local said
  for said in IF_MPTCP_GATEWAY=10.9.0.2 IF_POINTOPOINT=10.9.0.2 IF_MPTCP_TABLE=9 METHOD=ppp; do
    start_hook up tun0 IF_ADDRESS=10.9.0.1 IF_NETMASK=24 "$said"
    expect_text "$(print_table 10.9.0.1)" 'default ' ' dev tun0 '
    expect_equal "$(group_of tun0)" 77
    start_hook down tun0
    expect_no_rule 'from 10.9.0.1'
  done
  on_host ip route add default dev tun0 metric 50
  start_hook up tun0
  expect_text "$(print_table 10.9.0.1)" 'default dev tun0 '
}

@test 'a device that loses its way out and has no option: what stood goes' {
  on_host ip route add default via 10.1.2.1 dev eth1
  start_hook up eth1 METHOD=dhcp
  expect_something_of_ours
  on_host ip route delete default
  start_hook up eth1 METHOD=dhcp 2>/dev/null
  expect_nothing_of_ours
}
