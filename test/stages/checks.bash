#!/usr/bin/env bash
# The stages that are more than one start of a test runner.

check_types() { node_modules/.bin/tsc; }

lint() {
  local status=0
  node_modules/.bin/biome check || status=$?
  lint_shell || status=$?
  lint_bats || status=$?
  find_forgotten_tests || status=$?
  return "$status"
}

lint_shell() {
  local status=0 helpers=(test/*.bash test/!(stages)/**/*.bash)
  # The parts of these make sense together only.
  shellcheck -x -a -P SCRIPTDIR test/run test/stages/stage test/fuzz install.sh || status=$?
  shellcheck .ci/run test/fixtures/capture debian/build debian/make-cache debian/tests/uplinks \
    debian/*.{preinst,postinst,prerm,postrm} debian/etc/network/*/* doors/service/*.{init,openrc} || status=$?
  shellcheck doors/door doors/{dhclient,dhcpcd,udhcpc,ppp,ifupdown-ng,netifrc,networkmanager}/* \
    test/{doors,dial-up}/programs.bash test/managers/netifrc-stand-in \
    test/bench/failover/ping-loop.sh || status=$?
  # Its last line closes a comment of JavaScript: no shell reads that far.
  local preamble
  for preamble in hooks/*.sh; do
    sed '$d' "$preamble" | shellcheck - || status=$?
  done
  shellcheck -x -P SCRIPTDIR -s bash "${helpers[@]}" || status=$?
  return "$status"
}

# It does not know that each @test is meant to be a subshell (SC2030, SC2031), nor that `run` sets stderr (SC2154).
lint_bats() {
  local tests=(test/**/*.bats)
  shellcheck -x -P SCRIPTDIR -s bats -e SC2030,SC2031,SC2154 "${tests[@]}"
}

# A file that no stage names, by itself or by its directory, would never run.
find_forgotten_tests() {
  local file stages status=0
  stages=" ${beside_stages[*]} ${measuring_stages[*]} ${long_stages[*]} "
  for file in test/**/*.bats; do
    if [[ $stages != *" $file "* && $stages != *" ${file%/*} "* ]]; then
      echo "$file belongs to no stage of test/stages/list.bash"
      status=1
    fi
  done
  list_forgotten_shares "$stages" || status=$?
  return "$status"
}

# The stages name each of its shares, or some files never run.
list_forgotten_shares() {
  { grep -oE 'bats_share [0-9]+ [0-9]+ [^ ]+' <<<"$1" || true; } | sort -u | awk '
    { there[$4 " in " $3]++; wanted[$4 " in " $3] = $3 }
    END { for (of in there) if (there[of] != wanted[of]) { print "test/stages/list.bash lacks a share of " of; bad = 1 }; exit bad }'
}

check_node_versions() {
  # In the namespace there is no network, so the binaries are fetched outside it.
  test/node-versions.bash
  run_bats "${namespace[@]}" -- --setup-suite-file test/netns/setup_suite.bash "$@"
}

#   is_root WHY     and says what is left out where not
is_root() {
  [ "$(id -u)" -eq 0 ] || { echo "left out for an ordinary user: $1" && false; }
}

# Needs root and its devices, as debootstrap does. The systems are fetched outside the namespace.
check_package() {
  is_root 'these tests install the package in a system of its own, which takes root' || return 0
  test/package/base.bash
  bats_in_namespace "$@"
}

# In the namespace there is no network, so programs that are not installed are fetched outside it.
check_watch() {
  test/watch/programs.bash >/dev/null
  bats_in_namespace "$@"
}

# Needs root: doors lie in /usr/lib, of which an ordinary user cannot have a copy to write to.
check_doors() {
  is_root 'these tests put files into /usr/lib of a namespace, which takes root' || return 0
  test/watch/programs.bash >/dev/null
  test/doors/programs.bash >/dev/null
  bats_in_namespace "$@"
}

# Needs root, as managers refuse files that are not root's.
check_managers() {
  is_root 'these tests lay files of managers over those of the machine, which takes root' || return 0
  test/managers/programs.bash >/dev/null
  bats_in_namespace "$@"
}

# Needs root, which user-mode Linux takes for its own.
check_dial_up() {
  is_root 'these tests boot a kernel on a copy of this root, which takes root' || return 0
  test/watch/programs.bash >/dev/null
  test/dial-up/programs.bash >/dev/null
  bats_in_namespace "$@"
}

#   check_many_storms COUNT FILE     from another seed each time, which the test's name tells
check_many_storms() {
  export CHAOS_STORMS=$1 CHAOS_SEED=$RANDOM
  check_watch "${@:2}"
}
