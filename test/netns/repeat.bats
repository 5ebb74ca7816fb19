#!/usr/bin/env bats
# Hooks that run again: for nothing, after an edit, or after their device is gone.

load lab

setup() {
  build_lab
}

teardown() {
  tear_down_lab
}

# Reruns

# Marks around what is watched: the monitor is known to listen from the first, and to be done at the second.
watch_kernel() {
  HEARD=$BATS_TEST_TMPDIR/heard
  on_host ip monitor rule route link > "$HEARD" 3>&- &
  wait_until mark_is_heard 111
}

mark_is_heard() {
  on_host ip rule add fwmark "$1" lookup main
  on_host ip rule delete fwmark "$1" lookup main
  grep -q "fwmark $(printf '0x%x' "$1")" "$HEARD"
}

expect_nothing_heard() {
  wait_until mark_is_heard 222
  expect_silence "$(grep -v fwmark "$HEARD")"
}

# The kernel has announced all that follows from their coming up.
links_are_settled() {
  ! on_host ip -o link show | grep -v LOOPBACK | grep -qv ' state UP '
}

rerun_three_times() {
  for _ in 1 2 3; do
    start_by_hand up eth0
    start_by_hand up eth1 IF_MPTCP_GATEWAY=10.1.2.1 ADDRFAM=inet
    start_by_hand up eth1 IF_MPTCP_GATEWAY=2001:db8:2::1 ADDRFAM=inet6
  done
}

@test 'three reruns: the kernel hears nothing' {
  write_page_interfaces
  printf '%s\n' 'iface eth1 inet6 static' 'address 2001:db8:2::2/64' 'mptcp-gateway 2001:db8:2::1' \
    >> /etc/network/interfaces
  ifup -a
  wait_until links_are_settled
  local endpoints_with_ids
  endpoints_with_ids=$(on_host ip mptcp endpoint show)
  watch_kernel
  rerun_three_times
  expect_nothing_heard
  expect_equal "$(on_host ip mptcp endpoint show)" "$endpoints_with_ids"
}

@test 'what watches the kernel in these tests hears a change' {
  give_addresses eth1 10.1.2.2/24
  watch_kernel
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  run expect_nothing_heard
  expect_status 1
}

@test 'a rerun down: nothing left to do, not a word' {
  write_page_interfaces
  ifup -a
  expect_something_of_ours
  ifdown eth1
  local before
  before=$(print_state)
  run --separate-stderr start_hook down eth1
  expect_status 0
  expect_quiet
  expect_state "$before"
}

@test 'a rerun mends what others have deleted' {
  write_page_interfaces
  ifup -a
  local before
  before=$(print_state)
  on_host ip rule delete from 10.1.2.2 priority 30999
  on_host ip route delete default table "$(table_of 10.1.2.2)"
  on_host ip mptcp endpoint flush
  on_host ip link set eth1 group 0
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  start_hook up eth0
  expect_state "$before"
}

# Edits

@test 'address edited while up: the new one is routed, nothing of the old one is left' {
  write_page_interfaces
  ifup -a
  sed -i s/10.1.2.2/10.1.2.9/ /etc/network/interfaces
  ifdown eth1
  ifup eth1
  expect_answer 10.1.2.9
  expect_no_text "$(print_state)" '10.1.2.2 '
  ifdown -a
  expect_nothing_of_ours
}

@test 'mptcp-table edited while up: nothing is left in the old one' {
  write_page_interfaces
  echo '    mptcp-table 7' >> /etc/network/interfaces
  ifup -a
  sed -i 's/mptcp-table 7/mptcp-table 8/' /etc/network/interfaces
  ifdown eth1
  ifup eth1
  expect_equal "$(table_of 10.1.2.2)" 8
  expect_answer 10.1.2.2
  expect_no_text "$(print_state)" 'lookup 7 ' 'table 7 '
  ifdown -a
  expect_nothing_of_ours
}

@test 'stanza removed while up: the clean-up of another device takes the orphans' {
  write_page_interfaces
  ifup -a
  expect_something_of_ours
  on_host ip address flush dev eth1
  on_host ip link set eth1 down
  start_hook down eth0
  expect_no_text "$(print_state)" 'from 10.1.2.2 '
  expect_no_text "$(print_endpoints)" 10.1.2.2
}

@test 'options edited, hook rerun without ifdown: the new state, whole' {
  give_addresses eth1 10.1.2.2/24
  local wanted
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.9 IF_MPTCP_TABLE=8 IF_MPTCP_PRIORITY=2000 IF_MPTCP_ENDPOINT=backup
  wanted=$(print_state)
  expect_text "$wanted" 'lookup 8 '
  start_hook down eth1
  expect_no_text "$(print_state)" 'lookup 8 '
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_TABLE=7 IF_MPTCP_METRIC=300
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.9 IF_MPTCP_TABLE=8 IF_MPTCP_PRIORITY=2000 IF_MPTCP_ENDPOINT=backup
  expect_state "$wanted"
}

@test 'flags of a standing endpoint change only where the stanza says so' {
  give_addresses eth1 10.1.2.2/24
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_ENDPOINT=backup
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  expect_equal "$(print_endpoints)" '10.1.2.2 subflow backup dev eth1'
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_ENDPOINT=subflow
  expect_equal "$(print_endpoints)" '10.1.2.2 subflow dev eth1'
}

# A pulled modem

@test 'device deleted while up: ifdown cleans up' {
  write_page_interfaces
  ifup -a
  expect_something_of_ours
  on_host ip link delete eth1
  run ifdown eth1
  expect_no_text "$(print_state)" 10.1.2.
  expect_answer 10.1.1.2
  ifdown eth0
  expect_nothing_of_ours
}

@test 'device deleted while up: the down hook of the device that is gone cleans up, without a word' {
  write_page_interfaces
  ifup -a
  expect_something_of_ours
  on_host ip link delete eth1
  run --separate-stderr start_hook down eth1
  expect_status 0
  expect_no_message
  expect_no_text "$(print_state)" 10.1.2.
}
