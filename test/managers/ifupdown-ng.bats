#!/usr/bin/env bats
# ifupdown-ng: the hooks in if-up.d, and the executor where no scripts are to run.

load managers

EXECUTORS=/usr/libexec/ifupdown-ng

setup_file() { lay_over ng; }
teardown_file() { take_layer_away; }

setup() {
  install_hooks "${ROUTES%/*}"
  build_host
  rm -f "$EXECUTORS/mptcp" /etc/network/ifupdown-ng.conf
}

teardown() {
  tear_down_lab
}

install_executor() {
  cp "$TREE/doors/ifupdown-ng/mptcp" "$EXECUTORS"
}

expect_page() {
  expect_uplink eth0 10.1.1.1
  expect_uplink eth1 10.1.2.1
}

@test 'if-up.d: start, another address and router, and stop' {
  write_page_interfaces
  ifup -a
  expect_page
  expect_connection_over_both
  add_router
  ifdown eth1
  expect_no_uplink eth1
  sed -i 's/10.1.2.2/10.1.2.3/; s/mptcp-gateway 10.1.2.1/mptcp-gateway 10.1.2.254/' /etc/network/interfaces
  ifup eth1
  expect_uplink eth1 10.1.2.254
  expect_equal "$(address_of eth1)" 10.1.2.3
  ifdown -a
  expect_nothing_of_ours
}

@test 'if-up.d and the watcher: what somebody takes away comes back, and ifdown is the end' {
  start_watch
  write_page_interfaces
  ifup -a
  expect_page
  on_host ip rule delete from 10.1.2.2 priority 31000
  expect_page
  ifdown -a
  expect_settled
  expect_nothing_of_ours
}

@test 'the executor: nothing to do where scripts run' {
  install_executor
  log_runs
  write_page_interfaces
  ifup -a
  ifdown -a
  # In if-down.d first, then in if-post-down.d.
  expect_equal "$(grep -v ' lo ' /run/runs.log | sort | uniq -c | squeeze)" ' 2 mptcp_down eth0 ifupdown
 2 mptcp_down eth1 ifupdown
 1 mptcp_up eth0 ifupdown
 1 mptcp_up eth1 ifupdown'
  expect_nothing_of_ours
}

@test 'the executor: start, another address and router, and stop where no scripts run' {
  install_executor
  echo 'allow_addon_scripts = 0' > /etc/network/ifupdown-ng.conf
  write_page_interfaces
  sed -i '/gateway 10.1.1.1/a use mptcp' /etc/network/interfaces
  ifup -a
  expect_page
  add_router
  ifdown eth1
  expect_no_uplink eth1
  sed -i 's/10.1.2.2/10.1.2.3/; s/mptcp-gateway 10.1.2.1/mptcp-gateway 10.1.2.254/' /etc/network/interfaces
  ifup eth1
  expect_uplink eth1 10.1.2.254
  ifdown -a
  expect_nothing_of_ours
}

@test 'the executor: ifup goes on, whatever the hooks say, and without them' {
  install_executor
  echo 'allow_addon_scripts = 0' > /etc/network/ifupdown-ng.conf
  write_page_interfaces
  sed -i 's/mptcp-gateway .*/mptcp-gateway 10.1.2.2/' /etc/network/interfaces
  run --separate-stderr ifup eth1
  expect_status 0
  expect_message 'eth1' 'mptcp-gateway "10.1.2.2"'
  ifdown eth1
  rm "$UP" "$DOWN" "$LEAVE"
  run --separate-stderr ifup eth1
  expect_status 0
  expect_message 'mptcp: eth1: ifupdown-mptcp is gone'
  ifdown eth1
  expect_nothing_of_ours
}

@test 'the page: scripts, and the executor' {
  install_page ifupdown-ng scripts
  ifup -a
  expect_page
  ifdown -a
  expect_nothing_of_ours
  install_page ifupdown-ng executor
  run_block ifupdown-ng install-executor
  ifup -a
  expect_page
  ifdown -a
  expect_nothing_of_ours
}

# Alpine's script of udhcpc, by what it does: a metric for each interface, and scripts for each event.
@test 'the page of udhcpc: Alpine' {
  run_block udhcpc install-door
  cat > /etc/udhcpc/default.script <<'END'
#!/bin/sh
export broadcast dns domain interface ip mask metric staticroutes router subnet
case $1 in
  deconfig) ip -4 address flush dev "$interface" ;;
  bound | renew)
    ip -4 address replace "$ip/$mask" dev "$interface"
    ip link set dev "$interface" up
    ip -4 route replace default via "$router" dev "$interface" metric "$((200 + $(cat "/sys/class/net/$interface/ifindex")))"
    ;;
esac
for script in "/etc/udhcpc/post-$1"/*; do "$script"; done
END
  chmod 755 /etc/udhcpc/default.script
  install_page udhcpc alpine
  serve 0 2 2 10.1.1.1
  serve 1 2 2 10.1.2.1
  ifup -a
  expect_page
  expect_text "$(print_endpoints)" '10.1.2.2 subflow backup dev eth1'
  ifdown -a
  expect_no_uplink eth0
  expect_no_uplink eth1
  expect_nothing_of_ours
}
