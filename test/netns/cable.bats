#!/usr/bin/env bats
# A pulled cable: new connections leave by the other uplink at once, and nothing from the dead one's address does.

load lab

setup() {
  build_lab
  give_addresses eth0 10.1.1.2/24 2001:db8:1::2/64
  give_addresses eth1 10.1.2.2/24 2001:db8:2::2/64
}

teardown() {
  ! mountpoint -q /run/mptcp-routes || umount /run/mptcp-routes
  tear_down_lab
}

# Main's best default is eth0's and not ours; the second one is.
bring_up_both() {
  on_host ip route add default via 10.1.1.1 dev eth0 metric 10
  on_host ip -6 route add default via 2001:db8:1::1 dev eth0 metric 10
  start_hook up eth0
  start_hook up eth0 ADDRFAM=inet6
  bring_up_eth1
}

bring_up_eth1() {
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_METRIC=20
  start_hook up eth1 ADDRFAM=inet6 IF_MPTCP_GATEWAY=2001:db8:2::1 IF_MPTCP_METRIC=2000
}

take_down() {
  start_hook down "$1"
  start_hook down "$1" ADDRFAM=inet6
}

pull_cable() {
  at_provider "$1" ip link set customer down
}

# A link that has been down has lost its IPv6 addresses.
plug_cable_in() {
  at_provider "$1" ip link set customer up
  at_provider "$1" ip address replace "2001:db8:$(($1 + 1))::1/64" dev customer
}

# What is bound to no address.
#   expect_unbound_way eth1
expect_unbound_way() {
  local to
  for to in "$SERVER" "$SERVER6"; do
    expect_equal "$(on_host ip route get "$to" | sed -nE '1s/.* dev ([^ ]+).*/\1/p')" "$1" || return
  done
}

#   expect_unreachable 10.1.1.2
expect_unreachable() {
  local said
  said=$(on_host ip route get "$(server_of_family "$1")" from "$1" 2>&1) || true
  expect_text "$said" unreachable
}

records_of_settings() {
  find /run/mptcp-routes -name 'setting,*' | wc -l
}

@test 'new connections leave a pulled cable at once, what is bound to its address is told so, and all is back with the cable' {
  bring_up_both
  expect_unbound_way eth0
  pull_cable 0
  wait_until expect_unbound_way eth1
  on_host ping -q -c 1 -W 2 "$SERVER"
  on_host ping -q -c 1 -W 2 "$SERVER6"
  expect_unreachable 10.1.1.2
  expect_unreachable 2001:db8:1::2
  expect_way 10.1.2.2 eth1
  plug_cable_in 0
  wait_until expect_unbound_way eth0
  expect_answer 10.1.1.2
  expect_answer 2001:db8:1::2
}

@test "the other way round: main's best default is left as it is" {
  bring_up_both
  pull_cable 1
  wait_until expect_unreachable 10.1.2.2
  expect_unbound_way eth0
  expect_answer 10.1.1.2
  expect_answer 2001:db8:1::2
}

@test 'an empty table lets nothing out by another uplink' {
  bring_up_both
  local table
  table=$(table_of 10.1.2.2)
  on_host ip route flush table "$table"
  on_host ip -6 route flush table "$table"
  expect_unreachable 10.1.2.2
  expect_unreachable 2001:db8:2::2
  bring_up_eth1
  expect_answer 10.1.2.2
  expect_answer 2001:db8:2::2
}

@test "neighbours, and what is behind other devices, are reached as before" {
  bring_up_both
  on_host ip link add lan0 type veth peer name far0
  give_addresses lan0 192.168.7.1/24
  pull_cable 1
  expect_way 10.1.2.2 lan0 to 192.168.7.9
}

