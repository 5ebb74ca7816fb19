#!/usr/bin/env bats
# An `ip` that answers something else than what was asked: an error, never an empty list, and nothing is deleted.

load lab

setup() {
  build_lab
  give_addresses eth0 10.1.1.2/24
  give_addresses eth1 10.1.2.2/24 2001:db8:2::2/64
  start_hook up eth0 IF_MPTCP_GATEWAY=10.1.1.1
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  start_hook up eth1 ADDRFAM=inet6 IF_MPTCP_GATEWAY=2001:db8:2::1
}

teardown() {
  tear_down_lab
}

#   expect_refused_answers FILTER…
expect_refused_answers() {
  local filter direction before
  before=$(print_state)
  for filter; do
    for direction in up down; do
      ip_answers_through "$filter"
      run --separate-stderr start_by_hand "$direction" eth1 "PATH=$FAKE_PATH"
      expect_the_fake_was_met
      expect_status 1
      expect_one_message
      expect_message "mptcp_$direction: eth1: " iproute2
      expect_state "$before"
    done
  done
}

@test 'the answers that these tests spoil are good ones' {
  ip_answers_through cat
  run --separate-stderr start_by_hand up eth1 "PATH=$FAKE_PATH"
  expect_the_fake_was_met
  expect_status 0
  expect_quiet
}

@test 'nothing, null, {}, []' {
  expect_refused_answers true 'echo null' 'echo {}' 'echo []' 'printf "[]\n[]\n[]\n[]\n[]\n[]\n"'
}

@test 'one line too many: at the start, at the end, between two answers' {
  expect_refused_answers 'echo; cat' 'cat; echo' 'cat; echo null' 'sed "2{p;s/.*/null/}"' 'sed "1{p}"' 'cat; echo []'
}

@test 'one line too few: the first, the last, half a line' {
  expect_refused_answers 'sed 1d' 'head -n -1' 'head -c -10' 'head -c 100'
}

@test 'an answer is missing between two others' {
  expect_refused_answers 'sed "0,/^1: lo:/{/^1: lo:/d}"' 'tac | sed "2,/^1: lo:/{/^1: lo:/d}" | tac'
}

@test 'numbers where names belong, columns of another version' {
  expect_refused_answers 'sed "s/inet6* [^ ]*/inet none/"' 'sed "s/ dev eth1/ dev/"'
}

@test 'on a host with very many routes, whose tables are asked for one by one' {
  awk 'BEGIN { for (i = 0; i < 6000; i++) printf "route add 20.%d.%d.0/24 via 10.1.1.253 proto bird\n", i / 256, i % 256 }' |
    on_host ip -batch -
  expect_refused_answers 'sed "s/.* proto 77.*/null/"' 'head -n -1; echo {}'
}
