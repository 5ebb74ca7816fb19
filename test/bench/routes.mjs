// mptcp-routes: all uplinks of a large host at once against a shell that runs the page's commands for each, and how
// fast it starts. Measured last, as the machine stays large.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { growMachine, prepare } from './machine.mjs'
import { median } from './measure.mjs'
import { ip, run } from './process.mjs'
import { hookPath } from './scenarios.mjs'

/** Of main's defaults, which tell apply the gateways. */
const FIRST_METRIC = 2000

/** By number: the device, the part of its addresses that is its own, and the page's table for it. */
const listUplinks = (count) =>
  Array.from({ length: count }, (_, n) => ({
    device: `up${n}`,
    net: `10.${60 + (n >> 8)}.${n & 255}`,
    table: 1000 + n,
  }))

const linkUp = ({ device, net }, n) => [
  `link add ${device} type veth peer name isp${n}`,
  `link set ${device} up`,
  `link set isp${n} up`,
  `address add ${net}.2/24 dev ${device}`,
  `route add default via ${net}.1 dev ${device} metric ${FIRST_METRIC + n}`,
]

// The page's default in main gets a metric, as there can be one of each. Without an endpoint, of which there can be eight.
const pageUp = ({ device, net, table }) => `
ip rule add from ${net}.2 table ${table}
ip route add ${net}.0/24 dev ${device} scope link table ${table}
ip route add default via ${net}.1 dev ${device} table ${table}
ip route add default scope global metric ${table} nexthop via ${net}.1 dev ${device}
`

const pageReset = ({ net, table }) => [
  `rule del from ${net}.2`,
  `route flush table ${table}`,
  `route del default metric ${table}`,
]

function timePages(uplinks, environment) {
  const times = uplinks.map((uplink) => run({ command: ['/bin/sh', '-ec', pageUp(uplink)] }, environment))
  ip(['-force'], uplinks.flatMap(pageReset))
  return times.reduce((sum, time) => sum + time, 0)
}

/**
 * @param count of the large host's uplinks
 * @returns comparisons as those of bench.mjs: `what`, `value` and `baseline` in milliseconds, `ratio`, `limit`, `met`
 */
export function measureRoutes(rounds, prepared, count) {
  const uplinks = listUplinks(count)
  const { environment, scratch } = prepared
  const configuration = join(scratch, 'mptcp-routes.conf')
  const routes = (...words) => ({
    command: [hookPath('mptcp-routes'), '--config', configuration, ...words],
    notice: 'no endpoint',
  })
  prepare({}, prepared)
  writeFileSync(configuration, '[eth1]\nmptcp-gateway = 10.1.2.1\n')
  makeCache(configuration, environment)
  run(routes('apply'), environment)
  const small = measureStart(routes('status'), rounds, environment)
  run(routes('flush'), environment)
  growMachine(uplinks.flatMap(linkUp))
  writeFileSync(configuration, '[up*]\n')
  const many = { pages: [], apply: [], idle: [] }
  for (let round = 0; round < Math.ceil(rounds / 8); round += 1) {
    many.pages.push(timePages(uplinks, environment))
    many.apply.push(run(routes('apply'), environment))
    proveWork(count)
    many.idle.push(run(routes('apply'), environment))
    run(routes('flush'), environment)
  }
  return [
    compare('mptcp-routes status : node', small.status, small.bare, 3),
    compare(`apply of ${count} uplinks : the page's commands for each`, many.apply, many.pages, 0.1),
    compare(`idle apply of ${count} uplinks : the page's commands`, many.idle, many.pages, 0.03),
  ]
}

/** As an installation does. */
function makeCache(configuration, environment) {
  const words = [hookPath('cache.cjs'), hookPath('mptcp-routes'), '--config', configuration, 'status']
  run({ command: ['node', ...words] }, environment)
}

function measureStart(status, rounds, environment) {
  const times = { bare: [], status: [] }
  for (let round = 0; round < rounds; round += 1) {
    times.bare.push(run({ command: ['node', '-e', '0'] }, environment))
    times.status.push(run(status, environment))
  }
  return times
}

/** An apply that does nothing would be the fastest. */
function proveWork(uplinks) {
  const rules = ip(['-N', '-o'], ['rule show'])
    .stdout.split('\n')
    .filter((line) => / proto 77/.test(line)).length
  // A companion, a source rule and a barrier each.
  if (rules !== 3 * uplinks) {
    throw new Error(`apply made ${rules} rules for ${uplinks} uplinks`)
  }
}

/** The median of the rounds' ratios, as in bench.mjs. */
function compare(what, values, baselines, limit) {
  const ratio = median(values.map((value, round) => value / baselines[round]))
  return { what, value: median(values), baseline: median(baselines), ratio, limit, met: ratio <= limit }
}
