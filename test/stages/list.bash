#!/usr/bin/env bash
# The stages, one a line, as test/run and test/stages/stage read them:
#   NAME  SECONDS  NEEDS  COMMAND...
# SECONDS is what it usually takes on two cores. NEEDS names what it cannot do without: `dist`, the build; `vitest`, a
# Node that vitest runs on; `-`, nothing. COMMAND is a function of the other files here, with its arguments.

# Three at a time, since they wait about half of the time: the longest first, so that none is alone at the end.
beside_stages=(
  'netns-2     340  dist    bats_share 2 2 test/netns'
  'install     330  dist    bats_by_themselves test/install'
  'watch       320  dist    check_watch test/watch/healing.bats test/watch/probe.bats test/watch/service.bats test/watch/service-files.bats test/watch/leases.bats test/watch/advertisements.bats test/watch/daemons.bats test/watch/managers.bats test/watch/transfer.bats test/watch/chaos.bats'
  'routes      275  dist    bats_in_namespace test/routes'
  'package     270  dist    check_package test/package'
  'netns-1     265  dist    bats_share 1 2 test/netns'
  'pages       190  dist    bats_by_themselves test/man-pages.bats test/readme.bats'
  'managers    180  dist    check_managers test/managers'
  'failover    150  dist    bats_in_namespace --filter-tags !long test/failover'
  'properties  135  vitest  run_vitest test/properties'
  'unit        120  vitest  run_vitest --exclude properties/**'
  'doors       115  dist    check_doors test/doors'
  'demo         75  dist    bats_by_themselves --filter-tags !measures test/demo'
  'lint         35  -       lint'
  'node-versions 30  dist    check_node_versions test/node-versions.bats'
  'unprivileged 30  dist    bats_unprivileged test/netns/page.bats test/netns/by-hand.bats'
  'types         5  -       check_types'
)

# These measure, so nothing else runs beside them. Two at a time: shaped links keep both together from filling a core.
measuring_stages=(
  'throughput     80  dist    bats_in_namespace test/proof/throughput.bats'
  'proof          70  dist    bats_in_namespace test/proof/forwarding.bats test/proof/failover.bats test/proof/recipes.bats'
  'demo-times     30  dist    bats_by_themselves --filter-tags measures test/demo'
)

# What takes longer than people wait: left out of `npm test`, part of `npm run test:all`.
long_stages=(
  'endurance     250  dist    check_watch test/watch/endurance.bats'
  'failover-long 300  dist    bats_in_namespace --filter-tags long test/failover'
  'dial-up       200  dist    check_dial_up test/dial-up'
  'chaos         900  dist    check_many_storms 200 test/watch/chaos.bats'
  'seeds        1500  vitest  try_seeds 25'
)
