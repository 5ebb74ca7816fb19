// What is measured, and against what: data only.
import { fileURLToPath } from 'node:url'
import { bare, others } from './others.mjs'

export const hookPath = (name) => fileURLToPath(new URL(`../../dist/${name}`, import.meta.url))

// One uplink of the page, as ifupdown hands it over. No PHASE: the run is "by hand", where a failure shows in the
// exit status; it does the same work.
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
const hook = (direction, changes = {}) => ({
  command: [hookPath(`mptcp_${direction}`)],
  env: { ...environment, MODE: direction === 'up' ? 'start' : 'stop', ...changes },
})

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

/** Rules `from` (included) to `to` (not included) of another program: their protocol is `static` (4), not ours. */
export const foreignRules = (from, to) =>
  Array.from({ length: to - from }, (_, i) => {
    const n = from + i
    return `rule add from 172.16.${n >> 8}.${n & 255} lookup 500 priority ${1000 + n} protocol 4`
  })

/** Interfaces `from` to `to`, each with an address and an up link, all beside eth1. */
export const interfaces = (from, to) =>
  Array.from({ length: to - from }, (_, i) => from + i).flatMap((n) => [
    `link add name lan${n} type veth peer name port${n}`,
    `link set lan${n} up`,
    `link set port${n} up`,
    `address add 10.${100 + (n >> 8)}.${n & 255}.1/24 dev lan${n}`,
  ])

/**
 * By name, the programs that are timed.
 * `lines`: for `ip -batch` before the run, foreign rules; `after`: the program that runs before it. Neither is timed.
 */
export const programs = {
  ...bare,
  ...others,
  up: hook('up'),
  'up again': { ...hook('up'), after: 'up' },
  down: { ...hook('down'), after: 'up' },
  'up for lo': hook('up', { IFACE: 'lo', LOGICAL: 'lo', METHOD: 'loopback' }),
  'down for lo': hook('down', { IFACE: 'lo', LOGICAL: 'lo', METHOD: 'loopback' }),
  'up, 1,000 rules': { ...hook('up'), lines: foreignRules(0, 1000) },
}

/** The median of `of` may be `limit` times the sum of the medians of `against`; without a limit it is only told. */
export const comparisons = [
  { what: 'up : node and the page’s commands', of: 'up', against: ['node -e 0', 'page up'], limit: 1.15 },
  { what: 'down : node and their undoing', of: 'down', against: ['node -e 0', 'page down'], limit: 1.25 },
  { what: 'up for lo : sh', of: 'up for lo', against: ['sh -c exit'], limit: 2 },
  { what: 'down for lo : sh', of: 'down for lo', against: ['sh -c exit'], limit: 2 },
  { what: 'up at 1,000 foreign rules : at none', of: 'up, 1,000 rules', against: ['up'], limit: 1.25 },
  { what: 'up : 2013', of: 'up', against: ['2013 up'] },
  { what: 'down : 2013', of: 'down', against: ['2013 down'] },
  { what: 'up : ifupdown-multi', of: 'up', against: ['multi up'] },
  { what: 'down : ifupdown-multi', of: 'down', against: ['multi down'] },
]

/** What one run costs beside time. A hook may start two `ip` for each family; without ADDRFAM it answers for both. */
export const costs = [
  { what: 'node -e 0', program: programs['node -e 0'] },
  ...Object.entries(others).map(([what, program]) => ({ what, program })),
  { what: 'up', program: programs.up, limit: 2 },
  { what: 'up again', program: programs['up again'], limit: 2 },
  { what: 'down', program: programs.down, limit: 2 },
  { what: 'ip processes, up, both families', program: hook('up', { ADDRFAM: '' }), limit: 4 },
  {
    what: 'ip processes, down, both families',
    program: { ...hook('down', { ADDRFAM: '' }), after: 'up' },
    limit: 4,
  },
]
