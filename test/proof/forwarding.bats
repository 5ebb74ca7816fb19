#!/usr/bin/env bats
# docs/forwarding.md: a published port is asked for by the second uplink, before and after what the page says.
# The inner shells expand what is in single quotes.
# shellcheck disable=SC2016

load ../netns/lab
load recipe

# shellcheck disable=SC2034 # recipe.bash reads it
RECIPES=$BATS_TEST_DIRNAME/../../docs/forwarding.md

setup() {
  build_lab
  write_page_interfaces
  ifup eth0 eth1
  add_container
  publish_port
}

teardown() {
  kill "$SERVING" 2>/dev/null || true
  tear_down_lab
}

add_container() {
  CONTAINER=$HOST-container
  add_namespace "$CONTAINER"
  on_host sysctl -qw net.ipv4.ip_forward=1
  on_host ip link add docker0 up type bridge
  on_host ip address add 172.17.0.1/16 dev docker0
  on_host ip link add container type veth peer name eth0 netns "$CONTAINER"
  on_host ip link set container up master docker0
  inside "$CONTAINER" ip link set eth0 up
  inside "$CONTAINER" ip address add 172.17.0.2/16 dev eth0
  inside "$CONTAINER" ip route add default via 172.17.0.1
  inside "$CONTAINER" node -e 'require("net").createServer((peer) => peer.end("hello")).listen(80)' 3>&- &
  SERVING=$!
  wait_until ask 172.17.0.2 80 on_host
}

# As Docker does.
publish_port() {
  on_host nft -f - <<'TABLE'
table ip docker {
  chain in {
    type nat hook prerouting priority dstnat
    fib daddr type local tcp dport 8080 dnat to 172.17.0.2:80
  }
  chain out {
    type nat hook postrouting priority srcnat
    ip saddr 172.17.0.0/16 oifname != "docker0" masquerade
  }
}
TABLE
}

#   ask ADDRESS PORT COMMAND...     asks within a second, in a namespace that the command enters
ask() {
  "${@:3}" timeout 1 node -e 'const [host, port] = process.argv.slice(1)
    require("net").connect(port, host).on("error", () => process.exit(1)).pipe(process.stdout)' "$1" "$2"
}

# By the address that both providers have, so that a way back by the wrong one leads nowhere.
ask_by_uplink() {
  at_provider "$1" ip route replace "10.1.$(($1 + 1)).0/24" dev customer src "$SERVER"
  run ask "10.1.$(($1 + 1)).2" "${2-8080}" at_provider "$1"
}

follow_the_page() {
  ifdown eth1
  recipe uplink > "$BATS_TEST_TMPDIR/eth1"
  sed -i '/^auto eth1/,$d' /etc/network/interfaces
  cat "$BATS_TEST_TMPDIR/eth1" >> /etc/network/interfaces
  ifup eth1
}

#   expect_answers [PORT]
expect_answers() {
  local uplink
  for uplink in 0 1; do
    ask_by_uplink "$uplink" "${1-8080}"
    expect_equal "$output" hello
  done
}

@test 'a published port is silent by the second uplink, and answers with the option, whoever publishes it' {
  ask_by_uplink 0
  expect_equal "$output" hello
  ask_by_uplink 1
  expect_equal "$output" ''
  follow_the_page
  expect_answers
  recipe publish | on_host nft -f -
  expect_answers 8081
  expect_text "$(run_recipe look on_host)" 'via 10.1.2.1 dev eth1'
  expect_text "$(run_recipe rules on_host)" 'fwmark 0x1000000/0x7f000000 lookup main suppress_prefixlength 7' 'iifname "eth1"'
}

@test 'it answers under a strict rp_filter with the sysctl of the page' {
  on_host sysctl -qw net.ipv4.conf.all.rp_filter=1
  follow_the_page
  ask_by_uplink 1
  expect_equal "$output" ''
  run on_host "$BATS_TEST_DIRNAME/../../dist/mptcp-routes" check
  expect_text "$output" 'strict rp_filter drops what is forwarded' 'sysctl -w net.ipv4.conf.all.src_valid_mark=1'
  on_host sysctl -q -p - <<<"$(recipe strict)"
  expect_answers
}

@test 'the mask of the page is one' {
  recipe mask > /etc/mptcp-routes.conf
  follow_the_page
  rm /etc/mptcp-routes.conf
  expect_text "$(on_host ip rule)" 'fwmark 0x100000/0xf00000'
  expect_answers
}

@test 'the blocks of the page are all run' {
  expect_equal "$(list_recipes)" "$(printf '%s\n' look mask publish rules strict uplink)"
}
