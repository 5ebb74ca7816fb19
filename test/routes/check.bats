#!/usr/bin/env bats
# mptcp-routes check on the real kernel: a sound host has nothing but ok; each bad state is made, named and cured.

# What runs in another bash gets its variables there; run sets output and stderr; each test has a subshell of its own.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load ../netns/lab
load ../netns/server

setup_file() {
  ROUTES_PATH=$(cd "${HOOKS:=$BATS_TEST_DIRNAME/../../dist}" && pwd)
  export ROUTES_PATH
  PATH=$ROUTES_PATH:$PATH
  export PATH
}

setup() {
  build_lab
  install_all_hooks
  mount -t tmpfs tmpfs /var/cache
  MOUNTS=(/var/cache)
}

teardown() {
  tear_down_lab
  # The programs that run here are in use.
  umount --lazy "${MOUNTS[@]}"
  rm -rf /etc/mptcp-routes.conf /etc/systemd/networkd.conf.d /etc/connman /run/systemd /run/NetworkManager /run/mptcp-routes
  cp /run/real-etc/dhcpcd.conf /etc/dhcpcd.conf 2>/dev/null || true
  rm -rf /etc/network/if-*.d/*
  # For the files that come after this one.
  install_all_hooks
}

install_all_hooks() {
  mkdir -p /etc/network/if-down.d
  cp "$ROUTES_PATH/mptcp_up" /etc/network/if-up.d/
  cp "$ROUTES_PATH/mptcp_down" /etc/network/if-post-down.d/
  cp "$ROUTES_PATH/mptcp_down" /etc/network/if-down.d/
}

# Both uplinks of the page, in both families.
bring_up_host() {
  write_interfaces <<'END'
iface eth0 inet static
    address 10.1.1.2/24
    gateway 10.1.1.1
iface eth0 inet6 static
    address 2001:db8:1::2/64
    gateway 2001:db8:1::1
iface eth1 inet static
    address 10.1.2.2/24
    mptcp-gateway 10.1.2.1
iface eth1 inet6 static
    address 2001:db8:2::2/64
    mptcp-gateway 2001:db8:2::1
END
  ifup eth0
  ifup eth1
}

run_check() {
  run --separate-stderr on_host env PATH="${CHECK_PATH:-$PATH}" mptcp-routes check
  expect_silence "$stderr"
}

#   expect_point fail 'eth1: no rule for '   there is such a line
expect_point() {
  grep -E "^$1 " <<<"$output" | grep -qF -e "$2" || fail "no $1 of: $2" "$output"
}

# What stands below the line.
#   cure_of 'eth1: no rule for '
cure_of() {
  grep -A 1 -F -e "$1" <<<"$output" | sed -n '2s/^      //p'
}

# The state is named at its level, the command below it is run as it stands, and then the state is named no more.
#   expect_cured fail 'eth1: no rule for '
expect_cured() {
  local cure
  run_check
  expect_point "$1" "$2"
  [[ $1 != fail ]] || expect_status 1
  cure=$(cure_of "$2")
  [[ -n $cure ]] || fail "no cure of: $2" "$output"
  on_host bash -ec "$cure" || fail "the cure fails: $cure"
  run_check
  expect_no_text "$output" "$2"
}

# For states whose cure is words, or on another machine.
#   expect_named warn 'eth1: no carrier'
expect_named() {
  run_check
  expect_point "$1" "$2"
  if [[ $1 == fail ]]; then
    expect_status 1
  fi
}

@test 'a sound host: only ok, status 0, and nothing has changed' {
  local before
  bring_up_host
  before=$(print_state)
  run_check
  expect_status 0
  expect_silence "$(grep -vE '^(ok    .*|This host is ready\.)$' <<<"$output")"
  expect_point ok 'eth0: 10.1.1.2 goes via 10.1.1.1'
  expect_point ok 'eth1: 2001:db8:2::2 goes via 2001:db8:2::1'
  expect_state "$before"
}

@test 'before anything is configured: ready, and told what comes next' {
  run_check
  expect_status 0
  expect_point warn 'no uplink is known'
}

@test 'documentation addresses in use, as real ones are: the look-ups go elsewhere' {
  bring_up_host
  on_host ip link add lan0 type veth peer name lan1
  on_host ip link set lan0 up
  for net in 192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8:ff00::/40; do
    on_host ip route add "$net" dev lan0
  done
  run_check
  expect_status 0
  expect_silence "$(grep -E '^(warn|fail)' <<<"$output")"
}

# The host

@test 'iproute2 is too old' {
  bring_up_host
  mkdir "$BATS_TEST_TMPDIR/bin"
  printf '%s\n' '#!/bin/sh' '[ "$1" != -V ] || exec echo "ip utility, iproute2-5.10.0"' 'exec /sbin/ip "$@"' >"$BATS_TEST_TMPDIR/bin/ip"
  chmod 755 "$BATS_TEST_TMPDIR/bin/ip"
  CHECK_PATH=$BATS_TEST_TMPDIR/bin:$PATH expect_named fail 'iproute2-5.10.0: iproute2 6.1 or later is needed'
  expect_equal "$(cure_of iproute2-5.10.0)" 'apt-get install iproute2'
}

@test 'a kernel without policy routing' {
  fake_ip refuse
  printf '%s\n' '#!/bin/sh' '[ "$1" != -V ] || exec /sbin/ip -V' 'echo "RTNETLINK answers: Operation not supported" >&2' 'exit 2' >"$FAKE_IP/ip"
  CHECK_PATH=$FAKE_PATH expect_named fail "the kernel's rules and routes cannot be read"
  expect_text "$(cure_of 'cannot be read')" CONFIG_IP_MULTIPLE_TABLES
}

@test 'no flock' {
  bring_up_host
  hide_program flock
  expect_named warn 'there is no flock'
  expect_equal "$(cure_of 'no flock')" 'apt-get install util-linux'
}

@test 'no ss' {
  bring_up_host
  hide_program ss
  expect_named warn 'there is no ss'
  expect_equal "$(cure_of 'no ss')" 'apt-get install iproute2'
}

@test 'no ifup, unless the configuration names the uplinks' {
  hide_program /usr/sbin/ifup
  expect_named fail 'there is no ifup'
  expect_equal "$(cure_of 'no ifup')" 'apt-get install ifupdown'
  printf '%s\n' '[eth0]' >/etc/mptcp-routes.conf
  expect_named ok 'there is no ifup: the configuration'
}

# Installed

@test 'the hooks are not installed' {
  rm /etc/network/if-*.d/mptcp_*
  expect_named warn 'the hooks are not installed yet'
  expect_text "$(cure_of 'not installed')" install.sh
}

@test 'a tree that is not installed yet, whole and damaged' {
  rm /etc/network/if-*.d/mptcp_*
  local tree=$BATS_TEST_TMPDIR/tree
  mkdir "$tree"
  cp -r "$ROUTES_PATH" "$tree/dist"
  CHECK_PATH=$tree/dist:$PATH expect_named ok "$tree/dist/mptcp_up works here"
  expect_status 0
  truncate -s 30000 "$tree/dist/mptcp_down"
  CHECK_PATH=$tree/dist:$PATH expect_named fail "$tree/dist/mptcp_down is damaged"
}

@test 'a hook is missing' {
  rm /etc/network/if-post-down.d/mptcp_down
  expect_named fail '/etc/network/if-post-down.d/mptcp_down is missing'
  expect_text "$(cure_of 'if-post-down.d/mptcp_down is missing')" install.sh
}

@test 'the third place is missing: peers learn late' {
  rm /etc/network/if-down.d/mptcp_down
  expect_named warn '/etc/network/if-down.d/mptcp_down is missing'
  expect_status 0
}

@test 'a hook is not executable' {
  chmod 644 /etc/network/if-up.d/mptcp_up
  expect_cured fail '/etc/network/if-up.d/mptcp_up is not executable'
}

@test 'a hook is damaged' {
  truncate -s 30000 /etc/network/if-up.d/mptcp_up
  expect_named fail '/etc/network/if-up.d/mptcp_up is damaged'
}

@test 'a hook is of another version' {
  local version
  version=$(on_host /etc/network/if-up.d/mptcp_up --version)
  sed -i "s/\"${version#mptcp_up }\"/\"0.0.9\"/" /etc/network/if-up.d/mptcp_up
  expect_named warn '/etc/network/if-up.d/mptcp_up is of version 0.0.9'
}

@test 'a hook that cannot do its work here' {
  sed -i 's/default via/default by/; s/"default"/"defect"/g' /etc/network/if-up.d/mptcp_up
  expect_named fail '/etc/network/if-up.d/mptcp_up does not work here'
}

# A layer that takes what the test does there.
#   make_changeable /usr/bin
make_changeable() {
  local layer
  layer=$(mktemp -d /run/layer-XXXXXX)
  mkdir "$layer/upper" "$layer/work"
  mount -t overlay overlay -o "lowerdir=$1,upperdir=$layer/upper,workdir=$layer/work" "$1"
  MOUNTS+=("$1")
}

#   move_node DIRECTORY     to where only this run's PATH finds it
move_node() {
  make_changeable /usr/bin
  mkdir -p "$1" "$BATS_TEST_TMPDIR/local"
  mount --bind "$BATS_TEST_TMPDIR/local" /usr/local/bin
  MOUNTS+=(/usr/local/bin)
  cp /usr/bin/node "$1/node"
  rm /usr/bin/node
}

@test "Node where no boot finds it: a link where it is root's alone, and none where others may change it" {
  mount -t tmpfs -o mode=755 tmpfs /opt
  MOUNTS+=(/opt)
  move_node /opt/node/bin
  chmod 777 /opt/node
  CHECK_PATH=/opt/node/bin:$PATH expect_named fail 'Node is at /opt/node/bin/node, where no hook finds it'
  expect_equal "$(cure_of 'where no hook finds it')" 'apt-get install nodejs'
  chmod 755 /opt/node
  CHECK_PATH=/opt/node/bin:$PATH expect_cured fail 'Node is at /opt/node/bin/node, where no hook finds it'
}

@test 'Node where ifupdown finds it and DHCP clients do not' {
  move_node "$BATS_TEST_TMPDIR/nvm"
  mv "$BATS_TEST_TMPDIR/nvm/node" /usr/local/bin/node
  expect_named warn 'is at /usr/local/bin/node, where ifupdown finds it at boot'
  expect_equal "$(cure_of 'is at /usr/local/bin/node')" 'apt-get install nodejs'
}

@test 'an older Node' {
  mkdir "$BATS_TEST_TMPDIR/local"
  mount --bind "$BATS_TEST_TMPDIR/local" /usr/local/sbin
  MOUNTS+=(/usr/local/sbin)
  printf '%s\n' '#!/bin/sh' 'echo v16.20.2' >/usr/local/sbin/node
  chmod 755 /usr/local/sbin/node
  CHECK_PATH=$ROUTES_PATH:/usr/bin:$PATH expect_named fail 'Node v16.20.2 at /usr/local/sbin/node is too old'
  expect_equal "$(cure_of v16.20.2)" 'apt-get install nodejs'
}

@test 'the code cache: of another version, of another Node, and one that others can write' {
  local cache=/var/cache/ifupdown-mptcp/mptcp_up
  expect_named ok 'no code cache'
  on_host bash -c "IFACE=lo node $ROUTES_PATH/cache.cjs /etc/network/if-up.d/mptcp_up -n" >/dev/null 2>&1
  expect_named ok 'code cache: runs start fast'
  sed -i '100s/$/ /' "$cache"
  expect_cured warn 'the code cache of mptcp_up is of another version'
  # Made for other switches of V8, as for another version.
  on_host bash -c "IFACE=lo node --no-opt $ROUTES_PATH/cache.cjs /etc/network/if-up.d/mptcp_up -n" >/dev/null 2>&1
  expect_cured warn 'the code cache of mptcp_up is of another Node'
  # What others could write is made anew, whoever may write it now.
  chmod 666 "$cache"
  expect_cured warn 'the code cache of mptcp_up is not of root alone'
  chown 65534 "${cache%/*}"
  chmod 777 "${cache%/*}"
  expect_cured warn 'the code cache of mptcp_up is not of root alone'
  expect_equal "$(stat -c '%u %a' "${cache%/*}" "$cache")" $'0 755\n0 644'
}

@test 'the configuration names uplinks and no watcher runs; then one does' {
  printf '%s\n' '[eth0]' >/etc/mptcp-routes.conf
  expect_named warn 'the watcher does not run'
  start_watcher
}

# As node FILE watch shows itself: any program with these words will do.
start_watcher() {
  on_host bash -c 'exec -a node bash -c "sleep 60; :" /usr/sbin/mptcp-routes watch' 3>&- &
  wait_until watcher_is_seen
}

watcher_is_seen() {
  on_host mptcp-routes check | grep -q '^ok    the watcher runs$'
}

# Multipath TCP

@test 'Multipath TCP is off' {
  bring_up_host
  on_host sysctl -qw net.mptcp.enabled=0
  expect_cured fail 'Multipath TCP is off in the kernel'
}

@test 'the path manager is in user space' {
  bring_up_host
  on_host sysctl -qw net.mptcp.pm_type=1
  expect_cured warn 'the path manager is in user space'
}

@test 'the limits are lower than the endpoints' {
  bring_up_host
  on_host ip mptcp limits set subflows 1 add_addr_accepted 3
  expect_cured warn 'limits: subflows 1, add_addr_accepted 3'
  expect_text "$(on_host ip mptcp limits show)" 'add_addr_accepted 3 subflows 4'
}

@test 'an endpoint of somebody else for an address that is not here, and one that is only announced' {
  bring_up_host
  on_host ip mptcp endpoint add 10.9.0.9 id 3 subflow
  expect_named warn 'endpoint 10.9.0.9 (id 3) of somebody else is for an address that no device has'
  on_host ip mptcp endpoint delete id 3
  # The address before a NAT is on no device.
  on_host ip mptcp endpoint add 203.0.113.9 id 3 signal
  expect_named ok 'endpoint 203.0.113.9 (id 3) of somebody else'
}

@test 'an endpoint of somebody else whose subflows leave by another device, until a rule leads them' {
  bring_up_host
  on_host ip link add wan0 type veth peer name wan1
  on_host ip link set wan0 up
  on_host ip link set wan1 up
  on_host ip address add 10.9.0.9/24 dev wan0
  on_host ip mptcp endpoint add 10.9.0.9 id 3 subflow
  expect_named warn 'its subflows leave via 10.1.1.1 dev eth0 instead of by wan0'
  expect_text "$(cure_of 'id 3')" 'see: ip mptcp endpoint'
  expect_no_text "$(cure_of 'id 3')" delete
  on_host ip route add default via 10.9.0.1 dev wan0 table 500
  on_host ip rule add from 10.9.0.9 lookup 500
  expect_named ok 'endpoint 10.9.0.9 (id 3) of somebody else'
}

@test 'an endpoint of somebody else that names a device, by which main has a default' {
  bring_up_host
  on_host ip link add wan0 type veth peer name wan1
  on_host ip link set wan0 up
  on_host ip link set wan1 up
  on_host ip address add 10.9.0.9/24 dev wan0
  on_host ip route add default via 10.9.0.1 dev wan0 metric 500
  on_host ip mptcp endpoint add 10.9.0.9 id 3 subflow dev wan0
  expect_named ok 'endpoint 10.9.0.9 (id 3) of somebody else'
}

@test 'joins that nobody answers' {
  bring_up_host
  connect_server_to_both_providers
  at_provider 1 sysctl -qw net.ipv4.ip_forward=0
  start_long_connection
  wait_until joins_are_tried
  expect_named warn 'joins of further paths was answered'
}

joins_are_tried() {
  grep -qE ' [1-9]' <<<"$(on_host nstat -asz MPTcpExtMPJoinSynTx | grep Join)"
}

# Uplinks

@test 'the device is down' {
  bring_up_host
  on_host ip link set eth1 down
  expect_cured warn 'eth1: the device is down'
}

@test 'the device is not there' {
  bring_up_host
  on_host ip link delete eth1
  expect_named warn 'eth1: the device is not there'
}

@test 'no carrier, and the default of main leads there' {
  bring_up_host
  on_host ip route add default via 10.1.2.1 metric 50
  on_host sysctl -qw net.ipv4.conf.eth0.ignore_routes_with_linkdown=0
  at_provider 0 ip link set customer down
  wait_until lacks_carrier eth0
  expect_named warn 'eth0: no carrier'
  expect_cured fail "eth0: main's default of inet leads through it while it has no carrier"
  expect_text "$(on_host ip route get "$SERVER")" 'dev eth1'
}

@test 'a rule, a route, an endpoint and the group are missing' {
  bring_up_host
  on_host ip rule delete from 10.1.2.2 priority 31000
  expect_cured fail 'eth1: no rule for 10.1.2.2'
  on_host ip route delete default table "$(table_of 10.1.2.2)"
  expect_cured fail 'eth1: no default in its table'
  on_host ip mptcp endpoint delete id "$(on_host ip mptcp endpoint show | sed -n 's/^10.1.2.2 id \([0-9]*\).*/\1/p')"
  expect_cured fail 'eth1: no endpoint for 10.1.2.2'
  on_host ip link set eth1 group 0
  expect_cured fail 'eth1: the link is in group 0 instead of 77'
}

