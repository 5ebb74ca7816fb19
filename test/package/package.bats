#!/usr/bin/env bats
# The Debian package: as a file, and in the life of a machine. Each machine is a fresh system without a network.

load machine

setup() {
  bats_require_minimum_version 1.5.0
}

teardown() {
  shut_down
}

# Its search for what only bash knows reads the JavaScript of the bundles as well, and takes half a minute for that: it is
# given a package whose bundles end where their shell part does.
@test 'the package: lintian has no error and no warning' {
  local bashisms=shell/non-posix/bash-centric tree=$BATS_TEST_TMPDIR/tree
  run lintian --allow-root --fail-on error,warning --dont-check-part "$bashisms" "$DEB"
  expect_equal "$status $output" '0 '
  dpkg-deb --raw-extract "$DEB" "$tree"
  sed -i '/^\*\/$/,$d' "$tree"/usr/{lib/ifupdown-mptcp/mptcp_{up,down},sbin/mptcp-routes}
  dpkg-deb --root-owner-group --build "$tree" "$BATS_TEST_TMPDIR/shell.deb"
  run lintian --allow-root --fail-on error,warning --check-part "$bashisms" "$BATS_TEST_TMPDIR/shell.deb"
  expect_equal "$status $output" '0 '
}

@test 'the package: two builds are the same to the byte' {
  "$TOP/debian/build" "$BATS_TEST_TMPDIR"
  cmp "$DEB" "$BATS_TEST_TMPDIR/${DEB##*/}"
}

@test 'the package: the version is that of package.json' {
  local version
  version=$(node -p 'require(process.argv[1]).version' "$(realpath "$TOP/package.json")")
  expect_equal "$(dpkg-deb --field "$DEB" Version)" "$version-1"
  dpkg-deb --extract "$DEB" "$BATS_TEST_TMPDIR/tree"
  expect_equal "$("$BATS_TEST_TMPDIR/tree/usr/lib/ifupdown-mptcp/mptcp_up" --version)" "mptcp_up $version"
  expect_equal "$("$BATS_TEST_TMPDIR/tree/usr/sbin/mptcp-routes" --version)" "mptcp-routes $version"
}

@test 'the package: what it needs and what it holds' {
  expect_equal "$(dpkg-deb --field "$DEB" Architecture Depends Recommends)" "\
Architecture: all
Depends: nodejs (>= 18.19), iproute2 (>= 6.1), util-linux (>= 2.38)
Recommends: ifupdown | ifupdown-ng | ifupdown2, iputils-ping, nftables"
  expect_equal "$(dpkg-deb --fsys-tarfile "$DEB" | tar -tv | awk '!/\/$/ { print $1, $6 }' | grep -v '/doc/.*/docs/' |
    LC_ALL=C sort -k 2)" "\
-rwxr-xr-x ./etc/NetworkManager/dispatcher.d/90-mptcp
-rw-r--r-- ./etc/dhcp/dhclient-exit-hooks.d/zz-mptcp
-rwxr-xr-x ./etc/init.d/mptcp-routes
-rw-r--r-- ./etc/iproute2/rt_protos.d/ifupdown-mptcp.conf
-rwxr-xr-x ./etc/network/if-down.d/mptcp_down
-rwxr-xr-x ./etc/network/if-post-down.d/mptcp_down
-rwxr-xr-x ./etc/network/if-up.d/mptcp_up
-rwxr-xr-x ./etc/ppp/ip-down.d/mptcp
-rwxr-xr-x ./etc/ppp/ip-up.d/mptcp
-rwxr-xr-x ./etc/ppp/ipv6-down.d/mptcp
-rwxr-xr-x ./etc/ppp/ipv6-up.d/mptcp
-rw-r--r-- ./usr/lib/dhcpcd/dhcpcd-hooks/70-mptcp
-rw-r--r-- ./usr/lib/ifupdown-mptcp/cache.cjs
-rwxr-xr-x ./usr/lib/ifupdown-mptcp/door
-rwxr-xr-x ./usr/lib/ifupdown-mptcp/make-cache
-rwxr-xr-x ./usr/lib/ifupdown-mptcp/mptcp_down
-rwxr-xr-x ./usr/lib/ifupdown-mptcp/mptcp_up
-rwxr-xr-x ./usr/lib/ifupdown-mptcp/udhcpc.script
-rw-r--r-- ./usr/lib/systemd/system/mptcp-routes.service
-rwxr-xr-x ./usr/libexec/ifupdown-ng/mptcp
-rwxr-xr-x ./usr/sbin/mptcp-routes
-rw-r--r-- ./usr/share/doc/ifupdown-mptcp/README.Debian
-rw-r--r-- ./usr/share/doc/ifupdown-mptcp/README.md
-rw-r--r-- ./usr/share/doc/ifupdown-mptcp/changelog.Debian.gz
-rw-r--r-- ./usr/share/doc/ifupdown-mptcp/changelog.gz
-rw-r--r-- ./usr/share/doc/ifupdown-mptcp/copyright
-rw-r--r-- ./usr/share/doc/ifupdown-mptcp/examples/mptcp-routes.conf.example
-rw-r--r-- ./usr/share/doc/ifupdown-mptcp/examples/netifrc/mptcp.sh
-rw-r--r-- ./usr/share/doc/ifupdown-mptcp/examples/networkd/10-mptcp.conf
-rw-r--r-- ./usr/share/lintian/overrides/ifupdown-mptcp
-rw-r--r-- ./usr/share/man/man5/ifupdown-mptcp-interfaces.5.gz
-rw-r--r-- ./usr/share/man/man5/mptcp-routes.conf.5.gz
-rw-r--r-- ./usr/share/man/man8/mptcp-routes.8.gz
lrwxrwxrwx ./usr/share/man/man8/mptcp_down.8.gz
-rw-r--r-- ./usr/share/man/man8/mptcp_up.8.gz"
}

