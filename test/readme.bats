#!/usr/bin/env bats
# README.md: each of its stanzas and commands is run as it stands there, its listing and its tables are compared.
# The inner shells expand what is in single quotes, and run sets stderr.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load install/host

README=$BATS_TEST_DIRNAME/../README.md

setup() {
  copy_tree
  make_host
  # As sudo, it takes assignments before the command.
  stand_in sudo <<<$'#!/bin/sh\nexec env "$@"'
}

# The text of README

#   block second-uplink
block() {
  awk -v name="$1" '/^```/ { inside = $2 == name; next } inside { print; found = 1 } END { exit !found }' "$README" ||
    fail "README.md has no block $1"
}

list_blocks() {
  awk '/^```/ && (inside = !inside) {
    print $2 != "" ? $2 : $0 == "```mermaid" ? "mermaid" : "line " NR " has no name"
  }' "$README" | sort
}

# What is between backquotes in the text, one a line.
list_spans() {
  awk '/^```/ { inside = !inside; next } !inside' "$README" | grep -oE '`[^`]+`' | tr -d '`'
}

# Of these the commands.
list_inline_commands() {
  local programs='sudo|ip|ifup|ifdown|ifquery|npm|nstat|ss|sysctl|mptcpize|mptcp-routes|apt|apt-get|ls|cat|dpkg|systemctl'
  list_spans | grep -E "^($programs) .|^\./|^[A-Z_]+=.* /" | sort -u
}

# A command that the text names.
#   inline 'npm run bench'
inline() {
  list_spans | grep -qxF -- "$1" || fail "README.md does not say: $1" || return
  echo "$1"
}

# A column of the table whose head begins with a word.
#   column 2 symptom
column() {
  awk -F ' *[|] *' -v column="$(($1 + 1))" -v head="$2" '
    $2 == head { inside = 1; getline; next } !/^\|/ { inside = 0 } inside { print $column }' "$README"
}

list_looks() {
  column 2 symptom | grep -oE '`[^`]+`' | tr -d '`'
}

#   row option mptcp-table
row() {
  grep -F "| \`$1\` |" "$README"
}

# The host

# Under each name in the stanzas a link with somebody at its far end.
plug_in='
list_devices() { sed -n "s/^iface \([^ ]*\) .*/\1/p" /etc/network/interfaces; }
for device in $(list_devices); do
  ip link add "$device" type veth peer name "far-$device"
  sysctl -qw "net.ipv6.conf.$device.accept_dad=0"
  ip link set "far-$device" up
done
'

# dhclient's part without a network: the address and the lease. No DHCP client runs.
dhcp='
mount -t tmpfs tmpfs /var/lib/dhcp
cat > /run/dhclient <<"END"
#!/bin/sh
for device; do :; done
ip link set "$device" up
ip address add 10.1.2.2/24 dev "$device"
cat > "/var/lib/dhcp/dhclient.$device.leases" <<LEASE
lease {
  interface "$device";
  fixed-address 10.1.2.2;
  option routers 10.1.2.1;
  expire never;
}
LEASE
END
chmod 755 /run/dhclient
mount --bind /run/dhclient "$(readlink -f /sbin/dhclient)"
cmp -s /run/dhclient /sbin/dhclient
# Main has a default route already.
ip link add main0 type veth peer name far-main0
ip link set far-main0 up
ip link set main0 up
ip address add 10.1.1.2/24 dev main0
ip route add default via 10.1.1.1
'

# The far end of eth1 becomes a router that advertises its subnet. The hook waits for that, its plan does not.
router='
ip netns add router
ip link set far-eth1 netns router
ip -n router link set far-eth1 address 02:00:00:00:00:01
ip -n router link set far-eth1 up
ip -n router address add 2001:db8:2::1/64 dev far-eth1 nodad
ip link set eth1 address 02:00:00:00:00:02
nsenter --net=/run/netns/router dnsmasq --keep-in-foreground --conf-file=/dev/null --user=root --group= --port=0 \
  --interface=far-eth1 --bind-interfaces --enable-ra --dhcp-range=2001:db8:2::,ra-only \
  --dhcp-leasefile=/run/leases --log-facility=/run/dnsmasq.log --pid-file= 3>&- >/run/dnsmasq.out 2>&1 &
trap "kill $!" EXIT
printf "%s\n" "#!/bin/sh" "for i in \$(seq 300); do" \
  "  ip -6 -o address show dev eth1 scope global -tentative | grep -q . && ip -6 route | grep -q ^default && exit" \
  "  sleep 0.1" "done" > /etc/network/if-up.d/a-await
chmod 755 /etc/network/if-up.d/a-await
'

# Brings up by the real ifup what one of the blocks says, then runs the commands. plan is what mptcp_up -n said in the
# stanza's environment before the hook ran, and left what it said after that.
#   ifup_block second-uplink "$plug_in" ['COMMANDS']
ifup_block() {
  local device devices=()
  block "$1" | write_interfaces
  mapfile -t devices < <(sed -n 's/^iface \([^ ]*\) .*/\1/p' "$HOST/network/interfaces")
  for device in "${devices[@]}"; do
    run on_host ifup --no-act --verbose "$device"
    expect_status 0
    expect_text "$output" "configuring interface $device=$device (inet" 'run-parts' || return
  done
  put_hooks
  run --separate-stderr on_host bash -ec "$2"'
    ifup $(list_devices) >/run/said 2>&1 || { cat /run/said >&2; exit 1; }
    grep mptcp /run/said >&2 || true
    cp /run/plan /run/left "$HOST"
    '"${3-}"
  expect_status 0
  expect_silence "$stderr"
  plan=$(< "$HOST/plan")
  left=$(< "$HOST/left")
}

