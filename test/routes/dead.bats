#!/usr/bin/env bats
# Uplinks that the service has found dead, as the file that it keeps of them tells: who goes by it, and which way packets take.

load routes

setup() {
  build_host
  build_uplinks
  on_host ip link add lan0 type veth peer name guest0
  on_host ip link set guest0 up
  give_addresses lan0 10.9.0.1/24 fd09::1/64
  on_host sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  write_configuration <<<'[eth*]'
  routes apply
  DIRECTORY=/run/mptcp-routes/$(on_host stat -L -c %d-%i /proc/self/ns/net)
  mkdir -p "${DIRECTORY%/*}"
}

teardown() {
  tear_down_lab
}

# In place of the service, which holds the lock as long as it lives: a file of root's alone.
start_watching() {
  install -m 600 /dev/null "$DIRECTORY.watch"
  on_host flock "$DIRECTORY.watch" sleep infinity 3>&- &
  wait_until is_locked
}

is_locked() {
  ! is_free
}

is_free() {
  flock --nonblock "$DIRECTORY.watch" true
}

end_watching() {
  ip netns pids "$HOST" | xargs kill -9
  wait_until is_free
}

# The uplinks of these addresses lead nowhere from now on, and no others.
#   pronounce_dead 10.1.1.2 2001:db8:1::2
pronounce_dead() {
  local address deaths=() family
  for address; do
    family=inet
    [[ $address != *:* ]] || family=inet6
    deaths+=("$(printf '{"device":"%s","family":"%s","table":%s,"since":%s,"why":"no answer from 192.0.2.1 (mptcp-probe)"}' \
      "$(device_of "$address")" $family "$(table_of "$address")" "$(date -d 20:51:07 +%s000)")")
  done
  printf '{"boot":"%s","deaths":[%s]}\n' "$(</proc/sys/kernel/random/boot_id)" "$(IFS=,; echo "${deaths[*]}")" \
    > "$DIRECTORY.dead"
}

device_of() {
  case $1 in
    10.1.1.* | 2001:db8:1:*) echo eth0 ;;
    *) echo eth1 ;;
  esac
}

# The device that a packet of nobody's leaves by, and one of a guest's.
loose_way() {
  on_host ip route get "$1" | sed -nE '1s/.* dev ([^ ]+).*/\1/p'
}

forwarded_way() {
  local guest=10.9.0.7
  [[ $1 != *:* ]] || guest=fd09::7
  on_host ip route get "$1" from "$guest" iif lan0 | sed -nE '1s/.* dev ([^ ]+).*/\1/p'
}

#   expect_all_by eth1 203.0.113.1
expect_all_by() {
  expect_equal "$(loose_way "$2") $(forwarded_way "$2")" "$1 $1"
}

expect_own_ways() {
  expect_gateway 10.1.1.2 10.1.1.1
  expect_gateway 10.1.2.2 10.1.2.1
  expect_gateway 2001:db8:1::2 2001:db8:1::1
  expect_gateway 2001:db8:2::2 2001:db8:2::1
}

expect_no_detour() {
  expect_no_rule 'from all lookup 254 suppress' '32765:'
}

# Which way packets take

@test 'what no rule decides leaves by the living uplink, forwarded or not; what is bound goes its own way' {
  expect_all_by eth0 "$SERVER"
  expect_all_by eth0 "$SERVER6"
  start_watching
  pronounce_dead 10.1.1.2 2001:db8:1::2
  routes apply
  expect_all_by eth1 "$SERVER"
  expect_all_by eth1 "$SERVER6"
  expect_own_ways
  expect_equal "$(on_host ip route get "$SERVER" oif eth0 | sed -nE '1s/.* via ([^ ]+).*/\1/p')" 10.1.1.1
  expect_equal "$(print_endpoints)" "\
10.1.2.2 subflow dev eth1
2001:db8:2::2 subflow dev eth1"
  on_host ping -q -c 1 -W 2 "$SERVER"
  on_host ping -q -c 1 -W 2 "$SERVER6"
  expect_answer 10.1.1.2
}

@test 'one family alone' {
  start_watching
  pronounce_dead 2001:db8:1::2
  routes apply
  expect_all_by eth0 "$SERVER"
  expect_all_by eth1 "$SERVER6"
  expect_equal "$(print_endpoints | grep -c eth0)" 1
}

