#!/usr/bin/env bash
# A copy of what a user unpacks, and a host to install it on: the same system in namespaces of its own, where all that
# install.sh could write to is the test's. Works for root and, by a user namespace, for everyone else.

bats_require_minimum_version 1.5.0

export PATH=$PATH:/usr/sbin:/sbin
INSTALL_TESTS=${BASH_SOURCE[0]%/*}
TOP=$(cd "$INSTALL_TESTS/../.." && pwd)
# shellcheck source=../netns/expect.bash
source "$INSTALL_TESTS/../netns/expect.bash"

# shellcheck disable=SC2034 # for the tests
UP=/etc/network/if-up.d/mptcp_up
# shellcheck disable=SC2034
DOWN=/etc/network/if-post-down.d/mptcp_down
# shellcheck disable=SC2034
LEAVE=/etc/network/if-down.d/mptcp_down

# What the sources say, for those who tell it to people.

# The options of a stanza, sorted.
options_of_the_source() {
  sed -n '/^const NAMES = \[/,/^\]/p' "$TOP/src/ask/options.ts" | grep -oE "'[A-Z_]*'" | tr -d "'" |
    sed 's/^./-&/; s/^/mptcp/' | tr 'A-Z_' 'a-z-' | sort
}

#   constant PRIORITY
constant() {
  grep -hoE "^(export )?const $1 = [0-9]+$" "$TOP"/src/*/*.ts | grep -oE '[0-9]+$' || fail "no constant $1"
}

# What a release holds; nothing in it is newer than dist/.
copy_tree() {
  TREE=$BATS_TEST_TMPDIR/tree
  mkdir -p "$TREE/hooks"
  cp -a "$TOP/hooks/install" "$TREE/hooks"
  cp -a "$TOP"/{install.sh,package.json,LICENSE,docs,doors,dist} "$TREE"
}

# The first one of a run is built, all others are copies of it, which takes a tenth of the time.
make_host() {
  local first=$BATS_SUITE_TMPDIR/host
  HOST=$BATS_TEST_TMPDIR/host
  if [[ ! -e $first ]]; then
    build_host
    cp -a "$HOST" "$first"
  else
    cp -a "$first" "$HOST"
  fi
}

# In place of the host of setup one on which install.sh has run, which most tests begin with; built once as well.
#   make_installed_host [add_managers]
make_installed_host() {
  local first=$BATS_SUITE_TMPDIR/installed${1:+-$1}
  if [[ ! -e $first ]]; then
    ${1:+"$1"}
    on_host "$TREE/install.sh" >/dev/null
    cp -a "$HOST" "$first"
  else
    rm -r "$HOST"
    cp -a "$first" "$HOST"
  fi
}

build_host() {
  mkdir -p "$HOST"/network/if-{pre-up,up,down,post-down}.d "$HOST"/{bin,cache,share,lib,libexec,programs,sbin,state} \
    "$HOST"/etc/{network,systemd,init.d,runlevels,rc{S,{0..6}}.d}
  # Where systemd is what starts services, though it does not run.
  ln -s /lib/systemd/systemd "$HOST/sbin/init"
  write_interfaces <<'END'
auto lo
iface lo inet loopback
END
  # So that all comparisons begin with the links in it.
  on_host true
  # No manager that this machine has is the host's, nor its doors.
  rm -f "$HOST"/etc/{dhcp,ppp,udhcpc,NetworkManager} "$HOST"/programs/{dhcpcd,netifrc,ifupdown-mptcp} \
    "$HOST"/libexec/{ifupdown-ng,dhcpcd-hooks}
}

# Where each of them has its doors.
add_managers() {
  mkdir -p "$HOST"/etc/{dhcp/dhclient-exit-hooks.d,ppp/ip{,v6}-{up,down}.d,NetworkManager/dispatcher.d,udhcpc} \
    "$HOST"/programs/{dhcpcd/dhcpcd-hooks,netifrc/net} "$HOST/libexec/ifupdown-ng"
  touch "$HOST/etc/udhcpc/default.script"
}

write_interfaces() {
  cat > "$HOST/network/interfaces"
}

