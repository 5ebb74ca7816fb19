// What is measured, and against what: data only.
import { fileURLToPath } from 'node:url'
import { bare, others } from './others.mjs'

export const hookPath = (name) => fileURLToPath(new URL(`../../dist/${name}`, import.meta.url))

// One uplink of the page, as ifupdown hands it over.
const environment = {
  IFACE: 'eth1',
  LOGICAL: 'eth1',
  ADDRFAM: 'inet',
  METHOD: 'static',
  VERBOSITY: '0',
  IF_ADDRESS: '10.1.2.2',
  IF_NETMASK: '255.255.255.0',
  IF_GATEWAY: '10.1.2.1',
}
const modes = {
  up: { MODE: 'start', PHASE: 'post-up' },
  down: { MODE: 'stop', PHASE: 'post-down' },
}
const hook = (direction, changes = {}) => ({
  command: [hookPath(`mptcp_${direction}`)],
  env: { ...environment, ...modes[direction], ...changes },
})

/** Runs that change nothing, and from which the code caches are made: as install.sh does it. */
export const cacheRuns = ['up', 'down'].map((direction) => ({
  hook: `mptcp_${direction}`,
  env: { IFACE: 'mptcp-check0', IF_ADDRESS: '192.0.2.2/24', IF_GATEWAY: '192.0.2.1' },
  notice: 'is not on the device: used as given',
}))

/** The machine: lines for `ip -batch`, run once. */
export const machine = [
  'link set lo up',
  'link add eth1 type veth peer name provider1',
  'link set eth1 up',
  'link set provider1 up',
  'address add 10.1.2.2/24 dev eth1',
]

/** rt_tables before each run. Its four lines make 4 the number of the table that the program of 2013 adds. */
export const tableNames = '255 local\n254 main\n253 default\n0 unspec\n'

/** Back to the state after `machine`, whatever ran: lines for `ip -force -batch`, each of which may fail. */
export const reset = [
  'rule del from 10.1.2.2',
  'rule del from 10.1.2.2',
  'rule del to 10.1.2.2',
  'route flush table all proto 77',
  'route flush table 2',
  'route flush table 4',
  'route del default',
  'mptcp endpoint flush',
  'link set eth1 group default',
]

const numbers = (from, to) => Array.from({ length: to - from }, (_, i) => from + i)
const lowBytes = (n) => `${(n >> 8) & 255}.${n & 255}`

/** Rules `from` (included) to `to` (not included) of another program: their protocol is `static` (4), not ours. */
export const foreignRules = (from, to) =>
  numbers(from, to).map(
    (n) => `rule add from 172.16.${lowBytes(n)} lookup 500 priority ${1000 + n} protocol 4`,
  )

/** Rules of ours whose address is not there any more; their table leads through another device. */
export const orphans = (from, to) =>
  numbers(from, to).map((n) => `rule add from 172.20.${lowBytes(n)} lookup 600 priority 31000 protocol 77`)

const furtherAddress = (n) => `10.2.${lowBytes(n)}`

/** Addresses of eth1 beside its first. */
export const addresses = (from, to) =>
  numbers(from, to).map((n) => `address add ${furtherAddress(n)}/16 dev eth1`)

/** A hook gives each of them two rules. */
export const addressReset = (size) =>
  numbers(1, size).flatMap((n) => Array(2).fill(`rule del from ${furtherAddress(n)}`))

/** What a routing daemon has learnt through eth1. */
export const daemonRoutes = (from, to) =>
  numbers(from, to).map((n) => `route add ${20 + (n >> 16)}.${lowBytes(n)}.0/24 via 10.1.2.9 proto bird`)

/** Interfaces `from` to `to`, each with an address and an up link, all beside eth1. */
export const interfaces = (from, to) =>
  numbers(from, to).flatMap((n) => [
    `link add name lan${n} type veth peer name port${n}`,
    `link set lan${n} up`,
    `link set port${n} up`,
    `address add 10.${100 + (n >> 8)}.${n & 255}.1/24 dev lan${n}`,
  ])

const up = hook('up')
const upAgain = { ...up, after: ['up'] }
const down = { ...hook('down'), after: ['up'] }
const leave = { ...hook('down', { PHASE: 'pre-down' }), after: ['up'] }
const lo = { IFACE: 'lo', LOGICAL: 'lo', METHOD: 'loopback' }
const withoutCache = { cache: false }

/**
 * By name, the programs that are timed.
 * `lines`: for `ip -batch` before the run, foreign rules; `after`: the programs that run before it. Neither is timed.
 * `cache`: whether the code cache that is made at installation is there. `notice`: words that it may say.
 */
export const programs = {
  ...bare,
  ...others,
  up,
  'up again': upAgain,
  down,
  'down, if-down.d': leave,
  'down, after that': { ...down, after: ['up', 'down, if-down.d'] },
  'up, no cache': { ...up, ...withoutCache },
  'up again, no cache': { ...upAgain, ...withoutCache },
  'down, no cache': { ...down, ...withoutCache },
  'up for lo': hook('up', lo),
  'down for lo': hook('down', lo),
  'up, 1,000 rules': { ...up, lines: foreignRules(0, 1000) },
}

/**
 * In each round the time of `of` is divided by the sum of those of `against`; the median of these ratios may be `limit`.
 * Without a limit it is only told.
 */
export const comparisons = [
  { what: 'up : ifupdown-multi', of: 'up', against: ['multi up'], limit: 0.9 },
  { what: 'down : ifupdown-multi', of: 'down', against: ['multi down'], limit: 1 },
  { what: 'up for lo : sh', of: 'up for lo', against: ['sh -c exit'], limit: 1.2 },
  { what: 'down for lo : sh', of: 'down for lo', against: ['sh -c exit'], limit: 1.2 },
  { what: 'up at 1,000 foreign rules : at none', of: 'up, 1,000 rules', against: ['up'], limit: 1.1 },
  { what: 'up : without the code cache', of: 'up', against: ['up, no cache'] },
  { what: 'up again : without the code cache', of: 'up again', against: ['up again, no cache'] },
  { what: 'down : without the code cache', of: 'down', against: ['down, no cache'] },
  { what: 'up without the code cache : ifupdown-multi', of: 'up, no cache', against: ['multi up'] },
  { what: 'down without the code cache : ifupdown-multi', of: 'down, no cache', against: ['multi down'] },
  { what: 'up : node and the page’s commands', of: 'up', against: ['node -e 0', 'page up'] },
  { what: 'down : node and their undoing', of: 'down', against: ['node -e 0', 'page down'] },
  { what: 'up : 2013', of: 'up', against: ['2013 up'] },
  { what: 'down : 2013', of: 'down', against: ['2013 down'] },
]

/**
 * What one run costs beside time. A hook may start two `ip` for each family; the way down
 * looks for orphans in both, and without ADDRFAM a run answers for both.
 */
export const costs = [
  { what: 'node -e 0', program: programs['node -e 0'] },
  ...Object.entries(others).map(([what, program]) => ({ what, program })),
  { what: 'up', program: up, limit: 2 },
  { what: 'up again', program: upAgain, limit: 2 },
  { what: 'down', program: down, limit: 4 },
  { what: 'down, if-down.d', program: leave, limit: 4 },
  { what: 'ip processes, up, both families', program: hook('up', { ADDRFAM: '' }), limit: 4 },
  {
    what: 'ip processes, down, both families',
    program: { ...hook('down', { ADDRFAM: '' }), after: ['up'] },
    limit: 4,
  },
]
