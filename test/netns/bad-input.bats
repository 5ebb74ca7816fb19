#!/usr/bin/env bats
# Values that cannot be meant: one line that names interface, option and value; nothing written.

load lab

setup() {
  build_lab
  give_addresses eth1 10.1.2.2/24
}

teardown() {
  tear_down_lab
}

NEWLINE_AND_COMMAND=$'\nrule add from 10.9.9.9 lookup 9 protocol 77'

#   expect_refused IF_MPTCP_TABLE mptcp-table VALUE…
expect_refused() {
  local variable=$1 option=$2 value before
  before=$(print_state)
  for value in "${@:3}"; do
    run --separate-stderr start_by_hand up eth1 "${PAGE_ENVIRONMENT[@]}" "$variable=$value"
    expect_status 1
    expect_one_message
    expect_message 'mptcp_up: eth1: ' "$option"
    [[ ${#value} -gt 40 || $value == *$'\n'* ]] || expect_message "$value"
    expect_short_message
    expect_silence "$output"
    expect_state "$before"
  done
}

@test 'the environment that these tests spoil is a good one' {
  start_by_hand up eth1 "${PAGE_ENVIRONMENT[@]}"
  expect_text "$(print_table 10.1.2.2)" 'default via 10.1.2.1 '
}

@test 'address' {
  expect_refused IF_ADDRESS address 10.1.2 10.1.2.256 10.1.2.2.2 010.1.2.2 10.1.2.2/33 10.1.2.2/x \
    host.example --help -n 2001:db8::1 "10.1.2.2$NEWLINE_AND_COMMAND" "$(printf '1%.0s' {1..5000})"
}

@test 'netmask' {
  expect_refused IF_NETMASK netmask 33 -1 255.0.255.0 255.255.255 twenty ffff:: \
    "24$NEWLINE_AND_COMMAND" "$(printf '2%.0s' {1..5000})"
}

@test 'gateway' {
  expect_refused IF_GATEWAY gateway 10.1.2 10.1.2.256 router 2001:db8:2::1 --help "10.1.2.1$NEWLINE_AND_COMMAND"
}

@test 'pointopoint' {
  expect_refused IF_POINTOPOINT pointopoint 10.1.2 peer 2001:db8:2::1 "10.1.2.1$NEWLINE_AND_COMMAND"
}

@test 'address of IPv4 in a stanza of inet6' {
  local before
  before=$(print_state)
  run --separate-stderr start_by_hand up eth1 "${PAGE_ENVIRONMENT[@]}" ADDRFAM=inet6
  expect_status 1
  expect_message 'mptcp_up: eth1: ' address 10.1.2.2
  expect_state "$before"
}

@test 'mptcp' {
  expect_refused IF_MPTCP mptcp maybe "on$NEWLINE_AND_COMMAND"
}

@test 'mptcp-gateway' {
  expect_refused IF_MPTCP_GATEWAY mptcp-gateway 10.1.2 router 2001:db8:2::1 "10.1.2.1$NEWLINE_AND_COMMAND"
}

@test 'mptcp-table: reserved, out of range, unknown' {
  expect_refused IF_MPTCP_TABLE mptcp-table 0 253 254 255 main local default 4294967296 -1 1.5 nosuchtable \
    "7$NEWLINE_AND_COMMAND"
}

@test 'mptcp-priority' {
  expect_refused IF_MPTCP_PRIORITY mptcp-priority 0 1 32766 32767 -5 high "31000$NEWLINE_AND_COMMAND"
}

@test 'mptcp-endpoint' {
  expect_refused IF_MPTCP_ENDPOINT mptcp-endpoint everything subflow,signal 'subflow none' "subflow$NEWLINE_AND_COMMAND"
}

@test 'mptcp-endpoint: signal with fullmesh' {
  expect_refused IF_MPTCP_ENDPOINT mptcp-endpoint 'signal fullmesh' 'fullmesh subflow signal'
}

@test 'mptcp-main-routes' {
  expect_refused IF_MPTCP_MAIN_ROUTES mptcp-main-routes maybe drop "keep$NEWLINE_AND_COMMAND"
}

@test 'mptcp-metric' {
  expect_refused IF_MPTCP_METRIC mptcp-metric -1 4294967296 low "200$NEWLINE_AND_COMMAND"
}

@test 'mptcp-strict' {
  expect_refused IF_MPTCP_STRICT mptcp-strict maybe "no$NEWLINE_AND_COMMAND"
}

@test 'an interface name that the kernel would refuse' {
  local name before
  before=$(print_state)
  for name in a/b sixteen-letters- 'eth 1' . .. --help "eth1$NEWLINE_AND_COMMAND"; do
    run --separate-stderr start_by_hand up "$name" "${PAGE_ENVIRONMENT[@]}"
    expect_status 1
    expect_one_message
    expect_message 'mptcp_up: '
    expect_state "$before"
  done
}

@test "mptcp-table of another device's rules: the way out is named" {
  give_addresses eth0 10.1.1.2/24
  start_hook up eth0 IF_MPTCP_GATEWAY=10.1.1.1 IF_MPTCP_TABLE=7
  expect_refused IF_MPTCP_TABLE mptcp-table 7
  expect_message eth0
}

@test 'no such device: one line on up, nothing written' {
  local before
  before=$(print_state)
  run --separate-stderr start_by_hand up eth9 "${PAGE_ENVIRONMENT[@]}"
  expect_status 1
  expect_one_message
  expect_message 'mptcp_up: eth9: '
  expect_state "$before"
}

@test 'bad input on down: the clean-up still happens' {
  start_by_hand up eth1 "${PAGE_ENVIRONMENT[@]}"
  run --separate-stderr start_hook down eth1 IF_MPTCP_TABLE=nosuchtable IF_ADDRESS=10.1.2.2
  expect_no_text "$(print_rules)" 10.1.2.2
  expect_equal "$(print_endpoints)" ''
}
