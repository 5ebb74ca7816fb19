#!/bin/sh
# Puts the hooks where ifupdown looks for them, takes them out again, or says whether the host is ready for them.
set -eu

top=$(cd "$(dirname "$0")" && pwd)
root=${DESTDIR-}
root=${root%/}
case $root in
  '' | /*) ;;
  *) root=$PWD/$root ;;
esac
hooks='mptcp_down mptcp_up'
# Down first: never is there a moment in which the kernel gets what nothing would take out of it again. Before the
# addresses go (if-down.d) it takes the endpoints away.
places='if-post-down.d/mptcp_down if-down.d/mptcp_down if-up.d/mptcp_up'
# What V8 has made of the hooks (see hooks/cache.cjs), and what their runs remember.
cache=/var/cache/ifupdown-mptcp
records=/run/mptcp-routes
# Where a hook finds its programs at boot. What a login shell adds (nvm, for one) is not there.
boot_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# An ordinary user's PATH leaves sbin out.
PATH=$PATH:/usr/sbin:/sbin
# Of the messages of other programs, some are read here.
LC_ALL=C
export PATH LC_ALL
unset DESTDIR IFACE

usage() {
  cat <<END
Usage: ./install.sh [--check | --uninstall | --help]

  (nothing)    builds dist/ if it is missing and installs
                 /etc/network/if-up.d/mptcp_up
                 /etc/network/if-down.d/mptcp_down
                 /etc/network/if-post-down.d/mptcp_down
               and makes /var/cache/ifupdown-mptcp, by which they start sooner
  --check      says whether this host is ready, one line a point; changes nothing
  --uninstall  removes all that, and takes out of the kernel what the hooks made
  --help       prints this text

DESTDIR in the environment: a directory to install into or to remove from instead of /.
Then the running kernel is left alone.
Exit status: 0 done or ready, 1 not done or not ready.
END
}

say() { printf '%s\n' "$*"; }

fail() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

place_path() { say "$root/etc/network/$1"; }

place_directory() { say "$root/etc/network/${1%/*}"; }

# Points: each says what it found, and is true where that is as needed.

is_node_new_enough() {
  case $1 in
    v[0-9]*.[0-9]*.*) ;;
    *) return 1 ;;
  esac
  major=${1#v}
  major=${major%%.*}
  minor=${1#*.}
  minor=${minor%%.*}
  [ "$major" -gt 18 ] || { [ "$major" -eq 18 ] && [ "$minor" -ge 19 ]; }
}

point_node() (
  search=$boot_path
  # A tree that is made for another host is checked with whatever Node there is.
  [ -z "$root" ] || search=$PATH:$boot_path
  if ! found=$(PATH=$search command -v node); then
    elsewhere=$(command -v node) || elsewhere=
    if [ -n "$elsewhere" ]; then
      say "Node is at $elsewhere, where no hook finds it at boot: apt-get install nodejs, or: ln -s $elsewhere /usr/local/bin/node"
    else
      say 'Node is not installed: apt-get install nodejs (18.19 or later)'
    fi
    return 1
  fi
  version=$("$found" --version 2>&1) || version="that does not run"
  if ! is_node_new_enough "$version"; then
    say "Node $version at $found is too old: 18.19 or later is needed (apt-get install nodejs, on Debian 12 or later)"
    return 1
  fi
  say "Node $version at $found"
)

is_iproute2_new_enough() {
  case $1 in
    *iproute2-[0-9]*.[0-9]*) ;;
    *) return 1 ;;
  esac
  number=${1##*iproute2-}
  major=${number%%.*}
  minor=${number#*.}
  minor=${minor%%[!0-9]*}
  [ "$major" -gt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -ge 1 ]; }
}

point_iproute2() (
  if ! command -v ip >/dev/null; then
    say 'iproute2 is not installed: apt-get install iproute2'
    return 1
  fi
  version=$(ip -V 2>&1) || version='an ip that does not run'
  if ! is_iproute2_new_enough "$version"; then
    say "$version is not enough: iproute2 6.1 or later is needed (Debian 12 has it)"
    return 1
  fi
  say "$version"
)

point_flock() (
  if ! command -v flock >/dev/null; then
    say 'flock is not installed, so runs at the same time are not kept apart: apt-get install util-linux'
    return 1
  fi
  say "flock at $(command -v flock)"
)

point_policy_routing() (
  families=-4
  [ ! -e /proc/net/if_inet6 ] || families='-4 -6'
  for family in $families; do
    if ! rules=$(ip "$family" -N -j rule show 2>&1); then
      say "policy routing: \"ip $family rule show\" fails: $rules (a kernel with CONFIG_IP_MULTIPLE_TABLES and CONFIG_IPV6_MULTIPLE_TABLES is needed)"
      return 1
    fi
  done
  say "policy routing (ip $families rule)"
)

# ifupdown, ifupdown-ng or ifupdown2; nothing where there is none.
ifupdown_kind() (
  ifup=$(command -v ifup) || return 0
  case $(readlink -f "$ifup"):$(ifup --version 2>&1) in
    *ifupdown-ng*) say ifupdown-ng ;;
    *ifupdown2*) say ifupdown2 ;;
    *) say ifupdown ;;
  esac
)

point_ifupdown() (
  kind=$(ifupdown_kind)
  if [ -z "$kind" ]; then
    say 'there is no ifup, so nothing would run the hooks: apt-get install ifupdown'
    return 1
  fi
  if [ ! -d /etc/network ]; then
    say "$kind is here, but /etc/network is not: apt-get install --reinstall $kind"
    return 1
  fi
  say "$kind ($(command -v ifup))"
)

point_mptcp() (
  if [ ! -r /proc/sys/net/mptcp/enabled ]; then
    say 'the kernel has no Multipath TCP, so only tables and rules are made: Linux 5.6 or later with CONFIG_MPTCP is needed'
    return 1
  fi
  if [ "$(cat /proc/sys/net/mptcp/enabled)" != 1 ]; then
    say 'Multipath TCP is off in the kernel, so only tables and rules are made: sysctl -w net.mptcp.enabled=1'
    return 1
  fi
  say 'Multipath TCP is on in the kernel'
)

# The kernel takes the larger one of "all" and the device's own. Strict works, as the reverse look-up follows the rules too.
point_rp_filter() (
  if [ ! -r /proc/sys/net/ipv4/conf/all/rp_filter ]; then
    say 'rp_filter cannot be read: is /proc mounted?'
    return 1
  fi
  strict=
  for device in $(devices_of_ifupdown) all; do
    file=/proc/sys/net/ipv4/conf/$device/rp_filter
    if [ -r "$file" ] && [ "$(cat "$file")" = 1 ]; then
      strict="$strict $device"
    fi
  done
  say "rp_filter:${strict:- not} strict$([ -z "$strict" ] || say ', which works with these rules')"
)

# Every device that ifupdown knows by name, up or not.
devices_of_ifupdown() {
  command -v ifquery >/dev/null || return 0
  {
    ifquery -a --list
    ifquery --list --allow=hotplug
    ifquery --state | sed 's/=.*//'
  } 2>/dev/null </dev/null | sed 's/:.*//' | grep -E '^[A-Za-z0-9_.@+-]+$' | grep -vx lo | sort -u
}

