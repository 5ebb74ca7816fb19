#!/bin/sh
# Puts the hooks, mptcp-routes, its service, the doors of this host's managers and the manuals where they belong, takes
# them out again, or says whether the host is ready for them.
set -eu
umask 022

top=$(dirname "$(readlink -f "$0")")
# Up last, and first on the way out: never is there a moment in which the kernel gets what nothing would take out of it
# again. Before the addresses go (if-down.d) mptcp_down takes the endpoints away.
up=/etc/network/if-up.d/mptcp_up
hooks="/etc/network/if-post-down.d/mptcp_down /etc/network/if-down.d/mptcp_down $up"
tool=/usr/sbin/mptcp-routes
# Where each door looks for what they all call (doors/door).
library=/usr/lib/ifupdown-mptcp
documents=/usr/local/share/doc/ifupdown-mptcp
# What V8 has made of the programs (see hooks/cache.cjs), and what their runs remember.
cache=/var/cache/ifupdown-mptcp
records=/run/mptcp-routes
# Where a hook finds its programs at boot. What a login shell adds (nvm, for one) is not there.
boot_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# An ordinary user's PATH leaves sbin out.
PATH=$PATH:/usr/sbin:/sbin
# Of the messages of other programs, some are read here.
LC_ALL=C
export PATH LC_ALL

say() { printf '%s\n' "$*"; }

fail() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

parts=$top/hooks/install
[ -d "$parts" ] || fail "$parts is missing: take the whole tree"
# shellcheck source=hooks/install/host.sh
. "$parts/host.sh"
# shellcheck source=hooks/install/dist.sh
. "$parts/dist.sh"
# shellcheck source=hooks/install/service.sh
. "$parts/service.sh"
# shellcheck source=hooks/install/doors.sh
. "$parts/doors.sh"
# shellcheck source=hooks/install/list.sh
. "$parts/list.sh"
# shellcheck source=hooks/install/files.sh
. "$parts/files.sh"
# shellcheck source=hooks/install/edits.sh
. "$parts/edits.sh"
# shellcheck source=hooks/install/kernel.sh
. "$parts/kernel.sh"
# shellcheck source=hooks/install/next.sh
. "$parts/next.sh"

usage() {
  cat <<END
Usage: ./install.sh [--without PART[,PART]] | --check | --uninstall | --help

  (nothing)    builds dist/ if it is missing or old, and installs or upgrades
                 /etc/network/if-up.d/mptcp_up
                 /etc/network/if-down.d/mptcp_down
                 /etc/network/if-post-down.d/mptcp_down
                 /usr/sbin/mptcp-routes, and its service, which is started
                 manuals and examples in /usr/local/share
                 a door for each manager on this host: a file by which a DHCP
                 client or the like tells of what it does to an uplink
               and makes /var/cache/ifupdown-mptcp, by which they start sooner
  --without    leaves out, or takes out again, now and at each upgrade: dhclient,
               dhcpcd, udhcpc, pppd, networkmanager, netifrc, ifupdown-ng, service.
               A door that is removed by hand stays out, too. none: all are in again
  --check      says whether this host is ready (mptcp-routes check)
  --uninstall  removes all that, and takes out of the kernel what it has made;
               /etc/mptcp-routes.conf stays
  --help       prints this text

DESTDIR in the environment: a directory to install into or to remove from instead of /.
Then the running kernel is left alone.
Exit status: 0 done or ready, 1 not done or not ready.
END
}

run_install() {
  require_root
  require_alone
  require_node
  [ -n "$root" ] || require_host
  init=$(name_init)
  provide_dist
  require_whole_dist
  left_out=$(list_left_out)
  files=$(list_files)
  # shellcheck disable=SC2046 # a target a word
  set -- $(list_wanted) $manifest $(list_obsolete)
  require_ours "$@"
  # shellcheck disable=SC2046 # none where there is none
  require_writable "$@" ${root:+$(service_link)}
  # shellcheck disable=SC2046 # a target a word
  remove_leftovers $(list_known)
  if is_installed; then
    make_cache
    say "ifupdown-mptcp $version is installed already: nothing to do."
  else
    before=$(installed_version)
    had_service=$(service_before)
    install_files "$@"
    make_cache
    start_service "$had_service"
    remember_directories
    case $before in
      '') say "Installed ifupdown-mptcp $version:" ;;
      "$version") say "Installed ifupdown-mptcp $version again:" ;;
      *) say "Upgraded ifupdown-mptcp from $before to $version:" ;;
    esac
    for target in $(list_wanted); do
      say "  $root$target"
    done
  fi
  say_next
}

# For the Node of this host, as hooks/cache.cjs says; where it cannot be made, the programs run without.
make_cache() {
  [ -z "$root" ] && [ -e "$top/dist/cache.cjs" ] || return 0
  while read -r program option; do
    # shellcheck disable=SC2086 # no argument at all where there is no option
    env -i PATH="$boot_path" LC_ALL=C IFACE=mptcp-check0 IF_ADDRESS=192.0.2.2/24 IF_GATEWAY=192.0.2.1 \
      node "$top/dist/cache.cjs" "$top/dist/$program" $option </dev/null >/dev/null 2>&1 || true
  done <<END
mptcp_up -n
mptcp_down -n
mptcp-routes status
END
}

run_uninstall() {
  require_root --uninstall
  require_alone
  init=$(name_init)
  # All that may be there, left out by now or not.
  left_out=
  files=$(list_files)
  # shellcheck disable=SC2046 # a target a word
  set -- $(list_installed)
  if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046
    remove_leftovers $(list_known)
    say 'ifupdown-mptcp is not installed: nothing to remove.'
    return
  fi
  require_ours "$@"
  # shellcheck disable=SC2046
  require_writable "$@" ${root:+$(service_link)}
  # shellcheck disable=SC2046
  remove_leftovers $(list_known)
  undo_at_exit "$@"
  stop_service
  refuse_watcher
  remove_files "$@"
  remove_records
  for target; do
    say "Removed $root$target"
  done
}

run_check() {
  command -v node >/dev/null || fail 'Node is not installed: apt-get install nodejs (18.19 or later)'
  is_built || provide_dist
  exec sh "$top/dist/mptcp-routes" check
}

root=$(absolute_root "${DESTDIR-}")
unset DESTDIR IFACE
mode=install
without=
while [ $# -gt 0 ]; do
  case $1 in
    --without)
      [ $# -gt 1 ] || fail "--without names what to leave out: $doors"
      without=$without,$2
      shift
      ;;
    --without=*) without=$without,${1#*=} ;;
    --check | --uninstall | --help | -h)
      [ "$mode" = install ] || fail 'one at a time: see ./install.sh --help'
      mode=${1##*-}
      ;;
    *) fail "there is no option \"$1\": see ./install.sh --help" ;;
  esac
  shift
done
case $mode:$without in
  install:*) require_parts ;;
  *:?*) fail '--without is about an installation: see ./install.sh --help' ;;
esac
case $mode in
  install) run_install ;;
  check) run_check ;;
  uninstall) run_uninstall ;;
  *) usage ;;
esac
