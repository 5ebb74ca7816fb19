#!/usr/bin/env bats
# ifdown with the third place, if-down.d: endpoints go while their addresses still stand, and come back at the next ifup.

load lab
load server

setup() {
  build_lab
}

teardown() {
  tear_down_lab
  rm -f /etc/network/*/zz-note
  [[ -e $LEAVE ]] || cp "$DOWN" "$LEAVE"
}

# Of three stanzas ifupdown's first run takes the addresses of all: the later ones find none.
write_three_stanzas() {
  write_interfaces <<'END'
iface eth1 inet static
    address 10.1.2.2/24
    mptcp-gateway 10.1.2.1

iface eth1 inet static
    address 10.1.2.3/24

iface eth1 inet6 static
    address 2001:db8:2::2/64
    mptcp-gateway 2001:db8:2::1
END
}

# A hook of the test's own, which notes what stands when its turn comes.
#   note_in if-down.d
note_in() {
  cat > "/etc/network/$1/zz-note" <<END
#!/bin/sh
{ echo "== \$PHASE \$ADDRFAM"; ip mptcp endpoint show; ip -o address show dev eth1 scope global; } >> "$BATS_TEST_TMPDIR/noted"
END
  chmod +x "/etc/network/$1/zz-note"
}

all_three() {
  printf '%s\n' '10.1.2.2 subflow dev eth1' '10.1.2.3 subflow dev eth1' '2001:db8:2::2 subflow dev eth1'
}

@test 'endpoints of both families go in the first run of if-down.d, before any address does' {
  write_three_stanzas
  ifup eth1
  expect_equal "$(print_endpoints)" "$(all_three)"
  note_in if-down.d
  ifdown eth1
  local first
  first=$(sed '1d;/^==/,$d' "$BATS_TEST_TMPDIR/noted")
  expect_no_text "$first" subflow
  expect_text "$first" 10.1.2.2/24 10.1.2.3/24 2001:db8:2::2/64
  expect_nothing_of_ours
}

@test 'in the runs between, nobody gives an endpoint to a device that is leaving' {
  write_three_stanzas
  ifup eth1
  note_in if-post-down.d
  ifdown eth1
  expect_no_text "$(< "$BATS_TEST_TMPDIR/noted")" subflow
}

@test 'after if-down.d, a run by hand gives no endpoint; the next ifup does' {
  write_three_stanzas
  ifup eth1
  start_hook leave eth1
  expect_equal "$(print_endpoints)" ''
  expect_answer 10.1.2.2
  start_by_hand up eth1
  expect_equal "$(print_endpoints)" ''
  start_hook up eth1 IF_ADDRESS=10.1.2.2 IF_NETMASK=24 IF_MPTCP_GATEWAY=10.1.2.1
  start_hook up eth1 IF_ADDRESS=10.1.2.3 IF_NETMASK=24
  start_hook up eth1 ADDRFAM=inet6 IF_ADDRESS=2001:db8:2::2 IF_NETMASK=64 IF_MPTCP_GATEWAY=2001:db8:2::1
  expect_equal "$(print_endpoints)" "$(all_three)"
}

@test 'an ifdown that was given up: 60 s later a run by hand gives endpoints again' {
  local record text
  write_three_stanzas
  ifup eth1
  start_hook leave eth1
  for record in /run/mptcp-routes/*/inet*; do
    text=$(jq '.stanza.leaving -= 61000' "$record")
    cat > "$record" <<< "$text"
  done
  start_by_hand up eth1
  expect_equal "$(print_endpoints)" "$(all_three)"
}

@test 'if-down.d of one device leaves the endpoints of others, and those of others on its addresses' {
  write_page_interfaces
  ifup -a
  give_addresses eth1 10.1.2.9/24
  on_host ip mptcp endpoint add 10.1.2.9 dev eth1 id 42 signal
  start_hook leave eth1
  expect_equal "$(print_endpoints)" "\
10.1.1.2 subflow dev eth0
10.1.2.9 signal dev eth1"
}

@test 'if-down.d of an alias takes the endpoint of its address only' {
  write_interfaces <<'END'
iface eth1 inet static
    address 10.1.2.2/24
    mptcp-gateway 10.1.2.1

iface eth1:1 inet static
    address 10.1.2.3/24
END
  ifup eth1 eth1:1
  ifdown eth1:1
  expect_equal "$(print_endpoints)" '10.1.2.2 subflow dev eth1'
}

@test 'ifdown and ifup of three stanzas: the state is back' {
  write_three_stanzas
  local wanted
  ifup eth1
  wanted=$(print_state)
  ifdown eth1
  ifup eth1
  expect_state "$wanted"
}

# Under a connection

@test 'ifdown tells the peer of a standing connection that the address is gone' {
  connect_server_to_both_providers
  write_page_interfaces
  ifup -a
  start_long_connection
  wait_until connection_uses 10.1.2.2
  expect_equal "$(removals_heard_by_server)" 0
  ifdown eth1
  wait_until server_heard_a_removal
  wait_until connection_leaves 10.1.2.2
  connection_uses 10.1.1.2
}

server_heard_a_removal() {
  [[ $(removals_heard_by_server) -gt 0 ]]
}

connection_leaves() {
  ! connection_uses "$1"
}

@test 'ifdown and ifup of both uplinks under one connection: both paths are back' {
  connect_server_to_both_providers
  write_page_interfaces
  ifup -a
  start_long_connection
  wait_until connection_uses 10.1.2.2
  local first second
  first=$(paths_from 10.1.1.2) second=$(paths_from 10.1.2.2)
  ifdown eth0
  ifdown eth1
  ifup eth0
  ifup eth1
  wait_until has_new_path 10.1.1.2 "$first"
  wait_until has_new_path 10.1.2.2 "$second"
}

# Without it

@test 'without the third place everything else is the same' {
  rm "$LEAVE"
  write_three_stanzas
  on_host ip mptcp limits set subflows 8
  local before
  before=$(print_state)
  ifup eth1
  expect_equal "$(print_endpoints)" "$(all_three)"
  ifdown eth1
  expect_state "$before"
  ifup eth1
  expect_equal "$(print_endpoints)" "$(all_three)"
  expect_answer 10.1.2.3
  expect_answer 2001:db8:2::2
}
