#!/usr/bin/env bats
# The fake kernel of the property tests says what the real one says: the same histories on both, step by step.

load lab

setup_file() {
  node_modules/.bin/esbuild test/replay.ts --bundle --platform=node --format=cjs --log-level=warning \
    --outfile="$BATS_FILE_TMPDIR/replay.js"
}

@test "the fake kernel answers as the real one over forty histories" {
  run -0 unshare --net node "$BATS_FILE_TMPDIR/replay.js" 1 40
  [[ $output == *" histories, "*" steps, 0 different"* ]]
}

@test "the replay refuses a namespace that is in use" {
  run -1 unshare --net bash -c "ip link add eth0 type veth peer name eth1; node '$BATS_FILE_TMPDIR/replay.js' 1 1"
  [[ $output == *'this is not an empty network namespace'* ]]
}
