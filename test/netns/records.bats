#!/usr/bin/env bats
# What a manager asked for is remembered: options hold when the address changes, and a record that is no good costs nothing.

load lab

setup() {
  build_lab
  give_addresses eth1 10.1.2.2/24
  RECORDS=/run/mptcp-routes/$(on_host stat -L -c %d-%i /proc/self/ns/net)
}

teardown() {
  ! mountpoint -q /run/mptcp-routes || umount /run/mptcp-routes
  tear_down_lab
}

bring_up_dhcp_uplink() {
  start_hook up eth1 METHOD=dhcp IF_MPTCP_TABLE=70 IF_MPTCP_PRIORITY=2000 IF_MPTCP_GATEWAY=10.1.2.1 \
    IF_MPTCP_ENDPOINT=backup IF_MPTCP_METRIC=300
}

# As a DHCP client does when its lease is another one.
change_address() {
  on_host ip address delete "$1/24" dev eth1
  on_host ip address add "$2/24" dev eth1
}

record_of_eth1() {
  local files
  mapfile -t files < <(compgen -G "$RECORDS/inet,eth1,*")
  [[ ${#files[@]} -eq 1 ]] || fail "not one record of eth1: ${files[*]}" || return
  echo "${files[0]}"
}

#   rewrite_record JQ-FILTER
rewrite_record() {
  local file text
  file=$(record_of_eth1)
  text=$(jq "$1" "$file")
  cat > "$file" <<< "$text"
}

expect_options_to_hold_for() {
  expect_rule "1999: from $1 lookup 254 suppress_prefixlength 7" "2000: from $1 lookup 70 proto 77"
  expect_equal "$(print_endpoints)" "$1 subflow backup dev eth1"
  expect_text "$(on_host ip route show default)" 'default via 10.1.2.1 dev eth1 proto 77 metric 300'
}

@test 'the address changes: the options of the stanza hold for the new one, nothing is left of the old one' {
  bring_up_dhcp_uplink
  change_address 10.1.2.2 10.1.2.9
  start_by_hand up eth1
  expect_options_to_hold_for 10.1.2.9
  expect_no_rule 'from 10.1.2.2 '
}

@test 'mptcp off holds for a run by hand' {
  on_host ip route add default via 10.1.2.1 dev eth1
  start_hook up eth1 METHOD=dhcp IF_MPTCP=off
  start_by_hand up eth1
  expect_nothing_of_ours
}

@test 'values given by hand go over those of the stanza, one by one, and hold too' {
  bring_up_dhcp_uplink
  start_by_hand up eth1 IF_MPTCP_TABLE=71
  expect_rule '2000: from 10.1.2.2 lookup 71 proto 77'
  expect_equal "$(print_endpoints)" '10.1.2.2 subflow backup dev eth1'
  start_by_hand up eth1
  expect_rule '2000: from 10.1.2.2 lookup 71 proto 77'
}

@test 'ifdown ends what was asked for: the next run by hand knows nothing of it' {
  bring_up_dhcp_uplink
  start_hook down eth1 METHOD=dhcp
  on_host ip route add default via 10.1.2.1 dev eth1
  start_by_hand up eth1
  expect_no_rule 'lookup 70 '
  expect_equal "$(print_endpoints)" '10.1.2.2 subflow dev eth1'
}

@test 'down removes the records of all addresses of the interface, and leaves those of others' {
  bring_up_dhcp_uplink
  start_hook up eth1 IF_ADDRESS=10.1.2.2 IF_NETMASK=24 IF_MPTCP_TABLE=70
  start_hook up eth0 IF_MPTCP_TABLE=7
  start_hook down eth1
  expect_equal "$(cd "$RECORDS" && echo inet*)" inet,eth0,-
}

@test 'a dry run writes no record' {
  start_by_hand up eth1 IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_TABLE=70 -- -n
  [[ ! -e $RECORDS ]] || expect_silence "$(ls "$RECORDS")"
}

# Records that do not count

expect_no_word_of_the_record() {
  on_host ip route add default via 10.1.2.1 dev eth1 2>/dev/null || true
  run --separate-stderr start_by_hand up eth1 ADDRFAM=inet
  expect_status 0
  expect_no_rule 'from 10.1.2.2 lookup 70 '
  expect_answer 10.1.2.2
}

forget_the_kernel_state() {
  on_host ip rule flush
  on_host ip rule add lookup main priority 32766
  on_host ip route flush table 70
  on_host ip mptcp endpoint flush
}

@test 'a damaged record is named, counts for nothing, and is replaced by the next word of its manager' {
  local record content
  bring_up_dhcp_uplink
  record=$(record_of_eth1)
  forget_the_kernel_state
  for content in '' '{' '[]' '{"version":1}' 'null' '{"version":1,"boot":1,"stanza":{}}'; do
    printf '%s' "$content" > "$record"
    expect_no_word_of_the_record
    expect_message 'mptcp_up: eth1: ' "${record##*/}" damaged
    start_hook down eth1 2>/dev/null
    bring_up_dhcp_uplink
    expect_options_to_hold_for 10.1.2.2
    start_by_hand down eth1
  done
}

@test 'a record of another version is named and ignored' {
  bring_up_dhcp_uplink
  rewrite_record '.version = 9'
  forget_the_kernel_state
  expect_no_word_of_the_record
  expect_message 'mptcp_up: eth1: ' 'version 9'
}

@test 'a record of an earlier boot is ignored and removed, without a word' {
  local record
  bring_up_dhcp_uplink
  record=$(record_of_eth1)
  cp "$record" "$record-of-another-stanza"
  rewrite_earlier_boot "$record-of-another-stanza"
  mv "$record-of-another-stanza" "$record"
  forget_the_kernel_state
  expect_no_word_of_the_record
  expect_no_message
  expect_no_text "$(cat "$RECORDS"/inet*)" '"70"'
}

rewrite_earlier_boot() {
  local text
  text=$(jq '.boot = "00000000-0000-0000-0000-000000000000"' "$1")
  cat > "$1" <<< "$text"
}

@test 'a record of another modem that bore the name is ignored' {
  bring_up_dhcp_uplink
  forget_the_kernel_state
  on_host ip link set eth1 address 02:00:00:00:00:99
  expect_no_word_of_the_record
  expect_no_message
}

@test 'the same modem, pulled and back with another index: its record counts' {
  local mac
  mac=$(on_host cat /sys/class/net/eth1/address 2>/dev/null) || mac=$(on_host ip -j link show eth1 | jq -r '.[0].address')
  bring_up_dhcp_uplink
  on_host ip link delete eth1
  on_host ip link add eth1 address "$mac" type veth peer name other1
  on_host ip link set other1 up
  give_addresses eth1 10.1.2.2/24
  start_by_hand up eth1
  expect_options_to_hold_for 10.1.2.2
}

@test 'where /run cannot be written, up, down and a run by hand work from what the kernel holds' {
  mkdir -p /run/mptcp-routes
  mount -t tmpfs -o ro tmpfs /run/mptcp-routes
  bring_up_dhcp_uplink 2>/dev/null
  expect_options_to_hold_for 10.1.2.2
  local before
  before=$(print_state)
  start_by_hand up eth1 ADDRFAM=inet 2>/dev/null
  expect_state "$before"
  start_hook down eth1 METHOD=dhcp 2>/dev/null
  expect_nothing_of_ours
}
