#!/usr/bin/env bash
# What the demo's tests do to a machine, or rather to a view of it: mounts are private to the test that asks for them.

PROJECT=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)

# bats sets these.
# shellcheck disable=SC2154
: "${BATS_TEST_TMPDIR-}" "${status-}" "${stderr-}"

# From here on `node` runs with a mount more.
#   enter_private_mounts mount --bind /dev/null /usr/sbin/ip
enter_private_mounts() {
  MOUNT=("$@")
  # shellcheck disable=SC2016,SC2317 # expanded by the inner shell; called by the tests
  node() {
    unshare_mounts bash -c 'count=$1; shift; "${@:1:count}" && exec node "${@:count+1}"' - \
      "${#MOUNT[@]}" "${MOUNT[@]}" "$@"
  }
}

unshare_mounts() {
  if [[ $(id -u) -eq 0 ]]; then
    unshare --mount "$@"
  else
    unshare --user --map-root-user --mount "$@"
  fi
}

# A file that nobody may execute is not a command.
hide_commands() {
  # shellcheck disable=SC2016 # expanded by the inner shell
  enter_private_mounts bash -c 'for each; do mount --bind /dev/null "$each" || exit; done' - "$@"
}

# The hook of the build, under a name of its own, for one that takes its place.
keep_hook() {
  cp "$PROJECT/dist/$1" "$BATS_TEST_TMPDIR/kept-$1"
  echo "$BATS_TEST_TMPDIR/kept-$1"
}

#   replace_hook mptcp_up LINE...
replace_hook() {
  local name=$1
  printf '%s\n' '#!/bin/sh' "${@:2}" > "$BATS_TEST_TMPDIR/$name"
  chmod +x "$BATS_TEST_TMPDIR/$name"
  # Not older than its sources, or the demo would build it anew.
  enter_private_mounts mount --bind "$BATS_TEST_TMPDIR/$name" "$PROJECT/dist/$name"
}

# A clone under a private directory such as /root is out of an ordinary user's reach: this is the same under another
# name, in a directory that anyone may pass.
show_project_to_nobody() {
  if [[ $(id -u) -ne 0 ]] || as_nobody test -r "$PROJECT/test/demo/demo.mjs"; then
    echo "$PROJECT"
  else
    chmod 755 "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR"
    mkdir "$BATS_TEST_TMPDIR/project"
    echo "$BATS_TEST_TMPDIR/project"
  fi
}

as_nobody() {
  if [[ $(id -u) -eq 0 ]]; then
    setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
  else
    "$@"
  fi
}

# With the project mounted where nobody finds it, if that is needed.
run_as_nobody() {
  local view=$BATS_TEST_TMPDIR/project command=(as_nobody)
  if [[ -d $view ]]; then
    # shellcheck disable=SC2016 # expanded by the inner shell
    command=(unshare --mount sh -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' - "$PROJECT" "$view"
      setpriv --reuid=65534 --regid=65534 --clear-groups)
  fi
  run --separate-stderr "${command[@]}" env -C / HOME=/nonexistent TMPDIR=/tmp "$@"
}

# A user who is not root, in a user namespace whose own limit is none.
run_without_user_namespaces() {
  # shellcheck disable=SC2016 # expanded by the inner shell
  run --separate-stderr unshare --user --map-user=1000 --map-group=1000 --keep-caps sh -c \
    'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --ambient-caps -all --inh-caps -all "$@"' - "$@"
}

copy_project_without_packages() {
  COPY=$BATS_TEST_TMPDIR/copy
  mkdir -p "$COPY/test"
  cp -a "$PROJECT"/{package.json,package-lock.json,src,hooks} "$COPY"
  cp -a "$PROJECT/test/demo" "$COPY/test"
}

# The demo looks beside its own Node first, so the two stand side by side.
write_fake_npm() {
  local directory=$BATS_TEST_TMPDIR/fake
  mkdir "$directory"
  cp "$(node -p process.execPath)" "$directory/node"
  printf '%s\n' '#!/bin/sh' "$@" > "$directory/npm"
  chmod +x "$directory/npm"
  PATH=$directory:$PATH
}

start_demo_in_background() {
  # A shell without job control starts background processes with SIGINT ignored: Node takes it back, but only env
  # makes sure from the start. Descriptor 3 is bats' own, which waits until everyone has closed it.
  env --default-signal=INT node "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
  BACKGROUND=$!
}

wait_until() {
  local attempt
  for ((attempt = 0; attempt < 100; attempt++)); do
    ! "$@" >/dev/null 2>&1 || return 0
    sleep 0.1
  done
  fail "still not so after 10 s: $*" "$(cat "$BATS_TEST_TMPDIR/err")"
}

# Before that, a signal meets Node itself, which has nothing to tidy yet. Of our signals only SIGHUP is none that Node
# catches anyway; it is the lowest bit.
listens_to_signals() {
  local caught
  caught=$(awk '$1 == "SigCgt:" { print $2 }' "/proc/$BACKGROUND/status")
  ((0x$caught & 1))
}

expect_interrupted() {
  status=0
  wait "$BACKGROUND" || status=$?
  expect_nothing_left || return
  stderr=$(<"$BATS_TEST_TMPDIR/err")
  [[ $status -eq 1 ]] || fail "expected status 1, found $status" "$stderr" || return
  expect_one_line "$stderr" || return
  expect_text "$stderr" "interrupted ($1)"
}

# Every process of the demo bears the test's mark in its environment, but those that ifup starts: so whoever lives in a
# process namespace of a marked one counts as well. Bats' own shells bear the mark only in later children's eyes.
expect_nothing_left() {
  local left
  left=$(print_processes_of_the_demo)
  [[ -z $left ]] || fail 'still running:' "$left" || return
  left=$(ls -A "$TMPDIR")
  [[ -z $left ]] || fail 'left in the temporary directory:' "$left"
}

print_processes_of_the_demo() {
  local process command
  grep -lszx "DEMO_TEST=$DEMO_TEST" /proc/[0-9]*/environ | while read -r process; do
    process=${process%/environ}
    command=$(tr '\0' ' ' 2>/dev/null <"$process/cmdline") || continue
    # What looks is not what is looked for.
    [[ $command =~ (demo\.mjs|inside\.mjs|peer\.mjs|^iperf3|^npm|^sleep\ 77|ifup|ifdown|^ping) ]] || continue
    echo "${process##*/} $command"
  done 2>/dev/null
}

# What must be as before: the network of this machine and the files that ifup and namespaces live in.
print_machine() {
  PATH=$PATH:/usr/sbin:/sbin
  ip -o link show | sed 's/^[0-9]*: //'
  ip -o address show
  ip rule show
  ip route show table all
  ip mptcp endpoint show
  find /etc/network /run/network /run/netns -printf '%p %Ts %s\n' 2>/dev/null | sort
  cat /proc/self/mounts
}
