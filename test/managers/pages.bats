#!/usr/bin/env bats
# docs/managers: ifupdown and the DHCP clients as their pages say, and that no page says what is not run.

load managers

setup_file() { lay_over clients; }
teardown_file() { take_layer_away; }

setup() {
  build_host
  install_hooks "${ROUTES%/*}"
  rm -rf /usr/lib/ifupdown-mptcp
}

teardown() {
  tear_down_lab
  configure_dhcp_clients
}

serve_both() {
  serve 0 2 2 10.1.1.1
  serve 1 2 2 10.1.2.1
}

expect_page() {
  expect_uplink eth0 10.1.1.1
  expect_uplink eth1 10.1.2.1
  expect_equal "$(address_of eth0) $(address_of eth1)" '10.1.1.2 10.1.2.2'
}

expect_backup() {
  expect_text "$(print_endpoints)" '10.1.2.2 subflow backup dev eth1'
}

@test 'ifupdown: static addresses, and DHCP' {
  install_page ifupdown static
  ifup -a
  expect_page
  ifdown -a
  expect_nothing_of_ours
  serve_both
  install_page ifupdown dhcp
  ifup -a
  expect_page
  ifdown -a
  expect_nothing_of_ours
}

@test 'dhclient: the door' {
  serve_both
  install_page dhclient dhcp
  run_block dhclient install-door
  run_block dhclient start 3>&-
  expect_page
  expect_backup
}

@test 'dhcpcd: static addresses and the watcher' {
  install_page dhcpcd static
  start_watch
  run_block dhcpcd start 3>&-
  expect_page
}

@test 'dhcpcd: DHCP and the door' {
  serve_both
  install_page dhcpcd dhcp
  # It would probe each address for seconds.
  echo noarp >> /etc/dhcpcd.conf
  run_block dhcpcd install-door
  run_block dhcpcd start 3>&-
  expect_page
  expect_backup
}

@test "udhcpc: Debian's script and the door" {
  serve_both
  install_page udhcpc debian
  run_block udhcpc install-script
  run_block udhcpc start 3>&-
  expect_page
  expect_backup
}

# Without a line, as few kernels for tests have PPP: pppd and ifupdown read what the page says.
@test 'pppd: options, stanza and section are understood' {
  install_page pppd dsl
  run_block pppd install-door
  on_host ip link set eth1 up
  run on_host pppd dryrun call dsl-provider
  expect_text "$output" 'Plugin rp-pppoe.so loaded'
  # The plugin wants a kernel with PPP, and so does pppd once it has understood its options: before, it ends with 2.
  sed -i '/^plugin/d; /^nic-/d' /etc/ppp/peers/dsl-provider
  run on_host pppd pty true dryrun call dsl-provider
  [[ $status -eq 0 || $status -eq 4 ]] || fail "$output"
  expect_text "$(on_host ifquery dsl-provider)" 'provider: dsl-provider' 'mptcp-endpoint: backup'
  install_page pppd section
  run --separate-stderr routes check
  expect_no_text "$output$stderr" "$CONFIGURATION:"
}

# Blocks that are files by their names, commands by theirs. `install.sh` has tests of its own, and systemctl and rc-update
# stand for whatever starts services.
@test 'every configuration and every command of the pages is in a test' {
  cd "$TREE/docs/managers"
  found=0
  while read -r page name file; do
    found=$((found + 1))
    if [[ -n $file ]]; then
      grep -qxE " *install_page $page $name" "$TREE"/test/managers/*.bats || fail "$page.md: $name is in no test"
    elif ! grep -qE '^sudo (./install.sh|systemctl enable --now mptcp-routes|rc-update .*)$' <<< "$(block "$page" "$name")"; then
      grep -qE "^ *run_block $page $name( |$)" "$TREE"/test/managers/*.bats || fail "$page.md: $name is in no test"
    fi
  done < <(awk '/^```/ && (inside = !inside) { sub(/\.md$/, "", FILENAME); print FILENAME, $2, $3 }' ./*.md | sed 's|^\./||')
  ((found > 40))
}

@test 'all pages have the same parts' {
  for page in "$TREE"/docs/managers/*.md; do
    expect_equal "$(grep -oE '^(## .*|\*\*Who uses it\.\*\*)' "$page")" "**Who uses it.**
## What to install
## The two uplinks
## What follows a lease change
## What it cannot do" || fail "$page"
  done
}