# Beside the hooks two that plan, before and after.
put_hooks() {
  cp "$TREE/dist/mptcp_up" "$HOST/network/if-up.d"
  cp "$TREE/dist/mptcp_down" "$HOST/network/if-post-down.d"
  printf '#!/bin/sh\nexec /etc/network/if-up.d/mptcp_up --dry-run >>/run/plan 2>&1\n' > "$HOST/network/if-up.d/a-plan"
  sed 's/plan/left/' "$HOST/network/if-up.d/a-plan" > "$HOST/network/if-up.d/z-left"
  chmod 755 "$HOST/network/if-up.d"/[az]-*
}

# The plan, without the words that each line has.
expect_plan() {
  expect_equal "${plan// protocol 77/}" "$1"
  # What was planned is there: nothing is left to do.
  expect_silence "$left"
}

# Rules of an address whose table is that of eth1.
eth1_rules() {
  local ip=$1 address=$2 length=7
  [[ $ip == ip ]] || length=4
  printf '%s\n' "$ip rule add from $address lookup main suppress_prefixlength $length suppress_ifgroup 77 priority 30999" \
    "$ip rule add from $address lookup 712179713 priority 31000" \
    "$ip rule add from $address unreachable priority 31001"
}

# What a pulled cable needs, behind everything else.
#   cable ipv4 eth1
cable() {
  echo "sysctl -w net.$1.conf.$2.ignore_routes_with_linkdown=1"
}

# The host of README's two uplinks, brought up; then the commands.
#   on_uplinks 'COMMANDS' [ARGUMENT...]
on_uplinks() {
  [[ -s $HOST/network/if-up.d/mptcp_up ]] || {
    block second-uplink | write_interfaces
    put_hooks
  }
  rm -f "$HOST/network/if-up.d"/[az]-*
  run --separate-stderr on_host bash -ec "$plug_in"' ifup eth0 eth1; '"$1" on_uplinks "${@:2}"
}

# Install

@test 'install.sh: install, check, uninstall' {
  run on_host bash -ec 'cd "$TREE"; '"$(block install)"
  expect_status 0
  expect_text "$output" 'Installed ifupdown-mptcp'
  expect_installed
  run on_host bash -ec 'cd "$TREE"; '"$(inline './install.sh --check')"
  expect_status 0
  expect_text "$output" "ok    Node $(node --version)" 'This host is ready.'
  run on_host bash -ec 'cd "$TREE"; '"$(inline './install.sh --help')"
  expect_text "$output" 'dhcpcd, udhcpc, pppd'
  run on_host bash -ec 'cd "$TREE"; '"$(inline 'sudo ./install.sh --uninstall')"
  expect_status 0
  expect_silence "$(find "$HOST/network" -name 'mptcp_*')"
}

@test 'what --without names is left out, at the next installation as well' {
  add_managers
  on_host bash -ec 'cd "$TREE"; '"$(inline 'sudo ./install.sh --without pppd,service')"
  run on_host bash -ec 'cd "$TREE"; '"$(block install)"
  expect_status 0
  [[ -e $HOST/etc/dhcp/dhclient-exit-hooks.d/zz-mptcp ]]
  expect_silence "$(find "$HOST" -path '*/ppp/*' -name mptcp -o -name 'mptcp-routes.service')"
}

@test 'by hand: the two files are built and copied, and ifup finds them' {
  local commands
  commands=$(block by-hand)
  rm -r "$TREE/dist"
  cp -a "$TOP"/{package-lock.json,.npmrc,src,hooks} "$TREE"
  # The first line needs a network, or what npm has in its cache; the others the host's /etc.
  run env -C "$TREE" npm_config_prefer_offline=true bash -ec "$(head -n 1 <<<"$commands")"
  expect_status 0
  run on_host bash -ec 'cd "$TREE"; '"$(tail -n +2 <<<"$commands")"
  expect_status 0
  local place
  for place in up.d/mptcp_up down.d/mptcp_down post-down.d/mptcp_down; do
    cmp "$TREE/dist/${place#*/}" "$HOST/network/if-$place"
  done
  expect_equal "$(run-parts --test "$HOST/network/if-up.d")" "$HOST/network/if-up.d/mptcp_up"
  expect_equal "$(run-parts --test "$HOST/network/if-post-down.d")" "$HOST/network/if-post-down.d/mptcp_down"
}

@test "a node outside ifup's PATH is not found, and one linked into /usr/local/bin is" {
  on_uplinks '
    ifdown eth1
    # A directory of its own, as nvm has.
    mkdir /run/nvm
    touch /run/nvm/node
    mount --bind "$(command -v node)" /run/nvm/node
    for node in $(type -ap node); do mount --bind /dev/null "$node"; done
    PATH=/run/nvm:$PATH
    node --version
    ifup eth1
    ip rule show proto 77
    echo linked:
    ifdown eth1 2>/dev/null
    ln -s /run/nvm/node /usr/local/bin/node
    ifup eth1
    ip rule show proto 77'
  expect_status 0
  expect_text "$stderr" 'mptcp_up: eth1: node is not installed' "$(inline 'apt-get install nodejs')"
  expect_text "${output%linked:*}" "$(node --version)"
  expect_no_text "${output%linked:*}" 'from 10.1.2.2'
  expect_text "${output#*linked:}" 'from 10.1.2.2 lookup'
}

