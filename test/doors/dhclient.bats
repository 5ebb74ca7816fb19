#!/usr/bin/env bats
# dhclient's exit hook: a lease's whole life, without the watcher.

load doors

setup() {
  build_leases
}

teardown() {
  tear_down_leases
}

start_client() {
  on_host dhclient -4 -pf "$BATS_TEST_TMPDIR/pid" -lf /var/lib/dhcp/dhclient.eth1.leases eth1 3>&- 2>/dev/null
}

end_client() {
  on_host dhclient "$1" -pf "$BATS_TEST_TMPDIR/pid" -lf /var/lib/dhcp/dhclient.eth1.leases eth1 3>&- 2>/dev/null
}

@test 'by a section: start, another router, another address, both, and the lease given back' {
  write_configuration <<< $'[eth1]\nmptcp-endpoint = backup'
  start_client
  expect_routed 50 60 10.1.2.1 'subflow backup'
  serve_otherwise 50 60 10.1.2.254
  expect_routed 50 60 10.1.2.254 'subflow backup'
  serve_otherwise 70 80 10.1.2.254
  expect_routed 70 80 10.1.2.254 'subflow backup'
  serve_otherwise 90 99 10.1.2.1
  expect_routed 90 99 10.1.2.1 'subflow backup'
  end_client -r
  expect_cleared
  expect_silence "$(cat "$LOGGED")"
}

@test 'by a section: stopped with its lease kept' {
  write_configuration <<< '[eth1]'
  start_client
  expect_routed 50 60 10.1.2.1
  end_client -x
  expect_cleared
}

@test 'classless routes go before the router' {
  write_configuration <<< '[eth1]'
  at_provider 1 ip address add 10.1.2.9/24 dev customer
  serve_otherwise 50 60 10.1.2.1 --dhcp-option=121,10.7.0.0/16,10.1.2.254,0.0.0.0/0,10.1.2.9
  start_client
  expect_routed 50 60 10.1.2.9
  end_client -r
  expect_cleared
}

@test 'by ifup: the stanza’s options hold through changes, and ifdown leaves nothing' {
  write_interfaces <<'END'
iface eth1 inet dhcp
    mptcp-endpoint backup
    mptcp-table 77
END
  ifup eth1 3>&-
  expect_routed 50 60 10.1.2.1 'subflow backup'
  expect_equal "$(table_of "$(address)")" 77
  serve_otherwise 70 80 10.1.2.254
  expect_routed 70 80 10.1.2.254 'subflow backup'
  expect_equal "$(table_of "$(address)")" 77
  ifdown eth1 3>&-
  expect_cleared
}

@test 'an interface that nobody has asked for is left alone' {
  write_configuration <<< '[eth0]'
  start_client
  wait_until has_address
  wait_until is_quiet
  expect_equal "$(print_endpoints)" ''
  expect_no_text "$(print_state)" ' proto 77'
  expect_silence "$(ls /run/mptcp-routes 2>/dev/null)"
  end_client -r
}

has_address() {
  [[ -n $(address) ]]
}
