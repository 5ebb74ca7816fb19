#!/usr/bin/env bash
# Real NetworkManager and systemd-networkd on the host of ../netns/lab.bash: they keep eth1, by DHCP from provider 1 and
# its router advertisements; eth0 is the admin's own.

# shellcheck source=watch.bash
source "${BASH_SOURCE[0]%/*}/watch.bash"

MANAGED=10.1.2.50

build_managed_uplink() {
  # Never lowered, so that a test would not end as it began.
  on_host ip mptcp limits set subflows 8
  give_addresses eth0 10.1.1.2/24 2001:db8:1::2/64
  on_host ip route add default via 10.1.1.1 dev eth0 metric 50
  on_host ip route add default via 2001:db8:1::1 dev eth0 metric 50
  write_configuration <<< '[eth*]'
  at_provider 1 dnsmasq --conf-file=/dev/null --user=root --group= --port=0 --interface=customer --bind-interfaces \
    --no-ping --dhcp-authoritative --dhcp-range="$MANAGED,$MANAGED,2m" --dhcp-option=option:router,10.1.2.1 \
    --enable-ra --dhcp-range=2001:db8:2::,ra-only --dhcp-leasefile="$BATS_TEST_TMPDIR/leases" \
    --log-facility="$BATS_TEST_TMPDIR/dnsmasq.log" --pid-file="$BATS_TEST_TMPDIR/dnsmasq" 3>&-
  start_bus
}

# A bus that knows no policy, at the usual place of the private /run.
start_bus() {
  mkdir -p /run/dbus
  rm -f /run/dbus/system_bus_socket
  cat > /run/dbus/bus.conf <<'XML'
<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
  </policy>
</busconfig>
XML
  # In the lab's namespace, so that it ends with it.
  on_host_unpacked usr/bin/dbus-daemon --config-file=/run/dbus/bus.conf --nofork --nopidfile >/dev/null 2>&1 3>&- &
  wait_until test -S /run/dbus/system_bus_socket
}

# As root of the tests' namespaces, which need not know another user.
start_networkd() {
  local index
  mkdir -p /run/systemd/network /run/systemd/netif/{links,leases,lldp} /run/udev/data
  sed -i '/^systemd-network:/d' /etc/passwd
  echo 'systemd-network:x:0:0::/:/usr/sbin/nologin' >> /etc/passwd
  # Where /sys can be written it waits for udev, which has seen to the links already.
  touch /run/udev/control
  for index in $(on_host cat /sys/class/net/lo/ifindex /sys/class/net/eth0/ifindex /sys/class/net/eth1/ifindex); do
    echo I:1 > "/run/udev/data/n$index"
  done
  printf '%s\n' '[Match]' Name=eth1 '[Network]' DHCP=ipv4 IPv6AcceptRA=yes '[DHCPv4]' RouteMetric=100 \
    > /run/systemd/network/10-eth1.network
  run_networkd
}

run_networkd() {
  SYSTEMD_LOG_TARGET=console on_host_unpacked lib/systemd/systemd-networkd >> "$BATS_TEST_TMPDIR/networkd.log" 2>&1 3>&- &
  # shellcheck disable=SC2034 # for the .bats file
  NETWORKD=$!
}

networkctl() {
  on_host_unpacked bin/networkctl --no-pager "$@"
}

# Where /sys is read-only it does not wait for udev.
start_networkmanager() {
  mkdir -p /run/NetworkManager/system-connections /etc/NetworkManager
  printf '%s\n' '[main]' plugins=keyfile dns=none rc-manager=unmanaged auth-polkit=false \
    '[keyfile]' 'unmanaged-devices=*,except:interface-name:eth1' > /etc/NetworkManager/test.conf
  printf '%s\n' '[connection]' id=two uuid=00000000-0000-0000-0000-000000000001 type=ethernet interface-name=eth1 \
    '[ipv4]' method=auto '[ipv6]' method=auto addr-gen-mode=eui64 \
    > /run/NetworkManager/system-connections/two.nmconnection
  chmod 600 /run/NetworkManager/system-connections/two.nmconnection
  # shellcheck disable=SC2016 # of the inner shell
  on_host unshare --mount bash -c 'mount -o remount,ro /sys && mount -t tmpfs tmpfs /var/lib &&
    mkdir /var/lib/NetworkManager && exec env LD_LIBRARY_PATH="$1" "$2" "${@:3}"' - \
    "$(library_path)" "$PROGRAMS/usr/sbin/NetworkManager" --debug --config=/etc/NetworkManager/test.conf \
    --config-dir=/run/none > "$BATS_TEST_TMPDIR/networkmanager.log" 2>&1 3>&- &
}

nmcli() {
  on_host_unpacked usr/bin/nmcli "$@"
}

# Both families, and what the device has by itself beside them.
is_managed() {
  [[ $(way_from "$MANAGED") == eth1 && -n $(address6) && $(way_from "$(address6)") == eth1 ]]
}

address6() {
  on_host ip -j -6 address show dev eth1 scope global -temporary -deprecated -tentative |
    jq -r 'first(.[].addr_info[].local | values) // empty'
}

# A lease and detection take their time.
expect_managed() {
  wait_until is_managed || wait_until is_managed || fail "$(print_state)" "$(cat "$LOG")"
  expect_settled
  expect_answer "$MANAGED"
  expect_answer "$(address6)"
  expect_answer 10.1.1.2
}