@test 'an interface that is up already is configured by the command that is given' {
  on_uplinks '
    sed -i "/mptcp-gateway/d" /etc/network/interfaces
    ifdown eth1; mv /etc/network/if-up.d/mptcp_up /run; ifup eth1; mv /run/mptcp_up /etc/network/if-up.d
    ip route show table all proto 77 dev eth1
    echo now:
    '"$(block now)"'
    ip route show table all proto 77 dev eth1'
  expect_status 0
  expect_silence "$stderr"
  expect_silence "${output%now:*}"
  expect_text "${output#*now:}" 'default via 10.1.2.1'
}

@test 'what a run by hand has made is undone by the other hook, and the interface stays up' {
  on_uplinks "$(block now)"'
    '"$(block undo)"'
    ip rule; ip route show table all proto 77; ip mptcp endpoint; ip link show group 77
    echo stays:
    ip address show dev eth1 up'
  expect_status 0
  expect_silence "$stderr"
  expect_text "${output%stays:*}" 'from 10.1.1.2 lookup' ' eth0@'
  expect_no_text "${output%stays:*}" 'from 10.1.2.2' 'dev eth1' ' eth1@'
  expect_text "${output#*stays:}" 'inet 10.1.2.2/24'
}

@test 'the limit of subflows stays raised' {
  on_uplinks 'ip mptcp limits set subflows 0; ifdown eth1; ifup eth1; '"$(inline 'ip mptcp limits')"'; ifdown eth1; ip mptcp limits'
  expect_status 0
  expect_equal "$(grep -o 'subflows [0-9]*' <<<"$output")" $'subflows 2\nsubflows 2'
}

@test 'the packages that are named are those of the builds' {
  local needs
  needs=$(block needs)
  expect_text "$needs" ' git' ' nodejs' ' npm'
  inline 'sudo apt install git nodejs npm'
  expect_text "$(inline 'sudo apt install dpkg-dev debhelper')" \
    "$(sed -n 's/^  for entry in dpkg-dev:.* debhelper:.*/dpkg-dev debhelper/p' "$TOP/debian/build")"
}

@test 'ifup alone says that an interface is up already; down and up configures it' {
  expect_text "$(< "$README")" 'only says "already configured"'
  on_uplinks '
    ifdown eth1; mv /etc/network/if-up.d/mptcp_up /run; ifup eth1; mv /run/mptcp_up /etc/network/if-up.d
    ifup eth1 2>&1
    ip route show table all proto 77 dev eth1
    echo again:
    '"$(block again)"'
    ip route show table all proto 77 dev eth1'
  expect_status 0
  expect_text "${output%again:*}" 'already configured'
  expect_no_text "${output%again:*}" 'default via 10.1.2.1'
  expect_text "${output#*again:}" 'default via 10.1.2.1'
}

@test 'sudo that drops IFACE: the hook tells where it belongs' {
  run env -u IFACE SUDO_COMMAND=/etc/network/if-up.d/mptcp_up "$TREE/dist/mptcp_up"
  expect_status 1
  expect_text "$output" 'sudo drops what stands before it' 'sudo IFACE=eth1 '
}

# Stanzas

@test 'the second uplink' {
  ifup_block second-uplink "$plug_in"
  expect_plan "\
ip link set dev eth0 group 77
ip route add 10.1.1.0/24 dev eth0 scope link table 712179712
ip route add default via 10.1.1.1 dev eth0 table 712179712
$(eth1_rules ip 10.1.1.2 | sed 's/712179713/712179712/')
ip mptcp endpoint add 10.1.1.2 id 255 dev eth0 subflow
$(cable ipv4 eth0)
ip link set dev eth1 group 77
ip route add 10.1.2.0/24 dev eth1 scope link table 712179713
ip route add default via 10.1.2.1 dev eth1 table 712179713
$(eth1_rules ip 10.1.2.2)
ip mptcp endpoint add 10.1.2.2 id 254 dev eth1 subflow
$(cable ipv4 eth1)"
}

@test 'DHCP: the router comes from the lease' {
  ifup_block dhcp "$plug_in$dhcp"
  expect_plan "\
ip link set dev eth1 group 77
ip route add 10.1.2.0/24 dev eth1 scope link table 712179713
ip route add default via 10.1.2.1 dev eth1 table 712179713
$(eth1_rules ip 10.1.2.2)
ip mptcp endpoint add 10.1.2.2 id 255 dev eth1 subflow
$(cable ipv4 eth1)"
}

@test 'IPv6: static' {
  ifup_block ipv6 "$plug_in"
  expect_plan "\
ip link set dev eth1 group 77
ip -6 route add 2001:db8:2::/64 dev eth1 table 712179713
ip -6 route add fe80::/64 dev eth1 table 712179713
ip -6 route add default via fe80::1 dev eth1 table 712179713
$(eth1_rules 'ip -6' 2001:db8:2::2)
ip mptcp endpoint add 2001:db8:2::2 id 255 dev eth1 subflow
$(cable ipv6 eth1)"
}

