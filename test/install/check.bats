#!/usr/bin/env bats
# install.sh --check: what `mptcp-routes check` of the tree says (test/routes/check.bats), and what it says itself where
# that cannot run.

# The inner shells expand what is in single quotes, bats runs each test in a subshell, and run sets stderr.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load host

setup() {
  copy_tree
  make_host
}

@test 'a host that is ready: the words and the status of the tool, and nothing has changed' {
  local before
  before=$(print_files "$HOST")
  run --separate-stderr install --check
  expect_status 0
  expect_silence "$stderr"
  expect_text "$output" 'This host is ready.' "$TREE/install.sh"
  expect_equal "$output" "$(on_host "$TREE/dist/mptcp-routes" check)"
  expect_equal "$(print_files "$HOST")" "$before"
}

@test 'a host that is not' {
  run --separate-stderr without ifup "$TREE/install.sh" --check
  expect_status 1
  expect_text "$output" 'apt-get install ifupdown' 'not ready'
}

@test 'what is installed is found whole' {
  make_installed_host
  run install --check
  expect_status 0
  expect_text "$output" "ok    hooks $(node -p 'require(process.argv[1]).version' "$TREE/package.json")" \
    'code cache: runs start fast'
}

@test 'does not need root' {
  run --separate-stderr on_host unshare --user "$TREE/install.sh" --check
  expect_silence "$stderr"
  # Without root nobody sees to which network daemons of the machine belong, so the last word may be either.
  expect_text "$output" "$TREE/dist/mptcp_up works here" 'This host is'
}

@test 'a host without Node' {
  run --separate-stderr without node "$TREE/install.sh" --check
  expect_status 1
  expect_equal "$stderr" 'install.sh: Node is not installed: apt-get install nodejs (18.19 or later)'
}

@test 'nothing built, and no npm' {
  rm -r "$TREE/dist"
  run --separate-stderr without npm "$TREE/install.sh" --check
  expect_status 1
  expect_text "$stderr" 'install.sh: dist/ is not built' 'apt-get install npm'
}
