#!/usr/bin/env bats
# When the kernel or `ip` says no: what is taken back, what is said, and what ifup makes of it.

load lab

setup() {
  build_lab
}

teardown() {
  tear_down_lab
}

# A refused command

prepare_dual_stack_uplink() {
  give_addresses eth1 10.1.2.2/24 2001:db8:2::2/64
  on_host ip route add default via 10.1.2.1 dev eth1 metric 200
  on_host ip route add default via 2001:db8:2::1 dev eth1 metric 200
  on_host ip mptcp limits set subflows 0
}

# The arguments are those of start_by_hand; each command of their plan is refused in turn.
expect_taken_back_at_each_command() {
  local before plan command
  before=$(print_state)
  plan=$(start_by_hand "$@" -- -n | grep -v ^sysctl)
  [[ $(wc -l <<< "$plan") -ge 3 ]] || fail 'too short a plan to fail at:' "$plan"
  while read -r command; do
    ip_refuses "$command"
    run --separate-stderr start_by_hand "$@" "PATH=$FAKE_PATH"
    expect_the_fake_was_met
    expect_status 1
    expect_message "mptcp_$1: $2: " 'Operation not permitted' "${command#ip }"
    expect_no_stack_trace
    expect_state "$before"
  done <<< "$plan"
}

@test 'up, IPv4: refused at each command in turn, all is taken back' {
  give_addresses eth1 10.1.2.2/24 10.1.2.3/24
  on_host ip mptcp limits set subflows 0
  expect_taken_back_at_each_command up eth1 ADDRFAM=inet IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_METRIC=300
}

@test 'up, IPv6: refused at each command in turn, all is taken back' {
  give_addresses eth1 2001:db8:2::2/64
  expect_taken_back_at_each_command up eth1 ADDRFAM=inet6 IF_MPTCP_GATEWAY=2001:db8:2::1
}

@test 'up, both families: refused at each command in turn, all is taken back' {
  prepare_dual_stack_uplink
  expect_taken_back_at_each_command up eth1
}

@test 'up after an edit: refused at each command in turn, the old state is back' {
  prepare_dual_stack_uplink
  start_by_hand up eth1 IF_MPTCP_TABLE=7 IF_MPTCP_ENDPOINT=subflow
  expect_taken_back_at_each_command up eth1 IF_MPTCP_TABLE=8 IF_MPTCP_PRIORITY=2000 IF_MPTCP_ENDPOINT=backup
}

@test 'down: refused at each command in turn, it says so, and the next down leaves nothing' {
  prepare_dual_stack_uplink
  local before plan position
  on_host ip mptcp limits set subflows 8
  before=$(print_state)
  start_by_hand up eth1
  mapfile -t plan < <(start_by_hand down eth1 -- -n | grep -v ^sysctl)
  for position in "${!plan[@]}"; do
    start_by_hand up eth1
    # Planned anew each time: the endpoints come back with other ids.
    mapfile -t plan < <(start_by_hand down eth1 -- -n | grep -v ^sysctl)
    ip_refuses "${plan[position]}"
    run --separate-stderr start_by_hand down eth1 "PATH=$FAKE_PATH"
    expect_the_fake_was_met
    expect_status 1
    expect_message 'mptcp_down: eth1: ' 'Operation not permitted' "${plan[position]#ip }"
    start_by_hand down eth1
    expect_state "$before"
  done
}

@test 'without rights: the command, the words of the kernel, nothing written' {
  prepare_dual_stack_uplink
  local before
  before=$(print_state)
  run --separate-stderr on_host setpriv --bounding-set=-all --inh-caps=-all env IFACE=eth1 "$UP"
  expect_status 1
  expect_message 'mptcp_up: eth1: ' 'Operation not permitted'
  expect_state "$before"
}

# What ifup makes of a failure

write_page_with_bad_table() {
  write_page_interfaces
  printf '    %s\n' 'mptcp-table 254' "$@" >> /etc/network/interfaces
}

@test 'not strict: ifup succeeds, the interface is up, ifdown works' {
  write_page_with_bad_table
  run --separate-stderr ifup eth1
  expect_status 0
  expect_message 'mptcp_up: eth1: ' mptcp-table 254
  expect_equal "$(on_host ifquery --state eth1)" eth1=eth1
  ifdown eth1
  expect_nothing_of_ours
}

@test 'strict: ifup fails' {
  write_page_with_bad_table 'mptcp-strict yes'
  run --separate-stderr ifup eth1
  expect_status 1
  expect_message 'mptcp_up: eth1: ' mptcp-table 254
  expect_nothing_of_ours
}