@test 'IPv6: from router advertisements' {
  ifup_block router-advertisements "$plug_in$router"
  expect_plan "\
ip link set dev eth1 group 77
ip -6 route add 2001:db8:2::/64 dev eth1 table 712179713
ip -6 route add fe80::/64 dev eth1 table 712179713
ip -6 route add default via fe80::ff:fe00:1 dev eth1 hoplimit 64 table 712179713
$(eth1_rules 'ip -6' 2001:db8:2::ff:fe00:2)
ip mptcp endpoint add 2001:db8:2::ff:fe00:2 id 255 dev eth1 subflow
$(cable ipv6 eth1)"
}

@test 'IPv6: a unique-local address gets an endpoint only if it is asked for' {
  run on_host bash -ec '
    ip link add eth1 type veth peer name far-eth1
    plan() { env IFACE=eth1 IF_ADDRESS=fc00::2/64 IF_MPTCP_GATEWAY=fe80::1 "$@" sh "$TREE/dist/mptcp_up" -n 2>/dev/null; }
    plan
    echo asked:
    plan IF_MPTCP_ENDPOINT=subflow'
  expect_status 0
  expect_text "$output" 'from fc00::2 lookup'
  expect_no_text "${output%asked:*}" endpoint
  expect_text "${output#*asked:}" 'endpoint add fc00::2'
}

@test 'point to point' {
  ifup_block point-to-point "$plug_in"
  expect_plan "\
ip link set dev eth1 group 77
ip route add 10.1.2.1 dev eth1 scope link table 712179713
ip route add default dev eth1 scope link table 712179713
$(eth1_rules ip 10.1.2.2)
ip mptcp endpoint add 10.1.2.2 id 255 dev eth1 subflow
$(cable ipv4 eth1)"
}

@test 'a metered second uplink' {
  ifup_block metered "$plug_in$dhcp"
  expect_plan "\
ip link set dev wwan0 group 77
ip route add 10.1.2.0/24 dev wwan0 scope link table 1090256896
ip route add default via 10.1.2.1 dev wwan0 table 1090256896
ip route add default via 10.1.2.1 dev wwan0 metric 500 table main
$(eth1_rules ip 10.1.2.2 | sed 's/712179713/1090256896/')
ip mptcp endpoint add 10.1.2.2 id 255 dev wwan0 subflow backup
$(cable ipv4 wwan0)"
}

@test 'a server' {
  ifup_block server "$plug_in"
  expect_plan "\
ip link set dev eth1 group 77
ip route add 10.1.2.0/24 dev eth1 scope link table 712179713
ip route add default via 10.1.2.1 dev eth1 table 712179713
$(eth1_rules ip 10.1.2.2)
ip mptcp endpoint add 10.1.2.2 id 255 dev eth1 signal
$(cable ipv4 eth1)"
}

@test 'a LAN gets nothing' {
  on_uplinks 'ifdown eth1; sed -i "/mptcp-gateway/d" /etc/network/interfaces; ifup eth1
    ip rule; ip route show table all; ip mptcp endpoint'
  expect_status 0
  expect_text "$output" 'from 10.1.1.2 lookup 712179712'
  expect_no_text "$output" 'from 10.1.2.2' 'dev eth1 table 712179713' '10.1.2.2 id'
}

@test 'an interface that is left alone, and what a link with two ends is without the option' {
  ifup_block vpn "$plug_in" 'ip rule | grep "proto 77" || true; ip mptcp endpoint'
  expect_silence "$output"
  expect_silence "$plan"
  run --separate-stderr on_host bash -ec '
    ip link add wg0 type veth peer name far
    ip link set wg0 up
    ip address add 10.9.0.2 peer 10.9.0.1 dev wg0
    IFACE=wg0 /etc/network/if-up.d/mptcp_up -n'
  expect_text "$output" 'route add default dev wg0' 'endpoint add 10.9.0.2'
}

# What it says of the second uplink

@test 'gateway in both stanzas: ifup eth1 fails, File exists' {
  block second-uplink | sed 's/mptcp-gateway/gateway/' | write_interfaces
  run on_host bash -ec "$plug_in"' ifup eth0; '"$(inline 'ifup eth1')"
  [[ $status -ne 0 ]]
  expect_text "$output" 'File exists'
}

@test 'mptcp-metric 200: main gets a second default route' {
  expect_text "$(list_spans)" 'mptcp-metric 200'
  on_uplinks 'ifdown eth1; echo "    mptcp-metric 200" >> /etc/network/interfaces; ifup eth1; ip route show default'
  expect_text "$output" 'default via 10.1.1.1 dev eth0' 'default via 10.1.2.1 dev eth1 proto 77 metric 200'
}

@test 'mptcp off in a running stanza: at the next ifup what stands goes' {
  on_uplinks 'echo "    mptcp off" >> /etc/network/interfaces
    IFACE=eth1 IF_MPTCP=off ADDRFAM=inet PHASE=post-up IF_ADDRESS=10.1.2.2 /etc/network/if-up.d/mptcp_up; ip rule | grep 10.1.2.2 || true'
  expect_status 0
  expect_silence "$output"
}

@test 'the dry run prints commands that do what ifup would do, and runs none' {
  ifup_block second-uplink "$plug_in"
  local planned
  # The first uplink has the first id.
  planned=$(grep 'eth1\|10.1.2.2' <<<"$plan" | sed 's/ id 254 / id 255 /')
  run --separate-stderr on_host bash -ec '
    ip link add eth1 type veth peer name far-eth1
    '"$(block dry-run)"' > /run/plan
    cat /run/plan
    ip rule | grep "proto 77" && exit 3
    ip link set far-eth1 up; ip link set eth1 up; ip address add 10.1.2.2/24 dev eth1
    . /run/plan >/dev/null'
  expect_status 0
  expect_equal "$output" "$planned"
}

