#!/usr/bin/env bash
# A machine that boots a fresh Debian for each test: a base of base.bash under an overlay, with namespaces of its own
# for everything that a package's scripts or ifup could reach.

PACKAGE_TESTS=${BASH_SOURCE[0]%/*}
# shellcheck disable=SC2034 # for the tests
TOP=$PACKAGE_TESTS/../..

# shellcheck source=../netns/expect.bash
source "$PACKAGE_TESTS/../netns/expect.bash"

#   boot bookworm
boot() {
  local base
  base=$("$PACKAGE_TESTS/base.bash" "$1")
  MACHINE_DIRECTORY=$BATS_TEST_TMPDIR/machine
  mkdir "$MACHINE_DIRECTORY"
  # Process 1 has the machine's root, as on a real one: by that a package tells a machine from a chroot. And it takes in
  # what others leave: a service that has ended would else seem to run.
  # Descriptor 3 is bats' own, and it waits for whoever holds it.
  # shellcheck disable=SC2016 # expanded in there
  unshare --mount --propagation private --net --pid --ipc --uts --fork --kill-child bash -euc '
    mount -t tmpfs tmpfs "$2"
    mkdir "$2"/{upper,work,root}
    mount -t overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" overlay "$2/root"
    mount -t proc proc "$2/root/proc"
    mount -t devpts -o newinstance,ptmxmode=666 devpts "$2/root/dev/pts"
    mount -t tmpfs tmpfs "$2/root/run"
    mkdir "$2/root/run/network"
    exec chroot "$2/root" bash -c "sleep infinity & wait"
  ' boot "$base" "$MACHINE_DIRECTORY" >"$BATS_TEST_TMPDIR/boot.log" 2>&1 3>&- &
  MACHINE=$!
  # Else bash reports its end as if nobody had meant it.
  disown "$MACHINE"
  await_boot || fail "$1 does not boot" "$(<"$BATS_TEST_TMPDIR/boot.log")"
  inside ip link set lo up
  # Where there is no init, scripts start services only if the admin says so.
  inside sh -c 'printf "#!/bin/sh\nexit 0\n" >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d'
}

# `unshare` is the parent of process 1.
await_boot() {
  local _
  for _ in {1..100}; do
    read -r FIRST_PROCESS <"/proc/$MACHINE/task/$MACHINE/children" || true
    if [[ -n $FIRST_PROCESS && $(readlink "/proc/$FIRST_PROCESS/root") == "$MACHINE_DIRECTORY/root" ]]; then
      return
    fi
    sleep 0.05
  done
  return 1
}

# The overlay and the namespaces go with process 1.
shut_down() {
  [[ -n ${MACHINE-} ]] || return 0
  kill -KILL "$MACHINE"
}

readonly clean_environment=(
  env -C / -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
  DEBIAN_FRONTEND=noninteractive
)

# Services that it starts would hold bats' descriptor.
inside() {
  nsenter --target "$FIRST_PROCESS" --mount --net --pid --ipc --uts --root "${clean_environment[@]}" "$@" 3>&-
}

# As `inside`, but in a chroot of a machine that runs another system: process 1 has another root, and as always there
# no service is started or stopped.
inside_as_chroot() {
  inside sed -i 's/exit 0/exit 101/' /usr/sbin/policy-rc.d
  # shellcheck disable=SC2016 # expanded in there
  nsenter --target "$FIRST_PROCESS" --mount --net --ipc --uts unshare --mount --propagation private bash -euc '
    umount "$1/proc"
    mount -t proc proc "$1/proc"
    exec chroot "$@"
  ' chroot "$MACHINE_DIRECTORY/root" "${clean_environment[@]}" "$@"
}

#   put FILE... DIRECTORY: from here onto the machine
put() {
  cp "${@:1:$#-1}" "/proc/$FIRST_PROCESS/root${*: -1}"
}

#   install_package DEB [OPTION-OF-DPKG...]
install_package() {
  put "$1" /var/tmp
  inside dpkg "${@:2}" --install "/var/tmp/${1##*/}"
}

# Every file but logs, caches and what apt and dpkg keep for themselves.
print_files() {
  inside find / -xdev \( -path /proc -o -path /run -o -path /tmp -o -path /var/tmp -o -path /var/log -o -path /var/cache \
    -o -path /var/lib/apt -o -name '*-old' -o -path '/var/lib/dpkg/lock*' -o -path /var/lib/dpkg/triggers \) -prune -o \
    -printf '%y %m %u %g %p %l\n' | sort
}

# Rules, routes, groups and endpoints. Left out: endpoint ids, which count up, and the kernel's own link-local and
# multicast routes, which come and go in their own time.
print_kernel() {
  {
    inside ip -N rule
    inside ip -N -6 rule
    inside ip -N route show table all
    inside ip -N -6 route show table all
    inside ip mptcp endpoint
    inside ip -N -o link | sed -E 's/^[0-9]+: ([^:@]*).* group ([0-9]+).*/\1 group \2/'
  } | sed -E 's/[[:space:]]+/ /g; s/ id [0-9]+//; s/ $//' | grep -Ev '(fe80:|ff00:).* proto 2 ' | sort
}

ours_in() {
  grep -E ' (proto|group) 77( |$)|subflow' <<<"$1" || true
}

# eth0 and eth1, with nobody at the other end: enough for rules and routes.
plug_in_uplinks() {
  inside ip -batch - <<'LINES'
link add eth0 type veth peer name far0
link add eth1 type veth peer name far1
link set far0 up
link set far1 up
LINES
  inside sh -c 'cat >/etc/network/interfaces' <<'LINES'
auto lo
iface lo inet loopback

iface eth0 inet static
  address 10.1.1.2/24
  gateway 10.1.1.1

iface eth1 inet static
  address 10.1.2.2/24
  mptcp-gateway 10.1.2.1
LINES
}
