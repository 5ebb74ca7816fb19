#!/usr/bin/env bats
# What a download gains from further uplinks, brought up by the real ifup, and that it gains nothing without the hooks'
# work.

load throughput

teardown() {
  tear_down_lab
}

# Each of these prints a pair for expect_ratio: what one uplink carries, and what several carry.

one_and_two() {
  use_uplinks eth0
  measure_download "$SOURCE"
  add_uplinks eth1
  measure_download "$SOURCE"
}

one_and_three() {
  use_uplinks eth0
  measure_download "$SOURCE"
  add_uplinks eth1 eth2
  measure_download "$SOURCE"
}

# A connection starts by the default route of main, which only the first stanza has: so the first uplink is measured
# with the bandwidth of the second too.
sum_and_both() {
  local first second
  use_uplinks eth0
  first=$(measure_download "$SOURCE")
  set_bandwidth 0 10
  second=$(measure_download "$SOURCE")
  set_bandwidth 0 30
  add "$first" "$second"
  add_uplinks eth1
  measure_download "$SOURCE"
}

add() {
  awk -v a="$1" -v b="$2" 'BEGIN { print a + b }'
}

build_for_ipv4() {
  build_network "$@"
  start_iperf_server "$HOST-peer"
  write_uplinks $#
  SOURCE=$PEER
}

build_for_ipv6() {
  build_network "$@"
  start_iperf_server "$HOST-peer"
  write_ipv6_uplinks $#
  SOURCE=$PEER6
}

@test 'IPv4: two uplinks of 30 Mbit/s carry at least 1.8 times what one carries' {
  build_for_ipv4 30 30
  expect_ratio 'at least' 1.8 one_and_two
}

@test 'IPv4: three uplinks of 30 Mbit/s carry at least 2.6 times what one carries' {
  build_for_ipv4 30 30 30
  expect_ratio 'at least' 2.6 one_and_three
}

@test 'IPv4: uplinks of 30 and 10 Mbit/s carry together at least 0.9 times the sum of what each carries' {
  build_for_ipv4 30 10
  expect_ratio 'at least' 0.9 sum_and_both
}

@test 'IPv6: two uplinks of 30 Mbit/s carry at least 1.8 times what one carries' {
  build_for_ipv6 30 30
  expect_ratio 'at least' 1.8 one_and_two
}

@test 'IPv6: three uplinks of 30 Mbit/s carry at least 2.6 times what one carries' {
  build_for_ipv6 30 30 30
  expect_ratio 'at least' 2.6 one_and_three
}

@test 'IPv6: uplinks of 30 and 10 Mbit/s carry together at least 0.9 times the sum of what each carries' {
  build_for_ipv6 30 10
  expect_ratio 'at least' 0.9 sum_and_both
}

# What would make the figures above worthless: a gain that the hooks have no part in.

@test 'rules without an endpoint (mptcp-endpoint none): the second uplink brings nothing' {
  build_for_ipv4 30 30
  write_uplinks 2 'mptcp-endpoint none'
  expect_ratio 'at most' 1.2 one_and_two
  expect_answer 10.1.2.2 from "$PEER"
}

@test 'an endpoint without rules (mptcp off, endpoint by hand): the second uplink brings nothing' {
  build_for_ipv4 30 30
  write_uplinks 2 'mptcp off' 'up ip mptcp endpoint add 10.1.2.2 dev eth1 subflow' 'up ip mptcp limits set subflows 2' \
    'down ip mptcp endpoint flush'
  expect_ratio 'at most' 1.2 one_and_two
  expect_text "$(print_endpoints)" '10.1.2.2 subflow dev eth1'
  run expect_answer 10.1.2.2 from "$PEER"
  expect_status 1
}