@test 'the package: whatever code is bundled, debian/copyright names it and its holders' {
  local name notices copyright
  dpkg-deb --extract "$DEB" "$BATS_TEST_TMPDIR/tree"
  copyright=$(<"$BATS_TEST_TMPDIR/tree/usr/share/doc/ifupdown-mptcp/copyright")
  notices=$(sed '/^"use strict"/q' "$BATS_TEST_TMPDIR"/tree/usr/{lib/ifupdown-mptcp/mptcp_*,sbin/mptcp-routes})
  while read -r name; do
    expect_text "$copyright" "node_modules/$name/*"
  done < <(sed -n 's/^\/\/ This file contains \(.*\):$/\1/p' <<<"$notices" | sort -u)
  # Whoever comes after the sign and the years, but for a second name of the same.
  while read -r name; do
    expect_text "$copyright" "$name"
  done < <(sed -nE 's/^\/\/ Copyright( \(c\))?( [0-9]{4}[^ ]*)? //Ip' <<<"$notices" | sed 's/> (.*/>/' | sort -u)
  expect_text "$copyright" whitequark 'License: ISC'
}

@test 'the package: links in README.md lead somewhere' {
  local link links
  dpkg-deb --extract "$DEB" "$BATS_TEST_TMPDIR/tree"
  cd "$BATS_TEST_TMPDIR/tree/usr/share/doc/ifupdown-mptcp"
  links=$(grep -oE '\]\([^):]+\)' README.md | sed 's/^](//; s/[#)].*//' | sort -u)
  [[ -n $links ]]
  while read -r link; do
    [[ -z $link || -e $link ]] || fail "README.md links to $link, which the package does not have"
  done <<<"$links"
}

@test 'debian/build: a missing tool is one line that names the package' {
  mkdir "$BATS_TEST_TMPDIR/bin"
  ln -s /bin/{bash,mktemp,rm,dirname,env} "$(command -v node)" "$BATS_TEST_TMPDIR/bin"
  run env PATH="$BATS_TEST_TMPDIR/bin" "$TOP/debian/build" "$BATS_TEST_TMPDIR/out"
  expect_equal "$status $output" \
    '1 debian/build: missing packages, as root: apt-get install dpkg-dev debhelper'
  [[ ! -e $BATS_TEST_TMPDIR/out ]]
}

@test 'debian/build: a version that package.json does not have is not built' {
  local copy=$BATS_TEST_TMPDIR/copy
  mkdir "$copy"
  cp -a "$TOP"/{debian,doors,hooks,src,docs,package.json,package-lock.json,LICENSE,README.md,CHANGELOG.md} "$copy"
  sed -i '1s/(.*)/(9.9.9-1)/' "$copy/debian/changelog"
  run "$copy/debian/build" "$BATS_TEST_TMPDIR/out"
  expect_equal "$status" 1
  expect_text "$output" '= "9.9.9"' 'debian/build: dpkg-buildpackage failed'
  expect_equal "$(ls "$BATS_TEST_TMPDIR/out")" ''
}