# The processes of that name which see the same network: a container's own are its own affair.
processes_named() (
  here=$(readlink /proc/self/ns/net) || here=
  for file in /proc/[0-9]*/comm; do
    { read -r name <"$file"; } 2>/dev/null || continue
    pid=${file#/proc/}
    pid=${pid%/comm}
    # A process that has ended, and whose parent has not looked yet, has no command line any more.
    if [ "$name" = "$1" ] && [ -n "$(tr -d '\0' 2>/dev/null <"/proc/$pid/cmdline")" ]; then
      there=$(readlink "/proc/$pid/ns/net" 2>/dev/null) || there=$here
      [ "$there" != "$here" ] || say "$pid"
    fi
  done
)

# Of the devices that a daemon manages (one a line on standard input), those that ifupdown knows as well.
devices_in_common() (
  ours=$(devices_of_ifupdown)
  common=
  while read -r device; do
    ! printf '%s\n' "$ours" | grep -qxF -e "$device" || common="$common $device"
  done
  say "${common# }"
)

point_networkmanager() (
  if [ -z "$(processes_named NetworkManager)" ]; then
    say 'NetworkManager does not run'
  elif ! states=$(nmcli -t -f DEVICE,STATE device 2>/dev/null); then
    say 'NetworkManager runs and does not say what it manages: see "nmcli device"'
    return 1
  else
    common=$(printf '%s\n' "$states" | sed -n '/:unmanaged$/d; s/:[^:]*$//p' | devices_in_common)
    if [ -n "$common" ]; then
      say "NetworkManager manages what ifupdown does too: $common: set managed=false under [ifupdown] in NetworkManager.conf"
      return 1
    fi
    say 'NetworkManager runs and leaves the interfaces of ifupdown alone'
  fi
)

point_networkd() (
  # The kernel keeps 15 characters of a process's name.
  if [ -z "$(processes_named systemd-network)" ]; then
    say 'systemd-networkd does not run'
  elif ! states=$(networkctl --no-legend --no-pager list 2>/dev/null); then
    say 'systemd-networkd runs and does not say what it manages: see "networkctl"'
    return 1
  else
    common=$(printf '%s\n' "$states" | awk '$NF != "unmanaged" { print $2 }' | devices_in_common)
    if [ -n "$common" ]; then
      say "systemd-networkd manages what ifupdown does too: $common: take them out of /etc/systemd/network"
      return 1
    fi
    say 'systemd-networkd runs and leaves the interfaces of ifupdown alone'
  fi
)

# ifupdown starts a dhcpcd for each interface. The service is the one that manages them all.
is_dhcpcd_service() (
  line=$(tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline") || return 1
  case $line in
    *'[manager]'* | *'[master]'*) return 0 ;;
    *dhcpcd:*) return 1 ;;
  esac
  for word in $line; do
    case $word in
      */*) ;;
      *) [ ! -e "/proc/sys/net/ipv4/conf/$word" ] || return 1 ;;
    esac
  done
)

point_dhcpcd() (
  for pid in $(processes_named dhcpcd); do
    if is_dhcpcd_service "$pid"; then
      say "dhcpcd runs as a service for every interface (process $pid): name those of ifupdown in denyinterfaces in /etc/dhcpcd.conf, or: systemctl disable --now dhcpcd"
      return 1
    fi
  done
  say 'dhcpcd does not run as a service'
)

point_connman() (
  if [ -n "$(processes_named connmand)" ]; then
    say 'connman runs: name the interfaces of ifupdown in NetworkInterfaceBlacklist in /etc/connman/main.conf, or: systemctl disable --now connman'
    return 1
  fi
  say 'connman does not run'
)

# Whether the hooks in a directory are whole and work here. Says what is wrong.
point_hooks() (
  for hook in $hooks; do
    file=$1/$hook
    cure="rm -r $1/mptcp_*, and run install.sh again to build it anew"
    if [ ! -f "$file" ] || ! is_ours "$file"; then
      say "$file is damaged or missing: $cure"
      return 1
    fi
    # The shell's part ends where the comment of JavaScript does.
    if ! sed '/^\*\/$/,$d' "$file" | sh -n 2>/dev/null; then
      say "$file is damaged (not a shell script): $cure"
      return 1
    fi
    answer=$(run_hook "$file" --version 2>&1) || answer=
    case $answer in
      "$hook "[0-9]*) ;;
      *)
        say "$file is damaged (\"$hook --version\" does not answer): $cure"
        return 1
        ;;
    esac
  done
  [ -z "$root" ] || return 0
  # The whole way through Node, iproute2 and the kernel, for a device that need not exist.
  if ! plan=$(run_hook "$1/mptcp_up" --dry-run IFACE=mptcp-check0 ADDRFAM=inet IF_ADDRESS=192.0.2.2 IF_NETMASK=24 IF_GATEWAY=192.0.2.1 2>&1); then
    say "the hooks do not work on this host: $plan"
    return 1
  fi
  case $plan in
    *'default via 192.0.2.1 dev mptcp-check0'*) ;;
    *)
      say "$1/mptcp_up is damaged (its plan is wrong): $cure"
      return 1
      ;;
  esac
  say "the hooks work here: $answer"
)

# The hooks that an earlier run has put in place: all of them, or none.
point_places() (
  missing=
  there=
  for place in $places; do
    if [ -e "$(place_path "$place")" ]; then
      there="$there $(place_path "$place")"
    else
      missing="$missing $(place_path "$place")"
    fi
  done
  if [ -n "$there" ] && [ -n "$missing" ]; then
    say "the hooks are installed in part, without$missing: run install.sh again"
    return 1
  fi
  say "the hooks are ${there:+installed:}${missing:+not installed yet}$there"
)

# run_hook FILE OPTION [NAME=VALUE...]: with nothing else in the environment, as for a run by hand.
run_hook() (
  file=$1
  option=$2
  shift 2
  search=$boot_path
  [ -z "$root" ] || search=$PATH:$boot_path
  exec env -i PATH="$search" LC_ALL=C "$@" sh "$file" "$option" </dev/null
)

# Every bundle begins with its licence, which names the project.
is_ours() { sed -n '1,200p' "$1" 2>/dev/null | grep -qx '// ifupdown-mptcp:'; }

check_host() {
  ready=true
  for point in node iproute2 flock policy_routing mptcp rp_filter ifupdown networkmanager networkd dhcpcd connman places; do
    report_point "point_$point"
  done
  if is_built; then
    report_point point_hooks "$top/dist"
  elif ! command -v npm >/dev/null; then
    say 'no  dist/ is not built, and there is no npm to build it: apt-get install npm'
    ready=false
  fi
  if [ "$ready" != true ]; then
    say 'This host is not ready: see the lines that begin with "no".'
    return 1
  fi
  say 'This host is ready.'
}

report_point() {
  if text=$("$@"); then
    say "ok  $text"
  else
    say "no  $text"
    ready=false
  fi
}

# Refusals: what must be so before anything is changed.

require_root() {
  [ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail "only root can change /etc/network: sudo ./install.sh${1:+ $1}"
}

require_point() {
  text=$("$@") || fail "$text"
}

# Refuses where a file in the place of a hook is not one that this script has put there.
require_no_foreign_hook() {
  for place in $places; do
    path=$(place_path "$place")
    if [ ! -e "$path" ] && [ ! -L "$path" ]; then
      continue
    fi
    owner=
    if [ -z "$root" ] && command -v dpkg-query >/dev/null; then
      owner=$(dpkg-query -S "$path" 2>/dev/null | sed -n 's/: .*//p') || owner=
    fi
    if [ -n "$owner" ]; then
      fail "$path belongs to the package $owner: apt-get purge $owner"
    fi
    if [ -L "$path" ] || [ ! -f "$path" ] || ! is_ours "$path"; then
      fail "$path was not installed by this script, and is left as it is: move it away first"
    fi
  done
}

