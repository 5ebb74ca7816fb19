#!/usr/bin/env bash
# A watcher, uplinks for it to watch, and programs that are not installed to trouble it with.

# shellcheck source=watcher.bash
source "${BASH_SOURCE[0]%/*}/watcher.bash"

# Where programs.bash has put what is not installed.
PROGRAMS=${PROGRAMS:-$("${BASH_SOURCE[0]%/*}/programs.bash")}

# A program that is not installed, with its libraries.
#   unpacked usr/sbin/bird -c FILE
unpacked() {
  LD_LIBRARY_PATH=$(library_path) "$PROGRAMS/$1" "${@:2}"
}

on_host_unpacked() {
  on_host env LD_LIBRARY_PATH="$(library_path)" "$PROGRAMS/$1" "${@:2}"
}

library_path() {
  local directories=("$PROGRAMS"/usr/lib/*-linux-*{,/systemd} "$PROGRAMS"/lib/*-linux-*)
  (IFS=: && echo "${directories[*]}")
}

# Both uplinks with addresses and defaults as a manager leaves them, and a configuration that names them.
build_uplinks() {
  # Never lowered, so that a test which brings more addresses would not end as it began.
  on_host ip mptcp limits set subflows 8
  give_addresses eth0 10.1.1.2/24 2001:db8:1::2/64
  give_addresses eth1 10.1.2.2/24 2001:db8:2::2/64
  on_host ip route add default via 10.1.1.1 dev eth0
  on_host ip route add default via 10.1.2.1 dev eth1 metric 100
  on_host ip route add default via 2001:db8:1::1 dev eth0
  on_host ip route add default via 2001:db8:2::1 dev eth1 metric 2000
  write_configuration <<< '[eth*]'
}
