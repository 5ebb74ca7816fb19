// What is measured, and against what: data only.
import { fileURLToPath } from 'node:url'

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

// The page's four commands for one uplink, and its endpoint. The endpoint's id is given, so that it is known below.
const pageUp = `
ip rule add from 10.1.2.2 table 2
ip route add 10.1.2.0/24 dev eth1 scope link table 2
ip route add default via 10.1.2.1 dev eth1 table 2
ip route add default scope global nexthop via 10.1.2.1 dev eth1
ip mptcp endpoint add 10.1.2.2 dev eth1 id 1 subflow
`
const pageDown = `
ip rule del from 10.1.2.2 table 2
ip route flush table 2
ip route del default
ip mptcp endpoint delete id 1
`
const script = (text) => ({ command: ['sh', '-ec', text] })

/** The machine: lines for `ip -batch`, run once. */
export const machine = [
  'link set lo up',
  'link add eth1 type veth peer name provider1',
  'link set eth1 up',
  'link set provider1 up',
  'address add 10.1.2.2/24 dev eth1',
]

// Rules of another program: their protocol is `static` (4), not ours.
const foreignRules = Array.from({ length: 1000 }, (_, i) => {
  return `rule add from 172.16.${i >> 8}.${i & 255} lookup 500 priority ${1000 + i} protocol 4`
})

/** Back to the state after `machine`, whatever ran: lines for `ip -force -batch`, each of which may fail. */
export const reset = [
  'rule flush protocol 77',
  'rule flush protocol 4',
  'rule del from 10.1.2.2 table 2',
  'route flush table all proto 77',
  'route flush table 2',
  'route del default',
  'mptcp endpoint flush',
  'link set eth1 group default',
]

/**
 * By name, the programs that are timed.
 * `lines`: for `ip -batch` before the run; `after`: the program that runs before it. Neither is timed.
 */
export const programs = {
  'node -e 0': { command: [process.execPath, '-e', '0'] },
  'sh -c exit': { command: ['sh', '-c', 'exit'] },
  'page up': script(pageUp),
  'page down': { ...script(pageDown), after: 'page up' },
  up: hook('up'),
  'up again': { ...hook('up'), after: 'up' },
  down: { ...hook('down'), after: 'up' },
  'up for lo': hook('up', { IFACE: 'lo', LOGICAL: 'lo', METHOD: 'loopback' }),
  'down for lo': hook('down', { IFACE: 'lo', LOGICAL: 'lo', METHOD: 'loopback' }),
  'up, 1,000 rules': { ...hook('up'), lines: foreignRules },
}

/** The median of `of` may be `limit` times the sum of the medians of `against`. */
export const comparisons = [
  { what: 'up : node and the page’s commands', of: 'up', against: ['node -e 0', 'page up'], limit: 1.15 },
  { what: 'down : node and their undoing', of: 'down', against: ['node -e 0', 'page down'], limit: 1.25 },
  { what: 'up for lo : sh', of: 'up for lo', against: ['sh -c exit'], limit: 2 },
  { what: 'down for lo : sh', of: 'down for lo', against: ['sh -c exit'], limit: 2 },
  { what: 'up at 1,000 foreign rules : at none', of: 'up, 1,000 rules', against: ['up'], limit: 1.25 },
]

/** How many `ip` processes one run may start: two for each family. Without ADDRFAM a run answers for both. */
export const ipCounts = [
  { what: 'ip processes, up', program: hook('up'), limit: 2 },
  { what: 'ip processes, up again', program: { ...hook('up'), after: 'up' }, limit: 2 },
  { what: 'ip processes, down', program: { ...hook('down'), after: 'up' }, limit: 2 },
  { what: 'ip processes, up, both families', program: hook('up', { ADDRFAM: '' }), limit: 4 },
  {
    what: 'ip processes, down, both families',
    program: { ...hook('down', { ADDRFAM: '' }), after: 'up' },
    limit: 4,
  },
]
