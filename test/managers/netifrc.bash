#!/usr/bin/env bash
# The real OpenRC, and netifrc's contract in a stand-in. NETIFRC, a directory with netifrc's own init.d and lib/netifrc,
# puts the real one in its place.

# shellcheck source=managers.bash
source "${BASH_SOURCE[0]%/*}/managers.bash"

NETIFRC=${NETIFRC-}

# As after a boot. No service of this machine is to be started as something that the network needs.
install_netifrc() {
  local directory
  rm -rf /run/openrc /etc/init.d /etc/conf.d /lib/netifrc
  mkdir -p /run/openrc /etc/init.d /etc/conf.d /lib/netifrc/net
  for directory in starting started stopping inactive wasinactive failed hotplugged daemons options exclusive scheduled tmp; do
    mkdir "/run/openrc/$directory"
  done
  echo default > /run/openrc/softlevel
  if [[ -n $NETIFRC ]]; then
    cp -r "$NETIFRC/lib/netifrc" /lib
    cp "$NETIFRC/init.d/net.lo" /etc/init.d
    # It needs this one.
    printf '%s\n' '#!/sbin/openrc-run' 'start() { :; }' | tee /etc/init.d/sysfs /etc/init.d/localmount > /dev/null
  else
    cp "$TREE/test/managers/netifrc-stand-in" /etc/init.d/net.lo
  fi
  chmod 755 /etc/init.d/*
  ln -s net.lo /etc/init.d/net.eth0
  ln -s net.lo /etc/init.d/net.eth1
}

install_module() {
  cp "$TREE/doors/netifrc/mptcp.sh" /lib/netifrc/net
}

write_net() {
  cat > /etc/conf.d/net
}

#   service eth1 start
service() {
  on_host rc-service "net.$1" "$2"
}

start_both() {
  service eth0 start
  service eth1 start
}

stop_both() {
  service eth1 stop
  service eth0 stop
}