# What it puts into the kernel

@test 'what is printed of the kernel is what the second uplink leaves there' {
  on_uplinks 'while IFS= read -r line; do
      echo "\$ $line"
      eval "$line" | expand | sed "s/ *$//; s/proto mptcp/proto 77/; s/linkdown//"
    done <<< "$1"' "$(block kernel | sed -n 's/^\$ //p')"
  expect_status 0
  expect_silence "$stderr"
  expect_equal "$output" "$(block kernel)"
}

@test 'all of ours is shown by the commands for it, and nothing else' {
  on_uplinks 'ip address add 2001:db8:2::2/64 dev eth1 nodad
    IFACE=eth1 IF_MPTCP_GATEWAY=2001:db8:2::1 ADDRFAM=inet6 /etc/network/if-up.d/mptcp_up
    # Of somebody else.
    ip rule add from 10.7.7.7 lookup 98 protocol 88
    ip route add 10.7.7.0/24 dev eth1 table 98 proto 88
    '"$(block look)"'
    echo group:
    '"$(inline 'ip link show group 77')"
  expect_status 0
  expect_text "$output" 'from 10.1.1.2 lookup 712179712' 'from 10.1.2.2 lookup main' 'from 2001:db8:2::2 lookup' \
    'default via 10.1.2.1' 'default via 2001:db8:2::1'
  expect_no_text "$output" 10.7.7. 'from all'
  expect_text "${output#*group:}" ' eth0@' ' eth1@'
  expect_no_text "${output#*group:}" " far-eth0@"
}

# An endpoint as version 0.1 made it: with the next id, which marks nothing.
@test "what rids a host of version 0.1's endpoints" {
  on_uplinks 'ifdown eth1; ip mptcp endpoint add 10.1.2.2 dev eth1 id 1 subflow; ifup eth1; ip mptcp endpoint; echo flushed:
    '"$(block old-endpoints)"'
    ifdown eth1; ifup eth1; ip mptcp endpoint'
  expect_status 0
  expect_text "${output%flushed:*}" '10.1.2.2 id 1 subflow dev eth1'
  expect_text "${output#*flushed:}" '10.1.2.2 id 255 subflow dev eth1'
}

# mptcp-routes

# Its host: the two uplinks, and the tool where a shell finds it.
#   with_tool 'COMMANDS'
with_tool() {
  on_uplinks 'ln -s "$TREE/dist/mptcp-routes" /usr/local/bin/mptcp-routes; '"$1"
}

@test 'what mptcp-routes shows of a host whose rule somebody has deleted' {
  with_tool 'ip rule delete from 10.1.2.2 priority 31000; unset COLUMNS
    '"$(block status | sed -n 's/^\$ //p')"
  expect_status 0
  expect_equal "$output" "$(block status | tail -n +2)"
}