@test 'main-routes ignore and a default that is no way: a barrier too; no way out: none' {
  on_host ip route add unreachable default metric 10
  start_hook up eth0 IF_MPTCP_GATEWAY=10.1.1.1 IF_MPTCP_PRIORITY=500 2>/dev/null
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_MAIN_ROUTES=ignore 2>/dev/null
  expect_rule '501: from 10.1.1.2 7 proto 77' '31001: from 10.1.2.2 7 proto 77'
  expect_no_rule suppress_prefixlength
  start_hook up eth1 IF_MPTCP_GATEWAY=none 2>/dev/null
  expect_rule '31000: from 10.1.2.2 lookup' '501: from 10.1.1.2 7 proto 77'
  expect_no_rule 'from 10.1.2.2 7'
  expect_equal "$(ignores_linkdown inet eth1)" off
}

# Whose it is

@test 'it is put back where a device is an uplink no more: ifdown, mptcp off, no gateway' {
  local before
  before=$(print_state)
  bring_up_eth1
  expect_equal "$(ignores_linkdown inet eth1) $(ignores_linkdown inet6 eth1) $(records_of_settings)" 'on on 2'
  take_down eth1
  expect_state "$before"
  bring_up_eth1
  start_hook up eth1 IF_MPTCP=off
  expect_equal "$(ignores_linkdown inet eth1) $(ignores_linkdown inet6 eth1)" 'off on'
  take_down eth1
  expect_state "$before"
  expect_equal "$(records_of_settings)" 0
}

@test "what an admin has set stays, and so does what somebody set while an uplink was down" {
  on_host sysctl -qw net.ipv4.conf.eth1.ignore_routes_with_linkdown=1
  local before
  before=$(print_state)
  bring_up_eth1
  expect_equal "$(records_of_settings)" 1
  take_down eth1
  expect_state "$before"
}

@test "one device's ifdown leaves the other's" {
  bring_up_both
  take_down eth1
  expect_equal "$(ignores_linkdown inet eth0) $(ignores_linkdown inet6 eth0)" 'on on'
  expect_equal "$(ignores_linkdown inet eth1) $(ignores_linkdown inet6 eth1)" 'off off'
  expect_no_rule 'from 10.1.2.2'
  expect_rule '31001: from 10.1.1.2 7 proto 77' '31001: from 2001:db8:1::2 7 proto 77'
}

@test 'a run that fails leaves it as it was' {
  local before
  before=$(print_state)
  ip_refuses 'mptcp endpoint add 10.1.2.2 id 255 dev eth1 subflow'
  run --separate-stderr start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1 PATH="$FAKE_PATH"
  expect_message 'refused'
  expect_state "$before"
  expect_equal "$(records_of_settings)" 0
}

@test 'somebody has put it back meanwhile: the next ifup sets it, and ifdown leaves no record' {
  bring_up_eth1
  on_host sysctl -qw net.ipv4.conf.eth1.ignore_routes_with_linkdown=0
  bring_up_eth1
  expect_equal "$(ignores_linkdown inet eth1)" on
  on_host sysctl -qw net.ipv4.conf.eth1.ignore_routes_with_linkdown=0
  take_down eth1
  expect_equal "$(ignores_linkdown inet eth1) $(records_of_settings)" 'off 0'
}

@test 'a device that is gone takes its record along; back with another number it gets its own' {
  bring_up_eth1
  on_host ip link delete eth1
  take_down eth1
  expect_equal "$(records_of_settings)" 0
  on_host ip link add eth1 type veth peer name other1
  on_host ip link set other1 up
  give_addresses eth1 10.1.2.2/24
  on_host sysctl -qw net.ipv4.conf.eth1.ignore_routes_with_linkdown=1
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  expect_equal "$(records_of_settings)" 0
  start_hook down eth1
  expect_equal "$(ignores_linkdown inet eth1)" on
}

@test 'a record of a device that bore the number before puts nothing back' {
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  on_host ip link set eth1 address 02:00:00:00:00:99
  start_hook down eth1
  expect_equal "$(ignores_linkdown inet eth1) $(records_of_settings)" 'on 0'
}

