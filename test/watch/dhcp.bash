#!/usr/bin/env bash
# A DHCP server at provider 1, and real clients on eth1 of the host of ../netns/lab.bash.

# shellcheck source=watch.bash
source "${BASH_SOURCE[0]%/*}/watch.bash"
# shellcheck source=../netns/leases.bash
source "${BASH_SOURCE[0]%/*}/../netns/leases.bash"

build_dhcp_uplink() {
  build_lab
  write_configuration <<< '[eth*]'
  give_addresses eth0 10.1.1.2/24
  on_host ip route add default via 10.1.1.1 dev eth0
  at_provider 1 ip address add 10.1.2.254/24 dev customer
  serve_dhcp 50 60 10.1.2.1
  on_host ip link set dev eth1 up
}

# Without its pauses, which cost more than all the rest.
start_dhclient() {
  printf '%s\n' 'initial-interval 1;' 'backoff-cutoff 1;' 'retry 1;' 'reboot 1;' 'select-timeout 0;' \
    'request subnet-mask, broadcast-address, routers;' > "$BATS_TEST_TMPDIR/dhclient.conf"
  on_host dhclient -4 -cf "$BATS_TEST_TMPDIR/dhclient.conf" -pf "$BATS_TEST_TMPDIR/dhclient.pid" \
    -lf /var/lib/dhcp/dhclient.eth1.leases eth1 3>&-
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

# Of two defaults of one metric, a client's is refused.
leave_room_for_default() {
  on_host ip route delete default
  on_host ip route add default via 10.1.1.1 dev eth0 metric 50
}

expect_routed() {
  wait_until is_routed "$@" || fail "$(print_state)" "$(cat "$LOG")"
  expect_settled
  expect_answer "$(address)"
  expect_equal "$(on_host ip -N -4 rule | grep -c 'lookup.* proto 77$')" 4
}

has_only_eth0() {
  [[ $(print_rules) != *' from 10.1.2.'* && $(print_rules) == *' from 10.1.1.2 '* ]]
}
