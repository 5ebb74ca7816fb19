#!/usr/bin/env bash
# Fetches the managers of networks that tests start and that are not to be installed: each group of packages is unpacked
# into a directory of its own, a layer, which a test lays over /usr and /etc.
#   test/managers/programs.bash
# Prints the directory of the layers. What is in the cache already costs nothing.
set -euo pipefail

declare -Ar layers=(
  [daemons]='network-manager connman systemd libsystemd-shared dbus dbus-daemon libdbus-1-3'
  [ng]='ifupdown-ng udhcpc busybox'
  [ifupdown2]='ifupdown2 python3 python3-minimal'
  [openrc]='openrc'
  [clients]='udhcpc busybox ppp libpcap0.8'
)
root=${MANAGERS_TEST_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ifupdown-mptcp-test/managers}

# What the packages need and this machine lacks is fetched with them; nothing is installed, so no root is needed.
list_packages() {
  apt-get install --simulate --reinstall --no-install-recommends "$@" | awk '$1 == "Inst" { print $2 }' | sort -u
}

# Debian 12's packages have a /lib, its machines a link in that place.
make_layer() {
  local layer=$1 names directory
  mkdir -p "$layer.new/packages" "$layer.new/usr"
  for directory in bin sbin lib; do
    mkdir "$layer.new/usr/$directory"
    ln -s "usr/$directory" "$layer.new/$directory"
  done
  cd "$layer.new/packages"
  mapfile -t names < <(list_packages "${@:2}")
  apt-get download "${names[@]}" >&2
  for package in ./*.deb; do
    dpkg --fsys-tarfile "$package" | tar -x --keep-directory-symlink --no-same-owner -C ..
  done
  rm -r "$layer.new/packages"
  mv "$layer.new" "$layer"
}

# The list in the name of the mark: another list is fetched anew.
for name in "${!layers[@]}"; do
  mark="$root/${layers[$name]// /+}"
  if [ ! -e "$mark" ]; then
    rm -rf "${root:?}/$name" "$root/$name.new"
    # shellcheck disable=SC2086 # a list
    (make_layer "$root/$name" ${layers[$name]})
    touch "$mark"
  fi
done
echo "$root"
