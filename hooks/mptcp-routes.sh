#!/bin/sh
':' /* # A shell reads from here to the end of this comment, Node reads only what follows it.
if ! command -v node >/dev/null; then
  printf '%s\n' 'mptcp-routes: node is not installed: apt-get install nodejs' >&2
  exit 1
fi

# The caller may have closed standard error.
true 3>&2 || exec 2>/dev/null
# A file that Node is given by name it would judge by the package.json files above it, so a loader reads it.
exec node -e '@LOADER@' -- "$0" "$@" 3>&2
*/
