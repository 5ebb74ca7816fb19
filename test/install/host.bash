#!/usr/bin/env bash
# A copy of what a user unpacks, and a host to install it on: the same system in namespaces of its own, whose
# /etc/network, /run and /var/cache are the test's. Works for root and, by a user namespace, for everyone else.

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

# What a release holds; nothing in it is newer than dist/.
copy_tree() {
  TREE=$BATS_TEST_TMPDIR/tree
  mkdir "$TREE"
  cp -a "$TOP"/{install.sh,package.json,LICENSE,docs,dist} "$TREE"
}

make_host() {
  HOST=$BATS_TEST_TMPDIR/host
  mkdir -p "$HOST"/network/if-{pre-up,up,down,post-down}.d "$HOST"/{bin,cache}
  write_interfaces <<'END'
auto lo
iface lo inet loopback
END
}

write_interfaces() {
  cat > "$HOST/network/interfaces"
}

#   on_host COMMAND...           as root of the host
#   on_host bash -e <<'END'      several steps on one running kernel
on_host() {
  local namespaces=(--mount --net --propagation private --fork --kill-child)
  [[ $EUID -eq 0 ]] || namespaces=(--user --map-root-user "${namespaces[@]}")
  # shellcheck disable=SC2016 # for the inner shell
  HOST=$HOST TREE=$TREE unshare "${namespaces[@]}" bash -ec '
    mount -t tmpfs tmpfs /run
    mkdir /run/network
    mount --bind "$HOST/network" /etc/network
    # What this machine has there is none of the host'\''s: a Node or a stand-in for a program comes here.
    mount --bind "$HOST/bin" /usr/local/bin
    mount --bind "$HOST/cache" /var/cache
    ip link set lo up
    exec "$@"' on_host "$@"
}

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

expect_installed() {
  local hook
  for hook in up.d/mptcp_up down.d/mptcp_down post-down.d/mptcp_down; do
    cmp "$TREE/dist/${hook#*/}" "$HOST/network/if-$hook" || return
    expect_equal "$(stat -c %a "$HOST/network/if-$hook")" 755 || return
  done
  expect_equal "$(find "$HOST/network" -type f | wc -l)" 4
}
