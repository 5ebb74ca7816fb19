#!/usr/bin/env bats
# A routing daemon whose routes change: the mirror follows.

load watch

setup() {
  build_lab
  build_uplinks
  start_watch
}

teardown() {
  tear_down_lab
}

# So many routes of a routing daemon through eth1, by one of provider 1's routers.
#   write_bird_routes COUNT ROUTER
write_bird_routes() {
  local number
  {
    printf '%s\n' 'router id 10.1.2.2;' 'protocol device { }' \
      'protocol kernel { ipv4 { export all; import none; }; }' 'protocol static { ipv4;'
    for ((number = 0; number < $1; number++)); do
      echo "  route 172.16.$((number / 64)).$((number % 64 * 4))/30 via $2;"
    done
    echo '}'
  } > "$BATS_TEST_TMPDIR/bird.conf"
}

start_bird() {
  on_host_unpacked usr/sbin/bird -c "$BATS_TEST_TMPDIR/bird.conf" \
    -s "$BATS_TEST_TMPDIR/bird.ctl" -P "$BATS_TEST_TMPDIR/bird.pid" 3>&-
}

reconfigure_bird() {
  kill -HUP "$(< "$BATS_TEST_TMPDIR/bird.pid")"
}

# How many of the mirrored routes lead to the router.
count_mirrored() {
  on_host ip route show table "$(table_of 10.1.2.2)" | grep -c "^172.16.* via $1 dev eth1" || true
}

mirrors() {
  [[ $(count_mirrored "$1") -eq $2 ]]
}

@test 'bird: 1,000 changes of routes through an uplink are followed' {
  at_provider 1 ip address add 10.1.2.254/24 dev customer
  write_bird_routes 500 10.1.2.1
  start_bird
  wait_until mirrors 10.1.2.1 500
  write_bird_routes 500 10.1.2.254
  reconfigure_bird
  wait_until mirrors 10.1.2.254 500
  write_bird_routes 20 10.1.2.1
  reconfigure_bird
  wait_until mirrors 10.1.2.1 20
  expect_equal "$(count_mirrored 10.1.2.254)" 0
  expect_settled
  kill "$(< "$BATS_TEST_TMPDIR/bird.pid")"
  wait_until mirrors 10.1.2.1 0
  expect_settled
  expect_answer 10.1.2.2
}
