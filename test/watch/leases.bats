#!/usr/bin/env bats
# Leases that change while nobody runs ifup: real clients, through a real server.

load dhcp

setup() {
  build_dhcp_uplink
}

teardown() {
  tear_down_lab
}

@test 'dhclient: the first lease, whose router main does not hold' {
  start_watch
  start_dhclient
  expect_equal "$(on_host ip route show default | grep -c eth1)" 0
  expect_routed 50 60 10.1.2.1
}

@test 'dhclient: another address' {
  leave_room_for_default
  start_watch
  start_dhclient
  expect_routed 50 60 10.1.2.1
  serve_otherwise 70 80 10.1.2.1
  expect_routed 70 80 10.1.2.1
}

# It writes its file every 15 s at most.
is_told() {
  [[ $(< /var/lib/dhcp/dhclient.eth1.leases) == *'routers 10.1.2.254;'* ]]
}

@test 'dhclient: another router for the same address, which only its file tells' {
  start_watch
  start_dhclient
  expect_routed 50 60 10.1.2.1
  serve_otherwise 50 60 10.1.2.254
  wait_until is_told || wait_until is_told
  expect_routed 50 60 10.1.2.254
}

@test 'dhclient: another address and another router' {
  leave_room_for_default
  start_watch
  start_dhclient
  expect_routed 50 60 10.1.2.1
  serve_otherwise 70 80 10.1.2.254
  expect_routed 70 80 10.1.2.254
}

@test 'dhclient: a lease that is given back' {
  start_watch
  start_dhclient
  expect_routed 50 60 10.1.2.1
  on_host dhclient -r -pf "$BATS_TEST_TMPDIR/dhclient.pid" -lf /var/lib/dhcp/dhclient.eth1.leases eth1 3>&-
  wait_until has_only_eth0
  expect_settled
}

@test 'dhclient: a lease that runs out' {
  local configuration=$BATS_TEST_TMPDIR/udhcpd.conf
  # One that gives leases of 4 s, which dnsmasq does not, and is then gone.
  kill -KILL "$(< "$BATS_TEST_TMPDIR/dnsmasq")"
  printf '%s\n' 'start 10.1.2.50' 'end 10.1.2.60' 'interface customer' 'min_lease 1' 'option lease 4' \
    'option router 10.1.2.1' 'option subnet 255.255.255.0' "lease_file $BATS_TEST_TMPDIR/udhcpd.leases" > "$configuration"
  touch "$BATS_TEST_TMPDIR/udhcpd.leases"
  at_provider 1 "$PROGRAMS/bin/busybox" udhcpd -f "$configuration" > "$BATS_TEST_TMPDIR/udhcpd.log" 2>&1 3>&- &
  local server=$!
  start_watch
  start_dhclient
  wait_until is_routed 50 60 10.1.2.1
  kill "$server"
  wait_until has_only_eth0
  expect_settled
  expect_answer 10.1.1.2
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
  leave_room_for_default
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
