#!/usr/bin/env bats
# The built hooks on every Node that they must run on: the same answers and the same kernel state on each.

bats_require_minimum_version 1.5.0
load netns/lab
# shellcheck source=node-versions.bash
source "$BATS_TEST_DIRNAME/node-versions.bash"

setup() { build_lab; }
teardown() { tear_down_lab; }

# The hooks find `node` on PATH, as under run-parts.
use_node() {
  PATH=$(node_directory "$1"):$PATH
  VERSION=$1
  expect_equal "$(node --version)" "v$1"
}

# What a run said, kept under the version's name for the comparison at the end.
#   record COMMAND...
record() {
  run --separate-stderr "$@"
  printf '%s\n' "status $status" "stdout $output" "stderr $stderr" >> "$BATS_FILE_TMPDIR/$VERSION.words"
}

# As `node mptcp_up`, and from dist/, where the nearest package.json speaks of modules.
name_their_version() {
  local hook released
  use_node "$1"
  released=$(node -p 'require(process.argv[1]).version' "$BATS_TEST_DIRNAME/../package.json")
  for hook in mptcp_up mptcp_down; do
    record node "$BATS_TEST_DIRNAME/../dist/$hook" --version
    expect_status 0
    expect_equal "$output" "$hook $released"
    expect_silence "$stderr"
  done
}

plan_the_page_from_the_environment() {
  local before
  use_node "$1"
  # The device need not exist.
  on_host ip link delete eth1
  before=$(print_state)
  record start_by_hand up eth1 IF_ADDRESS=10.1.2.2 IF_NETMASK=255.255.255.0 IF_GATEWAY=10.1.2.1 -- --dry-run
  expect_status 0
  expect_text "$output" 'from 10.1.2.2' '10.1.2.0/24 dev eth1' 'default via 10.1.2.1 dev eth1' 'endpoint add 10.1.2.2'
  expect_state "$before"
}

# eth0 as ifupdown starts the hooks, eth1 as a person does.
make_and_remove_the_page() {
  local before during
  use_node "$1"
  # Link-local addresses come from hardware addresses, which are random on veth.
  on_host ip link set eth0 address 02:00:00:00:00:00
  on_host ip link set eth1 address 02:00:00:00:00:01
  give_addresses eth0 10.1.1.2/24 2001:db8:1::2/64
  give_addresses eth1 10.1.2.2/24 2001:db8:2::2/64
  before=$(print_state)
  record start_hook up eth0 IF_ADDRESS=10.1.1.2 IF_NETMASK=255.255.255.0 IF_GATEWAY=10.1.1.1
  expect_silence "$stderr"
  record start_by_hand up eth1 IF_GATEWAYS='10.1.2.1 2001:db8:2::1'
  expect_status 0
  expect_silence "$stderr"
  during=$(print_state)
  echo "$during" > "$BATS_FILE_TMPDIR/$VERSION.state"
  expect_text "$during" 'from 10.1.1.2 lookup' 'from 10.1.2.2 lookup' 'from 2001:db8:2::2 lookup'
  expect_answer 10.1.1.2
  expect_answer 10.1.2.2
  expect_answer 2001:db8:2::2
  record start_hook down eth0
  expect_silence "$stderr"
  record start_by_hand down eth1
  expect_status 0
  expect_silence "$stderr"
  # The limit of subflows is raised to the number of endpoints, never lowered.
  expect_state "${before/subflows 2/subflows 3}"
}

agree_with_each_other() {
  local first=${node_versions[0]} version part
  for version in "${node_versions[@]}"; do
    for part in words state; do
      [[ -s $BATS_FILE_TMPDIR/$version.$part ]] || fail "Node $version left no $part" || return
      expect_equal "$(< "$BATS_FILE_TMPDIR/$version.$part")" "$(< "$BATS_FILE_TMPDIR/$first.$part")"
    done
  done
}

for version in "${node_versions[@]}"; do
  for promise in name_their_version plan_the_page_from_the_environment make_and_remove_the_page; do
    bats_test_function --description "on Node $version the hooks ${promise//_/ }" -- "$promise" "$version"
  done
done
bats_test_function --description 'on all Node versions the hooks agree with each other' -- agree_with_each_other
