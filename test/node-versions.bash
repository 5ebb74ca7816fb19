#!/usr/bin/env bash
# The Node versions that the built hooks must run on. Started as a command, fetches them from npm; sourced, only names
# them. The last release of each line, in the version that exists for x64 and for arm64 alike.
node_versions=(18.20.8 20.20.2 22.23.3 24.21.0)

# In node_modules, so that git ignores it and `npm ci` removes it.
node_versions_cache=$(dirname "${BASH_SOURCE[0]}")/../node_modules/.cache/node-versions

# The directory of a version's `node`, for PATH.
node_directory() {
  echo "$node_versions_cache/node_modules/node-$1/bin"
}

fetch_node_versions() {
  local architecture version wanted=()
  architecture=$(node -p process.arch)
  for version in "${node_versions[@]}"; do
    wanted+=("node-$version@npm:node-linux-$architecture@$version")
  done
  for version in "${node_versions[@]}"; do
    if [ "$("$(node_directory "$version")/node" --version 2>/dev/null)" != "v$version" ]; then
      echo "fetches Node ${node_versions[*]} into node_modules/.cache (about 10 seconds)" >&2
      mkdir -p "$node_versions_cache"
      # Four packages with a command of one name: no links.
      npm install --prefix "$node_versions_cache" --no-package-lock --no-bin-links --ignore-scripts "${wanted[@]}"
      return
    fi
  done
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  set -euo pipefail
  fetch_node_versions
fi
