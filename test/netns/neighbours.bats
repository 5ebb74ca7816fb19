#!/usr/bin/env bats
# What else lives on the host: containers, a second modem of the same make, filters, others' rules and routes.

load lab

setup() {
  build_lab
}

teardown() {
  tear_down_lab
}

# Containers

add_container() {
  add_namespace "$HOST-container"
  on_host ip link add docker0 type bridge
  on_host ip link set docker0 up
  on_host ip address add 172.17.0.1/16 dev docker0
  on_host ip address add fd00::1/64 dev docker0 nodad
  ip link add port netns "$HOST" type veth peer name eth0 netns "$HOST-container"
  on_host ip link set port master docker0 up
  inside "$HOST-container" ip -batch - <<'END'
link set eth0 up
address add 172.17.0.2/16 dev eth0
address add fd00::2/64 dev eth0 nodad
route add default via 172.17.0.1
route add default via fd00::1
END
  wait_until on_host ping -q -c 1 -W 1 fd00::2
}

write_two_uplinks_of_both_families() {
  write_page_interfaces
  cat >> /etc/network/interfaces <<'END'

iface eth0 inet6 static
    address 2001:db8:1::2/64
    gateway 2001:db8:1::1

iface eth1 inet6 static
    address 2001:db8:2::2/64
    mptcp-gateway 2001:db8:2::1
END
}

@test 'containers: reachable from every uplink address' {
  add_container
  write_two_uplinks_of_both_families
  ifup -a
  expect_something_of_ours
  expect_answer 10.1.1.2 from 172.17.0.2
  expect_answer 10.1.2.2 from 172.17.0.2
  expect_answer 2001:db8:1::2 from fd00::2
  expect_answer 2001:db8:2::2 from fd00::2
}

@test 'containers: reach every uplink address' {
  add_container
  write_two_uplinks_of_both_families
  ifup -a
  expect_something_of_ours
  inside "$HOST-container" ping -q -c 1 -W 2 10.1.2.2
  inside "$HOST-container" ping -q -c 1 -W 2 2001:db8:2::2
}

@test 'containers: the uplinks stay apart beside them' {
  add_container
  write_two_uplinks_of_both_families
  ifup -a
  expect_answer 10.1.1.2
  expect_answer 10.1.2.2
  expect_answer 2001:db8:1::2
  expect_answer 2001:db8:2::2
}

@test 'containers: with mptcp-main-routes ignore they are out of reach' {
  add_container
  write_page_interfaces
  echo '    mptcp-main-routes ignore' >> /etc/network/interfaces
  ifup -a
  expect_way 10.1.2.2 eth1 to 172.17.0.2
}

# Two modems of one make

use_two_modems_on_one_subnet() {
  local number
  for number in 0 1; do
    at_provider "$number" ip address flush dev customer
    at_provider "$number" ip address add 192.168.8.1/24 dev customer
  done
  # Otherwise eth0 would answer for the address of eth1, and a packet on the wrong way would find home.
  on_host sysctl -qw net.ipv4.conf.all.arp_ignore=1
  write_interfaces <<'END'
auto eth0 eth1
iface eth0 inet static
    address 192.168.8.100/24
    gateway 192.168.8.1
iface eth1 inet static
    address 192.168.8.101/24
    mptcp-gateway 192.168.8.1
END
}

pings_seen_by_provider() {
  at_provider "$1" nstat -asz IcmpInEchos | awk '$1 == "IcmpInEchos" { print $2 }'
}

@test 'two modems: each address leaves by its own' {
  use_two_modems_on_one_subnet
  ifup -a
  expect_way 192.168.8.100 eth0
  expect_way 192.168.8.101 eth1
  expect_answer 192.168.8.100
  expect_answer 192.168.8.101
  expect_equal "$(pings_seen_by_provider 0) $(pings_seen_by_provider 1)" '1 1'
}

@test 'two modems: each address reaches the gateway of its own' {
  use_two_modems_on_one_subnet
  ifup -a
  expect_answer 192.168.8.100 from 192.168.8.1
  expect_answer 192.168.8.101 from 192.168.8.1
  expect_equal "$(pings_seen_by_provider 0) $(pings_seen_by_provider 1)" '1 1'
}

@test 'two modems: pulling one leaves the other' {
  use_two_modems_on_one_subnet
  ifup -a
  ifdown eth0
  expect_way 192.168.8.101 eth1
  expect_answer 192.168.8.101
}

# Filters

@test 'strict rp_filter: both uplinks answer' {
  write_page_interfaces
  on_host sysctl -qw net.ipv4.conf.{all,default,eth0,eth1}.rp_filter=1
  ifup -a
  expect_answer 10.1.1.2
  expect_answer 10.1.2.2
}

@test 'strict rp_filter: a provider reaches the address of its own uplink' {
  write_page_interfaces
  on_host sysctl -qw net.ipv4.conf.{all,default,eth0,eth1}.rp_filter=1
  ifup -a
  at_provider 0 ping -q -c 1 -W 2 -I "$SERVER" 10.1.1.2
  at_provider 1 ping -q -c 1 -W 2 -I "$SERVER" 10.1.2.2
}

