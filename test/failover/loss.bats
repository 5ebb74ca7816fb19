#!/usr/bin/env bats
# What takes a minute of waiting.

load lab
load switches

teardown() {
  tear_down_lab
}

# Up to five packets a round: that all of three rounds in a row are lost does not happen in a lifetime.
# bats test_tags=long
@test '30 % of the packets lost for 60 s are not death' {
  build_failover "$PEER" "$PEER6" 2
  lose_packets 0 30
  start_counting_switches
  sleep 60
  expect_switches 0
  expect_as_before
  report "$(lost_packets 0) packets were lost"
  # Of 60 rounds of two families, as far as an answer was missed.
  (($(lost_packets 0) > 8))
}
