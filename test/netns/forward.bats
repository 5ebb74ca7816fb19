#!/usr/bin/env bats
# What is published to both providers is answered by the one that asked, whichever has main's default.
# The fake nft expands what is in single quotes, and run sets stderr.
# shellcheck disable=SC2016,SC2154

load lab
load guest

setup() {
  build_lab
  build_guest
  write_uplinks
}

teardown() {
  stop_faking_nft
  rm -f /etc/mptcp-routes.conf
  tear_down_lab
}

ALL=(10.1.1.2 10.1.2.2 2001:db8:1::2 2001:db8:2::2)
ROUTES=${BATS_TEST_DIRNAME}/../../dist/mptcp-routes

#   write_uplinks [yes|no]      whether they ask for it
write_uplinks() {
  write_interfaces <<END
iface eth0 inet static
    address 10.1.1.2/24
    gateway 10.1.1.1
    mptcp-forward ${1-yes}

iface eth1 inet static
    address 10.1.2.2/24
    mptcp-gateway 10.1.2.1
    mptcp-forward ${1-yes}
END
}

add_stanzas_of_ipv6() {
  cat >> /etc/network/interfaces <<'END'

iface eth0 inet6 static
    address 2001:db8:1::2/64
    dad-attempts 0
    gateway 2001:db8:1::1
    mptcp-forward yes

iface eth1 inet6 static
    address 2001:db8:2::2/64
    dad-attempts 0
    mptcp-gateway 2001:db8:2::1
    mptcp-forward yes
END
}

print_mark_rules() {
  print_rules | grep fwmark || true
}

print_all() {
  print_state
  print_tables_of_others
  print_our_nft_table || true
}

print_forwarding() {
  print_mark_rules
  print_our_nft_table
}

@test 'a request by either uplink is answered, in both families, by TCP and UDP, under strict rp_filter' {
  add_tables_of_others
  add_stanzas_of_ipv6
  local before
  before=$(print_tables_of_others)
  ifup eth0
  ifup eth1
  expect_answers "${ALL[@]}"
  expect_equal "$(ask 1 tcp 10.1.2.2 1000)" 1000
  expect_equal "$(ask 0 tcp 10.1.1.2 1000)" 1000
  expect_equal "$(print_tables_of_others)" "$before"
  # Each of the forwarded packets still had the marks of others, whole.
  local counts
  counts=$(on_host nft list chain inet marks forward | sed -nE 's/.*packets ([0-9]+) .*/\1/p' | sort -u | wc -l)
  expect_equal "$counts" 1
}

@test 'without the option the second uplink gives no answer, and nft is never started' {
  fake_nft 'touch "$HERE/met"'
  write_uplinks no
  ifup eth0
  ifup eth1
  [[ ! -e $FAKE_NFT/met ]] || fail 'nft was started'
  stop_faking_nft
  expect_answers 10.1.1.2
  expect_no_answers 10.1.2.2
  has_no_nft_table
}

@test 'a second run writes nothing, and what goes leaves nothing' {
  add_stanzas_of_ipv6
  # Never lowered.
  on_host ip mptcp limits set subflows 8
  local bare one
  bare=$(print_all)
  ifup eth0
  one=$(print_forwarding)
  ifup eth1
  run --separate-stderr start_by_hand up eth1 -- -n
  expect_quiet
  run --separate-stderr on_host "$ROUTES" plan
  expect_quiet
  ifdown eth1
  expect_equal "$(print_forwarding)" "$one"
  ifdown eth0
  has_no_nft_table
  expect_equal "$(print_all)" "$bare"
  run --separate-stderr start_by_hand down eth1 -- -n
  expect_silence "$output"
}

@test 'a connection outlives ifdown and ifup of its uplink, and keeps its mark' {
  ifup eth0
  ifup eth1
  local before answers=$BATS_TEST_TMPDIR/answers
  before=$(print_forwarding)
  at_provider 1 node "$GUEST" hold "$SERVER" 10.1.2.2 8080 "$answers" 3>&- &
  wait_until test -s "$answers"
  ifdown eth1
  ifup eth1
  expect_equal "$(print_forwarding)" "$before"
  local count
  count=$(wc -l < "$answers")
  wait_until has_more_lines "$answers" "$count"
  expect_no_text "$(cat "$answers")" E
}

has_more_lines() {
  [[ $(wc -l < "$1") -gt $2 ]]
}