require_writable() {
  for place in $places; do
    directory=$(place_directory "$place")
    while [ ! -e "$directory" ] && [ -n "$directory" ]; do
      directory=${directory%/*}
    done
    [ -d "${directory:-/}" ] || fail "$directory is not a directory"
    # False for a file system that is mounted read-only as well, which root may write by its permissions.
    if [ ! -w "${directory:-/}" ]; then
      reason=$(mktemp "${directory:-/}/.ifupdown-mptcp.XXXXXX" 2>&1 | sed 's/.*: //') || reason=
      fail "${directory:-/} cannot be written: $reason"
    fi
  done
}

# Building

# One of two is not a dist/ that is missing, but a damaged one. A package may lie there as well.
is_built() { [ -e "$top/dist/mptcp_up" ] || [ -e "$top/dist/mptcp_down" ]; }

# npm's words go to standard error as they come. The packages that only tests need come along: npm knows one list.
build() {
  command -v npm >/dev/null ||
    fail 'dist/ is not built and there is no npm: apt-get install npm, or run "npm ci && npm run build" elsewhere and copy dist/ here'
  say 'Building dist/ (npm ci, npm run build) ...'
  if [ -z "$(find "$top/node_modules/.package-lock.json" -newer "$top/package-lock.json" 2>/dev/null)" ]; then
    # Without a network, a few seconds are enough to find out.
    in_tree npm ci --include=dev --loglevel=error --no-update-notifier --fetch-retry-mintimeout=500 --fetch-retry-maxtimeout=1000 >&2 ||
      fail '"npm ci" failed (is there a network?): run it again, or run "npm ci && npm run build" elsewhere and copy dist/ here'
  fi
  in_tree npm run --silent build >&2 || fail '"npm run build" failed: see its message above'
}

# Under sudo as the user that the tree belongs to, who otherwise could not build in it any more.
in_tree() (
  cd "$top"
  if [ "$(id -u)" -eq 0 ] && [ "${SUDO_UID:-0}" != 0 ] && [ -n "$(find . -prune -user "$SUDO_UID")" ]; then
    home=$(getent passwd "$SUDO_UID" | cut -d: -f6)
    set -- setpriv --reuid="$SUDO_UID" --regid="$SUDO_GID" --clear-groups env HOME="$home" "$@"
  fi
  exec "$@"
)

# Installing: new files beside the old ones under names that run-parts skips, then one rename each.

new_file() { say "$(place_directory "$1")/.${1#*/}.install-$$.new"; }
old_file() { say "$(place_directory "$1")/.${1#*/}.install-$$.old"; }

made_directories=
placed=
scratch=
undone='nothing was changed'

# What an earlier run left that was killed, and what this one does not need any more.
remove_leftovers() {
  for place in $places; do
    rm -f "$(place_directory "$place")/.${place#*/}.install-"*.new "$(place_directory "$place")/.${place#*/}.install-"*.old
  done
}

# Puts everything back as it was, whatever the run came to.
undo() {
  status=$?
  trap - EXIT HUP INT TERM
  set +e
  for place in $placed; do
    if [ -e "$(old_file "$place")" ]; then
      mv -f "$(old_file "$place")" "$(place_path "$place")"
    else
      rm -f "$(place_path "$place")"
    fi
  done
  for place in $places; do
    rm -f "$(new_file "$place")" "$(old_file "$place")"
  done
  printf '%s' "$made_directories" | while IFS= read -r directory; do
    rmdir "$directory"
  done
  [ -z "$scratch" ] || rm -rf "$scratch"
  printf 'install.sh: %s\n' "$undone" >&2
  [ "$status" -ne 0 ] || status=1
  exit "$status"
}

undo_at_exit() {
  trap undo EXIT
  trap 'exit 1' HUP INT TERM
}

keep() {
  trap - EXIT
  remove_leftovers
  [ -z "$scratch" ] || rm -rf "$scratch"
}

make_directory() {
  [ ! -d "$1" ] || return 0
  make_directory "${1%/*}"
  mkdir "$1"
  # The innermost first, for undo.
  made_directories="$1
$made_directories"
}

is_installed() {
  for place in $places; do
    cmp -s "$top/dist/${place#*/}" "$(place_path "$place")" || return 1
    [ "$(stat -c %a "$(place_path "$place")")" = 755 ] || return 1
  done
}

install_hooks() {
  undo_at_exit
  for place in $places; do
    make_directory "$(place_directory "$place")"
    cat "$top/dist/${place#*/}" >"$(new_file "$place")"
    chmod 755 "$(new_file "$place")"
    [ ! -e "$(place_path "$place")" ] || cp -p "$(place_path "$place")" "$(old_file "$place")"
  done
  for place in $places; do
    # Noted first: a signal may come between the rename and the note.
    placed="$placed $place"
    mv -f "$(new_file "$place")" "$(place_path "$place")" || fail "$(place_path "$place") cannot be replaced"
  done
  is_installed || fail 'the installed files differ from dist/'
  keep
}

# For the Node of this host, as hooks/cache.cjs says; where it cannot be made, the hooks run without.
make_cache() {
  [ -z "$root" ] && [ -e "$top/dist/cache.cjs" ] || return 0
  for hook in $hooks; do
    env -i PATH="$boot_path" LC_ALL=C IFACE=mptcp-check0 IF_ADDRESS=192.0.2.2/24 IF_GATEWAY=192.0.2.1 \
      node "$top/dist/cache.cjs" "$top/dist/$hook" -n </dev/null >/dev/null 2>&1 || true
  done
}

# Uninstalling

# Everything of ours in the kernel, one rule or route a line.
kernel_state() {
  for family in -4 -6; do
    ip "$family" -N -o rule show 2>/dev/null | grep -E ' proto 77( |$)' || true
    ip "$family" -N -o route show table all proto 77 2>/dev/null || true
  done
}

# The devices that our routes go through or that carry an address of our rules.
configured_devices() {
  state=$(kernel_state)
  {
    printf '%s\n' "$state" | sed -n 's/.* dev \([^ ]*\).*/\1/p'
    for address in $(printf '%s\n' "$state" | sed -n 's/^[0-9]*:[[:space:]]*from \([^ ]*\).*/\1/p'); do
      ip -o address show to "$address" 2>/dev/null | awk '{ print $2 }'
    done
  } | sort -u
}

take_down() {
  [ -n "$(kernel_state)" ] || return 0
  devices=$(configured_devices)
  # A run for any device at all takes out what no device carries any more.
  for device in ${devices:-mptcp-check0}; do
    answer=$(run_hook "$1" --verbose IFACE="$device" 2>&1) ||
      fail "the running configuration of $device cannot be taken down, so nothing is removed: $answer"
    say "Took down what mptcp_up had made for $device."
  done
  left=$(kernel_state)
  [ -z "$left" ] || fail "these are still in the kernel, so nothing is removed: $left"
}

uninstall_hooks() {
  found=
  for place in $places; do
    [ ! -e "$(place_path "$place")" ] || found="$found $place"
  done
  if [ -z "$found" ]; then
    remove_leftovers
    say 'The hooks are not installed: nothing to remove.'
    return
  fi
  require_writable
  undo_at_exit
  if [ -z "$root" ]; then
    set_down_aside
  fi
  # Up first, for the reason that puts down first on the way in: then no ifup brings back what is taken down.
  for place in if-up.d/mptcp_up if-down.d/mptcp_down if-post-down.d/mptcp_down; do
    case $found in
      *"$place"*)
        # Until all is done, each can come back.
        cp -p "$(place_path "$place")" "$(old_file "$place")"
        placed="$placed $place"
        rm -f "$(place_path "$place")" || fail "$(place_path "$place") cannot be removed"
        ;;
    esac
  done
  if [ -z "$root" ]; then
    undone='the hooks are back in their places'
    take_down "$scratch/mptcp_down"
    rm -rf "$cache" "$records"
  fi
  keep
  for place in $found; do
    say "Removed $(place_path "$place")"
  done
}

