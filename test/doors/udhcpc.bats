#!/usr/bin/env bats
# udhcpc's scripts: Alpine's directories, and a wrapper for Debian's. It does not look at T1: SIGUSR1 makes it renew.

load doors

setup() {
  build_leases
  mkdir -p /etc/udhcpc
  sed "s|busybox |$PROGRAMS/bin/busybox |g" "$PROGRAMS/etc/udhcpc/default.script" > /etc/udhcpc/default.script
  chmod +x /etc/udhcpc/default.script
}

teardown() {
  tear_down_leases
}

#   start_client SCRIPT
start_client() {
  on_host "$PROGRAMS/bin/busybox" udhcpc -i eth1 -s "$1" -p "$BATS_TEST_TMPDIR/pid" 3>&- >/dev/null 2>&1
}

#   signal_client USR1|USR2|TERM
signal_client() {
  kill -s "$1" "$(< "$BATS_TEST_TMPDIR/pid")"
}

# What Alpine's own script does besides: it runs those in a directory for each event, with the variables exported.
use_alpine_script() {
  cat > /etc/udhcpc/alpine.script <<'END'
#!/bin/sh
export broadcast dns domain interface ip mask metric staticroutes router subnet
export PATH=/usr/bin:/bin:/usr/sbin:/sbin
run_scripts() { for script in "$1"/*; do [ ! -f "$script" ] || "$script"; done; }
case $1 in
  deconfig)
    ip -4 addr flush dev "$interface"
    ;;
  bound | renew)
    ip -4 addr show dev "$interface" | grep -q "inet $ip/" || {
      ip -4 addr flush dev "$interface"
      ip -4 addr add "$ip/$mask" dev "$interface"
    }
    ip link set dev "$interface" up
    ;;
esac
case $1 in deconfig | renew | bound) run_scripts "/etc/udhcpc/post-$1" ;; esac
exit 0
END
  chmod +x /etc/udhcpc/alpine.script
}

live_through() {
  expect_routed 50 60 10.1.2.1
  serve_otherwise 50 60 10.1.2.254
  signal_client USR1
  expect_routed 50 60 10.1.2.254
  serve_otherwise 70 80 10.1.2.1
  signal_client USR1
  expect_routed 70 80 10.1.2.1
  signal_client USR2
  expect_cleared
  expect_silence "$(cat "$LOGGED")"
}

@test 'Alpine: start, another router, another address, and the lease given back' {
  write_configuration <<< '[eth1]'
  use_alpine_script
  start_client /etc/udhcpc/alpine.script
  live_through
}

@test 'Debian, by a wrapper: start, another router, another address, and the lease given back' {
  write_configuration <<< '[eth1]'
  start_client /usr/lib/ifupdown-mptcp/udhcpc.script
  live_through
}

@test 'Debian, by a wrapper: its own script’s failure is the wrapper’s' {
  printf '#!/bin/sh\nexit 7\n' > /etc/udhcpc/default.script
  run --separate-stderr on_host env interface=eth1 "$LIBRARY/udhcpc.script" deconfig
  expect_status 7
}

# ifup hands its own environment to the client that it starts, which keeps it for life.
@test 'under ifup: the router is known to the interface’s own hook' {
  use_alpine_script
  on_host env IFACE=eth1 LOGICAL=eth1 ADDRFAM=inet METHOD=dhcp MODE=start PHASE=pre-up IF_MPTCP_TABLE=99 \
    "$PROGRAMS/bin/busybox" udhcpc -i eth1 -s /etc/udhcpc/alpine.script -p "$BATS_TEST_TMPDIR/pid" 3>&- >/dev/null 2>&1
  wait_until has_lease_record
  expect_equal "$(print_endpoints)" ''
  start_hook up eth1 METHOD=dhcp IF_MPTCP_TABLE=70
  expect_routed 50 60 10.1.2.1
  serve_otherwise 70 80 10.1.2.254
  signal_client USR1
  expect_routed 70 80 10.1.2.254
  expect_equal "$(table_of "$(address)")" 70
  signal_client USR2
  wait_until is_clear
  start_hook down eth1 METHOD=dhcp
  expect_cleared
}

has_lease_record() {
  compgen -G '/run/mptcp-routes/*/lease,inet,eth1,udhcpc'
}