# The life of a machine

# By apt, as a person does it. All that the package depends on and recommends is there, so no network is needed.
install_and_use() {
  boot "$1"
  put "$DEB" /var/tmp
  inside apt-get install -q -y "/var/tmp/${DEB##*/}"
  expect_equal "$(inside dpkg --verify ifupdown-mptcp)" ''
  expect_equal "$(inside dpkg --audit)" ''
  expect_enabled
  run inside mptcp-routes check
  expect_text "$status $output" '0 ' "hooks $(dpkg-deb --field "$DEB" Version | sed 's/-.*//')" 'the watcher runs' \
    'This host is ready.'
  put "$TOP/debian/tests/uplinks" /var/tmp
  run inside /var/tmp/uplinks
  expect_text "$status $output" 'two uplinks came up and went down'
  expect_equal "$status" 0
}

expect_enabled() {
  expect_equal "$(inside readlink -f /etc/systemd/system/multi-user.target.wants/mptcp-routes.service)" \
    /usr/lib/systemd/system/mptcp-routes.service || return
  inside sh -c 'test -e /etc/rc2.d/S*mptcp-routes'
}

is_watching() { inside mptcp-routes check | grep -q 'the watcher runs'; }

work_with_numbers_or_names() {
  boot "$1"
  install_package "$DEB"
  plug_in_uplinks
  inside ifup eth1
  expect_text "$(inside ip rule)" 'from 10.1.2.2 lookup' 'proto mptcp'
  local with_name
  with_name=$(print_kernel)
  inside rm /etc/iproute2/rt_protos.d/ifupdown-mptcp.conf
  expect_text "$(inside ip rule)" 'proto 77'
  expect_equal "$(inside env IFACE=eth1 /etc/network/if-up.d/mptcp_up --dry-run)" ''
  inside ifdown eth1
  inside ifup eth1
  expect_equal "$(print_kernel)" "$with_name"
}

upgrade_while_up() {
  boot "$1"
  install_package "$OLD_DEB"
  plug_in_uplinks
  inside ifup eth0 eth1
  local before removed=(/etc/ppp/ip-up.d/mptcp /etc/dhcp/dhclient-exit-hooks.d/zz-mptcp)
  before=$(print_kernel)
  [[ -n $(ours_in "$before") ]]
  ! inside test -e /usr/sbin/mptcp-routes
  inside sed -i '3i# A word of the admin.' /etc/network/if-post-down.d/mptcp_down
  inside rm "${removed[@]}"

  run --separate-stderr install_package "$DEB" --force-confold
  expect_equal "$status" 0
  expect_equal "$(print_kernel)" "$before"
  expect_enabled
  is_watching
  expect_equal "$(inside sed -n 2p /etc/network/if-up.d/mptcp_up)" '# Stays when the package is removed but not purged.'
  expect_text "$(inside cat /etc/network/if-post-down.d/mptcp_down)" 'A word of the admin.'
  expect_gone /usr/lib/ifupdown-mptcp/gone-since-0.0.1 "${removed[@]}"
  inside test -x /etc/ppp/ip-down.d/mptcp
  expect_equal "$(inside env IFACE=eth1 /etc/network/if-up.d/mptcp_up --dry-run)" ''

  inside ifdown eth0 eth1
  expect_equal "$(ours_in "$(print_kernel)")" ''
}

remove_and_reinstall() {
  boot "$1"
  plug_in_uplinks
  inside ifup eth0 eth1
  local before
  before=$(print_kernel)
  inside ifdown eth0 eth1
  install_package "$DEB"
  inside ifup eth0 eth1
  [[ -n $(ours_in "$(print_kernel)") ]]
  # A rule of ours whose address is gone, and rules and routes of somebody else.
  inside ip rule add from 10.9.9.9 lookup 99 priority 31000 protocol 77
  inside ip rule add from 10.8.8.8 lookup 98 priority 200 protocol 88
  inside ip route add 10.7.7.0/24 dev eth1 table 98 proto 88

  # As failover and forwarding leave them.
  # shellcheck disable=SC2016 # for the inner shell
  inside sh -c 'for kind in dead marks named; do echo >"/run/mptcp-routes/$(stat -L -c %d-%i /proc/self/ns/net).$kind"; done'

  run inside apt-get remove -q -y ifupdown-mptcp
  expect_equal "$status" 0
  expect_gone /var/cache/ifupdown-mptcp /run/mptcp-routes /usr/lib/ifupdown-mptcp /usr/sbin/mptcp-routes
  expect_no_text "$(inside sh -c 'cat /proc/[0-9]*/cmdline' | tr '\0' ' ')" mptcp-routes
  inside ip rule del priority 200
  inside ip route flush table 98
  expect_equal "$(print_kernel)" "$before"

  # The hooks are there, and nothing comes of them.
  inside test -x /etc/network/if-up.d/mptcp_up
  inside test -x /etc/network/if-down.d/mptcp_down
  run inside ifdown eth0 eth1
  expect_equal "$status $output" '0 '
  run inside ifup eth0 eth1
  expect_equal "$status $output" '0 '
  expect_equal "$(print_kernel)" "$before"

  install_package "$DEB"
  inside ifdown eth1
  inside ifup eth1
  [[ -n $(ours_in "$(print_kernel)") ]]
}

