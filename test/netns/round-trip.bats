#!/usr/bin/env bats
# What src/kernel writes, the kernel takes, and what it then shows, src/kernel reads as what was written.

load lab

setup() {
  build_lab
}

teardown() {
  tear_down_lab
}

bundle() {
  "$NETNS_TESTS/../../node_modules/.bin/esbuild" --bundle --platform=node --format=cjs --log-level=error \
    --outfile="$BATS_TEST_TMPDIR/round-trip.cjs" "$NETNS_TESTS/round-trip.ts"
}

@test 'every form of rule, route and endpoint is read as it was written, and goes when it is deleted' {
  bundle
  on_host ip link add a@b type veth peer name b
  on_host ip -batch - <<'END'
link set dev a@b up
link set dev b up
link set dev eth0 up
link set dev eth1 up
address add 10.1.1.2/24 dev eth0
address add 10.1.2.2/24 dev eth1
address add 2001:db8:1::2/64 dev eth0 nodad
address add 2001:db8:2::2/64 dev eth1 nodad
END
  run -0 on_host node "$BATS_TEST_TMPDIR/round-trip.cjs"
  [[ ${lines[-1]} == 'all of '*' as written' ]] || fail "$output"
}
