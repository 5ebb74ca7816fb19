#!/usr/bin/env bats
# What the watcher puts right by itself, whoever has done it: with addresses and routes of an admin's own.

load watch

setup() {
  build_lab
  build_uplinks
  start_watch
  BEFORE=$(print_state)
}

teardown() {
  tear_down_lab
}

is_as_before() {
  [[ $(print_state) == "$BEFORE" ]]
}

expect_as_before() {
  wait_until is_as_before || expect_state "$BEFORE"
}

# What is ours

@test 'both uplinks work from the start' {
  local address
  for address in 10.1.1.2 10.1.2.2 2001:db8:1::2 2001:db8:2::2; do
    expect_answer "$address"
  done
  expect_equal "$(print_endpoints | wc -l)" 4
}

@test 'a rule that is deleted comes back' {
  on_host ip rule delete from 10.1.2.2 priority 31000
  expect_as_before
  on_host ip rule delete from 10.1.2.2 priority 30999
  expect_as_before
  on_host ip -6 rule delete from 2001:db8:2::2 priority 31000
  expect_as_before
  on_host ip rule delete from 10.1.2.2 priority 31001
  expect_as_before
}

@test 'what a cable needs is set again at the next look' {
  on_host sysctl -qw net.ipv4.conf.eth1.ignore_routes_with_linkdown=0 net.ipv6.conf.eth0.ignore_routes_with_linkdown=0
  # The kernel says nothing of it to those who listen to links: something else does.
  on_host ip link set dev eth0 alias stirred
  expect_as_before
}

@test 'all rules at once come back' {
  on_host ip rule flush protocol 77
  on_host ip -6 rule flush protocol 77
  expect_as_before
}

@test 'routes that are deleted come back' {
  on_host ip route flush table "$(table_of 10.1.2.2)"
  expect_as_before
  on_host ip -6 route flush table "$(table_of 2001:db8:1::2)"
  expect_as_before
}

@test 'a link that is taken out of its group is put back' {
  on_host ip link set dev eth1 group default
  expect_as_before
}

@test 'endpoints come back at the next event of any kind' {
  on_host ip mptcp endpoint flush
  on_host ip route add unreachable 198.51.100.0/24
  on_host ip route delete unreachable 198.51.100.0/24
  expect_as_before
}

@test 'endpoints, of which the kernel tells nobody, come back at the regular look' {
  # What the watcher's start has stirred up is over.
  sleep 1
  on_host ip mptcp endpoint flush
  SECONDS=0
  until is_as_before || ((SECONDS > 40)); do
    sleep 1
  done
  is_as_before || expect_state "$BEFORE"
}

# Links and devices

@test 'a link that was down and up has its table again' {
  on_host ip link set dev eth1 down
  wait_until is_without_rules 10.1.2.2
  on_host ip link set dev eth1 up
  on_host ip route add default via 10.1.2.1 dev eth1 metric 100
  wait_for_way 10.1.2.2 eth1
  expect_settled
  expect_answer 10.1.2.2
}

@test 'a link that was down for a moment only has its table again' {
  printf '%s\n' 'link set dev eth1 down' 'link set dev eth1 up' 'route add default via 10.1.2.1 dev eth1 metric 100' |
    on_host ip -batch -
  wait_for_way 10.1.2.2 eth1
  expect_settled
}

@test 'a modem that is pulled leaves nothing, and works when it is back under its name' {
  on_host ip link delete dev eth1
  wait_until is_without_rules 10.1.2.2
  expect_no_text "$(print_state)" eth1 10.1.2.2
  expect_answer 10.1.1.2
  at_provider 1 ip link add eth1 netns "$HOST" type veth peer name customer
  at_provider 1 ip link set dev customer up
  at_provider 1 ip address add 10.1.2.1/24 dev customer
  give_addresses eth1 10.1.2.2/24
  on_host ip route add default via 10.1.2.1 dev eth1 metric 100
  wait_for_way 10.1.2.2 eth1
  expect_settled
  expect_answer 10.1.2.2
}

@test 'a device that is renamed is followed, and one that no section names is left' {
  on_host ip link set dev eth1 name eth7
  on_host ip link set dev eth7 up
  expect_settled
  wait_for_way 10.1.2.2 eth7
  expect_text "$(print_endpoints)" '10.1.2.2 subflow dev eth7'
  on_host ip link set dev eth7 name other
  wait_until is_settled
  expect_answer 10.1.1.2
}

# Addresses

