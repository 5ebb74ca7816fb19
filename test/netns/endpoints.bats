#!/usr/bin/env bats
# Which addresses are endpoints, by which ids, and how the kernel's eight places are shared.

load lab

setup() {
  build_lab
}

teardown() {
  tear_down_lab
}

print_endpoints_with_ids() {
  on_host ip mptcp endpoint show | squeeze | sort
}

bring_up() {
  start_hook up eth0 IF_MPTCP_GATEWAY=10.1.1.1
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
}

@test 'ids: the highest that are free, and the same for what stands' {
  give_addresses eth0 10.1.1.2/24
  give_addresses eth1 10.1.2.2/24
  on_host ip mptcp endpoint add 10.55.0.1 id 254 signal
  bring_up
  bring_up
  expect_equal "$(print_endpoints_with_ids)" "\
10.1.1.2 id 255 subflow dev eth0
10.1.2.2 id 253 subflow dev eth1
10.55.0.1 id 254 signal"
}

@test "an endpoint of somebody else's among our ids, on an address without a rule of ours, stays through up and down" {
  give_addresses eth0 10.1.1.2/24
  give_addresses eth1 10.1.2.2/24
  on_host ip link add dummy1 type veth peer name dummy2
  give_addresses dummy1 10.1.9.2/24
  on_host ip mptcp endpoint add 10.1.9.2 id 255 dev dummy1 subflow
  on_host ip mptcp endpoint add 10.55.0.1 id 250 signal
  on_host ip mptcp endpoint add 10.1.1.2 id 251 signal
  bring_up
  start_hook down eth0
  start_hook down eth1
  expect_text "$(print_endpoints_with_ids)" '10.1.9.2 id 255 subflow dev dummy1' '10.55.0.1 id 250 signal' '10.1.1.2 id 251 signal'
  expect_no_text "$(print_endpoints)" 10.1.2.2
}

@test "an endpoint of the admin's on an address of ours stays and is enough; a notice only where the stanza asks for another" {
  give_addresses eth1 10.1.2.2/24
  on_host ip mptcp endpoint add 10.1.2.2 dev eth1 id 43 backup subflow
  run --separate-stderr start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  expect_no_message
  run --separate-stderr start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_ENDPOINT=signal
  expect_message 'mptcp_up: eth1: ' 10.1.2.2 'id 43'
  on_host ip address flush dev eth1
  start_hook down eth1
  expect_equal "$(print_endpoints_with_ids)" '10.1.2.2 id 43 subflow backup dev eth1'
}

@test 'a device that is no uplink: the endpoint of the admin stays' {
  give_addresses eth1 192.168.7.2/24
  on_host ip mptcp endpoint add 192.168.7.2 dev eth1 id 42 signal
  start_hook up eth1 IF_ADDRESS=192.168.7.2/24
  start_hook down eth1 IF_ADDRESS=192.168.7.2/24
  expect_equal "$(print_endpoints_with_ids)" '192.168.7.2 id 42 signal dev eth1'
}

# Which addresses

@test 'deprecated and temporary IPv6 addresses: rules, but no endpoint' {
  give_addresses eth1 2001:db8:2::2/64
  on_host sysctl -qw net.ipv6.conf.eth1.use_tempaddr=2
  on_host ip address add 2001:db8:2::80/64 dev eth1 preferred_lft 0
  on_host ip address add 2001:db8:2::90/64 dev eth1 mngtmpaddr preferred_lft 3600 valid_lft 7200
  wait_until temporary_address
  start_hook up eth1 ADDRFAM=inet6 IF_MPTCP_GATEWAY=2001:db8:2::1
  expect_gateway 2001:db8:2::80 2001:db8:2::1
  expect_gateway "$(temporary_address)" 2001:db8:2::1
  expect_equal "$(print_endpoints)" "\
2001:db8:2::2 subflow dev eth1
2001:db8:2::90 subflow dev eth1"
}

temporary_address() {
  on_host ip -6 -o address show dev eth1 temporary | sed -nE 's/.* inet6 ([^/]+).*/\1/p' | grep .
}

@test 'the path manager is in user space: rules and routes, no endpoint, and a notice' {
  give_addresses eth1 10.1.2.2/24
  on_host sysctl -qw net.mptcp.pm_type=1
  run --separate-stderr start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  expect_status 0
  expect_one_message
  expect_message 'mptcp_up: eth1: ' net.mptcp.pm_type
  expect_silence "$(print_endpoints)"
  expect_answer 10.1.2.2
  start_hook down eth1
  expect_nothing_of_ours
}

# Flags and limits

@test 'fullmesh and laminar raise the limit of accepted addresses too; neither limit is ever lowered' {
  give_addresses eth0 10.1.1.2/24
  give_addresses eth1 10.1.2.2/24 10.1.2.3/24
  start_hook up eth0 IF_MPTCP_GATEWAY=10.1.1.1
  expect_text "$(on_host ip mptcp limits show)" 'add_addr_accepted 0 subflows 2'
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1 'IF_MPTCP_ENDPOINT=subflow fullmesh'
  expect_text "$(on_host ip mptcp limits show)" 'add_addr_accepted 3 subflows 3'
  start_hook down eth1
  start_hook up eth0 IF_MPTCP_GATEWAY=10.1.1.1
  expect_text "$(on_host ip mptcp limits show)" 'add_addr_accepted 3 subflows 3'
}

@test 'backup comes and goes without a new endpoint' {
  give_addresses eth1 10.1.2.2/24
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1 'IF_MPTCP_ENDPOINT=subflow'
  local commands
  commands=$(start_by_hand up eth1 IF_MPTCP_ENDPOINT='subflow backup' -- -n)
  expect_one_line "$commands"
  expect_text "$commands" 'ip mptcp endpoint change ' ' backup'
  on_host sh -e <<< "$commands"
  expect_equal "$(print_endpoints_with_ids)" '10.1.2.2 id 255 subflow backup dev eth1'
}

# Places

@test 'an uplink with many addresses leaves one place to each other uplink and family' {
  local last
  give_addresses eth0 10.1.1.2/24
  for last in {11..20}; do
    add_addresses eth0 "10.1.1.$last/24"
  done
  give_addresses eth1 10.1.2.2/24 2001:db8:2::2/64
  start_hook up eth0 IF_MPTCP_GATEWAY=10.1.1.1 2>/dev/null
  expect_equal "$(print_endpoints | wc -l)" 8
  run --separate-stderr start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  expect_no_message
  start_hook up eth1 ADDRFAM=inet6 IF_MPTCP_GATEWAY=2001:db8:2::1
  expect_text "$(print_endpoints)" '10.1.1.2 ' '10.1.2.2 ' '2001:db8:2::2 '
  expect_equal "$(print_endpoints | wc -l)" 8
  run --separate-stderr start_hook up eth0 IF_MPTCP_GATEWAY=10.1.1.1
  expect_message 'mptcp_up: eth0: ' 'no endpoint'
  expect_text "$(print_endpoints)" '10.1.2.2 ' '2001:db8:2::2 '
}

@test 'eight foreign endpoints: none of ours, a notice, and none of theirs goes' {
  local last before
  give_addresses eth1 10.1.2.2/24
  for last in {1..8}; do
    on_host ip mptcp endpoint add "10.55.0.$last" signal
  done
  before=$(print_endpoints)
  run --separate-stderr start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  expect_status 0
  expect_one_message
  expect_message 10.1.2.2 8
  expect_equal "$(print_endpoints)" "$before"
  expect_answer 10.1.2.2
}
