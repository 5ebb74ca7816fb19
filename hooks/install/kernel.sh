# shellcheck shell=sh
# How install.sh takes out of the kernel what is ours there, and sees that it stays out.

# As mptcp-routes names its files in $records.
print_namespace() { stat -L -c %d-%i /proc/self/ns/net; }

#   list_runs PATTERN     processes of this network namespace: the whole of one of their arguments matches
list_runs() {
  grep -lszxE "$1" /proc/[0-9]*/cmdline | cut -d / -f 3 | while read -r process; do
    [ "$(stat -L -c %d-%i "/proc/$process/ns/net" 2>/dev/null)" != "$(print_namespace)" ] || say "$process"
  done
}

# Not the service, which is stopped before: one that somebody has started by hand.
refuse_watcher() {
  [ -z "$root" ] || return 0
  held=$records/$(print_namespace).watch
  [ -e "$held" ] && command -v flock >/dev/null || return 0
  flock -n "$held" true || {
    watchers=$(for process in $(list_runs '(.*/)?mptcp-routes'); do
      ! grep -qszx watch "/proc/$process/cmdline" || say "$process"
    done | paste -sd ' ')
    fail "\"mptcp-routes watch\" runs (process ${watchers:-unknown}) and would bring all back: end it first${watchers:+: kill $watchers}"
  }
}

# A hook that has begun may wait for duplicate address detection, 5 s, and then do its work.
await_hooks() {
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ -n "$(list_runs '/.*/mptcp_(up|down)')" ] || return 0
    sleep 1
  done
}

# Rules, routes and links bear our mark.
holds_marks() {
  command -v ip >/dev/null || return 0
  {
    ip -N rule show
    ip -N -6 rule show
    ip -N route show table all proto 77 | sed 's/$/ proto 77/'
    ip -N -6 route show table all proto 77 | sed 's/$/ proto 77/'
    ip -N -o link show group 77 | sed 's/$/ group 77/'
  } 2>/dev/null | grep -qE ' (proto|group) 77( |$)'
}

# Somebody else's may have such a number too: mptcp-routes knows better.
may_hold_endpoints() { ip mptcp endpoint show 2>/dev/null | grep -qE ' id (24[89]|25[0-5])( |$)'; }

flushed=
scratch=

# Out of the kernel, by what is installed: the configuration has no say, so that none can be in the way.
flush_kernel() {
  [ -z "$root" ] || return 0
  program=$tool
  [ -e "$program" ] || { provide_dist && program=$top/dist/mptcp-routes; }
  await_hooks
  flushed=yes
  scratch=$(mktemp)
  flush_once || flush_once ||
    fail "not all of it could be taken out of the kernel, so the files stay: ${said:-what has the number 77 in ip rule, ip route or ip link is still there}"
  rm "$scratch"
}

# What the program says is one thing, what is there another. Where nothing of ours is, no Node is needed either.
flush_once() {
  succeeded=yes
  said=$(run "$program" --config "$scratch" flush 2>&1) || succeeded=
  if holds_marks; then
    return 1
  fi
  [ -n "$succeeded" ] || ! may_hold_endpoints
}

# After a flush that did not succeed. The records are still there.
restore_kernel() {
  [ -n "$flushed" ] || return 0
  rm -f "$scratch"
  run "$tool" apply >/dev/null 2>&1 ||
    undone="$undone; in the kernel is what the flush has left: mptcp-routes check"
}

# With the files beside them, such as locks and marks. Other network namespaces may share /run.
remove_records() {
  [ -z "$root" ] || return 0
  space=$records/$(print_namespace)
  rm -rf "$cache" "$space" "$space".*
  rmdir "$records" 2>/dev/null || true
}