@test 'plan, apply, check and flush do what is said behind them' {
  local plan apply check flush
  plan=$(block tool | grep ' plan ') apply=$(block tool | grep ' apply ')
  check=$(block tool | grep ' check ') flush=$(block tool | grep ' flush ')
  expect_equal "$(block tool | wc -l)" 4
  with_tool "ip rule delete from 10.1.2.2 priority 31000
    $plan
    $apply
    echo applied:
    $plan
    $check || echo 'not ready'
    echo flushed:
    $flush
    ip rule"
  expect_status 0
  expect_text "${output%applied:*}" 'ip rule add from 10.1.2.2 lookup 712179713'
  output=${output#*applied:}
  expect_no_text "$output" 'ip rule add from'
  expect_text "${output%flushed:*}" 'ok ' 'eth1: 10.1.2.2 goes via 10.1.2.1'
  expect_no_text "${output#*flushed:}" 10.1.2.2
  expect_text "${output#*flushed:}" 'from 10.1.1.2'
  expect_text "$check" "$(inline 'sudo mptcp-routes check') "
}

@test 'what else mptcp-routes is said to tell' {
  with_tool "$(inline 'sudo mptcp-routes top') --count 1 --interval 0.1
    $(inline 'sudo mptcp-routes status --json') | jq -r .uplinks[].device
    $(inline 'sudo mptcp-routes plan')
    $(inline 'sudo mptcp-routes apply')"
  expect_status 0
  expect_text "$output" '2 uplinks, 0 connections' eth0 eth1
}

@test 'the configuration makes uplinks, and leaves alone what it says' {
  block configuration > "$HOST/configuration"
  on_uplinks 'ifdown eth0 eth1
    for device in wlan0 wwan0 tun0; do
      number=$((number + 1))
      ip link add "$device" type veth peer name "far-$device"
      ip link set "far-$device" up
      ip link set "$device" up
      ip address add "10.2.$number.2/24" dev "$device"
      ip route add default via "10.2.$number.1" dev "$device" metric "$number"
    done
    "$TREE/dist/mptcp-routes" --config "$HOST/configuration" plan'
  expect_status 0
  expect_text "$output" 'endpoint add 10.2.1.2 id 255 dev wlan0 subflow' '10.2.2.2 id 254 dev wwan0 subflow backup'
  expect_no_text "$output" tun0 eth1
}

@test 'the service without systemd: the words that the init scripts know' {
  local words
  inline 'sudo service mptcp-routes stop'
  inline 'sudo service mptcp-routes reload'
  inline 'sudo update-rc.d mptcp-routes disable'
  inline 'sudo rc-service mptcp-routes stop'
  inline 'sudo rc-update del mptcp-routes'
  words=$(grep -E '^ *[a-z| -]+\)' "$TOP/doors/service/mptcp-routes.init")
  expect_text "$words" stop reload
  expect_text "$(< "$TOP/doors/service/mptcp-routes.openrc")" reload
}

@test "the service is that of the unit's file" {
  expect_equal "$(block service)" 'sudo systemctl disable --now mptcp-routes'
  inline 'sudo systemctl reload mptcp-routes'
  expect_text "$(< "$TOP/doors/service/mptcp-routes.service")" 'ExecStart=/usr/sbin/mptcp-routes watch' ExecReload= WantedBy=
}

# When it does not work

@test 'each look of the table of symptoms runs, and shows what is looked for' {
  list_looks > "$HOST/looks"
  [[ $(wc -l < "$HOST/looks") -ge 10 ]]
  # The link of Node, and what a counter shows only when it is not 0.
  on_uplinks 'export NSTAT_HISTORY=/run/nstat
    ln -s "$(command -v node)" /usr/local/bin/node
    ip link add docker0 up type bridge
    ip address add 172.17.0.1/16 dev docker0
    sysctl -qw net.ipv4.ip_forward=1
    while IFS= read -r look; do
      echo "== $look"
      case $look in
        "ip monitor "*)
          timeout 10 bash -ec "$look" > /run/heard &
          disown
          until grep -q 10.8.8.8 /run/heard; do
            ip rule add from 10.8.8.8 lookup 98
            ip rule del from 10.8.8.8
            [ -d /proc/$! ]
          done
          kill $!
          cat /run/heard ;;
        "ls "*) bash -c "$look" 2>/dev/null || [ $? -eq 2 ] ;;
        *) bash -ec "$look" ;;
      esac
      case $look in
        "nstat -a "*) bash -ec "${look/-a/-az}" ;;
      esac
    done < "$HOST/looks"'
  expect_status 0
  expect_silence "$stderr"
  expect_equal "$(grep -c '^== ' <<<"$output")" "$(wc -l < "$HOST/looks")"
  expect_text "$output" 'default via 10.1.1.1' 'mptcp-gateway: 10.1.2.1' 'inet 10.1.2.2/24' /usr/local/bin/node \
    'table 712179713' '10.1.2.2 id 254 subflow' 'net.mptcp.enabled = 1' Netid MPTcpExtMPJoin TcpExtIPReversePathFilter \
    'from 10.8.8.8 lookup 98' 'from 10.1.2.2 lookup 712179713' 'net.mptcp.pm_type = 0' '203.0.113.1 from 172.17.0.2 via 10.1.1.1'
}

@test 'the cure where Multipath TCP is off' {
  on_uplinks 'ifdown eth1; sysctl -qw net.mptcp.enabled=0; ifup eth1; ip mptcp endpoint; echo cured:
    '"$(inline 'sysctl -w net.mptcp.enabled=1')"'; ifdown eth1; ifup eth1; ip mptcp endpoint'
  expect_no_text "${output%cured:*}" '10.1.2.2 id'
  expect_text "${output#*cured:}" '10.1.2.2 id'
}

@test 'the cure where the path manager is in user space' {
  on_uplinks 'ifdown eth1; sysctl -qw net.mptcp.pm_type=1; ifup eth1 2>&1; ip mptcp endpoint; echo cured:
    '"$(inline 'sysctl -w net.mptcp.pm_type=0')"'; ifdown eth1; ifup eth1; ip mptcp endpoint'
  expect_text "${output%cured:*}" 'the path manager is in user space'
  expect_no_text "${output%cured:*}" '10.1.2.2 id'
  expect_text "${output#*cured:}" '10.1.2.2 id'
}

@test 'the cure where a cable is pulled: new connections take the other uplink' {
  on_uplinks 'ip link set far-eth0 down
    ip route get 203.0.113.1 2>&1 || true; echo cured:
    ip link set far-eth0 up
    ifdown eth1; echo "    mptcp-metric 200" >> /etc/network/interfaces; ifup eth1
    ip link set far-eth0 down; ip route get 203.0.113.1'
  expect_status 0
  expect_no_text "${output%cured:*}" 'dev eth1'
  expect_text "${output#*cured:}" 'via 10.1.2.1 dev eth1'
}

@test 'the cure where an uplink was set down and up again' {
  on_uplinks "$(inline 'ip link set eth1 down')"'; ip link set eth1 up; ip route get 203.0.113.1 from 10.1.2.2 2>&1 || true; echo cured:
    '"$(inline 'sudo IFACE=eth1 /etc/network/if-up.d/mptcp_up' | sed 's/^sudo //')"'; ip route get 203.0.113.1 from 10.1.2.2'
  expect_status 0
  expect_text "${output%cured:*}" unreachable
  expect_text "${output#*cured:}" 'via 10.1.2.1 dev eth1'
}

@test 'the stanza with a probe gives main the second default' {
  ifup_block probe "$plug_in"
  expect_text "$plan" 'via 10.1.2.1 dev eth1 metric 200 table main' 'from 10.1.2.2 lookup 712179713'
  expect_silence "$left"
}

