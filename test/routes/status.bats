#!/usr/bin/env bats
# mptcp-routes status on the real kernel: each state is made, and told.

load routes

setup() {
  build_host
}

teardown() {
  stop_terminal
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

#   draw 80     what a terminal of so many columns shows
draw() {
  SCREEN=status-$RANDOM
  SOCKET=$BATS_TEST_TMPDIR/tmux
  on_host env LANG=C.UTF-8 TERM=xterm tmux -u -S "$SOCKET" -f /dev/null new-session -d -s "$SCREEN" -x "$1" -y 60 \
    "$ROUTES ${*:2}; printf 'over'; exec sleep 60" 3>&-
  wait_until is_drawn
  tmux -S "$SOCKET" capture-pane -p -e -t "$SCREEN"
  stop_terminal
}

is_drawn() {
  tmux -S "$SOCKET" capture-pane -p -t "$SCREEN" | grep -q over
}

stop_terminal() {
  [[ -z ${SOCKET-} ]] || tmux -S "$SOCKET" kill-server 2>/dev/null || true
  SOCKET=
}

# A line that the terminal had to break would begin anew in the first column.
expect_drawing() {
  local text rows
  text=$(draw "$1")
  rows=$(sed -E 's/\x1b\[[0-9;]*m//g' <<<"$text" | grep -cE '^eth[01] +IPv[46] +(up|incomplete) ')
  expect_equal "$rows" 4
  expect_text "$text" $'\x1b[32mup' $'\x1b[33mincomplete'
}

@test 'a terminal of 60, 80 and 160 columns' {
  configure_uplinks
  routes apply
  on_host ip route delete default table "$(table_of 10.1.2.2)"
  expect_drawing 60
  expect_drawing 80
  expect_drawing 160
  expect_text "$(draw 160)" 'ASKED BY'
}

@test 'NO_COLOR is heard, and a file gets no colours' {
  configure_uplinks
  export NO_COLOR=1
  expect_no_text "$(draw 80 | sed -n 2,5p)" $'\x1b[32m' $'\x1b[33m'
  unset NO_COLOR
  expect_no_text "$(routes status)" $'\x1b'
}
