#!/usr/bin/env bats
# IPv4 and IPv6, several stanzas, aliases, and links without a subnet.

load lab

setup() {
  build_lab
}

teardown() {
  tear_down_lab
}

write_dual_stack_interfaces() {
  write_interfaces <<'END'
auto eth0 eth1 eth1:1

iface eth0 inet static
    address 10.1.1.2/24
    gateway 10.1.1.1

iface eth0 inet6 static
    address 2001:db8:1::2/64
    gateway 2001:db8:1::1

iface eth1 inet static
    address 10.1.2.2/24
    mptcp-gateway 10.1.2.1

iface eth1 inet static
    address 10.1.2.3/24

iface eth1 inet6 static
    address 2001:db8:2::2/64
    mptcp-gateway 2001:db8:2::1

iface eth1:1 inet static
    address 10.1.2.4/24
END
}

@test 'dual stack: every address of either family leaves by its own uplink' {
  write_dual_stack_interfaces
  ifup -a
  expect_answer 10.1.1.2
  expect_answer 10.1.2.2
  expect_answer 10.1.2.3
  expect_answer 10.1.2.4
  expect_answer 2001:db8:1::2
  expect_answer 2001:db8:2::2
}

@test 'dual stack: IPv6 rules' {
  write_dual_stack_interfaces
  ifup -a
  expect_equal "$(on_host ip -6 rule show | normalise)" "\
0: from all lookup local
30999: from 2001:db8:1::2 lookup main suppress_prefixlength 4 suppress_ifgroup 77 proto 77
30999: from 2001:db8:2::2 lookup main suppress_prefixlength 4 suppress_ifgroup 77 proto 77
31000: from 2001:db8:1::2 lookup $(table_of 2001:db8:1::2) proto 77
31000: from 2001:db8:2::2 lookup $(table_of 2001:db8:2::2) proto 77
31001: from 2001:db8:1::2 unreachable proto 77
31001: from 2001:db8:2::2 unreachable proto 77
32766: from all lookup main"
}

@test 'dual stack: an IPv6 table holds the link-local prefix too' {
  write_dual_stack_interfaces
  ifup -a
  expect_equal "$(on_host ip -6 route show table "$(table_of 2001:db8:2::2)" | sed 's/ metric.*//' | sort)" "\
2001:db8:2::/64 dev eth1 proto 77
default via 2001:db8:2::1 dev eth1 proto 77
fe80::/64 dev eth1 proto 77"
}

@test 'dual stack: a global address reaches its link-local neighbour' {
  write_dual_stack_interfaces
  ifup -a
  expect_something_of_ours
  local neighbour
  neighbour=$(at_provider 1 ip -j -6 address show customer scope link | jq -r 'first(.[].addr_info[].local | values)')
  expect_equal "$(on_host ip -6 route get "$neighbour" from 2001:db8:2::2 oif eth1 | grep -c ' via ')" 0
}

@test 'dual stack: stanzas and aliases of one device share its table' {
  write_dual_stack_interfaces
  ifup -a
  expect_equal "$(table_of 10.1.2.3)" "$(table_of 10.1.2.2)"
  expect_equal "$(table_of 10.1.2.4)" "$(table_of 10.1.2.2)"
  expect_equal "$(print_table 10.1.2.2)" "\
10.1.2.0/24 dev eth1 proto 77 scope link
default via 10.1.2.1 dev eth1 proto 77"
}

@test 'dual stack: every address is an endpoint' {
  write_dual_stack_interfaces
  ifup -a
  expect_equal "$(print_endpoints)" "\
10.1.1.2 subflow dev eth0
10.1.2.2 subflow dev eth1
10.1.2.3 subflow dev eth1
10.1.2.4 subflow dev eth1
2001:db8:1::2 subflow dev eth0
2001:db8:2::2 subflow dev eth1"
}

@test 'dual stack: the subflow limit rises to the number of endpoints' {
  write_dual_stack_interfaces
  ifup -a
  expect_text "$(on_host ip mptcp limits show)" 'subflows 6'
}