@test 'what is bound to an interface alone needs mptcp-metric' {
  on_uplinks 'ip route get 203.0.113.1 oif eth1; echo cured:
    ifdown eth1; echo "    mptcp-metric 200" >> /etc/network/interfaces; ifup eth1; ip route get 203.0.113.1 oif eth1'
  expect_status 0
  expect_no_text "${output%cured:*}" 'via 10.1.2.1'
  expect_text "${output#*cured:}" 'via 10.1.2.1 dev eth1'
}

@test 'mptcpize run starts a program that asks for Multipath TCP' {
  inline 'mptcpize run …'
  run on_host bash -ec 'serve() { "$@" iperf3 --server --port 5202 >/dev/null 2>&1 3>&- &
      until ss --no-header --listening --tcp "sport = 5202" | grep -q LISTEN; do [ -d /proc/$! ]; done
      ss --no-header --listening --mptcp "sport = 5202"; kill $!; wait $! || true; }
    serve env
    echo with:
    serve '"$(inline 'mptcpize run')"
  expect_status 0
  expect_no_text "${output%with:*}" LISTEN
  expect_text "${output#*with:}" LISTEN
}

# Options

@test 'the options are those of the source' {
  expect_equal "$(column 1 option | tr -d '`' | sort)" "$(options_of_the_source)"
  expect_text "$(grep '^const ENDPOINT_FLAGS' "$TOP/src/ask/options.ts")" "['subflow', 'signal', 'backup', 'fullmesh', 'laminar']"
  expect_text "$(row mptcp-endpoint)" '`backup`, `fullmesh`, `laminar`' '`none` | `subflow` for an uplink'
  expect_text "$(row mptcp)" '`on`, `off`' '| `on` |'
  expect_text "$(row mptcp-priority)" "2–$(constant LAST_PRIORITY)" "| $(constant PRIORITY) |"
  expect_text "$(row mptcp-table)" '1–4294967295 but 253–255'
  expect_text "$(row mptcp-metric)" 1–4294967295 '| no such route |'
  expect_text "$(row mptcp-main-routes)" '`keep`:' '`ignore` | `keep` |'
  expect_text "$(row mptcp-probe)" '`gateway`' '`ADDRESS:PORT`' '`none` | `none` |'
  expect_text "$(row mptcp-probe-interval)" "1–$(constant LONGEST_INTERVAL)" "| $(constant PROBE_INTERVAL) |"
  expect_text "$(row mptcp-forward)" '`yes`:' '`no` | `no` |'
  expect_text "$(row mptcp-strict)" '`yes`:' '`no` | `no` |'
}

# Each value from the table, and the first ones beyond its bounds.
@test 'the values are taken or refused as the table says' {
  local accepted='
    IF_MPTCP=on IF_MPTCP=off IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_GATEWAY=none
    IF_MPTCP_TABLE=1 IF_MPTCP_TABLE=252 IF_MPTCP_TABLE=256 IF_MPTCP_TABLE=4294967295
    IF_MPTCP_PRIORITY=2 IF_MPTCP_PRIORITY=32762 IF_MPTCP_MAIN_ROUTES=keep IF_MPTCP_MAIN_ROUTES=ignore
    IF_MPTCP_ENDPOINT=none IF_MPTCP_ENDPOINT=subflow IF_MPTCP_ENDPOINT=signal IF_MPTCP_ENDPOINT=backup
    IF_MPTCP_PROBE=none IF_MPTCP_PROBE=gateway,192.0.2.1:443 IF_MPTCP_PROBE_INTERVAL=1 IF_MPTCP_PROBE_INTERVAL=3600
    IF_MPTCP_FORWARD=yes IF_MPTCP_FORWARD=no IF_MPTCP_ENDPOINT=fullmesh IF_MPTCP_METRIC=1 IF_MPTCP_METRIC=4294967295
    IF_MPTCP_STRICT=yes IF_MPTCP_STRICT=no'
  local refused='
    IF_MPTCP=yes IF_MPTCP_GATEWAY=fe80::1 IF_MPTCP_TABLE=0 IF_MPTCP_TABLE=253 IF_MPTCP_TABLE=254 IF_MPTCP_TABLE=255
    IF_MPTCP_TABLE=4294967296 IF_MPTCP_TABLE=no-such-name IF_MPTCP_PRIORITY=1 IF_MPTCP_PRIORITY=32763
    IF_MPTCP_PROBE_INTERVAL=0 IF_MPTCP_PROBE_INTERVAL=3601 IF_MPTCP_FORWARD=maybe
    IF_MPTCP_METRIC=0 IF_MPTCP_METRIC=4294967296 IF_MPTCP_ENDPOINT=signal,fullmesh IF_MPTCP_STRICT=maybe'
  run --separate-stderr on_host bash -c 'ip link add eth1 type veth peer name far-eth1
    try() { env IFACE=eth1 ADDRFAM=inet IF_ADDRESS=10.1.2.2/24 "${1//,/ }" sh "$TREE/dist/mptcp_up" -n; }
    for setting in $1; do try "$setting" || echo "refused: $setting"; done
    for setting in $2; do ! try "$setting" >/dev/null || echo "taken: $setting"; done
    for flag in backup fullmesh; do
      try "IF_MPTCP_ENDPOINT=$flag" | grep -q "subflow $flag" || echo "not implied: $flag"
      try "IF_MPTCP_ENDPOINT=signal $flag" | grep "subflow"
    done
    true' values "$accepted" "$refused"
  expect_status 0
  expect_silence "$(grep -E '^(refused|taken|not implied|.*signal.*subflow)' <<<"$output" || true)"
}

