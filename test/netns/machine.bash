#!/usr/bin/env bash
# Makes a machine that tests may break: everything that ifup, DHCP clients and hooks write to
# becomes private to the mount namespace that test/run has made.

# Debian keeps ip, ifup and sysctl where an ordinary user's PATH does not look.
export PATH=$PATH:/usr/sbin:/sbin

refuse() {
  printf 'test/netns: %s\n' "$@" >&2
  return 1
}

refuse_to_run_without() {
  local file
  for file; do
    [[ -x $file ]] || refuse "$file is missing: npm run build" || return
  done
}

# PID 1 lives on the real machine. Where its namespaces cannot be read, we are an ordinary user in a
# user namespace, and so in namespaces of our own.
refuse_the_real_machine() {
  local kind ours theirs
  for kind in net mnt; do
    ours=$(readlink "/proc/self/ns/$kind")
    theirs=$(readlink "/proc/1/ns/$kind") || continue
    [[ $ours != "$theirs" ]] ||
      refuse "this is the machine's own $kind namespace: start the tests with test/run" || return
  done
}

# /etc as a whole, because DHCP clients replace resolv.conf by rename, which a bind mount on the file
# alone does not survive.
shield_the_machine() {
  # Here too, for whoever sources this file by itself.
  refuse_the_real_machine
  mount --make-rprivate /
  mount -t tmpfs tmpfs /run
  mkdir /run/netns /run/network /run/etc /run/real-etc
  keep_the_real_etc_in_sight
  # An ordinary user cannot read shadow and the like, and no test needs them.
  cp -a /etc/. /run/etc 2>/dev/null || true
  mount --bind /run/etc /etc
  [[ $(stat -c %d /etc) == "$(stat -c %d /run)" ]] || refuse '/etc could not be made private'
  mount -t tmpfs tmpfs /var/lib/dhcp
  mount -t tmpfs tmpfs /var/lib/dhcpcd
  configure_dhcp_clients
}

# Who comes here by a file that was sourced alone would write to the machine's own /etc and /run.
expect_a_shield() {
  [[ -d /run/real-etc ]] || refuse "/etc and /run are the machine's own: call shield_the_machine first"
}

# Read-only, and not in a temporary directory: whoever tidies that up would empty the real /etc.
keep_the_real_etc_in_sight() {
  mount --bind /etc /run/real-etc
  mount -o remount,bind,ro /run/real-etc || { umount /run/real-etc; refuse 'cannot bind /etc read-only'; }
  REAL_ETC_BEFORE=$(fingerprint_etc /run/real-etc)
}

fingerprint_etc() {
  cat "$1/resolv.conf" "$1/network/interfaces" "$1"/iproute2/* 2>/dev/null | sha256sum
  find "$1/network" -mindepth 1 -printf '%P %Ts %s\n' | sort
}

expect_the_machine_untouched() {
  [[ $(fingerprint_etc /run/real-etc) == "$REAL_ETC_BEFORE" ]] || refuse 'the tests wrote to the real /etc'
}

# The clients' own caution costs seconds: dhcpcd waits at random before it asks, and probes each address by ARP before
# it takes it.
configure_dhcp_clients() {
  rm -rf /etc/dhcp/dhclient-e*-hooks.d/*
  printf '%s\n' nodelay noarp noipv4ll 'nohook resolv.conf' > /etc/dhcpcd.conf
}

# Only our hooks run: those of other packages would speak to daemons that are not there.
install_hooks() {
  rm -rf /etc/network
  mkdir -p /etc/network/if-{pre-up,up,down,post-down}.d
  cp "$1/mptcp_up" /etc/network/if-up.d/
  cp "$1/mptcp_down" /etc/network/if-down.d/
  cp "$1/mptcp_down" /etc/network/if-post-down.d/
}

# As an installation leaves it (install.sh, debian/make-cache): what is started through its preamble starts sooner by it,
# which these tests do some thousand times.
#   keep_compiled dist
keep_compiled() {
  [[ -e $1/cache.cjs ]] || return 0
  mount -t tmpfs tmpfs /var/cache
  keep_compiled_program "$1" mptcp_up -n
  keep_compiled_program "$1" mptcp_down -n
  keep_compiled_program "$1" mptcp-routes status
}

keep_compiled_program() {
  local said
  said=$(IFACE=mptcp-check0 IF_ADDRESS=192.0.2.2/24 IF_GATEWAY=192.0.2.1 \
    node "$1/cache.cjs" "$1/$2" "${@:3}" 2>&1) || refuse "no cache of $2: $said"
}

# As if the package were not installed, until show_hidden_programs.
hide_program() {
  local path
  path=$(readlink -f "$(command -v "$1")")
  mount --bind /dev/null "$path"
  HIDDEN_PROGRAMS+=("$path")
}

show_hidden_programs() {
  [[ ${#HIDDEN_PROGRAMS[@]} -eq 0 ]] || umount "${HIDDEN_PROGRAMS[@]}"
  HIDDEN_PROGRAMS=()
}
