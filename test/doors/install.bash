#!/usr/bin/env bash
# Puts the doors where a package would, in a mount namespace of the tests' own.

LIBRARY=/usr/lib/ifupdown-mptcp

# /lib/dhcpcd lies in there, too.
shield_usr_lib() {
  refuse_the_real_machine
  mkdir -p /run/overlay/{upper,work}
  mount -t overlay overlay -o lowerdir=/usr/lib,upperdir=/run/overlay/upper,workdir=/run/overlay/work /usr/lib
}

#   install_doors HOOKS DOORS
install_doors() {
  local event direction
  rm -rf "$LIBRARY"
  mkdir -p "$LIBRARY" /etc/dhcp/dhclient-exit-hooks.d
  cp "$1"/mptcp_{up,down} "$2/door" "$LIBRARY"
  cp "$2/udhcpc/mptcp" "$LIBRARY/udhcpc.script"
  cp "$2/dhclient/zz-mptcp" /etc/dhcp/dhclient-exit-hooks.d/
  cp "$2/dhcpcd/70-mptcp" /usr/lib/dhcpcd/dhcpcd-hooks/
  for event in bound renew deconfig; do
    mkdir -p "/etc/udhcpc/post-$event"
    cp "$2/udhcpc/mptcp" "/etc/udhcpc/post-$event/"
  done
  for direction in ip-up ip-down ipv6-up ipv6-down; do
    mkdir -p "/etc/ppp/$direction.d"
    cp "$2/ppp/mptcp" "/etc/ppp/$direction.d/"
  done
}
