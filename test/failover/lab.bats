#!/usr/bin/env bats
# What the other files build on: every failure bites where nobody leads round it, and what mends it does.

load lab

setup() {
  build_places
  write_probed_uplinks none none 1 | write_interfaces
  ifup -a
  wait_until_all_go_by 0
}

teardown() {
  tear_down_lab
}

nothing_goes() {
  [[ $(ask_all) != *[0-9].* && $(ask_all) != *::* ]]
}

#   expect_to_bite COMMAND MENDING
expect_to_bite() {
  "$1" 0
  wait_until nothing_goes || fail "$(ask_all)"
  "$2" 0
  wait_until_all_go_by 0
}

@test 'a provider that is dead, and a router that is gone, are in the way of everything as long as they are' {
  expect_to_bite kill_provider revive_provider
  expect_to_bite remove_router return_router
}

@test 'a lossy provider loses what it should; what goes by the other one is seen there, and what should not' {
  lose_packets 0 30
  run on_host ping -q -i 0.01 -c 200 -I 10.1.1.2 "$PEER"
  (($(lost_packets 0) > 30 && $(lost_packets 0) < 90)) || fail "$(lost_packets 0) of 200 were lost"
  on_host ip route delete default dev eth0
  on_host ip -6 route delete default dev eth0
  wait_until_all_go_by 1
  expect_equal "$(counted 1 strays)" 0
  on_host ip rule add priority 1 from 10.1.1.2 lookup "$(table_of 10.1.2.2)"
  run on_host ping -q -c 1 -W 1 -I 10.1.1.2 "$PEER"
  expect_equal "$(counted 1 strays)" 1
}
