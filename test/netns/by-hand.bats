#!/usr/bin/env bats
# The hooks without ifupdown: tried out by a person, planned, asked for help, and the runs that do nothing.

load lab

setup() {
  build_lab
}

teardown() {
  tear_down_lab
}

@test 'only IFACE: all addresses of the device, of both families' {
  give_addresses eth1 10.1.2.2/24 2001:db8:2::2/64
  on_host ip route add default via 10.1.2.1 dev eth1 metric 200
  on_host ip route add default via 2001:db8:2::1 dev eth1 metric 200
  run --separate-stderr start_by_hand up eth1
  expect_status 0
  expect_no_message
  expect_text "$(print_table 10.1.2.2)" 'default via 10.1.2.1 dev eth1 proto 77'
  expect_answer 10.1.2.2
  expect_answer 2001:db8:2::2
  expect_equal "$(print_endpoints)" "\
10.1.2.2 subflow dev eth1
2001:db8:2::2 subflow dev eth1"
}

@test 'only IFACE: down takes it all back, though the addresses are still there' {
  give_addresses eth1 10.1.2.2/24 2001:db8:2::2/64
  on_host ip route add default via 10.1.2.1 dev eth1 metric 200
  local before
  before=$(print_state)
  start_by_hand up eth1
  run --separate-stderr start_by_hand down eth1
  expect_status 0
  expect_no_message
  expect_state "$before"
}

@test 'only IFACE: the default route of lowest metric is the gateway' {
  give_addresses eth1 10.1.2.2/24
  on_host ip route add default via 10.1.2.9 dev eth1 metric 300
  on_host ip route add default via 10.1.2.1 dev eth1 metric 200
  start_by_hand up eth1
  expect_answer 10.1.2.2
}

@test 'no such device: up says so and fails' {
  run --separate-stderr start_by_hand up eth9
  expect_status 1
  expect_one_message
  expect_message 'mptcp_up: eth9: '
}

@test 'dry run: plans the commands of the page from the environment alone' {
  run --separate-stderr start_by_hand up wan7 "${PAGE_ENVIRONMENT[@]}" IF_MPTCP_TABLE=7 -- --dry-run
  expect_status 0
  expect_text "$output" 'ip rule add ' 'from 10.1.2.2' \
    'ip route add 10.1.2.0/24 dev wan7' 'ip mptcp endpoint add 10.1.2.2 id 255 dev wan7 subflow'
  expect_text "$(grep default <<< "$output")" 'ip route add default via 10.1.2.1 dev wan7' 'table 7'
  expect_text "$(grep group <<< "$output")" 'ip link set'
}

@test 'dry run: changes nothing' {
  give_addresses eth1 10.1.2.2/24
  local before
  before=$(print_state)
  start_by_hand up eth1 "${PAGE_ENVIRONMENT[@]}" -- -n
  expect_state "$before"
}

@test 'dry run: what it prints, run as it stands, is what the hook does' {
  local plan before
  on_host ip link set eth1 up
  plan=$(start_by_hand up eth1 "${PAGE_ENVIRONMENT[@]}" -- -n 2>/dev/null)
  give_addresses eth1 10.1.2.2/24
  before=$(print_state)
  start_by_hand up eth1 "${PAGE_ENVIRONMENT[@]}"
  local wanted
  wanted=$(print_state)
  start_by_hand down eth1
  expect_state "$before"
  on_host sh -e <<< "$plan"
  expect_state "$wanted"
  expect_answer 10.1.2.2
}

@test 'dry run: what down prints, run as it stands, is what down does' {
  give_addresses eth1 10.1.2.2/24
  local before plan
  before=$(print_state)
  start_by_hand up eth1 "${PAGE_ENVIRONMENT[@]}"
  plan=$(start_by_hand down eth1 "${PAGE_ENVIRONMENT[@]}" -- --dry-run)
  on_host sh -e <<< "$plan"
  expect_state "$before"
}

@test 'dry run: of what is there already, nothing' {
  give_addresses eth1 10.1.2.2/24
  start_by_hand up eth1 "${PAGE_ENVIRONMENT[@]}"
  run --separate-stderr start_by_hand up eth1 "${PAGE_ENVIRONMENT[@]}" -- -n
  expect_status 0
  expect_silence "$output"
}