# As the managers call them, which are not on the machine.
#   call_door dhclient BOUND
call_door() {
  # shellcheck disable=SC2016 # of the inner shell
  inside env reason="$2" interface=eth1 new_ip_address=10.1.2.50 new_routers=10.1.2.1 PPP_IFACE=eth1 sh -ec '
    case $1 in
      dhclient) . /etc/dhcp/dhclient-exit-hooks.d/zz-mptcp ;;
      networkmanager) /etc/NetworkManager/dispatcher.d/90-mptcp eth1 "$2" ;;
      pppd) "/etc/ppp/$2.d/mptcp" ;;
    esac
    echo "$1 goes on"' call "$@"
}

hear_the_doors() {
  boot "$1"
  install_package "$DEB"
  inside service mptcp-routes stop
  plug_in_uplinks
  inside ip link set eth1 up
  inside ip address add 10.1.2.50/24 dev eth1
  local before call
  before=$(print_kernel)
  # Nobody has asked for eth1.
  expect_equal "$(call_door dhclient BOUND 2>&1)" 'dhclient goes on'
  inside sh -c 'echo "[eth1]" >/etc/mptcp-routes.conf'
  expect_equal "$before" "$(print_kernel)"
  call_door dhclient BOUND
  wait_for has_rule
  call_door dhclient EXPIRE
  wait_for has_no_rule

  inside apt-get remove -q -y ifupdown-mptcp
  for call in 'dhclient BOUND' 'dhclient EXPIRE' 'networkmanager up' 'networkmanager down' 'pppd ip-up' \
    'pppd ipv6-down'; do
    # shellcheck disable=SC2086 # two words
    expect_equal "$(call_door $call 2>&1)" "${call% *} goes on"
  done
  expect_gone /usr/lib/dhcpcd/dhcpcd-hooks/70-mptcp /usr/libexec/ifupdown-ng/mptcp
  expect_equal "$(print_kernel)" "$before"
}

has_rule() { [[ $(inside ip rule) == *'from 10.1.2.50 lookup'* ]]; }
has_no_rule() { ! has_rule; }

wait_for() {
  local _
  for _ in {1..100}; do
    ! "$@" || return 0
    sleep 0.1
  done
  fail "not seen: $*" "$(print_kernel)"
}

expect_gone() {
  local path
  for path; do
    run inside test -e "$path"
    expect_equal "$path $status" "$path 1" || return
  done
}

start_from_the_cache() {
  boot "$1"
  install_package "$DEB"
  local hook made
  for hook in lib/ifupdown-mptcp/mptcp_up lib/ifupdown-mptcp/mptcp_down sbin/mptcp-routes; do
    inside sh -c "head -c \$(stat -c %s /usr/$hook) /var/cache/ifupdown-mptcp/${hook##*/} | cmp - /usr/$hook"
  done
  made=$(inside stat -c %Y.%i /var/cache/ifupdown-mptcp/mptcp_up)
  # As dpkg does when a package brings another /usr/bin/node.
  inside dpkg-trigger --by-package=nodejs /usr/bin/node
  inside dpkg --configure --pending
  [[ $(inside stat -c %Y.%i /var/cache/ifupdown-mptcp/mptcp_up) != "$made" ]]
  # Without it all works as before.
  inside rm -r /var/cache/ifupdown-mptcp
  plug_in_uplinks
  run inside ifup eth1
  expect_equal "$status $output" '0 '
  [[ -n $(ours_in "$(print_kernel)") ]]
}

