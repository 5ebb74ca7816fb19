# shellcheck shell=sh
# Refusals of install.sh: what must be so before anything is changed.

# The directory that stands for /: absolute, and empty for / itself however it is written.
absolute_root() (
  case $1 in
    '') return ;;
    /*) path=$1 ;;
    *) path=$PWD/$1 ;;
  esac
  [ ! -d "$path" ] || path=$(cd "$path" && pwd -P)
  while [ "$path" != "${path%/}" ]; do
    path=${path%/}
  done
  say "$path"
)

require_parts() {
  for part in $(say "$without" | tr ',' ' '); do
    case " $doors none " in
      *" $part "*) ;;
      *) fail "there is no part \"$part\" to leave out, but: $doors" ;;
    esac
  done
}

require_root() {
  [ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail "only root can change /etc/network: sudo ./install.sh${1:+ $1}"
}

#   is_at_least 18 19 18.20.1
is_at_least() (
  minor=${3#*.}
  minor=${minor%%[!0-9]*}
  case ${3%%.*}:$minor in
    *[!0-9:]* | :* | *:) return 1 ;;
  esac
  [ "${3%%.*}" -gt "$1" ] || { [ "${3%%.*}" -eq "$1" ] && [ "$minor" -ge "$2" ]; }
)

require_node() {
  search=$boot_path
  # A tree that is made for another host is made with whatever Node there is.
  [ -z "$root" ] || search=$PATH:$boot_path
  if ! node=$(PATH=$search command -v node); then
    node=$(command -v node) || fail 'Node is not installed: apt-get install nodejs (18.19 or later)'
    fail "Node is at $node, where no hook finds it at boot: apt-get install nodejs (or a link in /usr/local/bin, if only root can change the file and the directories above it)"
  fi
  version=$("$node" --version 2>&1) || version='that does not run'
  is_at_least 18 19 "${version#v}" ||
    fail "Node $version at $node is too old: 18.19 or later is needed (apt-get install nodejs, on Debian 12 or later)"
}

require_host() {
  command -v ifup >/dev/null || [ -e /etc/mptcp-routes.conf ] ||
    fail 'there is no ifup, so nothing would run the hooks: apt-get install ifupdown (or name the uplinks in /etc/mptcp-routes.conf)'
  command -v ip >/dev/null || fail 'iproute2 is not installed: apt-get install iproute2'
  version=$(ip -V 2>&1) || version='an ip that does not run'
  is_at_least 6 1 "${version##*iproute2-}" || fail "$version is not enough: iproute2 6.1 or later is needed (Debian 12 has it)"
}

#   require_ours TARGET...     nothing else is in their places
require_ours() {
  for target; do
    shift
    if [ -e "$root$target" ] || [ -L "$root$target" ]; then
      set -- "$@" "$target"
    fi
  done
  [ $# -gt 0 ] || return 0
  if [ -z "$root" ] && command -v dpkg-query >/dev/null; then
    owned=$(dpkg-query -S "$@" 2>/dev/null | head -n 1)
    [ -z "$owned" ] || fail "${owned#*: } belongs to the package ${owned%%:*}: apt-get purge ${owned%%:*}"
  fi
  for target; do
    is_ours "$target" || fail "$root$target was not installed by this script, and is left as it is: move it away first"
  done
}

# A link in DESTDIR may lead to the host that this runs on.
require_inside() {
  case $1/ in "$root"/*) ;; *) return 0 ;; esac
  case $(readlink -f "$1")/ in
    "$root"/*) ;;
    *) fail "$1 leads out of $root (DESTDIR), to $(readlink -f "$1")" ;;
  esac
}

# By a directory that every host has, so that no file is left of it; where there is no flock or no such directory yet, go on.
require_alone() {
  held=${root:-/var/lib}
  [ -d "$held" ] && command -v flock >/dev/null || return 0
  exec 9<"$held"
  # The children of one that was killed may take a moment longer.
  for _ in 1 2 3; do
    ! flock -n 9 || return 0
    sleep 1
  done
  fail 'another install.sh runs: wait for its end'
}

#   require_writable TARGET...     whoever runs this may make and remove them
require_writable() {
  for target; do
    directory=$root${target%/*}
    while [ -n "$directory" ] && [ ! -e "$directory" ] && [ ! -L "$directory" ]; do
      directory=${directory%/*}
    done
    directory=${directory:-/}
    [ -d "$directory" ] || fail "$directory is not a directory"
    require_inside "$directory"
    # False for a file system that is mounted read-only as well, which root may write by its permissions.
    if [ ! -w "$directory" ]; then
      reason=$(mktemp "$directory/.ifupdown-mptcp.XXXXXX" 2>&1 | sed 's/.*: //') || reason=
      fail "$directory cannot be written: $reason"
    fi
  done
}
