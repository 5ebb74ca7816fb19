#!/usr/bin/env bash
# Runs vitest, on the tests that need no kernel. A skip is a failure here too.

#   run_vitest ARGUMENT...
run_vitest() {
  local status=0 ok not_ok skipped
  rm -f "$reports/vitest.json"
  node_modules/.bin/vitest run --dir test "$@" --reporter=default --reporter=json \
    --outputFile.json="$reports/vitest.json" | tee "$reports/vitest" || status=$?
  grep -aE '^ *(Test Files|Tests)  ' "$reports/vitest" >>"$reports/closing" || true
  [ -e "$reports/vitest.json" ] || refuse 'vitest came to no end'
  read -r ok not_ok skipped < <(node -p 'const r = JSON.parse(fs.readFileSync(process.argv[1]));
    [r.numPassedTests, r.numFailedTests, r.numPendingTests + r.numTodoTests].join(" ")' "$reports/vitest.json")
  count "$ok" "$((not_ok + skipped))"
  [ "$status" -eq 0 ] || return "$status"
  [ "$skipped" -eq 0 ] || refuse "vitest skipped $skipped tests"
}

#   try_seeds COUNT     the properties as often, each time from a random seed; FAST_CHECK_SEED, if set, is the first
try_seeds() {
  local seed=${FAST_CHECK_SEED-} number failed=()
  for ((number = 1; number <= $1; number++)); do
    seed=${seed:-$(od -An -N4 -td4 /dev/urandom | tr -d ' ')}
    echo "seed $seed ($number of $1, about a minute each); to repeat it: FAST_CHECK_SEED=$seed npm run fuzz"
    FAST_CHECK_SEED=$seed run_vitest test/properties || failed+=("$seed")
    seed=
  done
  [ ${#failed[@]} -eq 0 ] || refuse "failed with ${#failed[@]} of $1 seeds: ${failed[*]}"
}
