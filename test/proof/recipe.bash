#!/usr/bin/env bash
# The blocks of docs/server-and-client.md, each by the name after its language, to be run as they stand.

RECIPES=${BASH_SOURCE[0]%/*}/../../docs/server-and-client.md

#   recipe client-uplinks
recipe() {
  awk -v name="$1" '/^```/ { inside = $2 == name; next } inside { print; found = 1 } END { exit !found }' "$RECIPES" ||
    fail "$RECIPES has no block $1"
}

list_recipes() {
  awk '/^```./ { print $2 == "" ? "line " NR " has no name" : $2 }' "$RECIPES" | sort
}

# The commands of a block one after the other, the first failure being the last.
#   run_recipe client-up on_host
run_recipe() {
  local commands
  commands=$(recipe "$1") || return
  "$2" bash -e -u -c "$commands"
}