@test 'not strict: a refused command does not fail ifup' {
  write_page_interfaces
  fail_at_the_endpoint_of_eth1
  run --separate-stderr ifup eth1
  expect_the_fake_was_met
  expect_status 0
  expect_message 'mptcp_up: eth1: ' 'Operation not permitted'
  expect_nothing_of_ours
}

@test 'strict: a refused command fails ifup' {
  write_page_interfaces
  echo '    mptcp-strict yes' >> /etc/network/interfaces
  fail_at_the_endpoint_of_eth1
  run --separate-stderr ifup eth1
  expect_the_fake_was_met
  expect_status 1
  expect_nothing_of_ours
}

@test 'strict: success is success' {
  write_page_interfaces
  echo '    mptcp-strict yes' >> /etc/network/interfaces
  run --separate-stderr ifup -a
  expect_status 0
  expect_answer 10.1.2.2
}

@test 'by hand a failure is exit status 1, under ifupdown 0, strict 1' {
  give_addresses eth1 10.1.2.2/24
  run start_by_hand up eth1 IF_MPTCP_TABLE=254
  expect_status 1
  run start_hook up eth1 IF_MPTCP_TABLE=254
  expect_status 0
  run start_hook up eth1 IF_MPTCP_TABLE=254 IF_MPTCP_STRICT=yes
  expect_status 1
}

fail_at_the_endpoint_of_eth1() {
  ip_refuses 'ip mptcp endpoint add 10.1.2.2 id 255 dev eth1 subflow'
  fake_ip_for_hooks_of_ifup
}

# `ip` itself

expect_ip_to_be_blamed() {
  give_addresses eth1 10.1.2.2/24
  local before
  before=$(print_state)
  run --separate-stderr start_by_hand up eth1 IF_MPTCP_GATEWAY=10.1.2.1 ADDRFAM=inet "PATH=$FAKE_PATH"
  expect_status 1
  expect_one_message
  expect_message 'mptcp_up: eth1: ' "$@"
  expect_state "$before"
}

@test 'ip is missing: the package is named' {
  give_addresses eth1 10.1.2.2/24
  local before
  before=$(print_state)
  hide_program ip
  run --separate-stderr nsenter --net="/run/netns/$HOST" env IFACE=eth1 IF_MPTCP_GATEWAY=10.1.2.1 ADDRFAM=inet "$UP"
  show_hidden_programs
  expect_status 1
  expect_one_message
  expect_message 'mptcp_up: eth1: ' iproute2
  expect_state "$before"
}

@test 'ip is too old: the package is named' {
  ip_is_old
  expect_ip_to_be_blamed iproute2
}

@test 'ip hangs: the hook ends after 10 s' {
  ip_hangs
  SECONDS=0
  expect_ip_to_be_blamed ip 10
  # The fake one ends after a minute.
  [[ $SECONDS -ge 9 && $SECONDS -lt 30 ]]
}

@test 'node is missing: the package is named' {
  ln -s "$(command -v basename)" "$BATS_TEST_TMPDIR"
  run --separate-stderr start_hook up eth1 "PATH=$BATS_TEST_TMPDIR"
  expect_status 0
  expect_one_message
  expect_message 'mptcp_up: eth1: ' nodejs
  run --separate-stderr start_hook up eth1 "PATH=$BATS_TEST_TMPDIR" IF_MPTCP_STRICT=yes
  expect_status 1
}

# Node itself

@test 'node does not start: ifup does not fail, a strict stanza and a person are told by the status' {
  give_addresses eth1 10.1.2.2/24
  run --separate-stderr start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1 NODE_OPTIONS=--no-such-option
  expect_status 0
  expect_one_message
  expect_message 'mptcp_up: eth1: ' node --no-such-option
  run ! start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1 NODE_OPTIONS=--no-such-option IF_MPTCP_STRICT=yes
  run ! on_host env IFACE=eth1 NODE_OPTIONS=--no-such-option "$UP"
  expect_nothing_of_ours
}

@test 'a package.json beside the hook or above it does not matter' {
  local content directory=$BATS_TEST_TMPDIR/network
  give_addresses eth1 10.1.2.2/24
  mkdir -p "$directory/if-up.d"
  cp "$UP" "$directory/if-up.d"
  for content in '' '{"type":"module"}' 'no JSON'; do
    echo "$content" > "$directory/package.json"
    echo "$content" > "$directory/if-up.d/package.json"
    run --separate-stderr on_host env IFACE=eth1 PHASE=post-up MODE=start ADDRFAM=inet METHOD=static \
      IF_MPTCP_GATEWAY=10.1.2.1 "$directory/if-up.d/mptcp_up"
    expect_status 0
    expect_no_message
    expect_answer 10.1.2.2
    start_hook down eth1
  done
}
