#!/usr/bin/env bash
# The real NetworkManager on the host, with profiles from files.

# shellcheck source=managers.bash
source "${BASH_SOURCE[0]%/*}/managers.bash"

# shellcheck disable=SC2034 # for the .bats files
DISPATCHER=/etc/NetworkManager/dispatcher.d
PROFILES=/etc/NetworkManager/system-connections

start_network_manager() {
  rm -rf /var/lib/NetworkManager
  mkdir -p /var/lib/NetworkManager
  cat > /run/NetworkManager.conf <<'INI'
[main]
plugins=keyfile
dns=none
auth-polkit=false
[keyfile]
unmanaged-devices=except:interface-name:eth*
[connectivity]
enabled=false
INI
  start_bus
  continue_network_manager
}

# With what it knew before. It sees a /sys that cannot be written, as in a container, and waits for no udev.
continue_network_manager() {
  # shellcheck disable=SC2016 # of the inner shell
  start_daemon manager unshare --mount --propagation private sh -c 'mount -o remount,ro,bind /sys && exec "$@"' - \
    NetworkManager --debug --config=/run/NetworkManager.conf --config-dir=/run/none
  wait_until has_device eth0 connected
  wait_until has_device eth1 connected
}

#   has_device eth1 disconnected
has_device() {
  [[ $(on_host nmcli -t -f DEVICE,STATE device | grep "^$1:") == "$1:$2" ]]
}

#   write_profile eth1 <<< 'lines of [ipv4]'
write_profile() {
  {
    printf '%s\n' '[connection]' "id=$1" type=ethernet "interface-name=$1" '[ipv4]'
    cat
  } > "$PROFILES/$1.nmconnection"
  chmod 600 "$PROFILES/$1.nmconnection"
}

forget_profiles() {
  mkdir -p "$PROFILES"
  rm -f "$PROFILES"/*
}

connection() {
  on_host nmcli connection "$@" > /dev/null
}

# Static addresses of both families.
#   write_static_profile eth1 2
write_static_profile() {
  write_profile "$1" <<END
method=manual
address1=10.1.$2.2/24,10.1.$2.1
[ipv6]
method=manual
address1=2001:db8:$2::2/64,2001:db8:$2::1
END
}

install_door() {
  mkdir -p /usr/lib/ifupdown-mptcp
  cp "$TREE/doors/door" /usr/lib/ifupdown-mptcp/
  cp "$TREE/doors/networkmanager/90-mptcp" "$DISPATCHER"
}

expect_static_uplinks() {
  expect_uplink eth0 10.1.1.1
  expect_uplink eth1 10.1.2.1
  expect_uplink eth0 2001:db8:1::1 -6
  expect_uplink eth1 2001:db8:2::1 -6
}

# The same for each file of tests.

setup_file() { lay_over daemons; }
teardown_file() { take_layer_away; }

setup() {
  install_hooks "${ROUTES%/*}"
  build_host
  forget_profiles
  find "$DISPATCHER" -maxdepth 1 -type f -delete
  write_configuration <<< '[eth*]'
}

teardown() {
  tear_down_lab
}
