#!/usr/bin/env bats
# What anybody's DHCP server, or a caller in trouble, may hand to a door: nothing is made, nothing waits, one line says so.

load doors

setup() {
  build_leases
  give_addresses eth1 10.1.2.50/24
  write_configuration <<< '[eth1]'
  BEFORE=$(print_state)
}

teardown() {
  tear_down_leases
}

# dhclient's script, as far as its hooks see it.
#   speak BOUND [NAME=VALUE…]
speak() {
  on_host env reason="$1" interface=eth1 new_ip_address=10.1.2.50 new_routers=10.1.2.1 "${@:2}" \
    sh -c 'set -e; . /etc/dhcp/dhclient-exit-hooks.d/zz-mptcp; echo the lease is taken'
}

# Says at the end of each run which one it was, and does nothing else.
use_stub_hooks() {
  local hook
  for hook in mptcp_up mptcp_down; do
    printf '#!/bin/sh\n%s\n%s\n' "$1" "{ echo ${hook#mptcp_}; env; } >> $BATS_TEST_TMPDIR/runs" > "$LIBRARY/$hook"
  done
  : > "$BATS_TEST_TMPDIR/runs"
}

runs() {
  grep -cE '^(up|down)$' "$BATS_TEST_TMPDIR/runs" || true
}

has_logged() {
  [[ -s $LOGGED ]]
}

expect_nothing_made() {
  wait_until has_logged
  expect_state "$BEFORE"
  expect_one_line "$(cat "$LOGGED")"
  expect_text "$(cat "$LOGGED")" "$@"
  [[ $(wc -c < "$LOGGED") -lt 300 ]]
}

@test 'a newline in the router' {
  speak BOUND new_routers=$'10.1.2.300\nrule add from all lookup 9'
  expect_nothing_made 'holds no router'
  expect_no_text "$(print_state)" 'lookup 9'
}

@test 'a newline behind the router: the word that follows is no command' {
  speak BOUND new_routers=$'10.1.2.1\nrule add from all lookup 9'
  expect_routed 50 50 10.1.2.1
  expect_no_text "$(print_state)" 'from all lookup 9'
}

@test '5,000 characters for a router' {
  speak BOUND new_routers="$(printf '%05000d' 0)"
  expect_nothing_made 'holds no router'
}

@test 'a group for a router' {
  speak BOUND new_routers=224.0.0.1
  expect_nothing_made 'router "224.0.0.1" is not the address of a host (set by IF_GATEWAY, as dhclient gave it)'
}

@test 'the host’s own address for a router' {
  speak BOUND new_routers=10.1.2.50
  expect_nothing_made "is this host's own address"
}

@test 'broken classless routes' {
  speak BOUND new_rfc3442_classless_static_routes='0 10 1 2'
  expect_nothing_made 'classless routes "0 10 1 2" are not understood'
}

@test 'an address that is none' {
  speak BOUND new_ip_address='10.1.2.50;reboot'
  expect_nothing_made 'the lease does not count'
}

@test 'the caller’s own environment does not reach the hook' {
  use_stub_hooks ''
  speak BOUND PHASE=post-up MODE=stop IF_MPTCP_TABLE=9 NODE_OPTIONS=--bad METHOD=static ADDRFAM=inet6
  wait_until has_run
  expect_no_text "$(cat "$BATS_TEST_TMPDIR/runs")" PHASE MODE IF_MPTCP NODE_OPTIONS static inet6
  expect_text "$(cat "$BATS_TEST_TMPDIR/runs")" ADDRFAM=inet MPTCP_DOOR=dhclient
}

has_run() {
  (($(runs) > 0))
}

@test 'no interface, or one that nobody has asked for: no hook runs' {
  use_stub_hooks ''
  local name
  for name in '' lo eth0 'eth*' '../eth1' 'eth1/..' $'eth1\neth0' '*' '[eth1]' -n "$(printf '%05000d' 0)"; do
    speak BOUND interface="$name"
    speak EXPIRE interface="$name"
  done
  # The last one shows that there was time for them.
  speak RELEASE
  wait_until has_run
  expect_equal "$(runs)" 1
  expect_silence "$(cat "$LOGGED")"
}

