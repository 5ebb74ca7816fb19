#!/usr/bin/env bats
# What install.sh refuses: a clear line, status 1, nothing changed.

# The inner shells expand what is in single quotes, bats runs each test in a subshell, and run sets stderr.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load host

setup() {
  copy_tree
  make_host
  before=$(print_files "$HOST/network")
}

@test 'not root' {
  # In a user namespace without a mapping, nobody is root.
  run --separate-stderr on_host unshare --user "$TREE/install.sh"
  expect_refusal "$before" 'only root' 'sudo ./install.sh'
  run --separate-stderr on_host unshare --user "$TREE/install.sh" --uninstall
  expect_refusal "$before" 'only root' 'sudo ./install.sh --uninstall'
}

@test '/etc is read-only' {
  run --separate-stderr on_host bash -e <<'END'
mkdir /run/etc
cp -a /etc/. /run/etc 2>/dev/null || true
mount -t tmpfs tmpfs /etc
cp -a /run/etc/. /etc
mount -o remount,bind,ro /etc
"$TREE/install.sh"
END
  expect_refusal "$before" '/etc/network/if-post-down.d cannot be written: Read-only file system'
}

@test 'only one of the two directories is read-only' {
  run --separate-stderr on_host bash -ec 'mount --bind /etc/network/if-up.d /etc/network/if-up.d
    mount -o remount,bind,ro /etc/network/if-up.d
    exec "$TREE/install.sh"'
  expect_refusal "$before" '/etc/network/if-up.d cannot be written: Read-only file system'
}

@test 'a host without ifupdown' {
  run --separate-stderr without ifup "$TREE/install.sh"
  expect_refusal "$before" 'apt-get install ifupdown'
}

@test 'a host without iproute2' {
  run --separate-stderr without ip "$TREE/install.sh"
  expect_refusal "$before" 'apt-get install iproute2'
}

# Stand-ins: all that install.sh asks of an iproute2 that is too old is its version.
for version in 'ip utility, iproute2-5.10.0' 'ip utility, iproute2-6.0.0, libbpf 1.0.1' 'ip utility, iproute2-ss200127' \
  'BusyBox v1.36.1 multi-call binary.'; do
  bats_test_function --description "an older iproute2 (a stand-in that says $version)" -- refuse_iproute2 "$version"