# The last run of mptcp_down, under its own name for its messages.
set_down_aside() {
  scratch=$(mktemp -d)
  for file in "$(place_path if-post-down.d/mptcp_down)" "$(place_path if-down.d/mptcp_down)" "$top/dist/mptcp_down"; do
    if [ -e "$file" ]; then
      cp "$file" "$scratch/mptcp_down"
      return
    fi
  done
}

# What to do next

# The mptcp-* options of an interface's stanzas, NAME VALUE a line.
stanza_options() {
  ifquery "$1" 2>/dev/null </dev/null | sed -n 's/^[[:space:]]*\(mptcp[a-z-]*\):\{0,1\}[[:space:]]\{1,\}\(.*\)$/\1 \2/p'
}

# The command that does for a running interface what its next ifup will do.
command_for() (
  options=$(stanza_options "$1")
  settings=
  if [ -n "$(printf '%s\n' "$options" | sed 's/ .*//' | sort | uniq -d)" ]; then
    # Each of several stanzas has its own options: only ifup hands them over one by one.
    say "ifdown $1 && ifup $1"
    return
  fi
  while read -r name value; do
    [ -n "$name" ] || continue
    case $name=$value in
      mptcp=off) return ;;
    esac
    case $value in
      *[!A-Za-z0-9.:_-]*) value="'$value'" ;;
    esac
    settings="$settings IF_$(say "$name" | tr 'a-z-' 'A-Z_')=$value"
  done <<END
