#!/usr/bin/env bats
# mptcp-routes plan, apply and flush on the real kernel.

load routes

setup() {
  build_host
}

teardown() {
  tear_down_lab
  rm -f "$CONFIGURATION"
}

# From what is asked for

@test 'apply: from a configuration, in both families' {
  configure_uplinks
  run --separate-stderr routes apply
  expect_status 0
  expect_quiet
  for address in 10.1.1.2 10.1.2.2 2001:db8:1::2 2001:db8:2::2; do
    expect_answer "$address"
  done
  expect_way 10.1.2.2 eth1
  expect_equal "$(print_endpoints | wc -l)" 4
}

@test 'apply: from records, the same as ifup' {
  write_page_interfaces
  ifup -a
  expect_something_of_ours
  local wanted
  wanted=$(print_state)
  on_host ip rule delete from 10.1.2.2 priority 31000
  on_host ip route flush table "$(table_of 10.1.1.2)"
  on_host ip mptcp endpoint flush
  routes apply
  expect_state "$wanted"
}

@test 'apply: a record goes before a section, and mptcp off holds' {
  build_uplinks
  write_configuration <<'END'
[eth0]
mptcp = off
[eth1]
mptcp-priority = 2000
END
  start_hook up eth1 IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_PRIORITY=3000
  routes apply
  expect_text "$(print_rules)" '3000: from 10.1.2.2 lookup'
  expect_no_text "$(print_rules)" 2000: 10.1.1.2
}

@test 'apply: without records and sections nothing is touched' {
  build_uplinks
  local before
  before=$(print_state)
  run --separate-stderr routes apply
  expect_status 0
  expect_quiet
  expect_state "$before"
}

@test 'apply IFACE acts on that device alone' {
  configure_uplinks
  routes apply eth1
  expect_text "$(print_rules)" 10.1.2.2 2001:db8:2::2
  expect_no_text "$(print_rules)" 10.1.1.2 2001:db8:1::2
  expect_equal "$(group_of eth0)" 0
}

@test 'apply: an interface that is not there is an error' {
  configure_uplinks
  run --separate-stderr routes apply eth9
  expect_status 1
  expect_one_message
  expect_message '"eth9"'
}

@test 'apply and plan: an interface that nobody asks for keeps what it has, and only flush takes it out' {
  local before command
  configure_uplinks
  routes apply
  rm "$CONFIGURATION"
  before=$(print_state)
  for command in apply plan; do
    run --separate-stderr routes "$command" eth1
    expect_status 1
    expect_one_message
    expect_message '"eth1": nobody asks for it' "no section of $CONFIGURATION" 'mptcp-routes flush eth1'
    expect_state "$before"
  done
  routes flush eth1
  expect_no_text "$(print_rules)" 10.1.2.2
  expect_answer 10.1.1.2
}

@test 'apply: a device that cannot have what it asks for holds up no other' {
  build_uplinks
  write_configuration <<'END'
[eth0]
mptcp-gateway = 10.1.1.2
[eth1]
END
  run --separate-stderr routes apply
  expect_status 1
  expect_one_message
  expect_message 'eth0: ' 'mptcp-gateway "10.1.1.2"' "own address" 'configuration, line 1'
  expect_answer 10.1.2.2
  expect_no_text "$(print_rules)" 10.1.1.2
}

# Plan

@test 'plan changes nothing, and what it prints does what apply does' {
  configure_uplinks
  local before planned
  before=$(print_state)
  routes plan > "$BATS_TEST_TMPDIR/plan"
  expect_state "$before"
  expect_equal "$(routes apply -n)" "$(< "$BATS_TEST_TMPDIR/plan")"
  on_host sh -e "$BATS_TEST_TMPDIR/plan"
  planned=$(print_state)
  expect_equal "$(pending)" 0
  routes flush
  routes apply
  expect_state "$planned"
}

@test 'apply -v prints each command that it runs' {
  configure_uplinks
  routes plan > "$BATS_TEST_TMPDIR/plan"
  run --separate-stderr routes apply -v
  expect_status 0
  expect_equal "$stderr" "$(< "$BATS_TEST_TMPDIR/plan")"
}

# Idle

@test 'idle: the kernel is told nothing, in two reads' {
  configure_uplinks
  routes apply
  log_ip
  routes_with_log apply
  expect_equal "$(grep -c '^process' "$BATS_TEST_TMPDIR/ip.log")" 2
  expect_silence "$(grep -E '^(process .* )?(rule|route|link|mptcp [a-z]+) (add|append|replace|change|set|del)' \
    "$BATS_TEST_TMPDIR/ip.log" || true)"
}

@test 'what counts commands in the test before counts those that change something' {
  configure_uplinks
  log_ip
  routes_with_log apply
  grep -q '^rule add from 10.1.2.2' "$BATS_TEST_TMPDIR/ip.log"
}

