#!/usr/bin/env bats
# The demo as people start it. It makes its own namespaces, so these tests need none around them; as root they also
# become an ordinary user. Those that measure are tagged so: a stage of their own runs them.

load ../netns/expect
load machine

bats_require_minimum_version 1.5.0

DEMO=$BATS_TEST_DIRNAME/demo.mjs

setup() {
  # Whatever the demo leaves in a temporary directory is found there.
  export TMPDIR=$BATS_TEST_TMPDIR/tmp
  mkdir "$TMPDIR"
  export DEMO_TEST=demo-test-$RANDOM$RANDOM
}

teardown() {
  expect_nothing_left
}

run_demo() {
  run --separate-stderr node "$DEMO" "$@"
}

expect_refusal() {
  expect_status 1
  expect_one_line "$stderr"
  expect_text "$stderr" 'demo: ' "$@"
  expect_silence "$output"
}

expect_whole_demo() {
  expect_status 0
  expect_silence "$stderr"
  expect_text "$output" 'mptcp-gateway 10.1.2.1' '31000:' '10.1.2.2 id 254 subflow dev eth1' \
    '64 bytes from 203.0.113.1' '64 bytes from 172.17.0.2' 'Nothing is left' 'sudo ./install.sh'
}

# What it shows

@test 'demo --quick: shows everything but the transfers, and the machine stays as it was' {
  local before
  before=$(print_machine)
  run_demo --quick
  expect_whole_demo
  expect_no_text "$output" Mbit/s
  expect_equal "$(print_machine)" "$before"
}

@test 'demo --quick: the ifup that runs is the real one' {
  run_demo --quick
  expect_text "$output" 'ifup: configuring interface eth1=eth1 (inet)' '/etc/network/if-up.d/mptcp_up'
}

# bats test_tags=measures
@test 'demo --quick: takes at most ten seconds' {
  SECONDS=0
  run_demo --quick
  [[ $SECONDS -le 10 ]]
}

@test 'demo --quick: an ordinary user may run it' {
  run_as_nobody node "$(show_project_to_nobody)/test/demo/demo.mjs" --quick
  expect_whole_demo
}

@test 'demo --quick: without ifupdown the hooks run by hand, which it says' {
  hide_commands /usr/sbin/ifup
  run_demo --quick
  expect_whole_demo
  expect_text "$output" 'no Debian ifup here' 'PHASE=post-up ... mptcp_up' 'PHASE=post-down ... mptcp_down'
}

@test 'demo: its first line names all packages that it misses, its end what is left out for want of them' {
  hide_commands /usr/bin/iperf3 /usr/bin/mptcpize /usr/sbin/ifup
  run_demo
  expect_whole_demo
  expect_equal "${lines[0]}" 'To see all of it: sudo apt-get install ifupdown iperf3 mptcpize'
  expect_text "${output#*Nothing is left}" 'Left out, as it is not installed: the real ifup, downloads over both uplinks' \
    'sudo apt-get install ifupdown iperf3 mptcpize'
}

@test 'demo --quick: its end says what --quick has left out, and asks for no package for that' {
  hide_commands /usr/bin/iperf3 /usr/bin/mptcpize
  run_demo --quick
  expect_whole_demo
  expect_no_text "$output" apt-get
  expect_text "${output#*Nothing is left}" 'Left out by --quick: downloads over both uplinks'
}

# bats test_tags=measures
@test 'demo: two uplinks carry more than one, and a cut loses no byte' {
  SECONDS=0
  run_demo
  expect_whole_demo
  [[ $output =~ ([0-9.]+)' times as much' ]]
  [[ ${BASH_REMATCH[1]%.*} -ge 1 && ${BASH_REMATCH[1]} != 1.[0-4]* ]] || fail "$output"
  expect_text "$output" '<- cut' '50000000 of 50000000 bytes arrived'
  [[ $SECONDS -le 75 ]]
}

# How it looks

@test 'demo: plain text where nobody watches' {
  run_demo --quick
  expect_no_text "$output" $'\e' $'\r'
}

@test 'demo: colours on a terminal, none with NO_COLOR' {
  run env -u NO_COLOR TERM=xterm script -qec "node '$DEMO' --quick" /dev/null
  expect_status 0
  expect_text "$output" $'\e[1m'
  run env TERM=xterm NO_COLOR=1 script -qec "node '$DEMO' --quick" /dev/null
  expect_status 0
  expect_no_text "$output" $'\e['
}

# Colours take no room.
#   expect_width 60 TEXT
expect_width() {
  local wide
  wide=$(sed 's/\r$//; s/\x1b\[[0-9;]*m//g; s/\x1b\[K//g' <<<"$2" | LC_ALL=C.UTF-8 grep -E "^.{$(($1 + 1)),}") ||
    return 0
  fail "wider than $1:" "$wide"
}

@test 'demo: no line is wider than a terminal of 60 or 80 columns' {
  local width
  for width in 60 80; do
    run env TERM=xterm LC_ALL=C.UTF-8 script -qec "stty cols $width; node '$DEMO' --quick" /dev/null
    expect_status 0
    expect_width "$width" "$output"
    expect_text "$output" 'Nothing is left'
  done
  # Else nothing of it would be wrapped.
  run ! expect_width 60 "$output"
}