@test 'a family that no stanza is about, as by router advertisement: no failure, and served by apply' {
  write_page_interfaces
  ifup eth0
  give_addresses eth0 2001:db8:1::2/64
  on_host ip route add default via 2001:db8:1::1 dev eth0 proto ra
  run_check
  expect_status 0
  expect_point warn 'no stanza is about this family'
  on_host mptcp-routes apply eth0
  expect_named ok 'eth0: 2001:db8:1::2 goes via 2001:db8:1::1'
}

@test 'ours without a record, as an earlier version leaves it' {
  bring_up_host
  forget_records
  run_check
  expect_status 0
  expect_point warn 'eth1: not recorded'
  # The device does not go down meanwhile: somebody may be logged in by it.
  local cure
  cure=$(cure_of 'eth1: not recorded')
  cure=${cure#*IFACE: }
  expect_equal "$cure" 'mptcp-routes flush eth1 && IFACE=eth1 /etc/network/if-up.d/mptcp_up'
  on_host bash -ec "${cure/IFACE=/IF_MPTCP_GATEWAY=10.1.2.1 IFACE=}"
  run_check
  expect_no_text "$output" 'eth1: not recorded'
  expect_point ok 'eth1: 10.1.2.2 goes via 10.1.2.1'
}

@test 'a name that a batch of ip cannot carry' {
  printf '%s\n' '[e*]' >/etc/mptcp-routes.conf
  on_host ip link set eth1 name 'e#1' up
  expect_named fail 'e#1: a batch of ip cannot carry its name'
}

@test 'something is left over, of an uplink and of what is gone' {
  bring_up_host
  on_host ip route add 192.168.9.0/24 dev eth1 table "$(table_of 10.1.2.2)" proto 77
  expect_cured warn 'eth1: a route to 192.168.9.0/24 is left over'
  on_host ip rule add from 10.7.7.7 lookup 777 priority 31000 protocol 77
  expect_cured warn 'of what is gone: a rule for 10.7.7.7'
}

@test 'a gateway that cannot be one' {
  printf '%s\n' '[eth1]' 'mptcp-gateway = 10.1.2.2' >/etc/mptcp-routes.conf
  give_addresses eth1 10.1.2.2/24
  expect_named fail "eth1: mptcp-gateway \"10.1.2.2\" is this host's own address"
}

@test 'a gateway that does not answer' {
  bring_up_host
  at_provider 1 ip address delete 10.1.2.1/24 dev customer
  on_host ip neigh flush dev eth1
  on_host ping -c 1 -W 5 -I 10.1.2.2 "$SERVER" || true
  expect_named fail 'eth1: the gateway 10.1.2.1 does not answer'
  expect_text "$(cure_of 'gateway 10.1.2.1 does not answer')" 'ping -c 1 -I 10.1.2.2 10.1.2.1'
}

@test 'mptcp-gateway none is what was asked for' {
  bring_up_host
  on_host env IFACE=eth1 ADDRFAM=inet IF_MPTCP_GATEWAY=none IF_MPTCP_ENDPOINT=none /etc/network/if-up.d/mptcp_up
  expect_named ok 'eth1: 10.1.2.2: no way out, so rules and connected routes only, as mptcp-gateway none asks for'
}

@test 'an address that another host has too' {
  local address=2001:db8:2::77
  bring_up_host
  at_provider 1 ip address add "$address/64" dev customer nodad
  on_host sysctl -qw net.ipv6.conf.eth1.accept_dad=1 net.ipv6.conf.eth1.dad_transmits=1
  on_host ip address add "$address/64" dev eth1
  wait_until has_failed "$address"
  expect_named fail "eth1: another host has $address too (dadfailed)"
  on_host ip address delete "$address/64" dev eth1
  run_check
  expect_no_text "$output" dadfailed
}

has_failed() {
  on_host ip -6 address show dadfailed | grep -qF "$1"
}

@test 'an uplink that is a port of a bridge' {
  bring_up_host
  on_host ip link add br0 type bridge
  on_host ip link set br0 up
  on_host ip link set eth1 master br0
  expect_named fail 'eth1: it is a port of br0, which takes all that comes in: what is sent to 10.1.2.2 is not heard'
  on_host ip link set eth1 nomaster
  run_check
  expect_no_text "$output" 'port of br0'
}

@test 'a rule of others for TCP alone is seen' {
  bring_up_host
  on_host ip rule add from 10.1.2.2 ipproto udp lookup main priority 100
  run_check
  expect_status 0
  on_host ip rule add from 10.1.2.2 ipproto tcp lookup main priority 101
  expect_named fail 'the rule of another program at 101 goes before ours: from 10.1.2.2 ipproto'
}

@test 'a VPN whose rule goes before ours, as wg-quick makes it' {
  bring_up_host
  on_host ip link add wg0 type veth peer name wg1
  on_host ip link set wg0 up
  on_host ip route add default dev wg0 table 51820
  on_host ip rule add not fwmark 51820 table 51820
  run_check
  expect_status 1
  expect_point fail 'the rule of another program at 30998 goes before ours: not from all fwmark 0xca6c lookup 51820'
  # The command, without the advice behind it.
  on_host bash -ec "$(cure_of 'eth1: 10.1.2.2 should go' | sed 's/, and .*//')"
  run_check
  expect_no_text "$output" 'eth1: 10.1.2.2 should go'
}

@test 'a rule of others that answers with an error' {
  bring_up_host
  on_host ip -6 rule add from 2001:db8:2::/64 prohibit priority 2000
  expect_named fail 'at 2000 goes before ours: from 2001:db8:2::/64 prohibit'
  expect_point fail '"Permission denied"'
}

@test 'a rule so early that ours cannot go before it' {
  bring_up_host
  # Of one number, and not in the way.
  on_host ip rule add from 10.9.9.0/24 lookup 500 priority 1
  on_host ip rule add from 10.1.2.2 lookup main priority 1
  expect_cured fail 'at 1 goes before ours: from 10.1.2.2 lookup 254'
  expect_text "$(on_host ip rule)" 'from 10.9.9.0/24 lookup 500'
}

@test "main's default is an error" {
  bring_up_host
  on_host ip route delete default
  on_host ip route add unreachable default
  on_host mptcp-routes apply
  expect_cured warn "main's default of inet is no way"
}

@test 'main has no default, until an uplink is asked for one' {
  bring_up_host
  on_host ip route delete default
  expect_named warn 'main has no default of inet: what is bound to no address gets "Network is unreachable"'
  expect_status 0
  expect_no_text "$output" 'default of inet6'
  expect_text "$(cure_of 'no default of inet')" 'mptcp-metric 200'
  on_host env IFACE=eth1 ADDRFAM=inet IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_METRIC=200 /etc/network/if-up.d/mptcp_up
  run_check
  expect_no_text "$output" 'no default of inet'
}

@test 'half defaults' {
  bring_up_host
  on_host ip link add tun0 type veth peer name tun1
  on_host ip link set tun0 up
  on_host ip route add 0.0.0.0/1 dev tun0
  on_host ip route add 128.0.0.0/1 dev tun0
  expect_cured warn 'main sends 0.0.0.0/1 and 128.0.0.0/1 through tun0'
}

@test 'strict rp_filter, with our rules and without' {
  bring_up_host
  on_host sysctl -qw net.ipv4.conf.eth1.rp_filter=1
  run_check
  expect_status 0
  expect_point ok 'rp_filter: strict on eth1, which works with these rules'
  on_host ip rule delete from 10.1.2.2 priority 31000
  expect_cured fail 'eth1: rp_filter is strict'
}

@test 'routes of a routing daemon that nobody follows' {
  bring_up_host
  on_host ip route add 172.20.0.0/16 via 10.1.2.1 proto bgp
  on_host mptcp-routes apply
  expect_named warn 'eth1: main has 1 route of routing daemons through it, and no watcher follows them'
}

@test 'a link in a group of somebody else' {
  on_host ip link set eth1 group 5
  bring_up_host
  expect_named warn 'eth1: the link is in group 5'
  expect_text "$(cure_of 'eth1: the link is in group 5')" firewalls 'ip link set dev eth1 group 77'
}

# Other managers: a process of the daemon's name is how one is found.

#   start_daemon NetworkManager [NAME-IN-ITS-COMMAND-LINE]
start_daemon() {
  cp --remove-destination "$(command -v sleep)" "$BATS_TEST_TMPDIR/$1"
  on_host bash -c 'exec -a "$2" "$1" 60' start_daemon "$BATS_TEST_TMPDIR/$1" "${2-$1}" 3>&- &
  wait_until daemon_runs "${1:0:15}"
}

end_daemons() {
  ip netns pids "$HOST" | xargs --no-run-if-empty kill
}

daemon_runs() {
  ip netns pids "$HOST" | xargs -I {} cat /proc/{}/comm | grep -qx "$1"
}

index_of() {
  on_host cat "/sys/class/net/$1/ifindex"
}

@test 'NetworkManager, by its runtime files: on a device of ifupdown, elsewhere, and silent' {
  bring_up_host
  start_daemon NetworkManager
  expect_named fail 'NetworkManager runs and does not say what it keeps'
  mkdir -p /run/NetworkManager/devices
  printf '%s\n' '[device]' 'managed=true' >"/run/NetworkManager/devices/$(index_of eth1)"
  expect_named fail 'NetworkManager keeps what ifupdown keeps too: eth1'
  expect_text "$(cure_of 'NetworkManager keeps')" 'nmcli device set eth1 managed no'
  printf '%s\n' '[device]' 'managed=false' >"/run/NetworkManager/devices/$(index_of eth1)"
  expect_named ok 'NetworkManager runs and leaves uplinks alone'
}

@test 'NetworkManager makes endpoints of its own for an uplink that it keeps' {
  printf '%s\n' '[eth1]' 'mptcp-gateway = 10.1.2.1' >/etc/mptcp-routes.conf
  give_addresses eth1 10.1.2.2/24
  start_daemon NetworkManager
  mkdir -p /run/NetworkManager/devices
  printf '%s\n' '[device]' 'managed=true' >"/run/NetworkManager/devices/$(index_of eth1)"
  expect_named ok 'NetworkManager runs and keeps eth1'
  on_host ip mptcp endpoint add 10.1.2.2 id 1 subflow dev eth1
  expect_named warn 'NetworkManager makes endpoints of its own for eth1'
}

@test 'systemd-networkd on a device of ifupdown' {
  bring_up_host
  start_daemon systemd-networkd
  mkdir -p /run/systemd/netif/links
  printf '%s\n' 'ADMIN_STATE=configured' >"/run/systemd/netif/links/$(index_of eth1)"
  expect_named fail 'systemd-networkd keeps what ifupdown keeps too: eth1'
  expect_text "$(cure_of 'systemd-networkd keeps')" Unmanaged=yes
}

@test 'systemd-networkd elsewhere removes rules of others, unless it is told not to' {
  bring_up_host
  start_daemon systemd-networkd
  expect_cured warn 'systemd-networkd runs, and removes the rules and routes of others'
  expect_point ok 'systemd-networkd runs and leaves uplinks alone'
}

@test 'dhcpcd as a service, by its names of then and now, until it is told not to' {
  local name
  bring_up_host
  for name in 'dhcpcd: [manager] [ip4] [ip6]' 'dhcpcd: [master] [ip4]'; do
    start_daemon dhcpcd "$name"
    expect_named fail 'dhcpcd keeps what ifupdown keeps too: eth0 and eth1'
    end_daemons
  done
  start_daemon dhcpcd
  echo 'denyinterfaces eth*' >>/etc/dhcpcd.conf
  expect_named ok 'dhcpcd runs and leaves uplinks alone'
}

@test 'dhcpcd for one interface, as ifupdown starts it' {
  bring_up_host
  start_daemon dhcpcd 'dhcpcd: [BPF ARP] eth1 10.1.1.2'
  expect_named ok 'dhcpcd does not run as a service'
}

@test 'ConnMan on devices of ifupdown, until it is told not to' {
  bring_up_host
  start_daemon connmand
  expect_named fail 'ConnMan keeps what ifupdown keeps too: eth0 and eth1'
  mkdir -p /etc/connman
  printf '%s\n' '[General]' 'NetworkInterfaceBlacklist = eth' >/etc/connman/main.conf
  expect_named ok 'ConnMan runs and leaves uplinks alone'
}

# Doors

DOORS=$BATS_TEST_DIRNAME/../../doors

#   put_door dhclient/zz-mptcp /etc/dhcp/dhclient-exit-hooks.d
put_door() {
  mkdir -p "$2" /usr/lib/ifupdown-mptcp
  cp "$DOORS/door" /usr/lib/ifupdown-mptcp/
  cp "$DOORS/$1" "$2/"
}

@test 'a DHCP client on an uplink: its door is missing, in place, and not needed beside the watcher' {
  local missing='eth1: dhclient keeps it, and has no door'
  make_changeable /usr/lib
  make_changeable /etc/dhcp
  rm -rf /usr/lib/ifupdown-mptcp /etc/dhcp/dhclient-exit-hooks.d/zz-mptcp
  bring_up_host
  start_daemon dhclient 'dhclient -pf /run/dhclient.eth1.pid eth1'
  expect_named warn "$missing"
  expect_status 0
  expect_text "$(cure_of "$missing")" install.sh 'systemctl enable --now mptcp-routes' docs/managers/dhclient.md
  put_door dhclient/zz-mptcp /etc/dhcp/dhclient-exit-hooks.d
  expect_named ok 'doors in place: dhclient'
  expect_no_text "$output" "$missing"
  rm /usr/lib/ifupdown-mptcp/door
  expect_named fail '/usr/lib/ifupdown-mptcp/door is missing'
  rm /etc/dhcp/dhclient-exit-hooks.d/zz-mptcp
  start_watcher
  expect_named ok 'no door is in place; none is needed while the watcher runs'
  expect_no_text "$output" "$missing"
}

@test 'a DHCP client on a device that nobody asks for needs no door' {
  start_daemon dhclient 'dhclient eth1'
  run_check
  expect_no_text "$output" 'eth1: dhclient'
}

@test 'a door that is half there, and one that cannot be started' {
  local event
  make_changeable /usr/lib
  mkdir -p /etc/ppp
  mount -t tmpfs tmpfs /etc/ppp
  MOUNTS+=(/etc/ppp)
  mkdir /etc/ppp/ip-down.d
  put_door ppp/mptcp /etc/ppp/ip-up.d
  expect_named warn 'the door of pppd is not whole: '
  for event in ip-down ipv6-up ipv6-down; do
    put_door ppp/mptcp "/etc/ppp/$event.d"
  done
  expect_named ok 'doors in place: pppd'
  chmod 644 /etc/ppp/ip-up.d/mptcp
  expect_cured warn 'the door of pppd is not executable'
}

@test "a daemon in a container's network is the container's affair" {
  bring_up_host
  cp "$(command -v sleep)" "$BATS_TEST_TMPDIR/connmand"
  at_provider 0 "$BATS_TEST_TMPDIR/connmand" 60 3>&- &
  expect_named ok 'ConnMan does not run'
}

# As somebody

@test 'an ordinary user sees the same, and is told that some kernels hide things' {
  bring_up_host
  on_host ip rule delete from 10.1.2.2 priority 31000
  run --separate-stderr on_host unshare --user mptcp-routes check
  expect_status 1
  expect_point warn 'not root'
  expect_point fail 'eth1: no rule for 10.1.2.2'
  expect_equal "$(cure_of 'eth1: no rule for 10.1.2.2')" 'sudo mptcp-routes apply eth1'
}

@test 'a device with a name that a shell would take for something else' {
  local name='e;1'
  on_host ip link set eth1 name "$name"
  printf '%s\n' "[e?1]" 'mptcp-gateway = 10.1.2.1' >/etc/mptcp-routes.conf
  give_addresses "$name" 10.1.2.2/24
  expect_cured fail "$name: no rule for 10.1.2.2"
}