@test 'the watcher puts back a table and rules that somebody takes away, and takes them away with the option' {
  ifdown_configuration
  ip netns exec "$HOST" "$ROUTES" watch 2> "$BATS_TEST_TMPDIR/log" 3>&- &
  local watcher=$!
  wait_until has_nft_table
  expect_answers "${ALL[@]}"
  local before
  before=$(print_forwarding)
  on_host nft flush ruleset
  publish_guest
  # Nobody is told of that: a rule that goes with it is.
  on_host ip rule delete priority 31000 fwmark 0x2000000/0x7f000000
  wait_until is_forwarding_as "$before"
  expect_answers 10.1.2.2
  sed -i /mptcp-forward/d /etc/mptcp-routes.conf
  kill -HUP "$watcher"
  wait_until has_no_nft_table
  expect_silence "$(print_mark_rules)"
  kill "$watcher"
  wait "$watcher"
  expect_no_text "$(cat "$BATS_TEST_TMPDIR/log")" 'internal error'
}

# The same uplinks as a manager without hooks leaves them.
ifdown_configuration() {
  give_addresses eth0 10.1.1.2/24 2001:db8:1::2/64
  give_addresses eth1 10.1.2.2/24 2001:db8:2::2/64
  on_host ip -batch - <<'END'
route add default via 10.1.1.1 dev eth0
route add default via 10.1.2.1 dev eth1 metric 100
END
  on_host ip -6 route add default via 2001:db8:1::1 dev eth0
  on_host ip -6 route add default via 2001:db8:2::1 dev eth1 metric 2000
  printf '%s\n' '[eth*]' 'mptcp-forward = yes' > /etc/mptcp-routes.conf
}

has_nft_table() {
  print_our_nft_table
}

is_forwarding_as() {
  [[ $(print_forwarding) == "$1" ]]
}

@test 'mptcp-routes: plan tells runnable commands and changes nothing, apply and flush do' {
  ifdown_configuration
  local before
  before=$(print_state; on_host nft list ruleset)
  on_host "$ROUTES" plan > "$BATS_TEST_TMPDIR/plan"
  expect_equal "$(print_state; on_host nft list ruleset)" "$before"
  expect_text "$(grep '^nft ' "$BATS_TEST_TMPDIR/plan")" "nft 'create table inet mptcp_routes"
  on_host "$ROUTES" apply
  local applied
  applied=$(print_state; print_our_nft_table)
  expect_answers "${ALL[@]}"
  on_host "$ROUTES" flush
  has_no_nft_table
  expect_silence "$(print_mark_rules)"
  on_host bash -e "$BATS_TEST_TMPDIR/plan"
  expect_equal "$(print_state; print_our_nft_table)" "$applied"
}

@test 'another mask: hooks and mptcp-routes use it, and one that is none is told with its line' {
  echo 'mptcp-forward-mask = 0x00f00000' > /etc/mptcp-routes.conf
  ifup eth0
  ifup eth1
  expect_text "$(print_mark_rules)" 'fwmark 0x100000/0xf00000' 'fwmark 0x200000/0xf00000'
  expect_answers 10.1.1.2 10.1.2.2
  run --separate-stderr on_host "$ROUTES" plan
  expect_quiet
  ifdown eth1
  echo 'mptcp-forward-mask = 0x5' > /etc/mptcp-routes.conf
  run --separate-stderr start_hook up eth1 "${PAGE_ENVIRONMENT[@]}" IF_MPTCP_FORWARD=yes
  expect_status 0
  expect_message 'mptcp-forward-mask "0x5" has a gap' '(/etc/mptcp-routes.conf:1)'
  run on_host "$ROUTES" plan
  expect_status 1
}

@test 'a rule of others that goes by bits of the mask: no forwarding, told, and the uplink works' {
  on_host ip rule add fwmark 0x1000000/0x1000000 lookup 100 priority 100
  run --separate-stderr ifup eth1
  expect_status 0
  expect_message 'mptcp-forward has no effect' 'rule "100: from all fwmark 0x1000000/0x1000000 lookup 100"' mptcp-forward-mask
  has_no_nft_table
  expect_no_text "$(print_mark_rules)" 'proto 77'
  expect_answer 10.1.2.2
  # As wg-quick and Docker have them.
  on_host ip rule delete priority 100
  on_host ip rule add not fwmark 0xca6c lookup 51820 priority 100
  on_host ip rule add fwmark 0x80000/0xff0000 lookup 52 priority 101
  ifdown eth1
  run --separate-stderr ifup eth1
  expect_no_text "$stderr" mptcp
  expect_answers 10.1.2.2
}