remove_what_orphans_left() {
  boot "$1"
  install_package "$DEB"
  inside ip rule add from 10.9.9.9 lookup 99 priority 31000 protocol 77
  inside apt-get remove -q -y ifupdown-mptcp
  expect_equal "$(ours_in "$(print_kernel)")" ''
}

remove_without_node() {
  boot "$1"
  install_package "$DEB"
  plug_in_uplinks
  inside ifup eth1
  inside mv /usr/bin/node /usr/bin/not-node
  run inside apt-get remove -q -y ifupdown-mptcp
  expect_equal "$status" 0
  expect_text "$output" 'mptcp-routes: node is not installed'
  [[ -n $(ours_in "$(print_kernel)") ]]
}

remove_in_chroot() {
  boot "$1"
  install_package "$DEB"
  plug_in_uplinks
  inside ifup eth1
  local before
  before=$(print_kernel)
  inside_as_chroot dpkg --remove ifupdown-mptcp
  expect_equal "$(print_kernel)" "$before"
}

purge() {
  boot "$1"
  local files kernel
  plug_in_uplinks
  files=$(print_files)
  kernel=$(print_kernel)
  install_package "$DEB"
  inside ifup eth0 eth1
  inside ifdown eth0
  inside apt-get purge -q -y ifupdown-mptcp
  inside ifdown eth1
  inside ip link set eth0 down
  inside ip link set eth1 down
  expect_equal "$(print_files)" "$files"
  expect_equal "$(print_kernel)" "$kernel"
}

# With the unit of systemd, which does not run, on one release, with the init script on the other.
put_tree() {
  inside mkdir -p /opt/tree
  tar -c -C "$TOP" install.sh hooks/install package.json LICENSE docs doors dist | inside tar -x -C /opt/tree
  [[ $1 != bookworm ]] || inside ln -s /lib/systemd/systemd /sbin/init
}

switch_from_install_sh_and_back() {
  boot "$1"
  put_tree "$1"
  local files kernel door
  plug_in_uplinks
  # Two managers on the machine, as far as doors go.
  inside mkdir -p /etc/dhcp/dhclient-exit-hooks.d /etc/ppp/ip-up.d
  inside touch /etc/dhcp/dhclient-exit-hooks.d/another /etc/ppp/ip-up.d/another
  files=$(print_files)
  inside /opt/tree/install.sh
  for door in /etc/dhcp/dhclient-exit-hooks.d/zz-mptcp /etc/ppp/ip-up.d/mptcp; do
    inside test -e "$door"
  done
  inside ifup eth0 eth1
  kernel=$(print_kernel)
  [[ -n $(ours_in "$kernel") ]]

  # A question would find nobody to answer it.
  run install_package "$DEB"
  expect_equal "$status" 0
  expect_no_text "$output" 'onfiguration file'
  expect_gone /var/lib/ifupdown-mptcp /usr/local/share/doc/ifupdown-mptcp /usr/local/share/man/man8/mptcp_up.8 \
    /usr/local/lib/systemd/system/mptcp-routes.service
  # Those are dpkg's from now on, as all others.
  expect_equal "$(inside dpkg --search /usr/lib/ifupdown-mptcp/door)" 'ifupdown-mptcp: /usr/lib/ifupdown-mptcp/door'
  expect_equal "$(inside dpkg --verify ifupdown-mptcp)" ''
  expect_enabled
  is_watching
  expect_equal "$(print_kernel)" "$kernel"

  run inside /opt/tree/install.sh
  expect_equal "$status" 1
  expect_text "$output" 'belongs to the package ifupdown-mptcp: apt-get purge ifupdown-mptcp'
  inside apt-get purge -q -y ifupdown-mptcp
  expect_equal "$(ours_in "$(print_kernel)")" ''

  inside /opt/tree/install.sh
  inside ifdown eth1
  inside ifup eth1
  run inside mptcp-routes check
  expect_text "$status $output" '0 ' 'hooks '
  inside /opt/tree/install.sh --uninstall
  expect_equal "$(ours_in "$(print_kernel)")" ''
  expect_equal "$(print_files | grep -v /usr/local/)" "$(grep -v /usr/local/ <<<"$files")"
  expect_silence "$(inside find /usr/local -name '*mptcp*')"
}

