#!/usr/bin/env bats
# What the first version has left in the kernel: companions of another form, endpoints without a mark, fewer routes.

load lab

setup() {
  build_lab
  give_addresses eth0 10.1.1.2/24
  give_addresses eth1 10.1.2.2/24
  find_uplink_of_the_first_version
}

teardown() {
  tear_down_lab
}

find_uplink_of_the_first_version() {
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  TABLE=$(table_of 10.1.2.2)
  start_hook down eth1
  forget_records
  on_host ip -batch - <<END
link set eth1 group 77
route add 10.1.2.0/24 dev eth1 table $TABLE proto 77 scope link
route add default via 10.1.2.1 dev eth1 table $TABLE proto 77
rule add from 10.1.2.2 lookup main suppress_prefixlength 0 suppress_ifgroup 77 priority 30999 protocol 77
rule add from 10.1.2.2 lookup $TABLE priority 31000 protocol 77
mptcp endpoint add 10.1.2.2 dev eth1 subflow
END
}

expect_companion_of_today() {
  expect_rule '30999: from 10.1.2.2 lookup 254 suppress_prefixlength 7 suppress_ifgroup 77 proto 77'
  expect_no_rule 'suppress_prefixlength 0'
  expect_equal "$(print_rules | grep -c 'from 10.1.2.2 lookup')" 2
}

@test "the next ifup brings the companion to today's form; the endpoint stays as it is, and is enough" {
  run --separate-stderr start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  expect_status 0
  expect_no_message
  expect_companion_of_today
  expect_rule '31001: from 10.1.2.2 7 proto 77'
  expect_equal "$(ignores_linkdown inet eth1)" on
  expect_equal "$(print_endpoints)" '10.1.2.2 subflow dev eth1'
  expect_answer 10.1.2.2
}

@test 'so does a run for another device' {
  start_hook up eth0 IF_MPTCP_GATEWAY=10.1.1.1
  expect_companion_of_today
  expect_answer 10.1.2.2
}

@test 'a run by hand with nothing but the name finds the gateway in the table' {
  start_by_hand up eth1
  expect_companion_of_today
  expect_gateway 10.1.2.2 10.1.2.1
}

@test 'ifdown takes rules, routes and group away; the endpoint bears no mark of ours' {
  start_hook down eth1
  expect_no_text "$(print_state)" 'proto 77' 'group 77'
  expect_equal "$(print_endpoints)" '10.1.2.2 subflow dev eth1'
}