$options
END
  say "IFACE=$1$settings /etc/network/if-up.d/mptcp_up"
)

running_commands() {
  for device in $(devices_of_ifupdown); do
    if [ -n "$(ip -o link show dev "$device" up 2>/dev/null)" ]; then
      command_for "$device"
    fi
  done
}

say_next() {
  cat <<'END'

Next:
1. In /etc/network/interfaces, a second uplink says mptcp-gateway where the first says gateway:

       auto eth1
       iface eth1 inet static
           address 10.1.2.2/24
           mptcp-gateway 10.1.2.1

   (With gateway in both, ifup fails for the second: main has one default route already.)
END
  if [ -n "$root" ]; then
    say "2. The host that $root is for needs nodejs (18.19 or later), iproute2 (6.1 or later), util-linux and ifupdown."
  else
    say '2. An interface that is up is configured when it goes down and up again. To do it now, as root:'
    say
    commands=$(running_commands)
    if [ -n "$commands" ]; then
      printf '%s\n' "$commands" | sed 's/^/       /'
    else
      say '       IFACE=eth1 /etc/network/if-up.d/mptcp_up      (with the name of your interface)'
    fi
    say
    say '   With -n at the end it only prints what it would do.'
  fi
  if [ -e "$top/docs/ifupdown-mptcp-interfaces.5" ]; then
    say "3. All options: man $top/docs/ifupdown-mptcp-interfaces.5"
  fi
}

