#!/usr/bin/env bats
# install.sh on a host of its own: what it puts where, and what it says.

# The inner shells expand what is in single quotes, bats runs each test in a subshell, and run sets stderr.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load host

setup() {
  copy_tree
  make_host
}

@test 'installs hooks, tool, manuals, example and service, and says what it did and what comes next' {
  run --separate-stderr install
  expect_status 0
  expect_silence "$stderr"
  expect_installed
  expect_text "$output" "Installed ifupdown-mptcp $(node -p 'require(process.argv[1]).version' "$TREE/package.json")" \
    "$UP" "$LEAVE" "$DOWN" /usr/sbin/mptcp-routes mptcp-routes.8 mptcp-routes.conf.5 mptcp-routes.conf.example \
    mptcp-routes.service 'mptcp-gateway 10.1.2.1' 'IFACE=eth1 /etc/network/if-up.d/mptcp_up'
}

@test 'run-parts finds the hooks' {
  make_installed_host
  expect_equal "$(run-parts --test "$HOST/network/if-up.d")" "$HOST/network/if-up.d/mptcp_up"
  expect_equal "$(run-parts --test "$HOST/network/if-down.d")" "$HOST/network/if-down.d/mptcp_down"
  expect_equal "$(run-parts --test "$HOST/network/if-post-down.d")" "$HOST/network/if-post-down.d/mptcp_down"
}

@test 'the hooks start from a cache that fits them and this Node' {
  local hook
  make_installed_host
  for hook in mptcp_up mptcp_down mptcp-routes; do
    expect_equal "$(head -c "$(stat -c %s "$TREE/dist/$hook")" "$HOST/cache/ifupdown-mptcp/$hook" | sha256sum)" \
      "$(sha256sum < "$TREE/dist/$hook")"
    [[ $(stat -c %s "$HOST/cache/ifupdown-mptcp/$hook") -gt $(stat -c %s "$TREE/dist/$hook") ]]
  done
  rm -r "$HOST/cache/ifupdown-mptcp"
  install
  [[ -e $HOST/cache/ifupdown-mptcp/mptcp_up ]]
}

@test 'where there can be no cache, the hooks are installed all the same' {
  run --separate-stderr on_host bash -ec 'mount -o remount,bind,ro /var/cache; exec "$TREE/install.sh"'
  expect_status 0
  expect_silence "$stderr"
  expect_installed
}

@test 'ifup and ifdown run what was installed' {
  write_interfaces <<'END'
iface eth1 inet static
    address 10.1.2.2/24
    mptcp-gateway 10.1.2.1
END
  run on_host bash -e <<'END'
ip link add eth1 type veth peer name customer
"$TREE/install.sh" >/dev/null
ifup eth1
ip -N rule show
ifdown eth1
echo after
ip -N rule show
END
  expect_status 0
  expect_text "${output%after*}" 'from 10.1.2.2 lookup'
  expect_no_text "${output#*after}" 'proto 77'
}

@test 'the commands for running interfaces do what their stanzas ask for' {
  write_interfaces <<'END'
auto lo eth0 eth1 eth2 eth3
iface lo inet loopback
iface eth0 inet static
    address 10.1.1.2/24
    gateway 10.1.1.1
iface eth1 inet static
    address 10.1.2.2/24
    mptcp-gateway 10.1.2.1
    mptcp-endpoint subflow signal
iface eth2 inet static
    address 10.1.3.2/24
    mptcp off
iface eth3 inet static
    address 10.1.4.2/24
    mptcp-gateway 10.1.4.1
iface eth3 inet6 static
    address 2001:db8:4::2/64
    mptcp-gateway 2001:db8:4::1
END
  run --separate-stderr on_host bash -e <<'END'
for number in 0 1 2 3; do
  ip link add eth$number type veth peer name customer$number
  ip link set customer$number up
done
ifup -a
ip link add eth4 up type veth peer name customer4
"$TREE/install.sh"
for command in 'IFACE=eth0 ' 'IFACE=eth1 ' 'ifdown eth3 '; do
  bash -ec "$("$TREE/install.sh" | grep "$command")"
done
echo rules:
ip -N rule show
ip -N -6 rule show
ip route show table all default via 10.1.2.1
ip mptcp endpoint
END
  expect_status 0
  # ifdown itself has a word to say of its IPv6 address.
  expect_no_text "$stderr" mptcp install.sh
  expect_text "${output%%rules:*}" $'\n       IFACE=eth0 /etc/network/if-up.d/mptcp_up\n' \
    "IFACE=eth1 IF_MPTCP_GATEWAY=10.1.2.1 IF_MPTCP_ENDPOINT='subflow signal' /etc/network/if-up.d/mptcp_up" \
    'ifdown eth3 && ifup eth3'
  expect_no_text "$output" 'IFACE=eth2' 'IFACE=eth4' 'IFACE=lo'
  expect_text "${output##*rules:}" 'from 10.1.1.2 lookup' 'from 10.1.2.2 lookup' 'from 10.1.4.2 lookup' \
    'from 2001:db8:4::2 lookup' 'dev eth1 table'
  expect_text "$(grep '^10.1.2.2 ' <<<"$output")" subflow signal
  expect_no_text "$output" 'from 10.1.3.2'
}

