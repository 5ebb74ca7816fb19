#!/usr/bin/env bash
# Makes the Debian systems that the tests install into: debootstrap's smallest, with what the package depends on and
# recommends. As root and with a network, which a test's namespace does not have.
#   test/package/base.bash [RELEASE...]   bookworm and trixie unless given
# Prints the directory of each. What is in the cache already costs nothing.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${PACKAGE_TEST_CACHE:-/var/cache/ifupdown-mptcp-test}
# A week, after which it would be no longer the system that people have.
readonly oldest_minutes=$((7 * 24 * 60))
# For debian/tests/uplinks alone.
readonly test_packages='iputils-ping'

refuse() {
  echo "test/package/base.bash: $*" >&2
  exit 1
}

# The packages, as apt-get satisfy reads them: of the recommended ones, as of the others, the first that is there.
print_dependencies() {
  sed -nE 's/^(Depends|Recommends): //p' "$top/debian/control" | sed -E 's/, \$\{[^}]*\}//g' | paste -sd,
}

# The machine's own mirror, whatever it is: for a release that it does not have, that of its Debian.
print_mirror() {
  local origin uri codename
  # shellcheck disable=SC2016 # apt-get's own variables
  while read -r origin uri codename; do
    if [ "$origin" = Debian ] && [[ $codename =~ ^[a-z]+$ ]]; then
      echo "${uri%/}"
      return
    fi
  done < <(apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(CODENAME)' 'Created-By: Packages')
}

# What the machine needs to get through to it.
copy_apt_settings() {
  apt-config dump Acquire | grep -E '^Acquire::(http|https|ftp)::' >"$1/etc/apt/apt.conf.d/90machine" || true
  cp /etc/resolv.conf "$1/etc/resolv.conf"
  if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
    mkdir -p "$1/etc/ssl/certs"
    cp /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/"
  fi
}

# The scripts of ifupdown start what is in /etc/network/interfaces: so packages are fetched with the machine's network
# and installed without.
install_packages() {
  local root=$1 satisfy=(apt-get satisfy -q -y --no-install-recommends "$2")
  chroot "$root" apt-get update -q
  chroot "$root" "${satisfy[@]}" --download-only
  unshare --net chroot "$root" "${satisfy[@]}"
  chroot "$root" apt-get clean
}

make_base() {
  local release=$1 root=$2 mirror
  mirror=$(print_mirror)
  rm -rf "$root"
  mkdir -p "$root"
  # Without a mirror debootstrap takes its own.
  debootstrap --variant=minbase "$release" "$root" ${mirror:+"$mirror"}
  copy_apt_settings "$root"
  export DEBIAN_FRONTEND=noninteractive LC_ALL=C
  install_packages "$root" "$(print_dependencies), $test_packages"
}

# In a mount namespace, as debootstrap mounts /proc, and with only one maker at a time.
if [ "${1-}" = --make ]; then
  make_base "$2" "$3"
  exit
fi

[ "$(id -u)" -eq 0 ] || refuse 'run it as root'
command -v debootstrap >/dev/null || refuse 'missing package: apt-get install debootstrap'
[ $# -gt 0 ] || set -- bookworm trixie
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
key=$(print_dependencies | sha256sum | cut -c 1-12)
for release in "$@"; do
  root=$cache/$release-$key
  if [ -z "$(find "$root.done" -mmin "-$oldest_minutes" 2>/dev/null)" ]; then
    rm -rf "$cache/$release-"*
    echo "test/package/base.bash: makes Debian $release in $cache, to be kept for a week (about a minute)" >&2
    unshare --mount --propagation private "$0" --make "$release" "$root" >"$cache/$release.log" 2>&1 9>&- || {
      tail -n 30 "$cache/$release.log" >&2
      refuse "$release could not be made: see above, or $cache/$release.log"
    }
    touch "$root.done"
  fi
  echo "$root"
done
