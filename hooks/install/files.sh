# shellcheck shell=sh
# How install.sh puts files in and takes them out: all of them or none.

# Where a file waits, or is kept until all is done: on the same file system, and where nothing runs it, as ifupdown2 does
# with whatever lies in its directories.
aside() (
  directory=${1%/*}
  name=${1##*/}
  case $directory in
    /etc/network/*)
      name=${directory##*/}.$name
      directory=/etc/network
      ;;
  esac
  say "$root$directory/.$name.install-"
)

made_directories=
placed=
replaced=
stopped=
undone='nothing was changed'

# What an earlier run left that was killed, and what this one does not need any more.
remove_leftovers() {
  for target; do
    rm -f "$(aside "$target")"*
  done
}

# Puts everything back as it was, whatever the run came to.
undo() {
  status=$?
  trap - EXIT HUP INT TERM
  set +e
  for target in $placed; do
    if [ -e "$(aside "$target")$$.old" ]; then
      mv -f "$(aside "$target")$$.old" "$root$target"
    else
      # One whose copy has gone is somebody else's work by now.
      case " $replaced " in *" $target "*) ;; *) rm -f "$root$target" ;; esac
    fi
  done
  # shellcheck disable=SC2086 # a target a word
  remove_leftovers $touched
  printf '%s' "$made_directories" | while IFS= read -r directory; do
    rmdir "$directory"
  done
  restore_kernel
  [ -z "$stopped" ] || control_service start
  printf 'install.sh: %s\n' "$undone" >&2
  [ "$status" -ne 0 ] || status=1
  exit "$status"
}

#   undo_at_exit TARGET...
undo_at_exit() {
  touched=$*
  trap undo EXIT
  trap 'exit 1' HUP INT TERM
}

keep() {
  trap - EXIT HUP INT TERM
  # shellcheck disable=SC2086 # a target a word
  remove_leftovers $touched
}

make_directory() {
  [ -n "$1" ] && [ ! -d "$1" ] || return 0
  make_directory "${1%/*}"
  mkdir "$1"
  # The innermost first, for undo.
  made_directories="$1
$made_directories"
}

#   stage TARGET MODE <CONTENT
stage() {
  make_directory "$root${1%/*}"
  cat >"$(aside "$1")$$.new"
  chmod "$2" "$(aside "$1")$$.new"
}

# Noted before it changes: a signal may come in between.
keep_old() {
  case " $placed " in *" $1 "*) return ;; esac
  if [ -e "$root$1" ]; then
    cp -p "$root$1" "$(aside "$1")$$.old"
    replaced="$replaced $1"
  fi
  placed="$placed $1"
}

place() {
  keep_old "$1"
  mv -f "$(aside "$1")$$.new" "$root$1" || fail "$root$1 cannot be replaced"
}

remove() {
  keep_old "$1"
  rm -f "$root$1" || fail "$root$1 cannot be removed"
}

# The manifest first: what a run that is killed leaves is known to the next one.
install_files() {
  obsolete=$(list_obsolete)
  undo_at_exit "$@"
  keep_edits "$@"
  while read -r source target; do
    stage "$target" "$(print_mode "$source")" <"$top/$source"
  done <<END
$files
END
  {
    say unfinished
    print_manifest
    [ ! -e "$root$manifest" ] || cat "$root$manifest"
  } | stage "$manifest" 644
  for target in $manifest $(list_wanted); do
    place "$target"
  done
  for target in $obsolete; do
    [ "$target" != "$(service_target)" ] || stop_service
    remove "$target"
  done
  print_manifest | stage "$manifest" 644
  place "$manifest"
  is_installed || fail 'the installed files differ from dist/'
  keep
}

#   remove_files TARGET...     as list_installed has them
remove_files() {
  keep_edits "$@"
  while [ $# -gt 0 ]; do
    case $1 in /etc/network/*) ;; *) break ;; esac
    remove "$1"
    shift
  done
  undone='the hooks are back in their places'
  flush_kernel
  for target; do
    remove "$target"
  done
  keep
  forget_service
  remove_directories
}

# The directories that install.sh has made, so that it can take them away again.
directories=/var/lib/ifupdown-mptcp/directories

remember_directories() {
  printf '%s' "$made_directories" | while IFS= read -r directory; do
    [ "$directory" = "$root" ] || [ "${directory#"$root/"}" = "$directory" ] || say "${directory#"$root"}"
  done >"$root$directories.new"
  [ ! -e "$root$directories" ] || cat "$root$directories" >>"$root$directories.new"
  if [ -s "$root$directories.new" ]; then
    mv -f "$root$directories.new" "$root$directories"
  else
    rm "$root$directories.new"
  fi
}

# Those that are empty. An earlier version has not noted its own.
remove_directories() {
  made=$(sort -ru "$root$directories" 2>/dev/null) || made=
  rm -f "$root$directories"
  printf '%s\n' "$made" "$documents" "${manifest%/*}" | while IFS= read -r directory; do
    [ -z "$directory" ] || rmdir "$root$directory" 2>/dev/null || true
  done
}
