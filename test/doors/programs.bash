#!/usr/bin/env bash
# Fetches packages and unpacks them aside, with a network, which a test's namespace does not have: pppd would otherwise
# need a kernel of its own to be installed for.
#   test/doors/programs.bash [NAME PACKAGE...]     without arguments: what the tests here need
# Prints the directory. What is in the cache already costs nothing.
set -euo pipefail

[ $# -gt 0 ] || set -- doors ppp
packages=("${@:2}")
root=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ifupdown-mptcp-test/$1

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
