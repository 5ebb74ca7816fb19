# shellcheck shell=sh
# What an admin has changed in the files of install.sh: it goes with them, but is not lost.

# Where nothing starts it: neither run-parts, which ifupdown2 does without, nor insserv.
edits=/var/lib/ifupdown-mptcp/edited

is_edited() {
  [ -f "$root$1" ] && [ "$1" != "$manifest" ] && is_recorded "$1" &&
    ! grep -qxF "$(sum "$root$1")  $1" "$root$manifest"
}

#   keep_edits TARGET...
keep_edits() {
  for target; do
    is_edited "$target" || continue
    copy=$root$edits$target
    if ! cmp -s "$root$target" "$copy"; then
      mkdir -p "${copy%/*}"
      [ ! -e "$copy" ] || mv -f "$copy" "$copy.$(date -r "$copy" +%s)"
      cp -p "$root$target" "$copy"
    fi
    say "Note: $root$target was edited. What it was is kept as $copy"
  done
}
