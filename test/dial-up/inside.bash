#!/bin/bash
# The first process of user-mode Linux: a host that dials, a provider in a namespace of its own, and what is seen of it.
# Prints `ok NAME` or `not ok NAME` a point.

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
here=/opt/dial-up
busybox=$here/busybox

make_devices() {
  mount -t proc proc /proc
  mount -t sysfs sysfs /sys
  mount -t tmpfs tmpfs /dev
  mknod -m 666 /dev/null c 1 3
  mknod -m 666 /dev/zero c 1 5
  mknod -m 666 /dev/random c 1 8
  mknod -m 666 /dev/urandom c 1 9
  mknod -m 666 /dev/ptmx c 5 2
  mknod -m 666 /dev/tty c 5 0
  mknod -m 600 /dev/ppp c 108 0
  mkdir /dev/pts /dev/shm
  mount -t devpts devpts /dev/pts
  ln -s /proc/self/fd /dev/fd
  mount -t tmpfs tmpfs /run
  mkdir -p /run/netns /run/network /run/lock /run/ppp
}

load_modules() {
  local module modules
  modules=/usr/lib/uml/modules/$(uname -r)/kernel
  for module in crc-ccitt libcrc32c nf_defrag_ipv6 ipv6 veth slhc ppp_generic ppp_async ppp_deflate; do
    find "$modules" -name "$module.ko" -exec $busybox insmod {} \;
  done
}

write_configuration() {
  printf '%s\n' auto\ lo 'iface lo inet loopback' '' 'iface dsl-provider inet ppp' '    provider dsl-provider' \
    '    mptcp-table 72' '    mptcp-priority 900' > /etc/network/interfaces
  # As a program that speaks PPPoE would, the provider's end is at the other side of a pseudo-terminal.
  printf '%s\n' 'pty "/opt/dial-up/provider"' noauth noipdefault nodefaultroute local +ipv6 > /etc/ppp/peers/dsl-provider
  # shellcheck disable=SC2016 # of that script's own shell
  printf '%s\n' '#!/bin/sh' \
    'exec ip netns exec isp pppd notty noauth local nodefaultroute ipparam isp +ipv6 10.9.0.1:$(cat /run/address)' \
    > $here/provider
  chmod +x $here/provider
  : > /etc/ppp/options
  echo 10.9.0.2 > /run/address
}

install_hooks() {
  # shellcheck source-path=SCRIPTDIR source=../doors/install.bash
  . $here/install.bash
  rm -rf /etc/network/if-*.d /etc/ppp/ip*.d
  mkdir -p /etc/network/if-{pre-up,up,down,post-down}.d
  cp $here/mptcp_up /etc/network/if-up.d/
  cp $here/mptcp_down /etc/network/if-down.d/
  cp $here/mptcp_down /etc/network/if-post-down.d/
  install_doors $here $here/doors
  printf '%s\n' '#!/bin/sh' '{ echo "$*"; [ "$#" -gt 4 ] || cat; } >> /run/logged' > /usr/bin/logger
}

build_network() {
  ip link set lo up
  ip netns add isp
  ip -n isp link set lo up
  ip link add eth0 type veth peer name customer netns isp
  ip -n isp link set customer up
  ip -n isp address add 10.1.1.1/24 dev customer
  ip -n isp address add 203.0.113.1/32 dev lo
  ip link set eth0 up
  ip address add 10.1.1.2/24 dev eth0
  ip route add default via 10.1.1.1
}

# Points

check() {
  local name=$1 attempt
  shift
  # Programs start slowly here: who asks too often holds up what it waits for.
  for ((attempt = 0; attempt < 30; attempt++)); do
    if "$@" >/dev/null 2>&1; then
      echo "ok $name ($SECONDS s)"
      return
    fi
    sleep 1
  done
  echo "not ok $name"
  ip address
  ip -N rule
  ip -N -6 rule
  ip route show table all | grep -v 'table local'
  head -n 50 /run/mptcp-routes/*/* /run/logged 2>/dev/null
}

# The way of a packet from the address, an answer to it, and the options of the stanza.
is_uplink() {
  [[ $(ip -N rule) == *"from $1 lookup 72 proto 77"* ]] &&
    [[ $(ip route show table 72) == *'default dev ppp0'* ]] &&
    ip route get 203.0.113.1 from "$1" | grep -q 'dev ppp0' &&
    ping -q -c 1 -W 2 -I "$1" 203.0.113.1
}

has_ipv6_rule() {
  ip -N -6 rule | grep -q "from $1 lookup .* proto 77"
}

has_link_local() {
  [[ $(ip -6 address show dev ppp0) == *fe80* ]]
}

has_no_ppp() {
  ! ip link show ppp0
}

is_clear() {
  has_no_ppp && [[ $(ip -N rule)$(ip -N -6 rule)$(ip route show table all) != *'proto 77'* ]] &&
    ! compgen -G '/run/mptcp-routes/*/lease,*'
}

has_no_service() {
  ! pgrep -x pppd
}

is_nobodys_in_isp() {
  [[ $(ip -n isp -N rule)$(ip -n isp route show table all) != *'proto 77'* ]]
}

# At ipv6-up there is no global address yet.
add_late_address() {
  until has_link_local; do
    sleep 0.5
  done
  ip address add 2001:db8:9::2/64 dev ppp0
}

run_points() {
  add_late_address 2>/dev/null &
  ifup dsl-provider
  check 'the link has the options of the stanza that dialled it' is_uplink 10.9.0.2
  check 'the end of the line in the provider is left alone' is_nobodys_in_isp
  check 'an IPv6 address that comes after ipv6-up has its rule' has_ipv6_rule 2001:db8:9::2

  echo 10.9.0.77 > /run/address
  pkill -o -x pppd
  check 'the line is down: nothing is left' is_clear
  check 'pppd has ended' has_no_service
  pon dsl-provider
  check 'dialled again, with another address' is_uplink 10.9.0.77

  ip netns pids isp | xargs kill
  check 'the line is lost: nothing is left' is_clear
  check 'pppd has ended with the line' has_no_service
  pon dsl-provider
  check 'dialled once more' is_uplink 10.9.0.77
  ifdown dsl-provider
  check 'after ifdown nothing is left' is_clear
}

make_devices
load_modules
write_configuration
install_hooks
build_network
run_points
echo 'the end'
sync
$busybox poweroff -f