@test 'neighbours and specific routes of main stay where they are' {
  start_watching
  on_host ip route add 172.16.0.0/12 via 10.9.0.9
  pronounce_dead 10.1.1.2
  routes apply
  expect_equal "$(loose_way 10.1.1.77) $(loose_way 10.9.0.7) $(loose_way 172.20.1.1)" 'eth0 lan0 lan0'
}

@test 'back in order: the kernel is as it was' {
  local before
  before=$(print_state)
  start_watching
  pronounce_dead 10.1.1.2 2001:db8:1::2
  routes apply
  pronounce_dead
  routes apply
  expect_state "$before"
  expect_all_by eth0 "$SERVER"
}

@test 'a run is repeated: nothing is written' {
  start_watching
  pronounce_dead 10.1.1.2 2001:db8:1::2
  routes apply
  run --separate-stderr routes plan
  expect_quiet
}

@test 'all dead: nothing is moved' {
  local before
  before=$(print_state)
  start_watching
  pronounce_dead 10.1.1.2 10.1.2.2 2001:db8:1::2 2001:db8:2::2
  routes apply
  expect_state "$before"
}

@test 'no service, no deaths: the next run of any device takes the detour away' {
  local hook
  for hook in up down; do
    start_watching
    pronounce_dead 10.1.1.2
    routes apply
    expect_all_by eth1 "$SERVER"
    end_watching
    start_hook $hook lan0
    expect_no_detour
    expect_all_by eth0 "$SERVER"
  done
}

@test 'flush takes the detour out' {
  start_watching
  pronounce_dead 10.1.1.2 2001:db8:1::2
  routes apply
  routes flush
  expect_nothing_of_ours
}

# Others

@test 'half defaults of a VPN are what decides: nothing is led past them' {
  on_host ip link add tun0 type veth peer name far0
  on_host ip link set far0 up
  give_addresses tun0 10.8.0.6/24
  on_host ip route add 0.0.0.0/1 via 10.8.0.1
  on_host ip route add 128.0.0.0/1 via 10.8.0.1
  start_watching
  pronounce_dead 10.1.1.2 2001:db8:1::2
  routes apply
  expect_all_by tun0 "$SERVER"
  expect_all_by eth1 "$SERVER6"
}

@test '2000::/3 through the dead one is led round it, and the route of a cluster to its group changes nothing' {
  write_configuration <<<$'[eth0]\nmptcp-gateway = 2001:db8:1::1\n[eth1]'
  on_host ip route add 224.0.0.0/4 dev lan0
  on_host ip -6 route del default via 2001:db8:1::1
  on_host ip route add 2000::/3 via 2001:db8:1::1 dev eth0
  expect_all_by eth0 "$SERVER6"
  start_watching
  pronounce_dead 10.1.1.2 2001:db8:1::2
  routes apply
  expect_all_by eth1 "$SERVER"
  expect_all_by eth1 "$SERVER6"
}

@test 'an error behind the default of a pulled cable answers: nothing is led past it, with a notice, and the LAN is reached' {
  on_host ip route add unreachable default metric 50
  at_provider 0 ip link set customer down
  wait_until lacks_carrier eth0
  start_watching
  pronounce_dead 10.1.1.2
  run --separate-stderr routes apply
  expect_message "main's default of inet is no way (metric 50), and would answer before main's specific routes do"
  expect_no_detour
  expect_equal "$(loose_way 10.9.0.7)" lan0
  run -2 on_host ip route get "$SERVER"
  # With the cable in the error does not count.
  at_provider 0 ip link set customer up
  wait_until has_carrier eth0
  routes apply
  expect_all_by eth1 "$SERVER"
  expect_equal "$(loose_way 10.9.0.7)" lan0
}

has_carrier() {
  on_host grep -q 1 "/sys/class/net/$1/carrier"
}

@test 'rules of others at the places of the detour stay, and decide before it' {
  local others=(
    'from all fwmark 0x1 lookup 500 priority 32765'
    'from all lookup main suppress_prefixlength 0 priority 32764'
    'from 10.9.0.0/24 lookup 500 priority 32764'
  ) rule before
  on_host ip route add default via 10.9.0.9 table 500
  for rule in "${others[@]}"; do
    # shellcheck disable=SC2086
    on_host ip rule add $rule
  done
  before=$(print_state)
  start_watching
  pronounce_dead 10.1.1.2 2001:db8:1::2
  routes apply
  expect_rule '32765: from all fwmark 0x1 lookup 500' '32764: from all lookup 254 suppress_prefixlength 0' \
    '32764: from 10.9.0.0/24 lookup 500'
  expect_equal "$(loose_way "$SERVER") $(forwarded_way "$SERVER")" 'eth1 lan0'
  pronounce_dead
  routes apply
  expect_state "$before"
}

