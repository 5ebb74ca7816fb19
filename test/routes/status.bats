#!/usr/bin/env bats
# mptcp-routes status on the real kernel: each state is made, and told.

load routes
load screen

setup() {
  build_host
}

teardown() {
  close_screen
  tear_down_lab
  rm -f "$CONFIGURATION"
}

# States

@test 'up: every uplink of a sound host' {
  configure_uplinks
  routes apply
  expect_equal "$(routes status --json | jq -r '.uplinks[] | "\(.device) \(.family) \(.state)"')" "\
eth0 inet up
eth0 inet6 up
eth1 inet up
eth1 inet6 up"
  expect_equal "$(status_of eth1 inet '"\(.gateway) \(.metric) \(.askedBy[])"')" '10.1.2.1 100 configuration'
  expect_equal "$(status_of eth1 inet .table)" "$(table_of 10.1.2.2)"
  expect_equal "$(routes status --json | jq .pending)" 0
}

@test 'incomplete: what is missing' {
  configure_uplinks
  expect_uplink eth1 inet incomplete 'nothing of it is in the kernel'
  routes apply
  on_host ip route delete default table "$(table_of 10.1.2.2)"
  expect_uplink eth1 inet incomplete 'no default in its table'
  on_host ip rule delete from 10.1.1.2 priority 31000
  expect_uplink eth0 inet incomplete 'no rule for 10.1.1.2'
  on_host ip mptcp endpoint flush
  expect_uplink eth1 inet6 incomplete 'no endpoint for 2001:db8:2::2'
}

@test 'incomplete: a rule of another program goes before ours' {
  configure_uplinks
  routes apply
  on_host ip rule add priority 30997 lookup 51820
  on_host ip route add default via 10.1.1.1 dev eth0 table 51820
  expect_uplink eth1 inet incomplete 'rule of another program at 30997 goes before ours: lookup 51820'
  expect_uplink eth1 inet6 up
}

@test 'incomplete: the gateway does not answer' {
  configure_uplinks
  routes apply
  at_provider 1 ip address delete 10.1.2.1/24 dev customer
  on_host ip neighbour flush all
  on_host ping -c 1 -W 1 -I 10.1.2.2 "$SERVER" >/dev/null || true
  wait_until neighbour_has_failed
  expect_uplink eth1 inet incomplete 'the gateway 10.1.2.1 does not answer'
}

neighbour_has_failed() {
  on_host ip neighbour show to 10.1.2.1 nud failed | grep -q .
}

@test 'down: set down, no carrier, not there, taken down by its manager' {
  configure_uplinks
  routes apply
  at_provider 1 ip link set customer down
  wait_until lacks_carrier eth1
  expect_uplink eth1 inet down 'no carrier'
  on_host ip link set eth1 down
  expect_uplink eth1 inet down 'the device is set down'
  start_hook down eth1
  expect_uplink eth1 inet down 'its manager has taken it down'
  start_hook up eth0
  on_host ip link delete eth0
  expect_uplink eth0 inet down 'there is no such device'
}

@test 'off and idle' {
  build_uplinks
  write_configuration <<'END'
[eth0]
mptcp = off
[eth1]
END
  on_host ip route delete default via 10.1.2.1
  expect_uplink eth0 inet off
  expect_uplink eth1 inet idle 'no gateway is known'
  on_host ip address flush dev eth1 scope global
  expect_uplink eth1 inet idle 'no address of global scope'
}

@test 'unrecorded: ours without a record' {
  write_page_interfaces
  ifup -a
  forget_records
  expect_uplink eth1 inet unrecorded 'not recorded'
}

@test 'leftovers of a device that is gone' {
  write_page_interfaces
  ifup -a
  forget_records
  on_host ip link delete eth1
  expect_text "$(routes status)" 'belongs to nobody any more: a rule for 10.1.2.2'
}

@test 'IFACE: that device alone, or an error' {
  configure_uplinks
  run --separate-stderr routes eth1
  expect_status 0
  expect_text "$output" eth1
  expect_no_text "$output" eth0
  run --separate-stderr routes status eth9
  expect_status 1
  expect_message '"eth9"' 'no such device'
}

@test 'IFACE that nobody asks for' {
  configure_uplinks
  on_host ip link add lan0 type bridge
  run --separate-stderr routes lan0
  expect_status 0
  expect_equal "${lines[0]}" 'lan0: neither a record nor the configuration names it'
}

@test 'a family that no stanza is about, as by router advertisement: told, and apply serves it' {
  write_page_interfaces
  ifup eth0
  give_addresses eth0 2001:db8:1::2/64
  on_host ip route add default via 2001:db8:1::1 dev eth0 proto ra
  expect_uplink eth0 inet6 incomplete 'no stanza is about this family'
  routes apply
  expect_uplink eth0 inet6 up
}

@test 'a name that a batch of ip cannot carry' {
  configure_uplinks
  on_host ip link set eth1 down
  on_host ip link set eth1 name 'eth#1'
  on_host ip link set 'eth#1' up
  expect_uplink 'eth#1' inet incomplete 'cannot carry its name'
}

