#!/usr/bin/env bash
# The stages, one a line, as test/run and test/stages/stage read them:
#   NAME  SECONDS  NEEDS  COMMAND...
# SECONDS is what it usually takes on two cores. NEEDS names what it cannot do without: `dist`, the build; `vitest`, a
# Node that vitest runs on; `-`, nothing. COMMAND is a function of the other files here, with its arguments.

# Two at a time, since they wait more than they work: the longest first, so that none is alone at the end.
beside_stages=(
  'install       200  dist    bats_by_themselves test/install test/man-pages.bats test/readme.bats'
  'netns         480  dist    bats_in_namespace test/netns'
  'routes        350  dist    bats_in_namespace test/routes'
  'watch         240  dist    check_watch test/watch/healing.bats test/watch/service.bats test/watch/service-files.bats test/watch/leases.bats test/watch/advertisements.bats test/watch/daemons.bats test/watch/chaos.bats'
  'doors         110  dist    check_doors test/doors'
  'package       140  dist    check_package test/package'
  'managers      150  dist    check_managers test/managers'
  'properties     60  vitest  run_vitest test/properties'
  'node-versions  20  dist    check_node_versions test/node-versions.bats'
  'unprivileged   20  dist    bats_unprivileged test/netns/page.bats test/netns/by-hand.bats'
  'unit           15  vitest  run_vitest --exclude properties/**'
  'lint           10  -       lint'
  'types           3  -       check_types'
)

# These measure, so they run alone.
alone_stages=(
  'proof          90  dist    bats_in_namespace test/proof'
  'demo          100  dist    bats_by_themselves test/demo'
)

# What takes longer than people wait: left out of `npm test`, part of `npm run test:all`.
long_stages=(
  'endurance     150  dist    check_watch test/watch/endurance.bats'
  'dial-up       200  dist    check_dial_up test/dial-up'
  'chaos         900  dist    check_many_storms 200 test/watch/chaos.bats'
  'seeds        1500  vitest  try_seeds 25'
)
