#!/usr/bin/env bats
# install.sh --check: a line a point, ok or no, and status 1 where there is a no.

# The inner shells expand what is in single quotes, bats runs each test in a subshell, and run sets stderr.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load host

setup() {
  copy_tree
  make_host
}

#   expect_point no 'sysctl -w net.mptcp.enabled=1'
expect_point() {
  expect_text "$(grep "^$1  " <<<"$output")" "$2"
}

@test 'a host that is ready' {
  local before
  before=$(print_files "$HOST")
  run --separate-stderr install --check
  expect_status 0
  expect_silence "$stderr"
  expect_no_text "$output" $'\nno  '
  expect_point ok "Node $(node --version)"
  expect_point ok iproute2
  expect_point ok flock
  expect_point ok 'policy routing'
  expect_point ok 'Multipath TCP is on'
  expect_point ok rp_filter
  expect_point ok 'ifupdown ('
  expect_point ok NetworkManager
  expect_point ok systemd-networkd
  expect_point ok dhcpcd
  expect_point ok connman
  expect_point ok 'the hooks are not installed yet'
  expect_point ok 'the hooks work here'
  expect_equal "$(print_files "$HOST")" "$before"
}

@test 'does not need root' {
  run --separate-stderr on_host unshare --user "$TREE/install.sh" --check
  expect_status 0
}

@test 'a host whose hooks are in place, and one where one of them is missing' {
  install
  run install --check
  expect_status 0
  expect_point ok "the hooks are installed: $DOWN $LEAVE $UP"
  rm "$HOST/network/if-down.d/mptcp_down"
  run install --check
  expect_status 1
  expect_point no "the hooks are installed in part, without $LEAVE: run install.sh again"
}

@test 'there is no flock' {
  run without flock "$TREE/install.sh" --check
  expect_status 1
  expect_point no 'apt-get install util-linux'
}

@test 'Multipath TCP is off' {
  run on_host bash -c 'sysctl -qw net.mptcp.enabled=0; "$TREE/install.sh" --check'
  expect_status 1
  expect_point no 'sysctl -w net.mptcp.enabled=1'
  expect_text "$output" 'not ready'
}

@test 'strict rp_filter is named' {
  write_interfaces <<<$'auto eth0\niface eth0 inet manual'
  run on_host bash -c 'ip link add eth0 type veth peer name customer
    sysctl -qw net.ipv4.conf.eth0.rp_filter=1; "$TREE/install.sh" --check'
  expect_status 0
  expect_point ok 'rp_filter: eth0 strict'
}

@test 'an older Node (a stand-in), no ifup, no npm and nothing built: all are named at once' {
  rm -r "$TREE/dist"
  stand_in node <<<'#!/bin/sh
echo v16.20.2'
  run without ifup bash -c 'for npm in $(type -ap npm); do mount --bind /dev/null "$npm"; done; "$TREE/install.sh" --check'
  expect_status 1
  expect_point no v16.20.2
  expect_point no 'apt-get install ifupdown'
  expect_point no 'apt-get install npm'
}

@test 'a damaged dist/' {
  truncate -s 30000 "$TREE/dist/mptcp_down"
  run install --check
  expect_status 1
  expect_point no 'dist/mptcp_down is damaged'
}

# ifupdown-ng and ifupdown2 as they name themselves; the test host has ifupdown.
@test 'ifupdown-ng (a stand-in)' {
  stand_in ifup <<<'#!/bin/sh
echo "ifupdown-ng 0.11.4"'
  run install --check
  expect_status 0
  expect_point ok 'ifupdown-ng ('
}

@test 'ifupdown2 (a stand-in)' {
  stand_in ifup <<<'#!/bin/sh
echo "info: ifupdown2 3.0.0"'
  run install --check
  expect_status 0
  expect_point ok 'ifupdown2 ('
}

# Stand-ins: a process of the daemon's name, which is how daemons are found.
#   with_daemon FILE [NAME]: --check while it runs
with_daemon() {
  cp "$(command -v sleep)" "$HOST/$1"
  # shellcheck disable=SC2016 # for the inner shell
  run on_host bash -c '(exec -a "$2" "$HOST/$1" 60) & sleep 0.2; "$TREE/install.sh" --check; status=$?; kill %1; exit $status' \
    with_daemon "$1" "${2-$1}"
}

@test 'NetworkManager that manages an uplink of ours' {
  write_interfaces <<<$'auto eth0 eth1\niface eth0 inet manual\niface eth1 inet manual'
  stand_in nmcli <<<$'#!/bin/sh\nprintf "eth0:unmanaged\\neth1:connected\\nwlan0:connected\\nlo:unmanaged\\n"'
  with_daemon NetworkManager
  expect_status 1
  expect_point no 'NetworkManager manages what ifupdown does too: eth1:'
}

@test 'NetworkManager that manages others' {
  write_interfaces <<<$'auto eth0\niface eth0 inet manual'
  stand_in nmcli <<<$'#!/bin/sh\nprintf "eth0:unmanaged\\nwlan0:connected\\n"'
  with_daemon NetworkManager
  expect_status 0
  expect_point ok 'NetworkManager runs and leaves'
}

@test 'systemd-networkd that manages an uplink of ours' {
  write_interfaces <<<$'auto eth0\niface eth0 inet manual'
  stand_in networkctl <<<$'#!/bin/sh\necho "  2 eth0 ether routable configured"'
  with_daemon systemd-networkd
  expect_status 1
  expect_point no 'systemd-networkd manages what ifupdown does too: eth0:'
}

@test 'systemd-networkd that manages others' {
  write_interfaces <<<$'auto eth0\niface eth0 inet manual'
  stand_in networkctl <<<$'#!/bin/sh\nprintf "  2 eth0 ether routable unmanaged\\n  3 eth5 ether routable configured\\n"'
  with_daemon systemd-networkd
  expect_status 0
}

@test 'dhcpcd as a service, by its names of then and now' {
  local name
  for name in 'dhcpcd: [manager] [ip4] [ip6]' 'dhcpcd: [master] [ip4]'; do
    with_daemon dhcpcd "$name"
    expect_status 1
    expect_point no 'dhcpcd runs as a service'
  done
}

@test 'dhcpcd for one interface, as ifupdown starts it' {
  local name
  for name in 'dhcpcd: lo [ip4]' 'dhcpcd: [BPF ARP] lo 10.1.1.2' 'dhcpcd: [privileged proxy] lo'; do
    with_daemon dhcpcd "$name"
    expect_status 0
  done
}

@test 'connman' {
  with_daemon connmand
  expect_status 1
  expect_point no 'connman runs'
}

@test "a daemon in a container's network is the container's affair" {
  cp "$(command -v sleep)" "$HOST/connmand"
  run on_host bash -c 'unshare --net "$HOST/connmand" 60 & sleep 0.2; "$TREE/install.sh" --check; status=$?; kill %1; exit $status'
  expect_status 0
}