@test 'names as hostile as the kernel allows reach no terminal, and status shows what apply has made' {
  local name=$'eth\e[31m$(id)' text
  configure_uplinks
  on_host ip link set eth1 down
  on_host ip link set eth1 name "$name"
  give_addresses "$name" 2001:db8:2::2/64
  on_host ip route add default via 10.1.2.1 dev "$name" metric 100
  routes apply
  text=$(routes)
  # shellcheck disable=SC2016 # as it stands
  expect_text "$text" 'eth?[31m$(id)'
  expect_no_text "$text" $'\e'
  expect_equal "$(routes --json | jq -r --arg name "$name" '.uplinks[] | select(.device == $name and .family == "inet") | .state')" up
}

@test '300 uplinks: a row each, and all that apply has to do' {
  add_uplinks 11 310
  write_configuration <<<'[wan*]'
  expect_equal "$(routes | grep -cE '^wan[0-9]+ +IPv4 +incomplete ')" 300
  routes apply
  expect_equal "$(routes --json | jq '[.uplinks[] | select(.state == "up")] | length')" 300
}

@test 'connections: which uplinks they use' {
  write_page_interfaces
  ifup -a
  at_provider 0 mptcpize run iperf3 --server --one-off --daemon
  wait_until at_provider 0 ss --no-header --listening --tcp 'sport = 5201'
  on_host mptcpize run iperf3 --client "$SERVER" --bind 10.1.1.2 --time 5 --bitrate 1M >/dev/null 3>&- &
  wait_until uses_an_uplink
  expect_equal "$(routes status --json | jq -r '.mptcp.connections[0].peer.address')" "$SERVER"
  wait
}

uses_an_uplink() {
  [[ $(status_of eth0 inet .subflows) -ge 1 ]]
}

# Who may look

@test 'an ordinary user sees the same' {
  configure_uplinks
  routes apply
  local seen
  seen=$(routes status)
  expect_equal "$(on_host setpriv --reuid=65534 --regid=65534 --clear-groups "$ROUTES" status)" "$seen"
}

# JSON

@test 'JSON: as the schema says, in every state' {
  configure_uplinks
  expect_valid
  routes apply
  expect_valid
  add_strangers
  on_host ip link set eth1 down
  expect_valid
  forget_records
  rm "$CONFIGURATION"
  expect_valid
}

expect_valid() {
  routes status --json > "$BATS_TEST_TMPDIR/status.json"
  run node --input-type=module - "$BATS_TEST_TMPDIR/status.json" "$BATS_TEST_DIRNAME/../.." <<'END'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
const [file, root] = process.argv.slice(2)
const { Ajv2020 } = createRequire(`${root}/package.json`)('ajv/dist/2020.js')
const read = (path) => JSON.parse(readFileSync(path, 'utf8'))
const ajv = new Ajv2020({ allowUnionTypes: true })
const validate = ajv.compile(read(`${root}/docs/mptcp-routes-status.schema.json`))
if (!validate(read(file))) {
  throw new Error(ajv.errorsText(validate.errors))
}
END
  expect_status 0
}

# On a terminal

#   draw 80     what status shows on a terminal of so many columns
draw() {
  open_screen "$1" 60 "$ROUTES"
  wait_until screen_has 'over$'
  read_screen_with_colours | sed 's/over$//'
  close_screen
}

without_colours() {
  sed -E 's/\x1b\[[0-9;]*m//g'
}

expect_drawing() {
  local text plain
  text=$(draw "$1")
  plain=$(without_colours <<<"$text")
  expect_equal "$(grep -cE '^eth[01] +IPv[46] +(up|incomplete) ' <<<"$plain")" 4
  expect_text "$text" $'\x1b[32mup' $'\x1b[33mincomplete'
  expect_text "$plain" 'eth1 IPv4: no default in its table' '10.1.2.2' '10.1.2.1'
  expect_lines 'UPLINK |eth[01] +IPv|eth1 IPv4: |mptcp-routes plan |Pulled cable: |Multipath TCP: |  [^ ]' <<<"$plain"
}

@test 'a terminal of 60, 80 and 160 columns' {
  configure_uplinks
  routes apply
  on_host ip route delete default table "$(table_of 10.1.2.2)"
  expect_drawing 60
  expect_drawing 80
  expect_drawing 160
  expect_text "$(draw 160)" 'ASKED BY'
  expect_text "$(draw 80 | without_colours)" '2001:db8:1::2' '2001:db8:1::1' PATHS
}

@test 'a locale without UTF-8 gets ASCII, and what is cut is marked' {
  configure_uplinks
  run on_host env LC_ALL=C COLUMNS=40 "$ROUTES"
  expect_text "$output" '2001:db8:1:~'
  expect_silence "$(LC_ALL=C grep -P '[^\x00-\x7f]' <<<"$output")"
}

@test 'NO_COLOR is heard, and a file gets no colours' {
  configure_uplinks
  export NO_COLOR=1
  expect_no_text "$(draw 80 | sed -n 2,5p)" $'\x1b[32m' $'\x1b[33m'
  unset NO_COLOR
  expect_no_text "$(routes status)" $'\x1b'
}
