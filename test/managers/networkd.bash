#!/usr/bin/env bash
# The real systemd-networkd on the host, without a systemd around it.

# shellcheck source=managers.bash
source "${BASH_SOURCE[0]%/*}/managers.bash"

NETWORKS=/etc/systemd/network

forget_networks() {
  rm -rf "$NETWORKS" /etc/systemd/networkd.conf.d
  mkdir -p /run/systemd/netif/{links,leases,lldp} "$NETWORKS" /etc/systemd/networkd.conf.d
  grep -q '^systemd-network:' /etc/passwd || echo 'systemd-network:x:998:998::/:/bin/false' >> /etc/passwd
  grep -q '^systemd-network:' /etc/group || echo 'systemd-network:x:998:' >> /etc/group
  chown -R systemd-network: /run/systemd/netif
}

#   write_network eth1 <<< 'lines of [Network] and further sections'
write_network() {
  {
    printf '%s\n' '[Match]' "Name=$1" '[Network]'
    cat
  } > "$NETWORKS/10-$1.network"
}

start_networkd() {
  pretend_that_udev_has_seen_all
  start_bus
  continue_networkd
}

continue_networkd() {
  start_daemon networkd env SYSTEMD_LOG_TARGET=console /lib/systemd/systemd-networkd
  wait_until is_routable eth0
  wait_until is_routable eth1
}

# Otherwise, where /sys can be written, it waits for udev for ever.
pretend_that_udev_has_seen_all() {
  local index
  mkdir -p /run/udev/data
  touch /run/udev/control
  for index in $(on_host sh -c 'cat /sys/class/net/*/ifindex'); do
    echo I:1 > "/run/udev/data/n$index"
  done
}

is_routable() {
  on_host networkctl list --no-pager --no-legend "$1" | grep -q routable
}

# Where it expects router advertisements, it waits 12 s for one.
is_configured() {
  on_host networkctl list --no-pager --no-legend "$1" | grep -q 'routable *configured'
}
