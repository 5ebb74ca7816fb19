#!/usr/bin/env bats
# mptcp-routes top on the real kernel, while a Multipath TCP connection uses both uplinks.

load routes
load screen
load ../netns/server

setup() {
  build_host
  connect_server_to_both_providers
  write_page_interfaces
  ifup -a
}

teardown() {
  close_screen
  tear_down_lab
}

# 20 Mbit/s each way out; what does not fit is lost, and sent again.
narrow_uplinks() {
  local device
  for device in eth0 eth1; do
    on_host tc qdisc add dev "$device" root tbf rate 20mbit burst 20k latency 20ms
  done
}

start_transfer() {
  narrow_uplinks
  start_iperf_server
  on_host mptcpize run iperf3 --client "$FAR_SERVER" --bind 10.1.1.2 --time 300 >/dev/null 2>&1 3>&- &
  wait_until connection_uses 10.1.1.2
  wait_until connection_uses 10.1.2.2
  wait_until something_was_sent_again
}

something_was_sent_again() {
  on_host ss -HtiO dport = 5201 | grep -q 'retrans:[0-9]*/[1-9]'
}

@test 'plain samples: throughput, round trips and what was sent again, by uplink' {
  start_transfer
  run --separate-stderr routes top -n 2 --interval 1
  expect_status 0
  expect_no_message
  expect_equal "$(grep -c '^2 uplinks, ' <<<"$output")" 2
  expect_equal "$(grep -cE '^eth[01] +2 .*  [12]\.[0-9] MB/s ' <<<"$output")" 4
  expect_equal "$(grep -cE '^[├└] 10\.1\.([12])\.2:[0-9]+ +eth[01] .* [12]\.[0-9] MB/s +[0-9.]+ ms' <<<"$output")" 4
  [[ $(grep -cE '^[├└] 10\.1\..* ms +[1-9][0-9]*' <<<"$output") -ge 1 ]] || fail 'nothing was sent again' "$output"
}

#   expect_screen 80     the whole view, and no line that the terminal had to break
expect_screen() {
  open_screen "$1" 24 "$ROUTES top"
  # The second sample has rates.
  wait_until screen_has '^eth0 +2 .* MB/s'
  local text
  text=$(read_screen)
  expect_lines '2 uplinks, |UPLINK |eth[01] +2 |CONNECTION |203\.0\.113\.2:5201 |[├└] 10\.1\.[12]\.2:' <<<"$text"
  expect_equal "$(grep -cE '^[├└] 10\.1\.1\.2:[0-9]+ +eth0 ' <<<"$text")" 2
  expect_equal "$(grep -cE '^[├└] 10\.1\.2\.2:[0-9]+ +eth1 ' <<<"$text")" 2
  press q
  wait_until screen_has '^over$'
  close_screen
}

@test 'a terminal of 60, 80 and 160 columns, until q' {
  start_transfer
  expect_screen 60
  expect_screen 80
  expect_screen 160
}

@test 'arrows move the connections where they have no place' {
  start_transfer
  open_screen 80 10 "$ROUTES top"
  wait_until screen_has '^0 more above, [1-9] below$'
  press Down
  wait_until screen_has '^1 more above, '
  press Up
  wait_until screen_has '^0 more above, '
  press q
  wait_until screen_has '^over$'
}

@test 'an uplink that comes while it runs joins the view' {
  ifdown eth1
  open_screen 80 24 "$ROUTES top --interval 0.3"
  wait_until screen_has '^1 uplink, '
  ifup eth1
  wait_until screen_has '^2 uplinks, '
}

@test 'a reader that goes away ends it in peace' {
  run bash -c 'ip netns exec "$1" "$2" top --interval 0.1 | head -n 1; echo "${PIPESTATUS[0]}"' top "$HOST" "$ROUTES"
  expect_equal "${lines[1]}" 0
}

@test 'without ss: one line that says so' {
  hide_program ss
  run --separate-stderr routes top -n 1
  show_hidden_programs
  expect_status 1
  expect_one_message
  expect_message 'there is no ss command'
}