@test 'an address that comes later is routed, and forgotten when it goes' {
  on_host ip address add 10.1.2.77/24 dev eth1
  wait_for_way 10.1.2.77 eth1
  expect_answer 10.1.2.77
  on_host ip address delete 10.1.2.77/24 dev eth1
  expect_as_before
}

@test 'a VIP without a subnet comes and goes' {
  on_host ip address add 192.0.2.9/32 dev eth1
  wait_for_way 192.0.2.9 eth1
  on_host ip address delete 192.0.2.9/32 dev eth1
  expect_as_before
}

@test 'a VIP that moves to the other uplink leaves by that one' {
  on_host ip address add 192.0.2.9/32 dev eth1
  wait_for_way 192.0.2.9 eth1
  printf '%s\n' 'address delete 192.0.2.9/32 dev eth1' 'address add 192.0.2.9/32 dev eth0' | on_host ip -batch -
  wait_for_way 192.0.2.9 eth0
  expect_settled
}

@test 'another address and another router are taken up' {
  at_provider 1 ip address add 10.1.9.1/24 dev customer
  on_host ip -batch - <<'END'
address delete 10.1.2.2/24 dev eth1
address add 10.1.9.2/24 dev eth1
route add default via 10.1.9.1 dev eth1 metric 100
END
  wait_for_way 10.1.9.2 eth1
  expect_settled
  expect_answer 10.1.9.2
  expect_no_text "$(print_state)" 10.1.2.2
}

# Routes

@test 'another router on the same device is taken up' {
  on_host ip route replace default via 10.1.2.9 dev eth1 metric 100
  expect_settled
  expect_text "$(print_table 10.1.2.2)" 'via 10.1.2.9'
}

@test 'a gateway that nobody names any more goes' {
  on_host ip route delete default via 10.1.2.1 dev eth1
  on_host ip -6 route delete default via 2001:db8:2::1 dev eth1
  wait_until is_without_rules 10.1.2.2
  wait_until is_without_rules 2001:db8:2::2
  expect_equal "$(group_of eth1)" 0
  expect_settled
  expect_answer 10.1.1.2
}

@test 'static routes through an uplink are mirrored, and go with it' {
  on_host ip route add 192.168.50.0/24 via 10.1.2.254 dev eth1 mtu 1400
  on_host ip -6 route add 2001:db8:50::/48 via 2001:db8:2::fe dev eth1
  expect_settled
  expect_text "$(print_table 10.1.2.2)" '192.168.50.0/24 via 10.1.2.254'
  on_host ip route delete 192.168.50.0/24
  on_host ip -6 route delete 2001:db8:50::/48
  expect_as_before
}

has_companions() {
  [[ $(print_rules) == *suppress_prefixlength* ]]
}

has_no_companions() {
  ! has_companions
}

@test 'a terminal default of main takes the companions away, and its end brings them back' {
  on_host ip route delete default via 10.1.1.1 dev eth0
  on_host ip route delete default via 10.1.2.1 dev eth1
  on_host ip route add default via 10.1.1.1 dev eth0 metric 50
  on_host ip route add default via 10.1.2.1 dev eth1 metric 100
  on_host ip route add unreachable default metric 10
  has_no_companions4() { [[ $(on_host ip rule) != *suppress_prefixlength* ]]; }
  wait_until has_no_companions4
  expect_settled
  on_host ip route delete unreachable default metric 10
  wait_until has_companions
  expect_settled
}

@test 'half defaults of a VPN client change nothing for the uplinks' {
  on_host ip link add tun7 type veth peer name far7
  on_host ip link set dev far7 up
  give_addresses tun7 10.8.0.2/24
  on_host ip route add 0.0.0.0/1 via 10.8.0.1 dev tun7
  on_host ip route add 128.0.0.0/1 via 10.8.0.1 dev tun7
  wait_until is_logged 'as VPN clients do'
  expect_settled
  expect_answer 10.1.1.2
  expect_answer 10.1.2.2
}

# What is not ours

@test 'foreign rules, routes and endpoints stay through it all' {
  on_host ip -batch - <<END
rule add from 10.55.0.0/16 lookup 99 priority 30999 protocol boot
route add blackhole 198.51.100.0/24 table 99 protocol static
mptcp endpoint add 10.55.0.1 signal
END
  on_host ip rule flush protocol 77
  on_host ip link set dev eth1 down
  wait_until is_without_rules 10.1.2.2
  expect_settled
  expect_text "$(on_host ip rule)" '30999:	from 10.55.0.0/16 lookup 99 proto boot'
  expect_text "$(on_host ip route show table 99)" 'blackhole 198.51.100.0/24'
  expect_text "$(print_endpoints)" '10.55.0.1 signal'
}
