#!/usr/bin/env bash
# Managers of networks on the host of ../netns/lab.bash, with the watcher of ../watch/watch.bash.

# shellcheck source=../watch/watch.bash
source "${BASH_SOURCE[0]%/*}/../watch/watch.bash"

# shellcheck source=../netns/server.bash
source "${BASH_SOURCE[0]%/*}/../netns/server.bash"

TREE=${BASH_SOURCE[0]%/*}/../..
LAYERS=${MANAGERS_TEST_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ifupdown-mptcp-test/managers}

# What managers know outlives them, and would speak for the next test's devices.
build_host() {
  refuse_the_real_machine
  rm -rf /run/NetworkManager /run/systemd /run/connman /run/ifupdown2 /run/runs.log /run/syslog "$CONFIGURATION"
  build_lab
}

# Layers

# A manager's files over those of the machine, for the tests of one file, which may add to them.
#   lay_over ng
lay_over() {
  refuse_the_real_machine
  rm -rf /run/layer
  mkdir -p /run/layer/{upper,work}
  mount -t overlay overlay -o "lowerdir=$LAYERS/$1/usr:/usr,upperdir=/run/layer/upper,workdir=/run/layer/work" /usr
  install_hooks "${ROUTES%/*}"
  [[ ! -d $LAYERS/$1/etc ]] || cp -r --preserve=mode "$LAYERS/$1/etc/." /etc
  log_to_a_file
}

# syslog's socket would be the machine's own.
log_to_a_file() {
  cat > /usr/bin/logger <<'SH'
#!/bin/sh
tag=$2
while [ $# -gt 0 ] && [ "$1" != -- ]; do shift; done
if [ $# -gt 0 ]; then shift; echo "$*"; else cat; fi | sed "s/^/$tag: /" >> /run/syslog
SH
  chmod 755 /usr/bin/logger
}

# Lazily, as daemons of tear_down_lab may still be on their way out.
take_layer_away() {
  umount --lazy /usr
}

# How the hooks are started, a line a run: name, IFACE, ADDRFAM, door.
log_runs() {
  local hook real=/run/real-hooks
  rm -rf /run/runs.log "$real"
  mkdir "$real"
  touch /run/runs.log
  cp "${ROUTES%/*}"/mptcp_{up,down} "$real"
  for hook in "$UP" "$DOWN" "$LEAVE"; do
    # shellcheck disable=SC2016 # of the script
    printf '%s\n' '#!/bin/sh' 'name=${0##*/}' \
      'echo "$name $IFACE${ADDRFAM:+ $ADDRFAM} ${MPTCP_DOOR:-ifupdown}" >> /run/runs.log' \
      "exec $real/\$name" > "$hook"
  done
}

# Daemons: in the background, on the host, with their words in NAME.log. The process is DAEMONS[NAME]. A name that a DHCP
# server gives the host is not to become this machine's.

declare -A DAEMONS=()

#   start_daemon bus dbus-daemon --nofork
start_daemon() {
  local name=$1
  ip netns exec "$HOST" unshare --uts "${@:2}" >> "$BATS_TEST_TMPDIR/$name.log" 2>&1 3>&- &
  DAEMONS[$name]=$!
}

#   end_daemon networkd [KILL]
end_daemon() {
  kill -s "${2-TERM}" "${DAEMONS[$1]}"
  wait "${DAEMONS[$1]}" || true
}

# A system bus that asks for no policy, since nobody else is on it.
start_bus() {
  mkdir -p /run/dbus
  rm -f /run/dbus/system_bus_socket
  cat > /run/dbus/lab.conf <<'XML'
<busconfig>
  <type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
  <servicedir>/usr/share/dbus-1/system-services</servicedir>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
  </policy>
</busconfig>
XML
  start_daemon bus dbus-daemon --config-file=/run/dbus/lab.conf --nofork --nopidfile
  wait_until test -S /run/dbus/system_bus_socket
}

# Providers