@test 'the sections of the configuration, as the tool reads them' {
  use_stub_hooks ''
  write_configuration < /dev/null
  local line
  for line in '[eth1]' '[eth0 eth1]' '[eth?] # x]' '[e*]' '  [eth[0-9]]' '[eth[!2]]' '[eth[^2]]' '\xef\xbb\xbf[eth1]\r\n' \
    'x\n[wlan0]\n[eth1]\nmptcp = off' '[eth1] ; [eth0]'; do
    : > "$BATS_TEST_TMPDIR/runs"
    printf '%b' "$line" > "$CONFIGURATION"
    speak BOUND
    wait_until has_run || fail "not seen: $line"
  done
  for line in '[eth]' '[eth0]' '# eth1' '[*0]' 'eth1 = [' '[eth2-9]'; do
    : > "$BATS_TEST_TMPDIR/runs"
    printf '%b\n[mark]\n' "$line" > "$CONFIGURATION"
    speak BOUND
    speak BOUND interface=mark
    wait_until has_run
    expect_equal "$(runs) $line" "1 $line"
  done
}

@test 'fifty calls at once: none waits, and the end is right' {
  local number
  for ((number = 0; number < 50; number++)); do
    speak BOUND new_routers="10.1.2.$((1 + number % 2 * 253))" >/dev/null &
  done
  wait
  run ! is_quiet
  speak BOUND new_routers=10.1.2.254
  wait_long_until is_quiet
  expect_routed 50 50 10.1.2.254
  local leases
  mapfile -t leases < <(compgen -G "/run/mptcp-routes/*/lease,*")
  expect_equal "${#leases[@]}" 1
}

wait_long_until() {
  wait_until "$@" 2>/dev/null || wait_until "$@" 2>/dev/null || wait_until "$@"
}

@test 'a hook that hangs holds up nobody' {
  use_stub_hooks 'sleep 5'
  local started=$SECONDS
  run --separate-stderr speak BOUND
  ((SECONDS - started < 4))
  expect_equal "$output" 'the lease is taken'
}

@test 'the hooks are gone: one line, and the lease is taken' {
  rm "$LIBRARY"/mptcp_* /etc/network/if-*/mptcp_*
  run --separate-stderr speak BOUND
  expect_equal "$output$stderr" 'the lease is taken'
  install_hooks "$HOOKS"
  expect_nothing_made 'eth1: the hook is not installed'
}

@test 'the package is gone but for a door: one line of each, and no caller fails' {
  rm -r "$LIBRARY"
  run --separate-stderr speak BOUND
  expect_equal "$output$stderr" 'the lease is taken'
  expect_nothing_made 'ifupdown-mptcp is gone: install it again, or remove this file'
  : > "$LOGGED"
  on_host env interface=eth1 /etc/udhcpc/post-bound/mptcp
  expect_nothing_made 'ifupdown-mptcp is gone' /etc/udhcpc/post-bound/mptcp
  : > "$LOGGED"
  on_host env PPP_IFACE=ppp0 /etc/ppp/ip-up.d/mptcp
  expect_nothing_made 'ifupdown-mptcp is gone' /etc/ppp/ip-up.d/mptcp
  : > "$LOGGED"
  on_host env reason=BOUND protocol=dhcp interface=eth1 sh -ec '. /usr/lib/dhcpcd/dhcpcd-hooks/70-mptcp; exit 0'
  expect_nothing_made 'ifupdown-mptcp is gone'
}

# As systemd stops a service: each process of it is told at once.
@test 'who ends the service ends the first run, and the second does the work' {
  speak BOUND
  expect_routed 50 50 10.1.2.1
  wait_until is_quiet
  on_host ip address flush dev eth1
  exec 7> "$(compgen -G '/run/mptcp-routes/*.lock')"
  flock 7
  speak RELEASE
  wait_until is_waiting
  runs_of_doors | xargs kill -TERM
  wait_until is_logged 'ended by SIGTERM'
  exec 7>&-
  expect_cleared
}

runs_of_doors() {
  # shellcheck disable=SC2016 # of the inner shell
  on_host bash -c 'pgrep --ns $$ --nslist net -f "[m]ptcp_down|[d]oor down"'
}

# Node has come to the lock.
is_waiting() {
  # shellcheck disable=SC2016 # of the inner shell
  on_host bash -c 'pgrep --ns $$ --nslist net -x flock'
}

is_logged() {
  grep -qF "$1" "$LOGGED"
}
