#!/usr/bin/env bats
# Duplicate address detection: an endpoint waits for its end, and a run does not wait for ever.

load lab

setup() {
  build_lab
}

teardown() {
  tear_down_lab
}

@test 'an endpoint waits until duplicate address detection is done' {
  on_host sysctl -qw net.ipv6.conf.eth1.accept_dad=1
  add_addresses eth1 2001:db8:2::2/64
  expect_text "$(on_host ip -6 address show dev eth1)" 'scope global tentative'
  start_hook up eth1 ADDRFAM=inet6 IF_MPTCP_GATEWAY=2001:db8:2::1
  expect_no_text "$(on_host ip -6 address show dev eth1)" 'scope global tentative'
  expect_equal "$(print_endpoints)" '2001:db8:2::2 subflow dev eth1'
  expect_answer 2001:db8:2::2
}

@test 'duplicate address detection that takes too long: ifup goes on after 5 s, without an endpoint' {
  on_host sysctl -qw net.ipv6.conf.eth1.accept_dad=1 net.ipv6.conf.eth1.dad_transmits=60
  add_addresses eth1 2001:db8:2::2/64
  SECONDS=0
  start_hook up eth1 ADDRFAM=inet6 IF_MPTCP_GATEWAY=2001:db8:2::1
  # Detection itself would take a minute.
  [[ $SECONDS -lt 30 ]]
  expect_text "$(on_host ip -6 rule show)" 'from 2001:db8:2::2 lookup'
  expect_equal "$(print_endpoints)" ''
}

@test 'an address that another host has already: no endpoint, and no wait' {
  at_provider 1 ip address add 2001:db8:2::2/64 dev customer nodad
  on_host sysctl -qw net.ipv6.conf.eth1.accept_dad=1
  add_addresses eth1 2001:db8:2::2/64
  wait_until duplicate_is_found
  SECONDS=0
  start_hook up eth1 ADDRFAM=inet6 IF_MPTCP_GATEWAY=2001:db8:2::1
  expect_something_of_ours
  # As long as a run waits for what may still come.
  [[ $SECONDS -lt 5 ]]
  expect_equal "$(print_endpoints)" ''
}

duplicate_is_found() {
  on_host ip -6 address show dev eth1 dadfailed | grep -q 2001:db8:2::2
}