@test 'a table of that name that is not ours is left as it is, and told' {
  on_host nft 'table inet mptcp_routes { chain mine { counter; }; }'
  local before
  before=$(print_our_nft_table)
  run --separate-stderr ifup eth1
  expect_status 0
  expect_message 'nftables has a table "inet mptcp_routes" of somebody else'
  ifdown eth1
  expect_equal "$(print_our_nft_table)" "$before"
}

@test 'nft missing or refusing: told, no forwarding, and the uplink works' {
  hide_program nft
  run --separate-stderr start_hook_on_eth1
  expect_status 0
  expect_message 'mptcp-forward has no effect' 'apt-get install nftables'
  expect_one_message
  expect_silence "$(print_mark_rules)"
  expect_answer 10.1.2.2
  show_hidden_programs
  local manner
  for manner in 'exit 1' '[[ $* != *-f* ]] || { echo "Error: Could not process rule: Operation not supported" >&2; exit 1; }'; do
    fake_nft "$manner"
    run --separate-stderr start_hook_on_eth1
    expect_status 0
    expect_message 'mptcp-forward has no effect: nft: '
    expect_one_message
    expect_silence "$(print_mark_rules)"
    has_no_nft_table
    stop_faking_nft
  done
  run --separate-stderr start_hook_on_eth1
  expect_no_message
  has_nft_table
}

start_hook_on_eth1() {
  give_addresses eth1 10.1.2.2/24 >/dev/null 2>&1 || true
  start_hook up eth1 "${PAGE_ENVIRONMENT[@]}" IF_MPTCP_FORWARD=yes "PATH=${FAKE_NFT+$FAKE_NFT:}$PATH"
}

# An nft that does as it is told before the real one would be run, ahead of it on every PATH.
#   fake_nft 'exit 1'
fake_nft() {
  FAKE_NFT=$BATS_TEST_TMPDIR/fake-nft
  mkdir -p "$FAKE_NFT"
  printf '%s\n' '#!/usr/bin/env bash' 'HERE=${0%/*}' "$1" "exec $(command -v nft) \"\$@\"" > "$FAKE_NFT/nft"
  chmod +x "$FAKE_NFT/nft"
  mount --bind "$FAKE_NFT" /usr/local/sbin
}

stop_faking_nft() {
  [[ -z ${FAKE_NFT-} ]] || umount /usr/local/sbin
  unset FAKE_NFT
}

@test 'a run that fails takes back the table and the rules by mark' {
  ifup eth0
  local before
  before=$(print_state; print_our_nft_table)
  give_addresses eth1 10.1.2.2/24
  before=$(print_state; print_our_nft_table)
  ip_refuses "$(start_by_hand up eth1 "${PAGE_ENVIRONMENT[@]}" IF_MPTCP_FORWARD=yes -- -n 2>&1 | grep 'fwmark.*lookup [0-9]')"
  run --separate-stderr start_by_hand up eth1 "${PAGE_ENVIRONMENT[@]}" IF_MPTCP_FORWARD=yes "PATH=$FAKE_PATH"
  expect_status 1
  expect_the_fake_was_met
  expect_equal "$(print_state; print_our_nft_table)" "$before"
}

@test 'of two ways out of one device each keeps its own connections' {
  give_addresses eth1 10.1.2.2/24 10.1.3.2/24
  at_provider 1 ip address add 10.1.3.1/24 dev customer
  start_hook up eth1 "${PAGE_ENVIRONMENT[@]}" IF_MPTCP_FORWARD=yes
  start_hook up eth1:1 "${PAGE_ENVIRONMENT[@]}" IF_ADDRESS=10.1.3.2 IF_GATEWAY=10.1.3.1 IF_MPTCP_FORWARD=yes
  expect_text "$(print_our_nft_table)" 'ct original ip daddr != 10.1.3.2' 'ct original ip daddr 10.1.3.2'
  ask 1 tcp 10.1.2.2 > "$BATS_TEST_TMPDIR/first"
  ask 1 tcp 10.1.3.2 > "$BATS_TEST_TMPDIR/second"
  expect_equal "$(cat "$BATS_TEST_TMPDIR"/{first,second})" $'1\n1'
  expect_equal "$(ways_of_marks)" $'10.1.2.1\n10.1.3.1'
}

ways_of_marks() {
  local mark
  for mark in 0x1000000 0x2000000; do
    on_host ip route get "$SERVER" from 172.30.0.2 iif br0 mark "$mark" | sed -nE '1s/.* via ([^ ]+).*/\1/p'
  done
}
