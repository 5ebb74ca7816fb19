# shellcheck shell=sh
# dist/ for install.sh: whether it is there, whole and of today; built where it is not.

# Every bundle begins with its licence, which names the project.
is_bundle() { sed -n '1,200p' "$1" 2>/dev/null | grep -qx '// ifupdown-mptcp:'; }

# One of them is not a dist/ that is missing, but a damaged one. A package may lie there as well.
is_built() { [ -e "$top/dist/mptcp_up" ] || [ -e "$top/dist/mptcp_down" ] || [ -e "$top/dist/mptcp-routes" ]; }

# A release holds no sources.
is_stale() {
  [ -d "$top/src" ] && [ -e "$top/dist/mptcp_up" ] &&
    [ -n "$(find "$top/src" "$top/hooks" "$top/package.json" -newer "$top/dist/mptcp_up")" ]
}

provide_dist() {
  if ! is_built; then
    command -v npm >/dev/null ||
      fail 'dist/ is not built and there is no npm: apt-get install npm, or run "npm ci && npm run build" elsewhere and copy dist/ here'
    build
  elif is_stale && command -v npm >/dev/null && [ -w "$top/dist" ]; then
    build
  elif is_stale; then
    say 'Note: dist/ is older than the sources and cannot be built here (no npm, or a read-only tree): it is taken as it is.'
  fi
}

# npm's words go to standard error as they come. The packages that only tests need come along: npm knows one list.
build() {
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

#   run FILE ARGUMENT...     with nothing else in the environment, as at boot
run() (
  search=$boot_path
  [ -z "$root" ] || search=$PATH:$boot_path
  exec env -i PATH="$search" LC_ALL=C sh "$@" </dev/null
)

# What it says of itself, and false where it does not.
version_of() (
  answer=$(run "$1" --version 2>/dev/null) || return 1
  case $answer in
    "${1##*/} "[0-9]*) say "${answer#* }" ;;
    *) return 1 ;;
  esac
)

# Of what is there already, empty where it does not say. What lies in DESTDIR is read and not run: it is another host's.
installed_version() {
  if [ -n "$root" ]; then
    sed -n 's/.* ${"\([0-9][^"]*\)"}$/\1/p' "$root$up" 2>/dev/null | head -n 1
  else
    version_of "$up" || true
  fi
}

# Sets version: it is that of them all, as one build makes them.
require_whole_dist() {
  for program in mptcp_up mptcp_down mptcp-routes; do
    file=$top/dist/$program
    if ! is_bundle "$file" || ! version=$(version_of "$file"); then
      fail "$file is damaged or missing: rm -r $top/dist, and run install.sh again to build it anew"
    fi
  done
}
