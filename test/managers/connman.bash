#!/usr/bin/env bash
# The real ConnMan on the host, with services from files.

# shellcheck source=managers.bash
source "${BASH_SOURCE[0]%/*}/managers.bash"

SETTINGS=/var/lib/connman

forget_services() {
  rm -rf "$SETTINGS" /etc/connman
  mkdir -p "$SETTINGS" /etc/connman
  cat > /etc/connman/main.conf <<'INI'
[General]
AlwaysConnectedTechnologies=ethernet
INI
}

prepare_connman() {
  # The names of its services come from these.
  on_host ip link set eth0 address 02:00:00:00:00:01
  on_host ip link set eth1 address 02:00:00:00:00:02
  start_bus
}

continue_connman() {
  start_daemon connman connmand --nodaemon --device=eth0,eth1 --nodnsproxy
  wait_until is_ready eth0
  wait_until is_ready eth1
}

#   service eth1
service() {
  echo "ethernet_02000000000$((${1#eth} + 1))_cable"
}

is_ready() {
  on_host connmanctl services "$(service "$1")" | grep -qE 'State = (ready|online)'
}

#   connman disconnect eth1
connman() {
  on_host connmanctl "$1" "$(service "$2")" "${@:3}"
}

# Its DHCP client drops what veth has left for hardware to finish: the checksum (ethtool -K customer tx off).
finish_checksums() {
  # shellcheck disable=SC2016 # perl's
  at_provider "$1" perl -MSocket -e 'socket(my $socket, AF_INET, SOCK_DGRAM, 0) or die $!;
    my $request = pack("a16 P8", $ARGV[0], pack("LL", 0x17, 0));
    ioctl($socket, 0x8946, $request) or die $!' customer
}
