#!/usr/bin/env bats
# Leases that change while nobody runs ifup: real clients, through a real server.

load watch

setup() {
  build_lab
  write_configuration <<< '[eth*]'
  give_addresses eth0 10.1.1.2/24
  on_host ip route add default via 10.1.1.1 dev eth0
  at_provider 1 ip address add 10.1.2.254/24 dev customer
  serve_dhcp 50 60 10.1.2.1
  on_host ip link set dev eth1 up
}

teardown() {
  tear_down_lab
}

# Provider 1 gives addresses from FIRST to LAST, renewed after 3 s.
#   serve_dhcp FIRST LAST ROUTER
serve_dhcp() {
  at_provider 1 dnsmasq --conf-file=/dev/null --user=root --group= --port=0 \
    --interface=customer --bind-interfaces --no-ping --dhcp-authoritative \
    --dhcp-range="10.1.2.$1,10.1.2.$2,2m" --dhcp-option=option:router,"$3" --dhcp-option=option:T1,3 \
    --dhcp-leasefile="$BATS_TEST_TMPDIR/leases" --log-facility="$BATS_TEST_TMPDIR/dnsmasq.log" \
    --pid-file="$BATS_TEST_TMPDIR/dnsmasq" 3>&-
}

# The server forgets its leases, so that the client's own address is refused if it is not in the range.
serve_otherwise() {
  kill -KILL "$(< "$BATS_TEST_TMPDIR/dnsmasq")"
  rm "$BATS_TEST_TMPDIR/leases"
  serve_dhcp "$@"
}

address() {
  on_host ip -j -4 address show dev eth1 scope global | jq -r 'first(.[].addr_info[].local) // empty'
}

#   is_routed FIRST LAST ROUTER
is_routed() {
  local address number
  address=$(address)
  number=${address##*.}
  [[ -n $address ]] && ((number >= $1 && number <= $2)) &&
    [[ $(way_from "$address") == eth1 && $(print_table "$address") == *"default via $3 dev eth1"* ]]
}

expect_routed() {
  wait_until is_routed "$@" || fail "$(print_state)" "$(cat "$LOG")"
  expect_settled
  expect_answer "$(address)"
  expect_equal "$(on_host ip -N -4 rule | grep -c 'lookup.* proto 77$')" 4
}

start_dhclient() {
  on_host dhclient -4 -pf "$BATS_TEST_TMPDIR/dhclient.pid" -lf /var/lib/dhcp/dhclient.eth1.leases eth1 3>&-
}

# It does not look at T1.
renew_udhcpc() {
  kill -USR1 "$(< "$BATS_TEST_TMPDIR/udhcpc.pid")"
}

start_udhcpc() {
  mkdir -p /etc/udhcpc
  cp "$PROGRAMS/etc/udhcpc/default.script" /etc/udhcpc/
  sed -i "s|busybox |$PROGRAMS/bin/busybox |g" /etc/udhcpc/default.script
  on_host "$PROGRAMS/bin/busybox" udhcpc -i eth1 -s /etc/udhcpc/default.script -p "$BATS_TEST_TMPDIR/udhcpc.pid" \
    3>&- >/dev/null 2>&1
}

start_dhcpcd() {
  on_host dhcpcd -4 eth1 3>&- >/dev/null 2>&1
}

@test 'dhclient: the first lease, whose router main does not hold' {
  start_watch
  start_dhclient
  expect_equal "$(on_host ip route show default | grep -c eth1)" 0
  expect_routed 50 60 10.1.2.1
}

@test 'dhclient: another address' {
  start_watch
  start_dhclient
  expect_routed 50 60 10.1.2.1
  serve_otherwise 70 80 10.1.2.1
  expect_routed 70 80 10.1.2.1
}

@test 'dhclient: another router for the same address' {
  start_watch
  start_dhclient
  expect_routed 50 60 10.1.2.1
  serve_otherwise 50 60 10.1.2.254
  expect_routed 50 60 10.1.2.254
}

@test 'dhclient: another address and another router' {
  start_watch
  start_dhclient
  expect_routed 50 60 10.1.2.1
  serve_otherwise 70 80 10.1.2.254
  expect_routed 70 80 10.1.2.254
}

has_only_eth0() {
  [[ $(print_rules) != *' from 10.1.2.'* && $(print_rules) == *' from 10.1.1.2 '* ]]
}

@test 'dhclient: a lease that is given back' {
  start_watch
  start_dhclient
  expect_routed 50 60 10.1.2.1
  on_host dhclient -r -pf "$BATS_TEST_TMPDIR/dhclient.pid" -lf /var/lib/dhcp/dhclient.eth1.leases eth1 3>&-
  wait_until has_only_eth0
  expect_settled
}

@test 'dhcpcd: another address and another router, and the end' {
  start_watch
  start_dhcpcd
  expect_routed 50 60 10.1.2.1
  serve_otherwise 70 80 10.1.2.254
  on_host dhcpcd -4 -n eth1 3>&-
  expect_routed 70 80 10.1.2.254
  on_host dhcpcd -4 -k eth1 3>&-
  wait_until has_only_eth0
  expect_settled
}

@test 'dhcpcd: a router that only dhcpcd itself knows' {
  echo nogateway >> /etc/dhcpcd.conf
  start_watch
  start_dhcpcd
  expect_routed 50 60 10.1.2.1
  serve_otherwise 50 60 10.1.2.254
  expect_routed 50 60 10.1.2.254
  on_host dhcpcd -4 -k eth1 3>&-
  configure_dhcp_clients
}

@test 'udhcpc: another address and another router, and the end' {
  on_host ip route delete default
  on_host ip route add default via 10.1.1.1 dev eth0 metric 50
  start_watch
  start_udhcpc
  expect_routed 50 60 10.1.2.1
  serve_otherwise 70 80 10.1.2.254
  renew_udhcpc
  expect_routed 70 80 10.1.2.254
  kill -USR2 "$(< "$BATS_TEST_TMPDIR/udhcpc.pid")"
  wait_until has_only_eth0
  expect_settled
}
