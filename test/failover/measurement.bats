#!/usr/bin/env bats
# The measurement of docs/failover.md, once of each: that it comes to its tables.

bats_require_minimum_version 1.5.0

# bats test_tags=long
@test 'npm run bench:failover measures both keepers and both failures' {
  run --separate-stderr node "$BATS_TEST_DIRNAME/../bench/failover.mjs" --trials 1
  [[ $status -eq 0 ]] || { echo "$stderr" && false; }
  local seconds='[0-9.]+ / [0-9.]+'
  [[ $(grep -cE "^cable pulled .* $seconds  +$seconds  +$seconds" <<< "$output") -eq 8 ]]
  [[ $(grep -cE "^provider dead .* $seconds  +$seconds  +$seconds" <<< "$output") -eq 8 ]]
}
