# shellcheck shell=sh
# What install.sh knows of files: which go where, which are there, and whose they are.

# `SHA256  TARGET` a line: what has been put where, so that a file of somebody else's is told from ours. `without PART`,
# or a TARGET: what is left out. `unfinished` while files are put in.
manifest=/var/lib/ifupdown-mptcp/installed

# SOURCE TARGET a line, in the order in which they come.
list_files() {
  for target in $hooks $tool; do
    say "dist/${target##*/} $target"
  done
  for source in "$top"/docs/*.[58] "$top"/docs/*.example; do
    name=${source##*/}
    case $name in
      \**) ;;
      *.example) say "docs/$name $documents/$name" ;;
      *) say "docs/$name /usr/local/share/man/man${name##*.}/$name" ;;
    esac
  done
  say "doors/networkd/10-mptcp.conf $documents/networkd/10-mptcp.conf"
  say "doors/door $library/door"
  list_doors | while read -r part source target; do
    is_left_out "$part" "$target" || say "$source $target"
  done
}

list_wanted() { say "$files" | cut -d ' ' -f 2; }

list_recorded() { [ ! -e "$root$manifest" ] || sed -n 's/^[0-9a-f]\{64\}  //p' "$root$manifest" | sort -u; }

# What an earlier version, or a run without --without, has put there.
list_obsolete() { list_recorded | grep -vxF -e "$(list_wanted)" || true; }

# Up first, so that no ifup brings back what is taken out of the kernel. There are no records of version 0.1.
list_installed() {
  {
    for target in $hooks; do say "$target"; done | tac
    say "$tool"
    list_recorded
    say "$manifest"
  } | awk '!seen[$0]++' | while read -r target; do
    if [ -e "$root$target" ] || [ -L "$root$target" ]; then
      say "$target"
    fi
  done
}

# Wherever a run that was killed may have left something.
list_known() { { say "$hooks $tool $manifest" | tr ' ' '\n'; list_recorded; list_wanted; } | sort -u; }

sum() { sha256sum <"$1" | cut -d ' ' -f 1; }

list_sums() {
  say "${files-}" | grep . | while read -r source target; do
    say "$(sum "$top/$source")  $target"
  done
}

print_manifest() {
  list_sums
  say "$left_out" | sed -n 's/^./without &/p'
}

# What was put there and has been edited since is ours too (see edits.sh), and a copy by hand of what would be put there.
is_ours() {
  [ -f "$root$1" ] && [ ! -L "$root$1" ] || return 1
  [ "$1" = "$manifest" ] || is_bundle "$root$1" || is_recorded "$1" || list_sums | grep -qxF "$(sum "$root$1")  $1"
}

is_recorded() { list_recorded | grep -qxF "$1"; }

print_mode() {
  IFS= read -r line <"$top/$1" || true
  case $line in
    '#!'*) say 755 ;;
    *) say 644 ;;
  esac
}

is_installed() {
  [ "$(print_manifest)" = "$(cat "$root$manifest" 2>/dev/null)" ] || return 1
  say "$files" | while read -r source target; do
    cmp -s "$top/$source" "$root$target" || exit 1
    [ "$(stat -c %a "$root$target")" = "$(print_mode "$source")" ] || exit 1
  done
}