@test 'a device that bears another name since: it is put back under that' {
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  on_host ip link set eth1 down
  on_host ip link set eth1 name lan1
  start_hook down eth1
  start_hook up lan1 IF_MPTCP=off
  expect_equal "$(ignores_linkdown inet lan1) $(records_of_settings)" 'off 0'
}

@test 'a name with a dot' {
  on_host ip link set eth1 down
  on_host ip link set eth1 name eth1.7
  give_addresses eth1.7 2001:db8:2::2/64
  on_host ip link set eth1.7 up
  run --separate-stderr start_by_hand up eth1.7 ADDRFAM=inet IF_MPTCP_GATEWAY=10.1.2.1 -- -v
  expect_message 'sysctl -w net.ipv4.conf.eth1/7.ignore_routes_with_linkdown=1'
  expect_equal "$(ignores_linkdown inet eth1.7)" on
  start_hook down eth1.7
  expect_nothing_of_ours
}

# Where it cannot be

@test 'a read-only /proc/sys costs a notice, and nothing else' {
  cat > "$BATS_TEST_TMPDIR/contained" <<'END'
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
exec "$@"
END
  contained() {
    on_host unshare --mount --propagation private bash "$BATS_TEST_TMPDIR/contained" env "IFACE=$2" ADDRFAM=inet \
      IF_MPTCP_GATEWAY=10.1.2.1 "$1" "${@:3}"
  }
  run --separate-stderr contained "$UP" eth1
  expect_status 0
  expect_one_message
  expect_message 'mptcp_up: eth1: ' ignore_routes_with_linkdown read-only
  expect_answer 10.1.2.2
  expect_rule '31001: from 10.1.2.2 7 proto 77'
  run --separate-stderr contained "$UP" eth1 -v
  expect_no_text "$stderr" 'sysctl -w' 'ip '
  run --separate-stderr contained "$DOWN" eth1
  expect_no_message
  expect_nothing_of_ours
}

@test 'no room for the record: it is not set, and a notice says so' {
  mkdir -p /run/mptcp-routes
  mount -t tmpfs -o ro tmpfs /run/mptcp-routes
  run --separate-stderr start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  expect_status 0
  expect_message 'sysctl -w net.ipv4.conf.eth1.ignore_routes_with_linkdown=1' 'takes no file'
  expect_answer 10.1.2.2
  expect_equal "$(ignores_linkdown inet eth1)" off
}

@test 'the commands of a dry run, run as they stand, make what the run makes' {
  on_host ip route add default via 10.1.1.1 dev eth0 metric 10
  local asked=(IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_METRIC=20) wanted
  start_by_hand up eth1 "${asked[@]}" ADDRFAM=inet -- -n > "$BATS_TEST_TMPDIR/commands"
  start_hook up eth1 "${asked[@]}"
  wanted=$(print_state)
  start_hook down eth1
  on_host sh -e "$BATS_TEST_TMPDIR/commands"
  expect_state "$wanted"
}

# What stands of others, or of an earlier version

@test "a rule of somebody else that says the same stays, and ours beside it" {
  on_host ip rule add from 10.1.2.2 unreachable priority 31001 protocol 3
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  expect_rule '31001: from 10.1.2.2 7 proto 3' '31001: from 10.1.2.2 7 proto 77'
  start_hook down eth1
  expect_rule '31001: from 10.1.2.2 7 proto 3'
  expect_no_rule 'proto 77'
}

@test 'a barrier without its source rule: the next run for its device mends it, that of an address that is gone goes' {
  bring_up_eth1
  local table
  table=$(table_of 10.1.2.2)
  on_host ip rule delete from 10.1.2.2 lookup "$table" priority 31000
  start_hook up eth0 IF_MPTCP_GATEWAY=10.1.1.1
  bring_up_eth1
  expect_answer 10.1.2.2
  on_host ip rule add from 10.1.2.99 unreachable priority 31001 protocol 77
  start_hook down eth0
  expect_no_rule 10.1.2.99
  expect_rule '31001: from 10.1.2.2 7 proto 77'
}