@test 'twice is once' {
  make_installed_host
  local before
  before=$(print_files "$HOST/network")
  run --separate-stderr install
  expect_status 0
  expect_text "$output" 'installed already'
  expect_equal "$(print_files "$HOST/network")" "$before"
}

@test 'a hook that lost its permissions is put right' {
  make_installed_host
  chmod 644 "$HOST/network/if-up.d/mptcp_up"
  install
  expect_installed
}

version() { node -p 'require(process.argv[1]).version' "$TREE/package.json"; }

@test 'an older version is replaced, and both are named' {
  make_installed_host
  sed -i "s/\"$(version)\"/\"0.1.9\"/" "$HOST"/network/if-*.d/mptcp_* "$HOST/sbin/mptcp-routes"
  run --separate-stderr install
  expect_status 0
  expect_text "$output" "Upgraded ifupdown-mptcp from 0.1.9 to $(version):"
  expect_installed
}

@test 'version 0.1, which had the hooks alone and no list of its files' {
  make_installed_host
  find "$HOST"/{share,lib,state/ifupdown-mptcp,sbin/mptcp-routes} -type f -delete
  sed -i "s/\"$(version)\"/\"0.1.0\"/" "$HOST"/network/if-*.d/mptcp_*
  run install
  expect_status 0
  expect_text "$output" "from 0.1.0 to $(version)"
  expect_installed
}

@test 'what an older version had and this one has not goes' {
  make_installed_host
  local page=/usr/local/share/man/man8/mptcp_gone.8
  echo text > "$HOST/share/man/man8/mptcp_gone.8"
  echo "$(echo text | sha256sum | cut -d ' ' -f 1)  $page" >> "$HOST/state/ifupdown-mptcp/installed"
  install
  expect_installed
  [[ ! -e $HOST/share/man/man8/mptcp_gone.8 ]]
  expect_no_text "$(<"$HOST/state/ifupdown-mptcp/installed")" mptcp_gone
}

@test 'an edited file does not stay in the way, and is not lost' {
  local edited=$HOST/state/ifupdown-mptcp/edited option
  for option in '' --uninstall; do
    install
    echo '# mine' >> "$HOST/lib/systemd/system/mptcp-routes.service"
    sed -i '3i # mine' "$HOST/network/if-up.d/mptcp_up"
    # shellcheck disable=SC2086 # no argument at all where there is no option
    run --separate-stderr install $option
    expect_status 0
    expect_text "$output" 'mptcp-routes.service was edited' "$UP was edited" "/var/lib/ifupdown-mptcp/edited$UP"
    expect_equal "$(tail -n 1 "$edited/usr/local/lib/systemd/system/mptcp-routes.service")" '# mine'
    expect_equal "$(sed -n 3p "$edited$UP")" '# mine'
    [[ -n $option ]] || expect_installed
    rm -r "$edited"
  done
}

# ifupdown2 starts whatever lies in these directories, also under a name with a dot.
@test 'at no moment there is another file where a manager starts them' {
  make_installed_host
  sed -i '$a // older' "$HOST"/network/if-*.d/mptcp_*
  stand_in mv <<<$'#!/bin/sh\nfind /etc/network/if-*.d -type f >>/run/seen\nexec /bin/mv "$@"'
  run on_host bash -ec '"$TREE/install.sh" >/dev/null; sort -u /run/seen'
  expect_status 0
  expect_equal "$output" "$LEAVE"$'\n'"$DOWN"$'\n'"$UP"
}

