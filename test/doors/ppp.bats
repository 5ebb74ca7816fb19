#!/usr/bin/env bats
# pppd's scripts, called as pppd calls them (pppd(8), SCRIPTS): most kernels that tests run on have no PPP. The real one
# is in ../dial-up.

load doors

setup() {
  build_leases
  mkdir -p /etc/ppp
  cp "$DOOR_PROGRAMS"/etc/ppp/ip{,v6}-{up,down} /etc/ppp/
  write_interfaces <<'END'
iface dsl-provider inet ppp
    provider dsl-provider
    mptcp-endpoint backup
    mptcp-table 72
END
}

teardown() {
  tear_down_leases
}

# What ifup does, once pon has started pppd: the device comes later.
#   start_ppp_hook up|down
start_ppp_hook() {
  start_hook "$1" dsl-provider METHOD=ppp IF_PROVIDER=dsl-provider IF_MPTCP_ENDPOINT=backup IF_MPTCP_TABLE=72
}

# A device with the provider at its other end, as pppd leaves it.
#   dial ADDRESS
dial() {
  on_host ip link add ppp0 type veth peer name line netns "$(provider 1)"
  at_provider 1 ip link set line up
  at_provider 1 ip address add 10.9.0.1 peer "$1" dev line
  on_host ip link set ppp0 up
  on_host ip address add "$1" peer 10.9.0.1 dev ppp0
}

hang_up() {
  on_host ip link delete ppp0
}

#   pppd_runs ip-up ADDRESS [PROVIDER]
pppd_runs() {
  on_host env -i CALL_FILE="${3-dsl-provider}" "/etc/ppp/$1" ppp0 /dev/pts/9 115200 "$2" 10.9.0.1 ''
}

has_stanza_options() {
  [[ $(print_endpoints) == "$1 subflow backup dev ppp0" && $(way_from "$1") == ppp0 ]]
}

expect_line() {
  wait_until has_stanza_options "$1" || fail "$(print_state)" "$(cat "$LOGGED")" || return
  expect_equal "$(table_of "$1")" 72
  expect_answer "$1"
}

@test 'the link has the options of the stanza that dialled it, through a redial with another address' {
  start_ppp_hook up
  dial 10.9.0.61
  pppd_runs ip-up 10.9.0.61
  expect_line 10.9.0.61
  hang_up
  pppd_runs ip-down 10.9.0.61
  expect_cleared
  dial 10.9.0.62
  pppd_runs ip-up 10.9.0.62
  expect_line 10.9.0.62
  hang_up
  pppd_runs ip-down 10.9.0.62
  start_ppp_hook down
  expect_cleared
  expect_silence "$(cat "$LOGGED")"
}

@test 'the line is up before ifup’s own hook has said whose it is' {
  dial 10.9.0.61
  pppd_runs ip-up 10.9.0.61
  wait_until has_line_record
  expect_no_text "$(print_state)" ' proto 77'
  start_ppp_hook up
  expect_line 10.9.0.61
  hang_up
  pppd_runs ip-down 10.9.0.61
  expect_cleared
}

has_line_record() {
  compgen -G '/run/mptcp-routes/*/lease,inet,ppp0,pppd'
}

@test 'ifdown before pppd has ended: the rest goes with the line' {
  start_ppp_hook up
  dial 10.9.0.61
  pppd_runs ip-up 10.9.0.61
  expect_line 10.9.0.61
  start_ppp_hook down
  hang_up
  pppd_runs ip-down 10.9.0.61
  expect_cleared
}

@test 'a line of another provider has nothing of the stanza, and nothing at all' {
  start_ppp_hook up
  dial 10.9.0.61
  pppd_runs ip-up 10.9.0.61 another
  wait_until is_quiet
  expect_no_text "$(print_state)" ' proto 77'
  pppd_runs ip-up 10.9.0.61
  expect_line 10.9.0.61
  pppd_runs ip-down 10.9.0.61
}

@test 'by a section: both families, IPv6 where the address comes after pppd has called' {
  write_configuration <<< $'[ppp*]\nmptcp-endpoint = backup'
  dial 10.9.0.61
  pppd_runs ip-up 10.9.0.61
  pppd_runs ipv6-up fe80::2
  add_addresses ppp0 2001:db8:2::2/64
  on_host ip route add default dev ppp0 proto ra metric 1024
  wait_until has_both
  hang_up
  pppd_runs ipv6-down fe80::2
  pppd_runs ip-down 10.9.0.61
  expect_cleared
}

has_both() {
  [[ $(print_endpoints) == $'10.9.0.61 subflow backup dev ppp0\n2001:db8:2::2 subflow backup dev ppp0' ]]
}