# Others' rules, routes and endpoints

place_foreign_things_in_table() {
  on_host ip -batch - <<END
rule add from 10.1.2.2 lookup $1 priority 500 protocol static
rule add from 10.1.2.2 lookup $1 priority 31000 protocol static
rule add from 10.55.0.0/16 lookup $1 priority 30999 protocol boot
route add blackhole 198.51.100.0/24 table $1 protocol static
route add unreachable default metric 4000 table $1 protocol boot
mptcp endpoint add 10.55.0.1 signal
END
  on_host ip -6 rule add from 2001:db8:55::/48 lookup "$1" priority 31000 protocol static
  on_host ip -6 route add blackhole 2001:db8:55::/48 table "$1" protocol static
}

@test 'foreign rules, routes and endpoints in our table: untouched by up and down' {
  place_foreign_things_in_table 7
  on_host ip mptcp limits set subflows 8
  local before
  before=$(print_state)
  write_page_interfaces
  echo '    mptcp-table 7' >> /etc/network/interfaces
  ifup -a
  expect_something_of_ours
  expect_equal "$(print_state | grep -Fxf <(echo "$before") | grep -v group)" "$(grep -v group <<< "$before")"
  ifdown eth1 eth0
  expect_state "$before"
}

@test 'an endpoint with a port is not ours' {
  write_page_interfaces
  ifup -a
  on_host ip mptcp endpoint add 10.1.2.2 port 8000 signal
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  ifdown eth1
  expect_equal "$(print_endpoints)" "\
10.1.1.2 subflow dev eth0
10.1.2.2 port 8000 signal"
}

@test 'a foreign default route in our table is not replaced' {
  give_addresses eth1 10.1.2.2/24
  on_host ip route add default via 10.1.2.9 dev eth1 table 7 protocol static
  run start_hook up eth1 IF_MPTCP_TABLE=7 IF_MPTCP_GATEWAY=10.1.2.1
  expect_text "$(on_host ip route show table 7)" 'default via 10.1.2.9 dev eth1 proto static'
  run start_hook down eth1
  expect_text "$(on_host ip route show table 7)" 'default via 10.1.2.9 dev eth1 proto static'
}

@test "a user's own link group is left alone, with a notice" {
  on_host ip link set eth1 group 5
  write_page_interfaces
  run --separate-stderr ifup -a
  expect_status 0
  expect_message 'mptcp_up: eth1: ' group 5
  expect_equal "$(group_of eth1)" 5
  expect_answer 10.1.2.2
  ifdown -a
  expect_equal "$(group_of eth1)" 5
}

@test "a user's higher subflow limit is not lowered" {
  on_host ip mptcp limits set subflows 7
  write_page_interfaces
  ifup -a
  expect_text "$(on_host ip mptcp limits show)" 'subflows 7'
}

@test 'eth1 and eth10 are not confused' {
  on_host ip link add eth10 type veth peer name peer10
  on_host ip link set peer10 up
  write_page_interfaces
  printf '%s\n' 'iface eth10 inet static' 'address 10.1.10.2/24' 'mptcp-gateway 10.1.10.1' >> /etc/network/interfaces
  ifup -a
  ifup eth10
  expect_way 10.1.10.2 eth10
  expect_way 10.1.2.2 eth1
  ifdown eth1
  expect_way 10.1.10.2 eth10
  expect_text "$(print_endpoints)" '10.1.10.2 subflow dev eth10'
  expect_equal "$(group_of eth10)" 77
}

# Routes of the admin's own

@test 'a static route through the uplink holds for its addresses too' {
  give_addresses eth0 10.1.1.2/24 2001:db8:1::2/64
  on_host ip route add 192.168.50.0/24 via 10.1.1.254 dev eth0
  on_host ip route add 172.31.0.0/16 dev eth0
  on_host ip -6 route add 2001:db8:50::/48 via 2001:db8:1::fe dev eth0
  start_by_hand up eth0 IF_MPTCP_GATEWAY=10.1.1.1
  expect_text "$(on_host ip route get 192.168.50.9 from 10.1.1.2)" 'via 10.1.1.254'
  expect_no_text "$(on_host ip route get 172.31.0.9 from 10.1.1.2)" ' via '
  expect_text "$(on_host ip route get 2001:db8:50::9 from 2001:db8:1::2)" 'via 2001:db8:1::fe'
  local before
  before=$(print_state)
  start_by_hand up eth0 IF_MPTCP_GATEWAY=10.1.1.1
  expect_state "$before"
  on_host ip route delete 192.168.50.0/24
  start_by_hand up eth0
  expect_text "$(on_host ip route get 192.168.50.9 from 10.1.1.2)" 'via 10.1.1.1 '
  start_by_hand down eth0
  expect_nothing_of_ours
}

@test 'the rule of an address of another scope is no orphan' {
  on_host ip link set eth1 up
  on_host ip address add 10.1.2.2/24 dev eth1 scope link
  on_host ip rule add from 10.1.2.2 lookup 7 priority 31000 protocol 77
  local before
  before=$(print_state)
  start_by_hand down eth0
  expect_state "$before"
}