#   on_host COMMAND...           as root of the host
#   on_host bash -e <<'END'      several steps on one running kernel
on_host() {
  local namespaces=(--mount --net --propagation private --fork --kill-child)
  [[ $EUID -eq 0 ]] || namespaces=(--user --map-root-user "${namespaces[@]}")
  HOST=$HOST TREE=$TREE unshare "${namespaces[@]}" bash -ec "$enter_host"'; exec "$@"' on_host "$@"
}

# What this machine has in /usr/local is none of the host's: a Node or a stand-in for a program comes there.
# shellcheck disable=SC2016 # for the inner shell
enter_host='
# What a directory of the machine holds, but for what the host has in its place, by links.
shield() {
  mkdir -p "/run/machine$1"
  mount --rbind "$1" "/run/machine$1"
  if [ ! -e "$2/.shielded" ]; then
    find "$1" -mindepth 1 -maxdepth 1 -type l -exec cp -dn -t "$2" {} +
    find "$1" -mindepth 1 -maxdepth 1 ! -type l -printf "/run/machine%p\0" | xargs -0r ln -s -t "$2" 2>/dev/null || true
    touch "$2/.shielded"
  fi
  mount --bind "$2" "$1"
}
mount -t tmpfs tmpfs /run
mkdir /run/network
shield /usr/sbin "$HOST/sbin"
shield /var/lib "$HOST/state"
shield /usr/lib "$HOST/programs"
[ ! -d /usr/libexec ] || shield /usr/libexec "$HOST/libexec"
shield /etc "$HOST/etc"
mount --bind "$HOST/network" /etc/network
mount --bind "$HOST/bin" /usr/local/bin
mount --bind "$HOST/share" /usr/local/share
mount --bind "$HOST/lib" /usr/local/lib
mount --bind "$HOST/cache" /var/cache
ip link set lo up'

install() {
  on_host "$TREE/install.sh" "$@"
}

# A program in /usr/local/bin, which every PATH looks at first.
#   stand_in node <<'END'
stand_in() {
  cat > "$HOST/bin/$1"
  chmod 755 "$HOST/bin/$1"
}

# Hides a program wherever it is, then runs the command.
#   without ifup COMMAND...
without() {
  # shellcheck disable=SC2016 # for the inner shell
  on_host bash -ec '
    for file in $(type -ap "$1"); do
      mount --bind /dev/null "$file"
    done
    shift
    exec "$@"' without "$@"
}

# Names, kinds, modes, times and contents below a directory. A directory's own time tells of what came and went again.
print_files() {
  (
    cd "$1" || exit
    find . -type d -printf '%p %y %m\n' -o -printf '%p %y %m %T@ %l\n' | sort
    find . -type f -exec sha256sum {} + | sort -k 2
  )
}

# A refusal: status 1, a message of one line with these words in it, and no file other than before.
#   expect_refusal "$BEFORE" WORDS...
expect_refusal() {
  local before=$1
  shift
  expect_status 1
  # shellcheck disable=SC2154 # run sets stderr
  expect_text "$(grep '^install.sh: ' <<<"$stderr")" "$@" || return
  expect_equal "$(print_files "$HOST/network")" "$before"
}

# All but the service: the three hooks and nothing else beside the interfaces' file, the tool, a manual, the example.
expect_installed() {
  local hook
  for hook in up.d/mptcp_up down.d/mptcp_down post-down.d/mptcp_down; do
    cmp "$TREE/dist/${hook#*/}" "$HOST/network/if-$hook" || return
    expect_equal "$(stat -c %a "$HOST/network/if-$hook")" 755 || return
  done
  expect_equal "$(find "$HOST/network" -type f | wc -l)" 4 || return
  cmp "$TREE/dist/mptcp-routes" "$HOST/sbin/mptcp-routes" || return
  expect_equal "$(stat -c %a "$HOST/sbin/mptcp-routes")" 755 || return
  cmp "$TREE/docs/mptcp_up.8" "$HOST/share/man/man8/mptcp_up.8" || return
  cmp "$TREE/docs/mptcp-routes.conf.example" "$HOST/share/doc/ifupdown-mptcp/mptcp-routes.conf.example"
}
