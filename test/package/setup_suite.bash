#!/usr/bin/env bash
# Bats runs this once around all files of the directory.

setup_suite() {
  bats_require_minimum_version 1.5.0
  local here=${BASH_SOURCE[0]%/*}
  "$here/base.bash" >&2
  "$here/../../debian/build" "$BATS_SUITE_TMPDIR" >&2
  DEB=$(echo "$BATS_SUITE_TMPDIR"/*.deb)
  OLD_DEB=$BATS_SUITE_TMPDIR/old/ifupdown-mptcp_0.0.1-1_all.deb
  make_old_deb
  export DEB OLD_DEB
}

# An earlier version, before there was a tool: other hooks, and a file that this version does not have.
make_old_deb() {
  local tree=$BATS_SUITE_TMPDIR/old/tree
  mkdir "${tree%/*}"
  dpkg-deb --raw-extract "$DEB" "$tree"
  sed -i 's/^Version: .*/Version: 0.0.1-1/' "$tree/DEBIAN/control"
  sed -i '2s/.*/# The hook of version 0.0.1./' "$tree/etc/network/if-up.d/mptcp_up"
  sed -i '2s/.*/# The hook of version 0.0.1./' "$tree/etc/network/if-post-down.d/mptcp_down"
  rm -r "$tree"/usr/{sbin,lib/systemd} "$tree/etc/init.d" "$tree"/DEBIAN/{preinst,postinst,prerm,postrm,md5sums}
  sed -i '/init.d/d' "$tree/DEBIAN/conffiles"
  touch "$tree/usr/lib/ifupdown-mptcp/gone-since-0.0.1"
  dpkg-deb --root-owner-group --build "$tree" "$OLD_DEB" >&2
}