@test 'a configuration of the user is never touched' {
  echo '[eth0]' > "$HOST/etc/mptcp-routes.conf"
  install
  install --uninstall
  expect_equal "$(<"$HOST/etc/mptcp-routes.conf")" '[eth0]'
}

@test 'whatever the umask, everyone may read the hooks' {
  run on_host bash -ec 'umask 077; "$TREE/install.sh"'
  expect_status 0
  expect_installed
}

@test 'works from any directory, and from one with blanks in its name' {
  mv "$TREE" "$BATS_TEST_TMPDIR/a tree"
  TREE="$BATS_TEST_TMPDIR/a tree"
  cd /
  install
  expect_installed
}

@test 'works by a link, and from a tree that is read-only' {
  ln -s "$TREE/install.sh" "$HOST/bin/install-mptcp"
  cp -a "$TOP"/{src,hooks} "$TREE"
  touch "$TREE"/dist/*
  cd /
  run --separate-stderr on_host bash -ec 'mount --bind "$TREE" "$TREE"; mount -o remount,bind,ro "$TREE"; exec install-mptcp'
  expect_status 0
  expect_silence "$stderr"
  expect_no_text "$output" Building Note
  expect_installed
}

@test 'does not need the executable bit that an archive may lose' {
  chmod 644 "$TREE"/dist/*
  install
  expect_installed
}

@test 'DESTDIR: installs there as any user, and leaves the host alone' {
  local before
  before=$(print_files "$HOST/network")
  run --separate-stderr on_host unshare --user env DESTDIR="$BATS_TEST_TMPDIR/dest dir" "$TREE/install.sh"
  expect_status 0
  expect_silence "$stderr"
  expect_equal "$(cd "$BATS_TEST_TMPDIR/dest dir" && find . -type f | grep -v man/ | sort)" "\
./etc/network/if-down.d/mptcp_down
./etc/network/if-post-down.d/mptcp_down
./etc/network/if-up.d/mptcp_up
./usr/lib/ifupdown-mptcp/door
./usr/local/share/doc/ifupdown-mptcp/mptcp-routes.conf.example
./usr/local/share/doc/ifupdown-mptcp/networkd/10-mptcp.conf
./usr/sbin/mptcp-routes
./var/lib/ifupdown-mptcp/directories
./var/lib/ifupdown-mptcp/installed"
  expect_equal "$(print_files "$HOST/network")" "$before"
  # A second time it changes nothing, and --uninstall removes both.
  before=$(print_files "$BATS_TEST_TMPDIR/dest dir")
  DESTDIR="$BATS_TEST_TMPDIR/dest dir" "$TREE/install.sh"
  expect_equal "$(print_files "$BATS_TEST_TMPDIR/dest dir")" "$before"
  DESTDIR="$BATS_TEST_TMPDIR/dest dir" "$TREE/install.sh" --uninstall
  expect_silence "$(find "$BATS_TEST_TMPDIR/dest dir" -type f)"
  expect_silence "$(ls "$HOST/cache")"
}

@test 'DESTDIR: a relative one is below the directory that one is in, there or not' {
  mkdir -p "$BATS_TEST_TMPDIR/here/there"
  local directory
  for directory in dest there ./a/b/ -c there/../d; do
    run --separate-stderr env -C "$BATS_TEST_TMPDIR/here" DESTDIR="$directory" timeout 60 "$TREE/install.sh"
    expect_status 0
    [[ -x $BATS_TEST_TMPDIR/here/$directory$UP ]]
    run --separate-stderr env -C "$BATS_TEST_TMPDIR/here" DESTDIR="$directory" timeout 60 "$TREE/install.sh" --uninstall
    expect_status 0
    expect_silence "$stderr" "$(find "$BATS_TEST_TMPDIR/here" -type f)"
  done
}

@test 'DESTDIR: a directory of the root itself, and not there yet' {
  run --separate-stderr on_host bash -ec 'mount -t tmpfs tmpfs /mnt
    mkdir /mnt/{upper,work,root}
    mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
    for directory in proc dev tmp; do mount --rbind "/$directory" "/mnt/root/$directory"; done
    DESTDIR=/newroot chroot /mnt/root "$0/install.sh"
    ls "/mnt/root/newroot$1"' "$TREE" "$UP"
  expect_status 0
  expect_silence "$stderr"
}

@test 'DESTDIR: what is there is of another host, and not run' {
  local dest=$BATS_TEST_TMPDIR/dest
  DESTDIR=$dest "$TREE/install.sh"
  sed -i "s/\"$(version)\"/\"0.1.9\"/; 2i touch '$dest/run'" "$dest$UP"
  run --separate-stderr env DESTDIR="$dest" "$TREE/install.sh"
  expect_status 0
  expect_text "$output" "Upgraded ifupdown-mptcp from 0.1.9 to $(version):"
  [[ ! -e $dest/run ]]
}

@test 'DESTDIR: nothing is removed from one that is not there' {
  run --separate-stderr env DESTDIR="$BATS_TEST_TMPDIR/none/at/all" timeout 60 "$TREE/install.sh" --uninstall
  expect_status 0
  expect_text "$output" 'nothing to remove'
  [[ ! -e $BATS_TEST_TMPDIR/none ]]
}

@test 'DESTDIR: a file, and a link that leads nowhere' {
  touch "$BATS_TEST_TMPDIR/file"
  ln -s /nowhere "$BATS_TEST_TMPDIR/link"
  local name
  for name in file link; do
    run --separate-stderr env DESTDIR="$BATS_TEST_TMPDIR/$name" timeout 60 "$TREE/install.sh"
    expect_status 1
    expect_equal "$stderr" "install.sh: $BATS_TEST_TMPDIR/$name is not a directory"
  done
}

@test 'DESTDIR: does not need ifup' {
  run without ifup env DESTDIR="$BATS_TEST_TMPDIR/dest" "$TREE/install.sh"
  expect_status 0
  [[ -x $BATS_TEST_TMPDIR/dest$UP ]]
}

@test 'DESTDIR: a slash is the host itself, however it is written' {
  local slash
  for slash in / // /. /etc/..; do
    run without ifup env DESTDIR=$slash "$TREE/install.sh"
    expect_status 1
    expect_text "$output" 'apt-get install ifupdown'
  done
}

@test 'a fresh clone: builds dist/ with npm' {
  rm -r "$TREE/dist"
  cp -a "$TOP"/{package-lock.json,.npmrc,src,hooks} "$TREE"
  # Packages that npm has in its cache are not fetched again.
  run --separate-stderr env npm_config_prefer_offline=true DESTDIR="$BATS_TEST_TMPDIR/dest" "$TREE/install.sh"
  expect_status 0
  expect_text "$output" 'Building dist/'
  cmp "$TREE/dist/mptcp_up" "$BATS_TEST_TMPDIR/dest$UP"
  cmp "$TREE/dist/mptcp_down" "$BATS_TEST_TMPDIR/dest$DOWN"
}

# The tree of a developer, whose packages are there.
copy_sources() {
  cp -a "$TOP"/{package-lock.json,.npmrc,src,hooks} "$TREE"
  ln -s "$TOP/node_modules" "$TREE/node_modules"
  touch -d '2001-01-01' "$TREE/package-lock.json"
}

@test 'a dist/ that is older than the sources is built anew' {
  copy_sources
  sed -i 's/"version": ".*"/"version": "7.7.7"/' "$TREE/package.json"
  run --separate-stderr install
  expect_status 0
  expect_text "$output" 'Building dist/' 'Installed ifupdown-mptcp 7.7.7'
  expect_installed
}

@test 'where a build fails, the old installation stays as it is' {
  make_installed_host
  copy_sources
  echo "import './gone.ts'" >> "$TREE/hooks/mptcp_down.ts"
  local before
  before=$(print_files "$HOST")
  run --separate-stderr install
  expect_status 1
  expect_text "$stderr" '"npm run build" failed'
  expect_equal "$(print_files "$HOST")" "$before"
}

@test 'a dist/ that is old and cannot be built here is taken, with a word' {
  copy_sources
  touch "$TREE/package.json"
  run --separate-stderr without npm "$TREE/install.sh"
  expect_status 0
  expect_text "$output" 'Note: dist/ is older than the sources'
  expect_installed
}

@test '--help names what there is' {
  run --separate-stderr "$TREE/install.sh" --help
  expect_status 0
  expect_text "$output" --check --uninstall --help --without DESTDIR
}

@test 'it is a script for any POSIX shell' {
  shellcheck -x -a -P "$TOP" "$TOP/install.sh"
  local file
  for file in "$TOP/install.sh" "$TOP"/hooks/install/*.sh; do
    dash -n "$file"
  done
}