run_install() {
  require_root
  require_point point_node
  if [ -z "$root" ]; then
    require_point point_ifupdown
    require_point point_iproute2
    require_point point_policy_routing
  fi
  require_no_foreign_hook
  require_writable
  if ! is_built; then
    build
  elif [ -d "$top/src" ] && [ -n "$(find "$top/src" "$top/hooks" "$top/package.json" -newer "$top/dist/mptcp_up" 2>/dev/null)" ]; then
    say 'Note: dist/ is older than the sources. To install what they are now: rm dist/mptcp_*, and run install.sh again.'
  fi
  require_point point_hooks "$top/dist"
  version=$(run_hook "$top/dist/mptcp_up" --version)
  version=${version#mptcp_up }
  if is_installed; then
    remove_leftovers
    make_cache
    say "ifupdown-mptcp $version is installed already: nothing to do."
  else
    install_hooks
    make_cache
    say "Installed ifupdown-mptcp $version:"
    for place in $places; do
      say "  $(place_path "$place")"
    done
  fi
  say_next
}

run_uninstall() {
  require_root --uninstall
  require_no_foreign_hook
  uninstall_hooks
}

[ $# -le 1 ] || fail 'one option at a time: see ./install.sh --help'
case ${1-} in
  '') run_install ;;
  --check) check_host ;;
  --uninstall) run_uninstall ;;
  --help | -h) usage ;;
  *) fail "there is no option \"$1\": see ./install.sh --help" ;;
esac