# A provider gives addresses from FIRST to LAST, renewed after 3 s, and advertises its IPv6 prefix where that is said.
#   serve 1 50 60 10.1.2.1 [--enable-ra …]
serve() {
  local number=$1
  at_provider "$number" dnsmasq --conf-file=/dev/null --user=root --group= --port=0 \
    --interface=customer --bind-interfaces --no-ping --dhcp-authoritative \
    --dhcp-range="10.1.$((number + 1)).$2,10.1.$((number + 1)).$3,2m" --dhcp-option=option:router,"$4" \
    --dhcp-option=option:T1,3 --dhcp-leasefile="$BATS_TEST_TMPDIR/leases$number" \
    --log-facility="$BATS_TEST_TMPDIR/dnsmasq$number.log" --pid-file="$BATS_TEST_TMPDIR/dnsmasq$number" "${@:5}" 3>&-
}

# The leases are forgotten, so that a client whose address is not in the range is refused it.
serve_otherwise() {
  kill -KILL "$(< "$BATS_TEST_TMPDIR/dnsmasq$1")"
  rm -f "$BATS_TEST_TMPDIR/leases$1"
  serve "$@"
}

advertise() {
  echo --enable-ra "--dhcp-range=2001:db8:$(($1 + 1))::,ra-only"
}

# A second router on the network of provider 1.
add_router() {
  at_provider 1 ip address add 10.1.2.254/24 dev customer
}

# Expectations

#   address_of eth1 [-6]     the first of global scope
address_of() {
  on_host ip -j "${2--4}" address show dev "$1" scope global | jq -r 'first(.[].addr_info[].local) // empty'
}

#   is_uplink eth1 10.1.2.1 [-6]     its address has a table with this way out, and one endpoint
is_uplink() {
  local address
  address=$(address_of "$1" "${3--4}")
  [[ -n $address && -n $(table_of "$address") && $(way_from "$address") == "$1" ]] &&
    [[ $(gateway_from "$address") == "$2" && $(print_endpoints | grep -c "^$address .*dev $1") -eq 1 ]]
}

expect_uplink() {
  wait_until is_uplink "$@" || tell_all || return
  expect_answer "$(address_of "$1" "${3--4}")"
}

# A Multipath TCP connection to a server that both providers reach.
expect_connection_over_both() {
  connect_server_to_both_providers
  start_iperf_server
  on_host mptcpize run iperf3 --client "$FAR_SERVER" --time 300 --bitrate 1M >/dev/null 2>&1 3>&- &
  wait_until connection_uses "$(address_of eth0)" || tell_all || return
  wait_until connection_uses "$(address_of eth1)" || tell_all
}

print_our_rules() {
  print_rules | grep ' proto 77$' || true
}

#   is_no_uplink eth1     nothing of ours is left there, of either family
is_no_uplink() {
  [[ $(group_of "$1") != 77 ]] && ! { print_our_routes && print_endpoints; } | grep -qE " dev $1( |$)"
}

expect_no_uplink() {
  wait_until is_no_uplink "$1" || tell_all
}

# What a failure is understood by.
tell_all() {
  fail "$(print_state)" "$(on_host ip address)" "$(tail -n 30 "$BATS_TEST_TMPDIR"/*.log)"
}

# A page of the documentation

# Each block of docs/managers says its language, its name, and of a configuration the file that it is. Blocks of one name
# belong together.
#   install_page networkmanager static
install_page() {
  local file found=
  while read -r file; do
    found=yes
    mkdir -p "${file%/*}"
    # shellcheck disable=SC2094 # the first is a name in the page
    block "$1" "$2" "$file" > "$file"
  done < <(sed -nE "s|^\`\`\`[a-z]+ $2 (/.*)|\1|p" "$TREE/docs/managers/$1.md")
  [[ -n $found ]] || fail "docs/managers/$1.md has no $2"
}

#   run_block networkmanager install-door     where README is, on the host, by root
run_block() {
  # shellcheck disable=SC2016 # of the inner shell
  on_host bash -c 'cd "$0" && sudo() { "$@"; } && eval "$1"' "$TREE" "$(block "$@")"
}

#   block networkmanager static /etc/…     its text
block() {
  awk -v head="$2${3:+ $3}" '/^```/ { at = $0; sub(/^```[a-z]* ?/, "", at); inside = at == head && !inside; next } inside' \
    "$TREE/docs/managers/$1.md"
}

expect_both_uplinks() {
  expect_uplink eth0 10.1.1.1
  expect_uplink eth1 10.1.2.1
  expect_settled
}
