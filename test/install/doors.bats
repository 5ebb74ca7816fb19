#!/usr/bin/env bats
# install.sh and the doors: one for each manager that is there, and what is left out stays out.

# The inner shells expand what is in single quotes, bats runs each test in a subshell, and run sets stderr.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load host

setup() {
  copy_tree
  make_host
}

DHCLIENT=etc/dhcp/dhclient-exit-hooks.d/zz-mptcp
LIBRARY=programs/ifupdown-mptcp

# MODE SOURCE PLACE
EVERY_DOOR="\
644 dhclient/zz-mptcp $DHCLIENT
644 dhcpcd/70-mptcp programs/dhcpcd/dhcpcd-hooks/70-mptcp
755 udhcpc/mptcp $LIBRARY/udhcpc.script
755 ppp/mptcp etc/ppp/ip-up.d/mptcp
755 ppp/mptcp etc/ppp/ip-down.d/mptcp
755 ppp/mptcp etc/ppp/ipv6-up.d/mptcp
755 ppp/mptcp etc/ppp/ipv6-down.d/mptcp
755 networkmanager/90-mptcp etc/NetworkManager/dispatcher.d/90-mptcp
644 netifrc/mptcp.sh programs/netifrc/net/mptcp.sh
755 ifupdown-ng/mptcp libexec/ifupdown-ng/mptcp"

# Files of the doors on the host, but for the one that they all call.
print_doors() {
  (cd "$HOST" && find etc libexec programs -type f ! -path '*/init.d/*' -name '*mptcp*') | sort
}


@test 'each manager on the host has its door, whole and with its mode' {
  add_managers
  local mode source place
  run --separate-stderr install
  expect_status 0
  expect_silence "$stderr"
  while read -r mode source place; do
    cmp "$TREE/doors/$source" "$HOST/$place"
    expect_equal "$place $(stat -c %a "$HOST/$place")" "$place $mode"
  done <<< "$EVERY_DOOR"
  cmp "$TREE/doors/door" "$HOST/$LIBRARY/door"
  [[ -x $HOST/$LIBRARY/door ]]
  expect_text "$output" '/etc/ppp/ipv6-down.d/mptcp' \
    'Doors are in for dhclient, dhcpcd, udhcpc, pppd, networkmanager, netifrc, ifupdown-ng.'
}

@test 'Alpine’s udhcpc: a file in each of its directories, which go again with the last of them' {
  local dest=$BATS_TEST_TMPDIR/dest directory
  mkdir -p "$dest/usr/share/udhcpc" "$dest/etc/udhcpc/post-renew"
  touch "$dest/usr/share/udhcpc/default.script" "$dest/etc/udhcpc/post-renew/another"
  DESTDIR=$dest "$TREE/install.sh"
  for directory in bound renew deconfig; do
    cmp "$TREE/doors/udhcpc/mptcp" "$dest/etc/udhcpc/post-$directory/mptcp"
  done
  DESTDIR=$dest "$TREE/install.sh" --uninstall
  expect_equal "$(cd "$dest/etc/udhcpc" && find . | sort)" $'.\n./post-renew\n./post-renew/another'
}

@test 'a host without managers: no directory is made for them, and it is said' {
  run --separate-stderr install
  expect_text "$output" 'No DHCP client or manager on this host has a place for a door.'
  expect_silence "$(cd "$HOST" && find etc libexec programs -maxdepth 1 -type d \
    \( -name dhcp -o -name ppp -o -name udhcpc -o -name NetworkManager -o -name dhcpcd -o -name netifrc -o -name ifupdown-ng \))"
}

@test 'a manager that comes later gets its door with the next run' {
  make_installed_host
  add_managers
  run install
  expect_text "$output" 'Installed ifupdown-mptcp' 'again' 'Doors are in for dhclient,'
  [[ -e $HOST/$DHCLIENT ]]
}

@test '--without leaves doors out and takes them out, whatever comes after' {
  add_managers
  install --without dhclient,pppd --without=networkmanager,netifrc
  expect_equal "$(print_doors)" "\
libexec/ifupdown-ng/mptcp
programs/dhcpcd/dhcpcd-hooks/70-mptcp"
  older_version
  run install --without dhcpcd
  expect_text "$output" 'Upgraded' \
    'Doors are in for udhcpc, ifupdown-ng, and left out for dhclient, dhcpcd, pppd, networkmanager, netifrc.'
  expect_equal "$(print_doors)" libexec/ifupdown-ng/mptcp
  run install
  expect_text "$output" 'installed already'
  expect_equal "$(print_doors)" libexec/ifupdown-ng/mptcp
  install --without none,dhcpcd
  expect_equal "$(print_doors | wc -l)" 8
  [[ ! -e $HOST/programs/dhcpcd/dhcpcd-hooks/70-mptcp ]]
}

older_version() {
  sed -i 's/"'"$(node -p 'require(process.argv[1]).version' "$TREE/package.json")"'"/"0.1.9"/' \
    "$HOST"/network/if-*.d/mptcp_* "$HOST/sbin/mptcp-routes"
}

@test 'a door that is removed by hand stays out, and the others of its manager are upgraded' {
  make_installed_host add_managers
  rm "$HOST/$DHCLIENT" "$HOST/etc/ppp/ip-down.d/mptcp" "$HOST/$LIBRARY/udhcpc.script"
  echo '# newer' >> "$TREE/doors/ppp/mptcp"
  install
  install
  [[ ! -e $HOST/$DHCLIENT && ! -e $HOST/etc/ppp/ip-down.d/mptcp && ! -e $HOST/$LIBRARY/udhcpc.script ]]
  cmp "$TREE/doors/ppp/mptcp" "$HOST/etc/ppp/ip-up.d/mptcp"
  install --without none
  cmp "$TREE/doors/ppp/mptcp" "$HOST/etc/ppp/ip-down.d/mptcp"
  [[ -e $HOST/$DHCLIENT && -e $HOST/$LIBRARY/udhcpc.script ]]
}

@test 'what a killed run has not put in does not count as removed by hand' {
  make_installed_host add_managers
  local file=$HOST/state/ifupdown-mptcp/installed
  sed -i 1iunfinished "$file"
  rm "$HOST/$DHCLIENT" "$HOST/sbin/mptcp-routes"
  install
  [[ -e $HOST/$DHCLIENT && -e $HOST/sbin/mptcp-routes ]]
  expect_no_text "$(<"$file")" unfinished without
}

@test 'a copy by hand of the same door is taken over, another file is left as it is' {
  add_managers
  cp "$TREE/doors/dhclient/zz-mptcp" "$HOST/$DHCLIENT"
  install
  install --uninstall
  [[ ! -e $HOST/$DHCLIENT ]]
  echo '# mine' > "$HOST/etc/ppp/ip-up.d/mptcp"
  run --separate-stderr install
  expect_status 1
  expect_text "$stderr" '/etc/ppp/ip-up.d/mptcp was not installed by this script'
  expect_equal "$(print_doors)" etc/ppp/ip-up.d/mptcp
  install --without pppd
  expect_equal "$(<"$HOST/etc/ppp/ip-up.d/mptcp")" '# mine'
}

@test 'all goes again, and nothing of the managers’ own' {
  add_managers
  touch "$HOST/etc/ppp/ip-up.d/another"
  mkdir -p "$HOST"/share/{doc,man/man{5,8}} "$HOST/lib/systemd/system" \
    "$HOST/etc/systemd/system/multi-user.target.wants"
  local before
  before=$(print_files "$HOST")
  install --without ifupdown-ng
  install --uninstall
  expect_equal "$(print_files "$HOST")" "$before"
}