done
refuse_iproute2() {
  stand_in ip <<<"#!/bin/sh
[ \"\$1\" = -V ] && exec echo '$1'
exec $(command -v ip) \"\$@\""
  run --separate-stderr install
  expect_refusal "$before" "$1" '6.1 or later'
}

@test 'an iproute2 that is just new enough (a stand-in for its version, else the real one)' {
  stand_in ip <<<"#!/bin/sh
[ \"\$1\" = -V ] && exec echo 'ip utility, iproute2-6.1'
exec $(command -v ip) \"\$@\""
  run install
  expect_status 0
  expect_installed
}

@test 'a host without Node' {
  run --separate-stderr without node "$TREE/install.sh"
  expect_refusal "$before" 'apt-get install nodejs'
}

@test 'a Node that no hook finds at boot' {
  mkdir "$BATS_TEST_TMPDIR/nvm"
  cp "$(command -v node)" "$BATS_TEST_TMPDIR/nvm/node"
  run --separate-stderr without node env PATH="$BATS_TEST_TMPDIR/nvm:$PATH" "$TREE/install.sh"
  expect_refusal "$before" "$BATS_TEST_TMPDIR/nvm/node" 'at boot' 'if only root can change'
  expect_no_text "$stderr" 'ln -s'
}

# Stand-ins: all that install.sh asks of a Node that is too old is its version.
for version in v16.20.2 v18.18.2 v8.0.0 v0.10.48 nonsense; do
  bats_test_function --description "an older Node (a stand-in that says $version)" -- refuse_node "$version"
done
refuse_node() {
  stand_in node <<<"#!/bin/sh
[ \"\$1\" = --version ] && echo $1"
  run --separate-stderr install
  expect_refusal "$before" "$1" '18.19 or later'
}

@test 'a Node that is just new enough (a stand-in for its version, else the real one)' {
  stand_in node <<<"#!/bin/sh
[ \"\$1\" = --version ] && exec echo v18.19.0
exec $(command -v node) \"\$@\""
  run install
  expect_status 0
  expect_installed
}

@test 'no npm, where there is something to build' {
  rm -r "$TREE/dist"
  run --separate-stderr without npm "$TREE/install.sh"
  expect_refusal "$before" 'apt-get install npm'
  [[ ! -e $TREE/dist ]]
}

@test 'no network, where there is something to build' {
  rm -r "$TREE/dist"
  cp -a "$TOP"/{package-lock.json,.npmrc,src,hooks} "$TREE"
  # A host of a test has no network, and this npm nothing in its cache.
  run --separate-stderr on_host env npm_config_cache="$BATS_TEST_TMPDIR/cache" "$TREE/install.sh"
  expect_refusal "$before" '"npm ci" failed' network
  [[ ! -e $TREE/dist ]]
}

@test 'a build that fails leaves no half dist/' {
  rm -r "$TREE/dist"
  cp -a "$TOP"/{package-lock.json,.npmrc,src,hooks} "$TREE"
  ln -s "$TOP/node_modules" "$TREE/node_modules"
  touch -h "$TREE/node_modules"
  touch -d '2001-01-01' "$TREE/package-lock.json"
  echo "import './gone.ts'" >> "$TREE/hooks/mptcp_down.ts"
  run --separate-stderr on_host "$TREE/install.sh"
  expect_refusal "$before" '"npm run build" failed'
  [[ ! -e $TREE/dist ]]
}

damage_cut_in_half() { truncate -s 40000 "$1"; }
damage_empty() { : > "$1"; }
damage_missing() { rm "$1"; }
damage_cut_after_the_licence() { sed -i '/^"use strict"/,$d' "$1"; }
damage_cut_after_the_preamble() { sed -i '/^\*\/$/q' "$1"; }
damage_shell_error() { sed -i '3i if' "$1"; }
damage_JavaScript_error() { sed -i '$a )' "$1"; }
damage_another_file() { cp "$TREE/LICENSE" "$1"; }
damage_a_directory() { rm "$1" && mkdir "$1"; }
for damage in cut_in_half empty missing cut_after_the_licence cut_after_the_preamble shell_error JavaScript_error \
  another_file a_directory; do
  for hook in mptcp_up mptcp_down mptcp-routes; do
    bats_test_function --description "a damaged dist/$hook: ${damage//_/ }" -- refuse_damage "$damage" "$hook"
  done
done
refuse_damage() {
  "damage_$1" "$TREE/dist/$2"
  run --separate-stderr install
  expect_refusal "$before" "dist/$2 is damaged" 'run install.sh again'
}

# Each makes the path of a hook something that install.sh did not put there.
foreign_script() { printf '#!/bin/sh\n# of 2013\n' > "$1"; }
foreign_link() { ln -s "$TREE/dist/${1##*/}" "$1"; }
foreign_dangling_link() { ln -s /nowhere "$1"; }
foreign_directory() { mkdir "$1"; }
for kind in script link dangling_link directory; do
  for path in network/if-up.d/mptcp_up network/if-post-down.d/mptcp_down sbin/mptcp-routes share/man/man8/mptcp-routes.8; do
    bats_test_function --description "a ${kind//_/ } of somebody else's at $path" -- refuse_foreign "$kind" "$path"
  done
done
refuse_foreign() {
  mkdir -p "$HOST/share/man/man8"
  "foreign_$1" "$HOST/$2"
  local before
  before=$(print_files "$HOST")
  run --separate-stderr install
  expect_status 1
  expect_text "$stderr" "/$2" 'not installed by this script'
  run --separate-stderr install --uninstall
  expect_equal "$(print_files "$HOST")" "$before"
}

@test 'another install.sh at work' {
  run --separate-stderr on_host flock /var/lib "$TREE/install.sh"
  expect_refusal "$before" 'another install.sh runs'
  run --separate-stderr on_host flock /var/lib "$TREE/install.sh" --uninstall
  expect_refusal "$before" 'another install.sh runs'
}

@test 'DESTDIR: a link in it that leads out of it' {
  local dest=$BATS_TEST_TMPDIR/dest out=$BATS_TEST_TMPDIR/out
  mkdir -p "$dest/etc" "$out"
  ln -s "$out" "$dest/etc/network"
  run --separate-stderr env DESTDIR="$dest" "$TREE/install.sh"
  expect_refusal "$before" "$dest/etc/network" "leads out of $dest" "$out"
  expect_silence "$(ls "$out")"
}

@test 'a hook that belongs to a package' {
  make_installed_host
  before=$(print_files "$HOST/network")
  # The real dpkg-query on a database that has such a package.
  mkdir -p "$BATS_TEST_TMPDIR/dpkg"/{info,updates}
  cat > "$BATS_TEST_TMPDIR/dpkg/status" <<'END'
Package: ifupdown-mptcp
Status: install ok installed
Maintainer: nobody <nobody@example.org>
Architecture: all
Version: 1
Description: a test
END
  echo "$UP" > "$BATS_TEST_TMPDIR/dpkg/info/ifupdown-mptcp.list"
  local option
  for option in '' --uninstall; do
    # shellcheck disable=SC2086 # no argument at all where there is no option
    run --separate-stderr on_host env DPKG_ADMINDIR="$BATS_TEST_TMPDIR/dpkg" "$TREE/install.sh" $option
    expect_refusal "$before" "$UP belongs to the package ifupdown-mptcp" 'apt-get purge ifupdown-mptcp'
  done
}

@test 'an option that there is not' {
  run --separate-stderr install --frobnicate
  expect_refusal "$before" --frobnicate --help
  run --separate-stderr install --check --uninstall
  expect_refusal "$before" --help
  run --separate-stderr install --without kitchen
  expect_refusal "$before" kitchen ifupdown-ng
  run --separate-stderr install --without
  expect_refusal "$before" --without
  run --separate-stderr install --uninstall --without service
  expect_refusal "$before" --without --help
}

# Half installations

@test 'where the second file cannot be put in place, the first is taken back' {
  make_installed_host
  sed -i '$a // older' "$HOST"/network/if-*.d/mptcp_*
  before=$(print_files "$HOST/network")
  # Nothing can be renamed onto a mount point.
  run --separate-stderr on_host bash -ec 'mount --bind "$0" "$0"; exec "$TREE/install.sh"' "$UP"
  expect_refusal "$before" "$UP cannot be replaced" 'nothing was changed'
}

@test 'where the second file cannot be removed, the first comes back' {
  make_installed_host
  before=$(print_files "$HOST/network")
  run --separate-stderr on_host bash -ec 'mount --bind "$0" "$0"; exec "$TREE/install.sh" --uninstall' "$DOWN"
  expect_refusal "$before" "$DOWN cannot be removed" 'nothing was changed'
}

@test 'where the disk is full, nothing is left' {
  run --separate-stderr on_host bash -e <<'END'
mount -t tmpfs -o size=128k tmpfs /etc/network
mkdir /etc/network/if-up.d /etc/network/if-post-down.d
"$TREE/install.sh" || status=$?
find /etc/network -type f
exit "$status"
END
  expect_status 1
  expect_text "$stderr" 'No space left on device' 'install.sh: nothing was changed'
  expect_silence "$output"
}

# Whenever it is killed, each file is whole, and the next run completes the work.
@test 'killed at any moment' {
  run on_host bash -e <<'END'
check() {
  for hook in /etc/network/if-up.d/mptcp_up /etc/network/if-down.d/mptcp_down /etc/network/if-post-down.d/mptcp_down; do
    [ ! -e "$hook" ] || cmp "$hook" "$TREE/dist/${hook##*/}"
  done
  # run-parts would start none of what lies around.
  for directory in /etc/network/if-up.d /etc/network/if-down.d /etc/network/if-post-down.d; do
    run-parts --test "$directory" | grep -v '/mptcp_\(up\|down\)$' && exit 1
  done
  true
}
hidden() { find /etc/network -name '.*' | grep .; }
start=$EPOCHREALTIME
"$TREE/install.sh" >/dev/null
whole=$(((${EPOCHREALTIME/.} - ${start/.}) / 1000))
for signal in KILL TERM; do
  # The last fifth of the run is where the files change.
  for part in 30 70 84 90 96; do
    "$TREE/install.sh" --uninstall >/dev/null
    moment=$((whole * part / 100))
    timeout --foreground --signal $signal "$(printf '%d.%03d' $((moment / 1000)) $((moment % 1000)))" \
      "$TREE/install.sh" >/dev/null 2>&1 || true
    check
    if [ $signal = TERM ]; then
      # It tidies up after the signal; ten seconds are more than a slow machine needs.
      for _ in {1..100}; do
        hidden >/dev/null || break
        sleep 0.1
      done
      hidden && exit 1
    fi
    "$TREE/install.sh" >/dev/null
    [ "$(find /etc/network -type f | wc -l)" -eq 4 ]
  done
done
END
  expect_status 0
  expect_installed
}