# As dpkg does where another package has a file of the same name.
refuse_unpacking() {
  mkdir -p "$BATS_TEST_TMPDIR/rival"/{DEBIAN,etc/iproute2/rt_protos.d}
  printf '%s\n' 'Package: rival' 'Version: 1' 'Architecture: all' 'Maintainer: nobody <nobody@example.org>' \
    'Description: a test' >"$BATS_TEST_TMPDIR/rival/DEBIAN/control"
  touch "$BATS_TEST_TMPDIR/rival/etc/iproute2/rt_protos.d/ifupdown-mptcp.conf"
  dpkg-deb --root-owner-group --build "$BATS_TEST_TMPDIR/rival" "$BATS_TEST_TMPDIR/rival.deb"
  install_package "$BATS_TEST_TMPDIR/rival.deb"
}

put_back_what_install_sh_had() {
  boot "$1"
  put_tree "$1"
  inside /opt/tree/install.sh
  inside sed -i '3i# A word of the admin.' /etc/network/if-up.d/mptcp_up
  [[ $1 == bookworm ]] || inside service mptcp-routes start
  refuse_unpacking
  local files _
  files=$(print_files | grep -v /var/lib/dpkg)
  run install_package "$DEB"
  [[ $status -ne 0 ]]
  expect_text "$output" 'trying to overwrite' '/etc/network/if-up.d/mptcp_up was edited'
  expect_equal "$(print_files | grep -Ev '/var/lib/(dpkg|ifupdown-mptcp/edited)')" "$files"
  expect_text "$(inside cat /etc/network/if-up.d/mptcp_up)" 'A word of the admin.'
  if [[ $1 != bookworm ]]; then
    # It takes a moment to start.
    for _ in {1..50}; do
      if is_watching; then
        break
      fi
      sleep 0.1
    done
    is_watching
  fi

  inside dpkg --purge rival
  install_package "$DEB"
  expect_gone /var/lib/ifupdown-mptcp/aside /var/lib/ifupdown-mptcp/installed /usr/local/share/man/man8/mptcp_up.8
  expect_text "$(inside cat /var/lib/ifupdown-mptcp/edited/etc/network/if-up.d/mptcp_up)" 'A word of the admin.'
}

stay_where_a_watcher_runs() {
  boot "$1"
  install_package "$DEB"
  plug_in_uplinks
  inside ifup eth1
  inside service mptcp-routes stop
  inside sh -c 'mptcp-routes watch >/dev/null 2>&1 &'
  local _
  for _ in {1..100}; do
    ! is_watching || break
    sleep 0.1
  done
  run inside dpkg --remove ifupdown-mptcp
  [[ $status -ne 0 ]]
  expect_text "$output" '"mptcp-routes watch" runs' 'with kill '
  local kill
  kill=$(grep -o 'kill [0-9 ]*' <<<"$output")
  [[ -n $(ours_in "$(print_kernel)") ]]
  # The shell's own.
  inside sh -c "$kill"
  # The service, which a refused removal starts again, may take the place of the one that has ended.
  for _ in {1..100}; do
    inside sh -c "kill -0 ${kill#kill }" 2>/dev/null || break
    sleep 0.1
  done
  inside dpkg --remove ifupdown-mptcp
  expect_equal "$(ours_in "$(print_kernel)")" ''
}

for release in bookworm trixie; do
  for life in \
    'install_and_use: install; two uplinks come up by the real ifup and go down' \
    'work_with_numbers_or_names: the hooks work with protocol 77 named and without a name' \
    'upgrade_while_up: upgrade over version 0.1; routing stays, an edited hook too, and a removed door stays away' \
    'switch_from_install_sh_and_back: over an installation of install.sh no question is asked; and back' \
    'put_back_what_install_sh_had: where the package cannot be unpacked, the installation of install.sh is back' \
    'stay_where_a_watcher_runs: no removal beside a watcher that somebody has started' \
    'remove_and_reinstall: removal takes the routing down and nothing else; the hooks left behind do nothing' \
    'hear_the_doors: a door reaches the hook for an interface that is asked for; left behind, none says a word' \
    'start_from_the_cache: the hooks start from a cache, which is made again for another Node' \
    'remove_what_orphans_left: removal takes a rule whose address is gone' \
    'remove_without_node: removal succeeds where Node is gone' \
    'remove_in_chroot: removal in a chroot leaves the kernel alone' \
    'purge: after purge no file, rule, route, group or endpoint is left'; do
    bats_test_function --description "$release: ${life#*: }" -- "${life%%:*}" "$release"
  done
done
