#!/usr/bin/env bash
# User-mode Linux, a kernel that has PPP, with a copy of this machine's root that it may write to.

# Boots it, and ends when inside.bash there has ended; all that is printed there is printed here.
#   run_in_uml HOOKS DOORS
run_in_uml() {
  local uml tools root=/run/dial-up
  uml=$("$DIAL_UP_TESTS/programs.bash")
  tools=$("$DIAL_UP_TESTS/../watch/programs.bash")
  mkdir -p $root/{upper,work,root}
  # Only what does not lie in a directory that is a link here.
  cp -a "$uml"/{etc,usr} $root/upper/
  mkdir -p $root/upper/opt/dial-up
  cp -a "$1"/mptcp_{up,down} "$2" "$DIAL_UP_TESTS"/inside.bash "$DIAL_UP_TESTS"/../doors/install.bash \
    "$tools/bin/busybox" $root/upper/opt/dial-up/
  mount -t overlay overlay -o lowerdir=/,upperdir=$root/upper,workdir=$root/work $root/root
  TMPDIR=/run timeout --kill-after=5 400 "$uml/usr/bin/linux.uml" mem=512M root=/dev/root rootfstype=hostfs \
    rootflags=$root/root rw init=/opt/dial-up/inside.bash con=null con0=null,fd:1 ssl=null quiet </dev/null 2>&1 |
    tr -d '\r'
  umount $root/root
}
