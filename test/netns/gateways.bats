#!/usr/bin/env bats
# Where a gateway comes from when no stanza names it, and what is not believed.

load lab

setup() {
  build_lab
  give_addresses eth1 10.1.2.2/24
}

teardown() {
  tear_down_lab
  rm -rf /run/NetworkManager /run/systemd/netif
}

write_dhclient_lease() {
  write_lease_lines eth1 "$@" > /var/lib/dhcp/dhclient.eth1.leases
}

#   write_lease_lines eth1 10.1.2.2 10.1.2.1[, …]
write_lease_lines() {
  cat <<END
lease {
  interface "$1";
  fixed-address $2;
  option routers $3;
  expire never;
}
END
}

bring_up_dhcp() {
  start_hook up eth1 METHOD=dhcp "$@"
}

# Sources

@test 'a lease of dhclient' {
  write_dhclient_lease 10.1.2.2 10.1.2.1
  bring_up_dhcp
  expect_answer 10.1.2.2
}

@test 'routers of a lease that can be none are skipped: the next one counts' {
  local router
  for router in 224.0.0.1 127.0.0.1 10.1.2.2 10.1.2.255 0.0.0.0; do
    write_dhclient_lease 10.1.2.2 "$router, 10.1.2.1"
    bring_up_dhcp
    expect_gateway 10.1.2.2 10.1.2.1
    start_hook down eth1
  done
}

@test "a default through the device in another program's table" {
  on_host ip route add default via 10.1.2.1 dev eth1 table 100 proto static
  bring_up_dhcp
  expect_gateway 10.1.2.2 10.1.2.1
}

@test 'runtime files of NetworkManager and systemd-networkd' {
  local index
  index=$(on_host ip -o link show eth1 | cut -d: -f1)
  mkdir -p /run/NetworkManager/devices /run/systemd/netif/leases
  printf '%s\n' '[dhcp4]' dhcp4.ip_address=10.1.2.2 dhcp4.routers=10.1.2.1 > "/run/NetworkManager/devices/$index"
  bring_up_dhcp
  expect_gateway 10.1.2.2 10.1.2.1
  start_hook down eth1
  rm "/run/NetworkManager/devices/$index"
  printf '%s\n' ADDRESS=10.1.2.2 ROUTER=10.1.2.254 > "/run/systemd/netif/leases/$index"
  bring_up_dhcp
  expect_gateway 10.1.2.2 10.1.2.254
}

@test 'a host route to the gateway, as ConnMan leaves it for a service that is not the default; two of them say nothing' {
  on_host ip route add 10.1.2.1/32 dev eth1 scope link
  on_host ip route add 192.0.2.7/32 dev eth1 scope link
  bring_up_dhcp
  expect_gateway 10.1.2.2 10.1.2.1
  start_hook down eth1
  on_host ip route add 10.1.2.53/32 dev eth1 scope link
  bring_up_dhcp 2>/dev/null
  expect_nothing_of_ours
}

# What is not believed

@test 'METHOD=dhcp and no router known: a notice that names mptcp-gateway, and nothing is made' {
  run --separate-stderr bring_up_dhcp
  expect_status 0
  expect_one_message
  expect_message 'mptcp_up: eth1: ' mptcp-gateway
  expect_nothing_of_ours
  run --separate-stderr bring_up_dhcp IF_MPTCP_GATEWAY=none
  expect_no_message
}

@test 'a static LAN does not become an uplink by the lease of an earlier life' {
  write_dhclient_lease 10.1.2.2 10.1.2.1
  run --separate-stderr start_hook up eth1 METHOD=static IF_ADDRESS=10.1.2.2 IF_NETMASK=24
  expect_no_message
  expect_nothing_of_ours
}

@test 'a lease of another address than those of the device' {
  write_dhclient_lease 10.1.2.77 10.1.2.1
  bring_up_dhcp 2>/dev/null
  expect_nothing_of_ours
}

@test "mptcp-gateway that is the host's own address, or the network's: refused, nothing made" {
  local gateway
  for gateway in 10.1.2.2 10.1.2.0 10.1.2.255 127.0.0.1 224.0.0.5; do
    run --separate-stderr start_hook up eth1 "IF_MPTCP_GATEWAY=$gateway" IF_MPTCP_STRICT=yes
    expect_status 1
    expect_one_message
    expect_message 'mptcp_up: eth1: ' "mptcp-gateway \"$gateway\"" IF_MPTCP_GATEWAY
    expect_nothing_of_ours
  done
}

@test 'our own table is no evidence: a gateway whose subnet is gone goes too' {
  bring_up_dhcp IF_MPTCP_GATEWAY=10.1.2.1
  give_addresses eth1 172.20.5.9/24
  on_host ip address delete 10.1.2.2/24 dev eth1
  start_hook up eth1 METHOD=dhcp 2>/dev/null
  expect_no_text "$(print_our_routes)" 10.1.2.1
}

@test 'a lease that names no router any more takes the gateway away' {
  write_dhclient_lease 10.1.2.2 10.1.2.1
  bring_up_dhcp
  expect_gateway 10.1.2.2 10.1.2.1
  sed -i '/routers/d' /var/lib/dhcp/dhclient.eth1.leases
  bring_up_dhcp 2>/dev/null
  expect_nothing_of_ours
}

@test 'a router advertisement that is gone: its link-local gateway is not kept' {
  give_addresses eth1 2001:db8:2::2/64
  on_host ip -6 route add default via fe80::1 dev eth1 proto ra
  start_hook up eth1 ADDRFAM=inet6 METHOD=auto
  expect_gateway 2001:db8:2::2 fe80::1
  on_host ip -6 route delete default
  start_hook up eth1 ADDRFAM=inet6 METHOD=auto
  expect_no_text "$(print_our_routes)" fe80::1
}

# Files that would keep a run waiting

@test 'lease files of 40,000 blank lines, of nothing but words, or a FIFO do not hold a run up' {
  local file=/var/lib/dhcp/dhclient.eth1.leases
  SECONDS=0
  yes '' | head -n 40000 > "$file"
  bring_up_dhcp 2>/dev/null
  yes '  option' | head -n 40000 > "$file"
  bring_up_dhcp 2>/dev/null
  {
    yes '' | head -n 40000
    write_lease_lines eth1 10.1.2.2 10.1.2.1
  } > "$file"
  bring_up_dhcp
  expect_gateway 10.1.2.2 10.1.2.1
  start_hook down eth1
  rm "$file"
  mkfifo "$file"
  bring_up_dhcp 2>/dev/null
  ((SECONDS < 8)) || fail "five runs took $SECONDS s"
}

@test 'METHOD=auto where IPv6 is off on the device: no wait for an address' {
  on_host sysctl -qw net.ipv6.conf.eth1.disable_ipv6=1
  SECONDS=0
  start_hook up eth1 ADDRFAM=inet6 METHOD=auto
  ((SECONDS < 3)) || fail "it took $SECONDS s"
}