@test 'a detour that the kernel refuses half of is taken back, and the endpoints are back' {
  local before
  before=$(print_state)
  start_watching
  pronounce_dead 10.1.1.2
  ip_refuses "rule add from all lookup $(table_of 10.1.2.2) priority 32765 protocol 77"
  run --separate-stderr routes_with_fake apply
  expect_status 1
  expect_state "$before"
}

# The default that mptcp-metric adds

@test 'the dead one has none in main, and the metric is its own again' {
  write_configuration <<'END'
[eth0]
mptcp-metric = 5
mptcp-gateway = 10.1.1.1
[eth1]
[eth0]
mptcp-metric = 5
[eth1]
END
  routes apply
  expect_equal "$(on_host ip -N route show default proto 77 | squeeze)" 'default via 10.1.1.1 dev eth0 metric 5'
  start_watching
  on_host ip route delete default via 10.1.1.1 dev eth0 metric 0
  pronounce_dead 10.1.1.2
  routes apply
  expect_silence "$(on_host ip route show default proto 77)"
  expect_no_rule '32765: from all'
  expect_equal "$(loose_way "$SERVER")" eth1
  pronounce_dead
  routes apply
  expect_equal "$(loose_way "$SERVER")" eth0
}

# Who goes by it

@test 'a hook of the dead one makes no endpoint, and leaves the detour of others as it is' {
  local before
  start_watching
  pronounce_dead 10.1.1.2
  routes apply
  before=$(print_state)
  start_hook up eth0 IF_GATEWAY=10.1.1.1
  expect_state "$before"
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  expect_state "$before"
  pronounce_dead
  start_hook up eth0 IF_GATEWAY=10.1.1.1
  expect_text "$(print_endpoints)" '10.1.1.2 subflow dev eth0'
  expect_no_detour
}

@test 'a hook before anybody has made a detour leaves that to who sees all devices' {
  start_watching
  pronounce_dead 10.1.1.2
  start_hook up eth0 IF_GATEWAY=10.1.1.1
  expect_no_detour
  expect_no_text "$(print_endpoints)" '10.1.1.2 '
  run --separate-stderr start_by_hand up eth0 IF_GATEWAY=10.1.1.1 -- -v
  expect_message 'mptcp_up: eth0: IPv4 is dead, no answer from 192.0.2.1 (mptcp-probe): nothing starts from it'
}

@test 'the living one goes down: the detour goes with its table' {
  start_watching
  pronounce_dead 10.1.1.2
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1
  routes apply
  expect_all_by eth1 "$SERVER"
  on_host ip address flush dev eth1
  start_hook down eth1
  expect_no_detour
  expect_all_by eth0 "$SERVER"
}

@test 'status tells since when and why, and where the way leads; an ordinary user is told the same' {
  start_watching
  pronounce_dead 10.1.1.2
  routes apply
  run --separate-stderr routes status
  expect_text "$output" 'eth0 IPv4: dead since 20:51:07: no answer from 192.0.2.1 (mptcp-probe)' \
    'note: what no rule by source address decides goes by eth1 in IPv4'
  expect_no_text "$output" 'mptcp-routes plan'
  local told=$output
  if [[ $(id -u) -eq 0 ]]; then
    run --separate-stderr on_host setpriv --reuid=65534 --clear-groups "$ROUTES" status
    expect_equal "$(head -2 <<<"$output")" "$(head -2 <<<"$told")"
  fi
  routes status --json | jq -e '.uplinks[] | select(.device == "eth0" and .family == "inet") | .state == "dead" and .dead.why == "no answer from 192.0.2.1 (mptcp-probe)"'
  routes status --json | jq -e '.pending == 0 and (.detours | length) == 1'
}

@test 'check finds a dead uplink at fault, and nothing else missing' {
  start_watching
  pronounce_dead 10.1.1.2
  routes apply
  run --separate-stderr routes check
  expect_status 1
  expect_text "$output" 'fail  eth0: IPv4 is dead since 20:51:07: no answer from 192.0.2.1 (mptcp-probe)' \
    'ping -c 1 -I 10.1.1.2 10.1.1.1' 'ok    what no rule by source address decides goes by eth1 in IPv4'
  expect_no_text "$output" 'no endpoint'
}
