#!/usr/bin/env bats
# What else lives on the host: containers, a second modem of the same make, filters, settings, similar names.

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

# Other settings

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