# An ip that writes down what it is told.
log_ip() {
  mkdir "$BATS_TEST_TMPDIR/bin"
  cat > "$BATS_TEST_TMPDIR/bin/ip" <<END
#!/bin/sh
echo "process \$*" >> '$BATS_TEST_TMPDIR/ip.log'
case " \$* " in
  *' -batch - '*) tee -a '$BATS_TEST_TMPDIR/ip.log' | /sbin/ip "\$@" ;;
  *) exec /sbin/ip "\$@" ;;
esac
END
  chmod +x "$BATS_TEST_TMPDIR/bin/ip"
}

routes_with_log() {
  on_host env PATH="$BATS_TEST_TMPDIR/bin:$PATH" "$ROUTES" "$@"
}

# Many

@test 'many: 60 uplinks at once' {
  add_uplinks 11 70
  write_configuration <<<'[wan*]'
  run --separate-stderr routes apply
  expect_status 0
  expect_equal "$(on_host ip rule show | grep -c ' proto 77')" 180
  for number in 11 40 70; do
    expect_way "10.2.$number.2" "wan$number"
  done
  expect_equal "$(print_endpoints | wc -l)" 8
  expect_equal "$(pending)" 0
}

# Flush

@test 'flush takes all of ours and nothing of others' {
  configure_uplinks
  add_strangers
  on_host ip mptcp limits set subflows 8
  local before
  before=$(print_state)
  routes apply
  expect_something_of_ours
  run --separate-stderr routes flush
  expect_status 0
  expect_quiet
  expect_state "$before"
}

@test 'flush takes what nobody has recorded' {
  write_page_interfaces
  ifup -a
  expect_something_of_ours
  forget_records
  routes flush
  expect_no_text "$(print_state)" ' proto 77' ' group 77'
  # Nothing tells any more who has set it: it may be an admin's own.
  expect_equal "$(ignores_linkdown inet eth1)" on
}

@test 'flush IFACE takes that device alone' {
  configure_uplinks
  routes apply
  routes flush eth1
  expect_no_text "$(print_state)" 'from 10.1.2.2 ' 'from 2001:db8:2::2 '
  expect_answer 10.1.1.2
}

@test 'flush -n changes nothing' {
  configure_uplinks
  routes apply
  local before
  before=$(print_state)
  run --separate-stderr routes flush -n
  expect_text "$output" 'ip rule delete from 10.1.2.2'
  expect_state "$before"
}

# All or nothing

@test 'all or nothing: refused at each line, the host is as it was' {
  configure_uplinks
  add_strangers
  local before lines line
  before=$(print_state)
  mapfile -t lines < <(routes plan | grep -v ^sysctl)
  [[ ${#lines[@]} -gt 15 ]]
  for line in "${lines[@]}"; do
    ip_refuses "$line"
    run --separate-stderr routes_with_fake apply
    expect_the_fake_was_met
    expect_status 1
    expect_text "$stderr" 'Operation not permitted'
    expect_equal "$(print_state | without_limits)" "$(without_limits <<<"$before")" || fail "refused: $line"
  done
}

# They are raised before the work, and never lowered.
without_limits() {
  grep -v '^add_addr_accepted'
}

# Killed

@test 'killed after each count of lines, and run again: the wanted state' {
  configure_uplinks
  routes apply
  local wanted count
  wanted=$(print_state)
  for count in 0 1 2 5 9 14 19; do
    routes flush
    ip_kills_the_hook_after "$count"
    run --separate-stderr routes_with_fake apply
    expect_the_fake_was_met
    routes apply
    expect_state "$wanted"
  done
}

@test 'killed at random moments, and run again: the wanted state' {
  configure_uplinks
  make_ip_slow
  local wanted begin took moment
  begin=${EPOCHREALTIME/[.,]/}
  apply_slowly
  took=$((${EPOCHREALTIME/[.,]/} - begin))
  wanted=$(print_state)
  for _ in {1..12}; do
    routes flush
    moment=$((took * (30 + RANDOM % 70) / 100))
    moment=$((moment / 1000000)).$(printf %06d $((moment % 1000000)))
    apply_slowly timeout -s KILL "$moment" 2>/dev/null || true
    routes apply
    expect_state "$wanted"
  done
}

# So that there is time between one `ip` process and the next.
make_ip_slow() {
  mkdir "$BATS_TEST_TMPDIR/bin"
  printf '%s\n' '#!/bin/sh' 'sleep 0.1' 'exec /sbin/ip "$@"' > "$BATS_TEST_TMPDIR/bin/ip"
  chmod +x "$BATS_TEST_TMPDIR/bin/ip"
}

#   apply_slowly [COMMAND...]     which runs it
apply_slowly() {
  on_host env PATH="$BATS_TEST_TMPDIR/bin:$PATH" "$@" "$ROUTES" apply
}

@test 'two at once: neither comes between the look and the work of the other' {
  configure_uplinks
  routes apply
  local wanted running=() one
  wanted=$(print_state)
  for _ in {1..6}; do
    routes flush 3>&- &
    running+=($!)
    routes apply 3>&- &
    running+=($!)
  done
  for one in "${running[@]}"; do
    wait "$one"
  done
  routes apply
  expect_state "$wanted"
}