@test 'dry run: needs no rights' {
  give_addresses eth1 10.1.2.2/24
  run --separate-stderr on_host setpriv --bounding-set=-all --inh-caps=-all \
    env IFACE=eth1 "${PAGE_ENVIRONMENT[@]}" "$UP" -n
  expect_status 0
  expect_text "$output" 'ip rule add '
}

@test 'verbose: prints each command before it runs' {
  give_addresses eth1 10.1.2.2/24
  local plan
  plan=$(start_by_hand up eth1 "${PAGE_ENVIRONMENT[@]}" -- -n)
  run --separate-stderr start_by_hand up eth1 "${PAGE_ENVIRONMENT[@]}" -- -v
  expect_status 0
  local line
  while read -r line; do
    expect_message "$line"
  done <<< "$plan"
}

@test 'verbose: VERBOSITY=1 of ifup -v does the same' {
  give_addresses eth1 10.1.2.2/24
  run --separate-stderr start_hook up eth1 VERBOSITY=1 IF_MPTCP_GATEWAY=10.1.2.1
  expect_status 0
  expect_message 'ip rule add ' 'ip route add '
}

@test 'verbose: without Multipath TCP in the kernel it says so' {
  give_addresses eth1 10.1.2.2/24
  on_host sysctl -qw net.mptcp.enabled=0
  run --separate-stderr start_by_hand up eth1 "${PAGE_ENVIRONMENT[@]}" -- -v
  expect_status 0
  expect_message 'net.mptcp.enabled'
}

@test 'help' {
  local option
  for option in -h --help; do
    run --separate-stderr start_by_hand up eth1 -- "$option"
    expect_status 0
    expect_text "$output" mptcp_up --dry-run --version mptcp-gateway
    expect_no_message
  done
  run --separate-stderr on_host env -u IFACE "$DOWN" --help
  expect_status 0
  expect_text "$output" mptcp_down
}

@test 'version' {
  run --separate-stderr on_host "$UP" --version
  expect_status 0
  expect_text "$output" "$(jq -r .version "$NETNS_TESTS/../../package.json")"
}

@test 'an unknown option is refused' {
  run --separate-stderr start_by_hand up eth1 -- --frobnicate
  expect_status 1
  expect_message --frobnicate
}

# Runs that do nothing

# Without node and ip on the PATH: these runs are over before either is needed.
expect_nothing_done() {
  local before nowhere=$BATS_TEST_TMPDIR/nowhere
  mkdir -p "$nowhere"
  before=$(print_state)
  run --separate-stderr start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1 "PATH=$nowhere" "$@"
  expect_status 0
  expect_quiet
  expect_state "$before"
}

@test 'nothing to do: lo and its aliases, --all, no interface' {
  expect_nothing_done IFACE=lo
  expect_nothing_done IFACE=lo:1
  expect_nothing_done IFACE=--all ADDRFAM=meta
  expect_nothing_done IFACE=
}

@test 'nothing to do: loopback, meta and families that are not IP' {
  expect_nothing_done METHOD=loopback
  expect_nothing_done ADDRFAM=meta
  expect_nothing_done ADDRFAM=ipx
  expect_nothing_done ADDRFAM=can
}

@test 'nothing to do: the hook of the other direction' {
  give_addresses eth1 10.1.2.2/24
  local before
  before=$(print_state)
  start_hook up eth1 MODE=stop IF_MPTCP_GATEWAY=10.1.2.1
  expect_state "$before"
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  before=$(print_state)
  start_hook down eth1 MODE=start
  expect_state "$before"
}

@test 'by hand without an interface: an error that says so' {
  local hook
  for hook in "$UP" "$DOWN"; do
    run --separate-stderr on_host env -u PHASE IFACE= "$hook"
    expect_status 1
    expect_one_message
    expect_message IFACE
  done
}

@test 'ifup -a with nothing but lo' {
  printf '%s\n' 'auto lo' 'iface lo inet loopback' | write_interfaces
  run --separate-stderr ifup -a
  expect_status 0
  expect_no_message
  expect_nothing_of_ours
}
