#!/usr/bin/env bats
# Uplinks that lead nowhere: found by probes of real programs and by carrier, told, and not forgotten by the next watcher.

load watch

setup() {
  build_lab
  build_uplinks
}

teardown() {
  tear_down_lab
}

# The configuration of both uplinks, of the lines and a probe a second.
#   probe_by 'mptcp-probe = gateway'
probe_by() {
  printf '%s\n' '[eth*]' 'mptcp-probe-interval = 1' "$@" | write_configuration
}

# What the provider does with all that comes from its customer: nothing.
kill_provider() {
  filter_at_provider "$1" 'iifname customer drop'
}

revive_provider() {
  at_provider "$1" nft delete table inet test
}

#   filter_at_provider 0 RULE...: in the words of nft
filter_at_provider() {
  at_provider "$1" nft -f - <<END
table inet test {
  chain input {
    type filter hook input priority 0
$(printf '    %s\n' "${@:2}")
  }
}
END
}

# What the service has written for other runs.
deaths() {
  jq -c '.deaths[] | [.device, .family, .why]' /run/mptcp-routes/*.dead
}

#   is_dead eth0 inet [WHY]
is_dead() {
  deaths | grep -qF "[\"$1\",\"$2\",\"${3-}"
}

is_alive() {
  ! is_dead "$@"
}

# How often the log says that an uplink has died, or come back.
count_switches() {
  grep -cE "^mptcp-routes: uplink $1 $2 (is dead:|.* again,)" "$LOG" || true
}

# The router of eth0 in IPv6 by its link-local address, as router advertisements tell it.
lead_by_link_local() {
  at_provider 0 ip address add fe80::1/64 dev customer
  on_host ip -6 route replace default via fe80::1 dev eth0
}

# Who answers connections to port 80, in both families.
serve_connections() {
  ip netns exec "$(provider "$1")" node -e 'require("net").createServer((socket) => socket.destroy()).listen(80, "::")' 3>&- &
  SERVER_PROCESS=$!
}

@test 'a dead provider behind a living link: told, kept by the next watcher, and back' {
  lead_by_link_local
  probe_by 'mptcp-probe = gateway'
  start_watch
  kill_provider 0
  wait_until is_dead eth0 inet 'no answer from 10.1.1.1 (mptcp-probe)'
  wait_until is_dead eth0 inet6 'no answer from fe80::1%eth0 (mptcp-probe)'
  is_alive eth1 inet
  is_alive eth1 inet6
  is_logged 'uplink eth0 inet is dead: no answer from 10.1.1.1 (mptcp-probe)'
  local before
  before=$(cat /run/mptcp-routes/*.dead)
  end_watch
  # shellcheck disable=SC2016 # of the inner shell
  run on_host bash -c 'pgrep --ns $$ --nslist net -x ping'
  expect_status 1
  : > "$LOG"
  start_watch
  wait_until is_logged 'uplink eth0 inet is dead'
  expect_equal "$(cat /run/mptcp-routes/*.dead)" "$before"
  revive_provider 0
  wait_until is_alive eth0 inet
  wait_until is_alive eth0 inet6
  is_logged 'uplink eth0 inet answers again, after '
}

@test 'a TCP connection, where nobody may ping; and the ping of BusyBox' {
  mkdir "$BATS_TEST_TMPDIR/busybox"
  ln -s "$PROGRAMS/bin/busybox" "$BATS_TEST_TMPDIR/busybox/ping"
  lead_by_link_local
  printf '%s\n' '[eth0]' 'mptcp-probe = gateway' 'mptcp-probe-interval = 1' \
    '[eth1]' "mptcp-probe = $SERVER:80 [$SERVER6]:80" 'mptcp-probe-interval = 1' | write_configuration
  serve_connections 1
  at_provider 1 sysctl -qw net.ipv4.icmp_echo_ignore_all=1 net.ipv6.icmp.echo_ignore_all=1
  PATH=$BATS_TEST_TMPDIR/busybox:$PATH start_watch
  # So long that whoever is not heard would be dead.
  sleep 4.5
  expect_equal "$(count_switches 'eth[01]' 'inet6?')" 0
  kill "$SERVER_PROCESS"
  kill_provider 0
  wait_until is_dead eth1 inet "no answer from $SERVER:80 (mptcp-probe)"
  wait_until is_dead eth1 inet6 "no answer from [$SERVER6]:80 (mptcp-probe)"
  wait_until is_dead eth0 inet 'no answer from 10.1.1.1 (mptcp-probe)'
  wait_until is_dead eth0 inet6 'no answer from fe80::1%eth0 (mptcp-probe)'
}

@test 'it may ping under systemd; where there is no ping that is told once, and what is left is asked' {
  printf '%s\n' '[eth0]' 'mptcp-probe = 203.0.113.99' 'mptcp-probe-interval = 1' \
    '[eth1]' 'mptcp-probe = 203.0.113.99 203.0.113.99:80' 'mptcp-probe-interval = 1' | write_configuration
  start_watch_within setpriv --no-new-privs --bounding-set="$(list_capabilities)"
  wait_until is_dead eth0 inet
  wait_until is_dead eth1 inet
  expect_no_text "$(cat "$LOG")" 'counts as alive'
  end_watch
  # shellcheck disable=SC2016 # of the inner shell
  start_watch_within bash -c 'mount -t overlay -o "lowerdir=$0:/usr/bin" overlay /usr/bin && exec "$@"' \
    "$(make_lack_of_ping)"
  wait_until is_alive eth0 inet
  is_dead eth1 inet
  expect_equal "$(grep -c 'there is no ping command.*counts as alive (mptcp-probe)' "$LOG")" 1
}

#   start_watch_within COMMAND...: which becomes the watcher
start_watch_within() {
  LOG=$BATS_TEST_TMPDIR/watch.log
  ip netns exec "$HOST" "$@" "$ROUTES" watch 2>> "$LOG" 3>&- &
  # shellcheck disable=SC2034 # for end_watch
  WATCHER=$!
  wait_until is_watching
}

# Those that the unit leaves, in the words of setpriv.
list_capabilities() {
  sed -n 's/^CapabilityBoundingSet=/-all CAP_/p' "$BATS_TEST_DIRNAME/../../doors/service/mptcp-routes.service" |
    tr '[:upper:]' '[:lower:]' | sed 's/cap_cap_/cap_/; s/ cap_/,+/g'
}

# A layer in which the file is deleted.
make_lack_of_ping() {
  mkdir "$BATS_TEST_TMPDIR/lack"
  mknod "$BATS_TEST_TMPDIR/lack/ping" c 0 0
  echo "$BATS_TEST_TMPDIR/lack"
}

@test 'words that are wrong are told by every command, with who set them, and the others are asked' {
  local why='is no IP address; names are not resolved, as their resolver may be behind the dead uplink'
  probe_by 'mptcp-probe = example.net gateway'
  run routes apply -n
  expect_text "$output" "mptcp-probe \"example.net\" $why (set by IF_MPTCP_PROBE in the configuration, line 1)"
  run start_hook up eth1 "${PAGE_ENVIRONMENT[@]}" IF_MPTCP_PROBE='10.1.2.2 2001:db8::1'
  expect_text "$output" "mptcp_up: eth1: mptcp-probe \"10.1.2.2\" is this host's own address (set by IF_MPTCP_PROBE"
  run start_hook up eth1 "${PAGE_ENVIRONMENT[@]}" IF_MPTCP_PROBE='2001:db8::1'
  expect_text "$output" 'mptcp_up: eth1: mptcp-probe "2001:db8::1" has no inet address (set by IF_MPTCP_PROBE'
}

@test 'a probe that is changed or taken away counts from SIGHUP on' {
  probe_by 'mptcp-probe = 203.0.113.99 2001:db8:ffff::99'
  start_watch
  wait_until is_dead eth0 inet
  wait_until is_dead eth0 inet6
  probe_by "mptcp-probe = $SERVER"
  signal_watch HUP
  # It is alive by its carrier.
  wait_until is_alive eth0 inet6
  wait_until is_alive eth0 inet
  wait_until is_alive eth1 inet
  expect_equal "$(deaths)" ''
}

# 20 changes in 10 s, at the other end.
flap_cable() {
  local turn
  # It is the cable that goes, not its router's address.
  at_provider "$1" sysctl -qw net.ipv6.conf.customer.keep_addr_on_down=1
  for ((turn = 0; turn < 10; turn++)); do
    at_provider "$1" ip link set dev customer down
    sleep 0.5
    at_provider "$1" ip link set dev customer up
    sleep 0.5
  done
}

#   count_packets 0 COUNTER
count_packets() {
  at_provider "$1" nft -j list counter inet test "$2" | jq '.nftables[].counter.packets | values'
}

@test 'a cable that flaps is two switches, a loss of a third is not death, and no probe leaves by another uplink' {
  probe_by 'mptcp-probe = gateway'
  start_watch
  local provider other
  for provider in 0 1; do
    other=$((2 - provider))
    at_provider "$provider" nft -f - <<END
table inet test {
  counter strangers { }
  counter requests { }
  chain input {
    type filter hook input priority 0
    ip saddr 10.1.$other.2 counter name strangers
    ip6 saddr 2001:db8:$other::2 counter name strangers
    icmp type echo-request counter name requests
  }
}
END
  done
  at_provider 0 nft add rule inet test input numgen random mod 100 '<' 30 icmp type echo-request drop
  at_provider 0 nft add rule inet test input numgen random mod 100 '<' 30 icmpv6 type echo-request drop
  flap_cable 1
  is_dead eth1 inet 'no carrier'
  wait_until is_alive eth1 inet
  wait_until is_alive eth1 inet6
  expect_equal "$(count_switches eth1 inet)" 2
  expect_equal "$(count_switches eth1 inet6)" 2
  expect_equal "$(count_switches eth0 'inet6?')" 0
  (($(count_packets 0 requests) >= 10)) || fail "$(count_packets 0 requests) requests"
  (($(count_packets 1 requests) >= 3)) || fail "$(count_packets 1 requests) requests"
  expect_equal "$(count_packets 0 strangers) $(count_packets 1 strangers)" '0 0'
}