@test 'demo: a reader who stops reading ends it, without a word' {
  run --separate-stderr bash -o pipefail -c "node '$DEMO' --quick | head -n 1"
  expect_status 1
  expect_silence "$stderr"
}

# What it claims is so

@test 'demo: a hook that fails makes it fail' {
  replace_hook mptcp_up 'echo "mptcp_up: eth0: broken"' 'exit 1'
  run_demo --quick
  expect_status 1
  expect_one_line "$stderr"
  expect_text "$stderr" 'demo: ifup failed' 'mptcp_up'
}

@test 'demo: a hook that does nothing makes it fail' {
  replace_hook mptcp_up 'exit 0'
  run_demo --quick
  expect_status 1
  expect_one_line "$stderr"
  expect_text "$stderr" 'eth0' 'mptcp_up has failed'
}

@test 'demo: a hook without endpoints makes it fail' {
  replace_hook mptcp_up "IF_MPTCP_ENDPOINT=none exec '$(keep_hook mptcp_up)'"
  run_demo --quick
  expect_status 1
  expect_text "$stderr" 'no endpoint for 10.1.1.2'
}

@test 'demo: a hook that hides the containers makes it fail' {
  replace_hook mptcp_up "IF_MPTCP_MAIN_ROUTES=ignore exec '$(keep_hook mptcp_up)'"
  run_demo --quick
  expect_status 1
  expect_text "$stderr" 'to the container leave by eth0, not by docker0'
}

@test 'demo: a hook that leaves something behind makes it fail' {
  replace_hook mptcp_down 'exit 0'
  run_demo --quick
  expect_status 1
  expect_one_line "$stderr"
  expect_text "$stderr" 'ifdown has left'
}

# Bad input

@test 'bad input: an unknown option and a stray argument' {
  run_demo --slow
  expect_refusal --slow 'npm run demo [-- --quick]'
  run_demo slow
  expect_refusal slow 'npm run demo [-- --quick]'
}

@test 'bad input: user namespaces are forbidden' {
  run_without_user_namespaces node "$DEMO" --quick
  expect_refusal 'forbids namespaces' 'sysctl user.max_user_namespaces'
}

@test 'bad input: no ip' {
  hide_commands /usr/sbin/ip /usr/bin/ping
  run_demo --quick
  expect_refusal 'there is no ip: ' 'apt-get install iproute2 iputils-ping'
}

@test 'bad input: no Multipath TCP in the kernel' {
  enter_private_mounts mount -t tmpfs tmpfs /proc/sys/net
  run_demo --quick
  expect_refusal 'no Multipath TCP' CONFIG_MPTCP
}

# A fresh clone, with an npm that only tells what it is asked for

@test 'fresh clone: npm ci, then npm run build' {
  copy_project_without_packages
  # shellcheck disable=SC2016 # expanded by the npm that it writes
  write_fake_npm 'echo "npm $*" >> "$TMPDIR/../asked"; exit 1'
  run --separate-stderr node "$COPY/test/demo/demo.mjs" --quick
  expect_status 1
  expect_text "$stderr" 'demo: npm ci failed'
  expect_equal "$(cat "$BATS_TEST_TMPDIR/asked")" 'npm ci'
  mkdir "$COPY/node_modules"
  touch "$COPY/node_modules/.package-lock.json"
  run --separate-stderr node "$COPY/test/demo/demo.mjs" --quick
  expect_status 1
  expect_text "$stderr" 'demo: npm run build failed'
  expect_equal "$(tail -n 1 "$BATS_TEST_TMPDIR/asked")" 'npm run build'
}

@test 'fresh clone: an interrupted npm ci leaves no half of node_modules and no process' {
  copy_project_without_packages
  write_fake_npm 'mkdir node_modules; echo > node_modules/half; sleep 77 & wait'
  start_demo_in_background "$COPY/test/demo/demo.mjs" --quick
  wait_until test -e "$COPY/node_modules/half"
  kill -INT "$BACKGROUND"
  expect_interrupted SIGINT
  [[ ! -e $COPY/node_modules ]]
}

# Interruptions: at the start, in the lab, in the steps and in the transfers

interrupt_after() {
  local signal=$1 delay
  for delay in "${@:2}"; do
    start_demo_in_background "$DEMO"
    wait_until listens_to_signals
    sleep "$delay"
    kill -"$signal" "$BACKGROUND"
    expect_interrupted "SIG$signal" || return
  done
}

@test 'interrupted by SIGINT: one line, exit status 1, nothing left' {
  interrupt_after INT 0 0.1 0.3 0.8 4
}

@test 'interrupted by SIGTERM: one line, exit status 1, nothing left' {
  interrupt_after TERM 0.05 0.2 0.5 1.2 8
}

@test 'interrupted by SIGHUP: one line, exit status 1, nothing left' {
  interrupt_after HUP 0.15 2
}

@test 'interrupted: killed outright, it leaves nothing either' {
  local delay
  for delay in 0.5 1.2 5; do
    start_demo_in_background "$DEMO"
    sleep "$delay"
    kill -KILL "$BACKGROUND"
    wait "$BACKGROUND" || true
    # Nobody is left who could wait for the rest.
    wait_until expect_nothing_left
  done
}
