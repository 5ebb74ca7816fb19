#!/usr/bin/env bash
# Leases on the host of ../netns/lab.bash: two providers that serve DHCP, and what is expected after a change.

# shellcheck source=../netns/lab.bash
source "${BASH_SOURCE[0]%/*}/../netns/lab.bash"
# shellcheck source=../netns/leases.bash
source "${BASH_SOURCE[0]%/*}/../netns/leases.bash"
# shellcheck source=install.bash
source "${BASH_SOURCE[0]%/*}/install.bash"

CONFIGURATION=/etc/mptcp-routes.conf
LOGGED=$BATS_TEST_TMPDIR/logged
# What is not installed.
PROGRAMS=${PROGRAMS:-$("${BASH_SOURCE[0]%/*}/../watch/programs.bash")}
DOOR_PROGRAMS=${DOOR_PROGRAMS:-$("${BASH_SOURCE[0]%/*}/programs.bash")}

# eth0 is configured by hand and has main's default; eth1 is for the client, by a section of the configuration.
build_leases() {
  build_lab
  # Never lowered, so that a test would not end as it began.
  on_host ip mptcp limits set subflows 8
  give_addresses eth0 10.1.1.2/24
  on_host ip route add default via 10.1.1.1 dev eth0
  at_provider 1 ip address add 10.1.2.254/24 dev customer
  serve_dhcp 50 60 10.1.2.1
  on_host ip link set dev eth1 up
  log_to_a_file
}

# There is no syslog in the tests, and its socket would be the machine's own.
log_to_a_file() {
  : > "$LOGGED"
  cat > /run/logger <<END
#!/bin/sh
while [ \$# -gt 0 ] && [ "\$1" != -- ]; do shift; done
if [ \$# -gt 0 ]; then shift; echo "\$*"; else cat; fi >> $LOGGED
END
  chmod +x /run/logger
  mount --bind /run/logger /usr/bin/logger
}

tear_down_leases() {
  umount /usr/bin/logger
  rm -f "$CONFIGURATION"
  tear_down_lab
  install_doors "$HOOKS" "$DOORS"
}

write_configuration() {
  cat > "$CONFIGURATION"
}

# The way out, an answer, the endpoint with the options' flags, and nothing of an earlier address.
#   expect_routed FIRST LAST ROUTER [FLAGS]
expect_routed() {
  wait_until is_routed "${@:1:3}" || fail "$(print_state)" "$(cat "$LOGGED")" || return
  wait_until has_endpoint "${4:-subflow}" || fail "$(print_endpoints)" || return
  expect_answer "$(address)"
  expect_answer 10.1.1.2
  expect_equal "$(on_host ip -N -4 rule | grep -c 'from 10.1.2.* lookup.* proto 77$')" 2
}

has_endpoint() {
  [[ $(print_endpoints) == "$(address) $1 dev eth1" ]]
}

# No run is under way.
is_quiet() {
  # shellcheck disable=SC2016 # of the inner shell
  ! on_host bash -c 'pgrep --ns $$ --nslist net -f "[m]ptcp_(up|down)"'
}

is_clear() {
  [[ -z $(print_endpoints) && $(print_state) != *' proto 77'* && $(print_state) != *' group 77'* ]]
}

expect_cleared() {
  wait_until is_clear || fail "$(print_state)" "$(cat "$LOGGED")"
  expect_silence "$(ls /run/mptcp-routes/*/lease,* 2>/dev/null)"
}
