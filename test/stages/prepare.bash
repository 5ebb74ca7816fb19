#!/usr/bin/env bash
# What must be there before the first stage: packages, a Node, namespaces, modules. What is missing and cannot be had
# ends the run, with the command that brings it.

# Each package and the command that tells that it is there. None of them starts a service
# (which is why it is dhcpcd-base, not dhcpcd).
readonly packages=(
  ifupdown:ifup isc-dhcp-client:dhclient dhcpcd-base:dhcpcd dnsmasq-base:dnsmasq iperf3:iperf3 mptcpize:mptcpize
  iputils-ping:ping iproute2:ip procps:sysctl jq:jq util-linux:setpriv debianutils:ischroot
  nftables:nft tmux:tmux shellcheck:shellcheck mandoc:mandoc debhelper:dh dpkg-dev:dpkg-buildpackage lintian:lintian debootstrap:debootstrap
)
# What stages need (see list.bash), empty where it is not there.
has_dist=
has_vitest=
# A Node for one run, without root.
readonly newer_node='npx --yes --package node@22 -- npm test'

prepare() {
  check_node
  install_packages
  check_namespaces
  install_modules
}

# Those of the packages whose commands are not there.
list_missing() {
  local entry
  for entry in "${packages[@]}"; do
    command -v "${entry#*:}" >/dev/null || echo "${entry%:*}"
  done
}

install_packages() {
  local missing
  mapfile -t missing < <(list_missing)
  [ ${#missing[@]} -gt 0 ] || return 0
  local install="apt-get install --no-install-recommends ${missing[*]}"
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    refuse "missing packages, as root: $install"
  fi
  echo "test/run: $install (about a minute)"
  quietly apt-get update
  quietly env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
  mapfile -t missing < <(list_missing)
  [ ${#missing[@]} -eq 0 ] || refuse "installed, but without the command that is needed: ${missing[*]}"
}

#   has_node 18 19: that version or a later one
has_node() {
  node -e 'var v = process.versions.node.split("."), want = process.argv
    process.exit(+v[0] > +want[1] || (+v[0] === +want[1] && +v[1] >= +want[2]) ? 0 : 1)' "$1" "$2"
}

# The hooks and the build run on Debian 12's Node 18, vitest does not: the stages without it run all the same.
check_node() {
  command -v npm >/dev/null || refuse 'missing packages, as root: apt-get install nodejs npm'
  has_node 18 19 || refuse "Node $(node --version) is too old, even for the hooks: $newer_node"
  if has_node 22 12 || { has_node 20 19 && ! has_node 21 0; }; then
    has_vitest=yes
  else
    echo "test/run: Node $(node --version) cannot run vitest, which needs 20.19 or 22.12: its stages will fail." \
      "To have one for this run: $newer_node"
  fi
}

check_namespaces() {
  "${namespace[@]}" true || refuse 'this system forbids the namespaces that the tests need: run as root, or allow' \
    'user namespaces (sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns)'
}

install_modules() {
  # npm writes this file last: an install that was cut short has none.
  if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    echo 'test/run: npm ci (about 10 seconds)'
    quietly npm ci
  fi
}

# Runs a command whose output only matters when it fails.
quietly() {
  "$@" >"$scratch/log" 2>&1 || {
    local status=$?
    cat "$scratch/log"
    return "$status"
  }
}