@test 'dual stack: ifdown -a leaves nothing' {
  write_dual_stack_interfaces
  on_host ip mptcp limits set subflows 8
  on_host ip link set lo down # as ifdown -a will leave it
  local before
  before=$(print_state)
  ifup -a
  expect_something_of_ours
  ifdown -a
  expect_state "$before"
}

@test 'ifdown of an alias leaves the rest' {
  write_dual_stack_interfaces
  on_host ip mptcp limits set subflows 8
  ifup eth0 eth1
  local before
  before=$(print_state)
  ifup eth1:1
  expect_answer 10.1.2.4
  ifdown eth1:1
  expect_state "$before"
  expect_answer 10.1.2.2
}

@test 'an alias follows the table that its device was given' {
  write_interfaces <<'END'
iface eth1 inet static
    address 10.1.2.2/24
    mptcp-gateway 10.1.2.1
    mptcp-table 7

iface eth1:1 inet static
    address 10.1.2.4/24
END
  ifup eth1 eth1:1
  expect_equal "$(table_of 10.1.2.2)" 7
  expect_equal "$(table_of 10.1.2.4)" 7
}

@test 'pointopoint without a gateway: the default is the link' {
  write_interfaces <<'END'
iface eth1 inet static
    address 10.9.0.2
    netmask 255.255.255.255
    pointopoint 10.9.0.1
END
  at_provider 1 ip route add 10.9.0.2 dev customer
  ifup eth1
  expect_equal "$(print_table 10.9.0.2)" "\
10.9.0.1 dev eth1 proto 77 scope link
default dev eth1 proto 77 scope link"
  expect_answer 10.9.0.2
  ifdown eth1
  expect_nothing_of_ours
}

@test 'pointopoint with a gateway: the default goes there' {
  write_interfaces <<'END'
iface eth1 inet static
    address 10.9.0.2
    netmask 255.255.255.255
    pointopoint 10.9.0.1
    mptcp-gateway 10.9.0.1
END
  at_provider 1 ip address add 10.9.0.1 peer 10.9.0.2 dev customer
  ifup eth1
  expect_equal "$(print_table 10.9.0.2)" "\
10.9.0.1 dev eth1 proto 77 scope link
default via 10.9.0.1 dev eth1 proto 77"
  expect_answer 10.9.0.2
}

@test 'a gateway outside every subnet of the device is onlink' {
  write_interfaces <<'END'
iface eth1 inet static
    address 10.1.2.2/32
    mptcp-gateway 10.1.2.1
END
  ifup eth1
  expect_equal "$(print_table 10.1.2.2)" 'default via 10.1.2.1 dev eth1 proto 77 onlink'
  expect_answer 10.1.2.2
}

@test 'no gateway: no uplink, and nothing is made' {
  write_interfaces <<'END'
iface eth1 inet static
    address 10.1.2.2/24
END
  ifup eth1
  expect_nothing_of_ours
}

@test 'no gateway, but an option: rules and the routes of main, no endpoint, no uplink' {
  write_interfaces <<'END'
iface eth1 inet static
    address 10.1.2.2/24
    mptcp-table 7
END
  ifup eth1
  expect_equal "$(table_of 10.1.2.2)" 7
  expect_equal "$(print_table 10.1.2.2)" '10.1.2.0/24 dev eth1 proto 77 scope link'
  expect_equal "$(print_endpoints)" ''
  expect_equal "$(group_of eth1)" 0
}

@test 'a unique-local address is an endpoint only if asked' {
  write_interfaces <<'END'
iface eth1 inet6 static
    address fd12::2/64
    mptcp-gateway fd12::1
END
  ifup eth1
  expect_text "$(on_host ip -6 rule show)" 'from fd12::2 lookup'
  expect_equal "$(print_endpoints)" ''
  echo '    mptcp-endpoint subflow' >> /etc/network/interfaces
  ifdown eth1
  ifup eth1
  expect_equal "$(print_endpoints)" 'fd12::2 subflow dev eth1'
}
