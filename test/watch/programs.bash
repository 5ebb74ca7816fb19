#!/usr/bin/env bash
# Fetches the programs that tests of the watcher need and that are not installed, as packages of this kind start
# services: unpacked aside, with a network, which a test's namespace does not have.
#   test/watch/programs.bash
# Prints the directory. What is in the cache already costs nothing.
set -euo pipefail

readonly packages=(bird2 busybox udhcpc systemd network-manager dbus-daemon openrc)
# A directory for each list: another tree's tests may use theirs at the same time.
key=$(cksum <<<"${packages[*]}")
root=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ifupdown-mptcp-test/programs-${key%% *}

# Of what they depend on, the libraries that are not installed in a version that will do.
list_libraries() {
  apt-get --simulate --no-install-recommends install "${packages[@]}" | awk '$1 == "Inst" && $2 ~ /^lib/ { print $2 }'
}

# Stages that begin at the same time do not fetch into each other.
mkdir -p "${root%/*}"
exec 9>"$root.lock"
flock 9
if [ ! -e "$root/complete" ]; then
  rm -rf "$root"
  mkdir -p "$root/packages"
  cd "$root/packages"
  mapfile -t libraries < <(list_libraries)
  apt-get download "${packages[@]}" "${libraries[@]}" >&2
  for package in ./*.deb; do
    dpkg -x "$package" "$root"
  done
  touch "$root/complete"
fi
echo "$root"
