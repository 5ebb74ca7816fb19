#!/usr/bin/env bats
# `inet dhcp`: addresses and gateways that only a lease knows.

load lab

setup() {
  build_lab
  serve_dhcp 0
  serve_dhcp 1
  printf 'auto eth%s\niface eth%s inet dhcp\n' 0 0 1 1 | write_interfaces
}

teardown() {
  tear_down_lab
}

#   serve_dhcp 1 [FIRST LAST]
serve_dhcp() {
  local subnet=10.1.$(($1 + 1))
  at_provider "$1" dnsmasq --conf-file=/dev/null --user=root --group= --port=0 \
    --interface=customer --bind-interfaces --no-ping --dhcp-authoritative \
    --dhcp-range="$subnet.${2:-50},$subnet.${3:-60},2m" --dhcp-leasefile="$BATS_TEST_TMPDIR/leases.$1" \
    --log-facility="$BATS_TEST_TMPDIR/dnsmasq.log" --pid-file="$BATS_TEST_TMPDIR/dnsmasq.$1" 3>&-
}

stop_serving_dhcp() {
  kill -KILL "$(< "$BATS_TEST_TMPDIR/dnsmasq.$1")"
  rm "$BATS_TEST_TMPDIR/leases.$1"
}

# ifupdown takes the first client that it finds, and dhclient is the first that it looks for.
use_dhcpcd() {
  hide_program dhclient
}

address_of() {
  on_host ip -j -4 address show dev "$1" scope global | jq -r '.[0].addr_info[0].local'
}

expect_both_uplinks_routed() {
  expect_equal "$(print_table "$(address_of eth0)")" "\
10.1.1.0/24 dev eth0 proto 77 scope link
default via 10.1.1.1 dev eth0 proto 77"
  expect_equal "$(print_table "$(address_of eth1)")" "\
10.1.2.0/24 dev eth1 proto 77 scope link
default via 10.1.2.1 dev eth1 proto 77"
  expect_answer "$(address_of eth0)"
  expect_answer "$(address_of eth1)"
  expect_equal "$(print_endpoints)" "\
$(address_of eth0) subflow dev eth0
$(address_of eth1) subflow dev eth1"
}

@test 'dhclient: the second gateway comes from the lease, as main has a default already' {
  ifup -a 3>&-
  expect_equal "$(on_host ip route show default | grep -c eth1)" 0
  expect_both_uplinks_routed
}

@test 'dhclient: ifdown -a leaves nothing' {
  ifup -a 3>&-
  expect_something_of_ours
  ifdown -a 3>&-
  expect_nothing_of_ours
}

@test 'dhclient: a new address at the next ifup' {
  ifup -a 3>&-
  local first
  first=$(address_of eth1)
  stop_serving_dhcp 1
  serve_dhcp 1 70 80
  ifdown eth1 3>&-
  ifup eth1 3>&-
  [[ $(address_of eth1) != "$first" ]]
  expect_both_uplinks_routed
  expect_no_text "$(print_rules)" "from $first "
}

@test 'dhclient: a rerun of the hook changes nothing' {
  ifup -a 3>&-
  expect_something_of_ours
  local before
  before=$(print_state)
  start_hook up eth1 METHOD=dhcp
  expect_state "$before"
}

@test 'dhcpcd: both uplinks' {
  use_dhcpcd
  ifup -a 3>&-
  expect_text "$(on_host ip route show)" 'proto dhcp'
  expect_both_uplinks_routed
}

@test 'dhcpcd: a gateway that main does not hold comes from the lease' {
  use_dhcpcd
  echo nogateway >> /etc/dhcpcd.conf
  run --separate-stderr ifup -a 3>&-
  sed -i '/^nogateway$/d' /etc/dhcpcd.conf
  expect_status 0
  expect_equal "$(on_host ip route show default)" ''
  expect_both_uplinks_routed
}

@test 'dhcpcd: ifdown -a leaves nothing' {
  use_dhcpcd
  ifup -a 3>&-
  expect_something_of_ours
  ifdown -a 3>&-
  expect_nothing_of_ours
}