@test "mptcp-strict yes: a failure fails ifup" {
  local add='echo "    mptcp-table no-such-name" >> /etc/network/interfaces'
  on_uplinks "ifdown eth1; $add; ifup eth1"
  expect_status 0
  expect_text "$stderr" 'is not in rt_tables'
  block second-uplink | write_interfaces
  on_uplinks "ifdown eth1; $add; echo '    mptcp-strict yes' >> /etc/network/interfaces; ifup eth1"
  [[ $status -ne 0 ]]
}

# The rest

@test 'npm run bench measures the hooks' {
  # Whether the targets are met is not the question on a machine that runs tests: that is status 1.
  run env -C "$TOP" bash -c "$(inline 'npm run bench')"' -- --quick'
  [[ $status -le 1 ]]
  expect_text "$output" 'up for lo' 'ip processes, up, both families'
}

# A heading as a link names it.
list_anchors() {
  grep '^##* ' "$README" | tr '[:upper:]' '[:lower:]' | sed 's/^#* /#/; s/[^a-z0-9 #-]//g; s/ /-/g'
}

# The package has README.md and docs beside each other, and nothing else of the tree.
@test 'links lead to files that are there, in the tree and where the package puts them' {
  local link
  [[ $(grep -c '](docs/' "$README") -ge 4 ]]
  while read -r link; do
    case $link in
      https://*) ;;
      '#'*) list_anchors | grep -qxF -- "$link" || fail "no section $link" ;;
      docs/*) [[ -e $TOP/$link ]] || fail "no file $link" ;;
      *) fail "the package has no $link" ;;
    esac
  done < <(grep -oE '\]\([^)]+\)' "$README" | sed 's/^](\(.*\))$/\1/')
}

@test 'the man pages are named, each of them' {
  local page
  for page in "$TOP"/docs/*.[58]; do
    page=${page##*/}
    [[ $page == mptcp_down.8 ]] || expect_text "$(< "$README")" "${page%.*}(${page##*.})"
  done
}

@test 'each bundled package is named, with the files that have it' {
  local file package row
  for file in "$TREE"/dist/mptcp_up "$TREE"/dist/mptcp-routes; do
    [[ $(sed -n 's|^// This file contains \(.*\):$|\1|p' "$file" | wc -l) -ge 1 ]]
    while read -r package; do
      row=$(sed -n '/^## Dependencies/,/^## /p' "$README" | grep -wF -- "$package" | head -n 1)
      case $file in
        */mptcp_up) expect_text "$row" "[$package]" '| hooks' ;;
        *) expect_text "$row" "$package" '`mptcp-routes` |' ;;
      esac
    done < <(sed -n 's|^// This file contains \(.*\):$|\1|p' "$file")
  done
  expect_equal "$(column 1 package | sed 's/^\[\(.*\)\].*/\1/' | sort)" \
    "$(node -p 'Object.keys(require(process.argv[1]).dependencies).sort().join("\n")' "$TOP/package.json")"
}

@test 'the comparison fits a terminal of 80 columns' {
  run env LC_ALL=C.UTF-8 grep -nE '.{81}' "$TOP/docs/comparison.md"
  expect_status 1
}

# What other files run, to the letter: there is one line here for each line there.
@test 'what is run elsewhere is what is written here' {
  script() { node -p 'require(process.argv[1]).scripts[process.argv[2]]' "$TOP/package.json" "$1"; }
  expect_equal "$(block demo)" 'npm run demo'
  expect_equal "$(script demo)" 'exec node test/demo/demo.mjs'
  expect_text "$(< "$TOP/test/demo/demo.bats")" 'DEMO=$BATS_TEST_DIRNAME/demo.mjs' 'run --separate-stderr node "$DEMO"'
  expect_equal "$(block deb)" "\
npm run deb
sudo apt install ./dist/ifupdown-mptcp_*_all.deb"
  expect_equal "$(script deb)" debian/build
  expect_text "$(< "$TOP/test/package/setup_suite.bash")" '/debian/build"'
  expect_text "$(< "$TOP/test/package/package.bats")" 'inside apt-get install -q -y "/var/tmp/${DEB##*/}"' "'proto mptcp'"
  inline 'sudo apt purge ifupdown-mptcp'
  expect_text "$(< "$TOP/test/package/package.bats")" 'inside apt-get purge -q -y ifupdown-mptcp'
  expect_equal "$(block test)" 'npm test'
  expect_equal "$(script test)" test/run
  expect_text "$(< "$TOP/.ci/run")" 'exec npm test'
}

@test 'the blocks are all in tests of this file' {
  expect_equal "$(list_blocks | grep -v '^mermaid$')" \
    "$(grep -oE '\b(ifup_)?block [a-z0-9-]+' "$BATS_TEST_FILENAME" | awk '!seen[$2]++ { print $2 }' | sort)"
}

@test 'the commands in the text are all in tests of this file' {
  local looks
  looks=$(list_looks)
  [[ $(list_inline_commands | wc -l) -ge 15 ]]
  expect_equal "$(list_inline_commands | grep -vxF -- "$looks")" \
    "$(grep -oE "\binline '[^']+'" "$BATS_TEST_FILENAME" | cut -d "'" -f 2 | sort -u)"
}
