#!/usr/bin/env bash
# Fetches the programs that tests of the watcher need and that are not installed, as packages of this kind start
# services: unpacked aside, with a network, which a test's namespace does not have.
#   test/watch/programs.bash
# Prints the directory. What is in the cache already costs nothing.
set -euo pipefail

readonly packages=(bird2 libssh-gcrypt-4 busybox udhcpc systemd libsystemd-shared)
root=${WATCH_TEST_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ifupdown-mptcp-test/programs}

# The list in the name of the mark: another list is fetched anew.
complete="$root/complete-${packages[*]}"

if [ ! -e "$complete" ]; then
  rm -rf "$root"
  mkdir -p "$root/packages"
  cd "$root/packages"
  apt-get download "${packages[@]}" >&2
  for package in ./*.deb; do
    dpkg -x "$package" "$root"
  done
  touch "$complete"
fi
echo "$root"
