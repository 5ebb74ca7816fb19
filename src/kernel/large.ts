/** Routes of a host that has very many: only those that a plan can need, by commands that the kernel filters itself. */
import type { Edge } from '../words/edge.ts'
import type { Family, Route } from '../words/state.ts'
import { MAIN_TABLE, MOST_DAEMON_ROUTES, PROTOCOL } from '../words/table.ts'
import { askRoutes, askRoutesUpTo } from './ask.ts'
import type { Crowd } from './crowds.ts'
import { type Fixed, parseRoutes } from './routes.ts'

/** From here on a few more processes cost less than a batch, which `ip` filters itself after a dump of everything. */
const MANY = 5000

/** Whether the kernel holds so many routes of the families, in all tables, that they are not to be asked for as a whole. */
export function isLarge(families: readonly Family[], edge: Edge): boolean {
  const counts = families.map((family) => (family === 'inet' ? countIpv4(edge) : countIpv6(edge)))
  return Math.max(...counts) >= MANY
}

/** The prefixes of each table, which the kernel counts. */
function countIpv4(edge: Edge): number {
  const text = edge.readFile('/proc/net/fib_triestat') ?? ''
  return [...text.matchAll(/^\s*Prefixes:\s*(\d+)/gm)].reduce(
    (sum, [, prefixes]) => sum + Number(prefixes),
    0,
  )
}

/** The fourth number of rt6_stats, hexadecimal: the entries of all tables. */
function countIpv6(edge: Edge): number {
  return Number.parseInt(edge.readFile('/proc/net/rt6_stats')?.split(' ')[3] ?? '0', 16)
}

/** In bytes. Main is read as a whole up to about 10,000 routes; of a device's, no more than can be mirrored. */
const LONGEST_MAIN = 1024 * 1024
const LONGEST_ROUTE = 256

/** The protocols that isDaemonProtocol() leaves, and that can be asked for: redirect, kernel, boot, static, ra, dhcp. */
const PLAIN_PROTOCOLS = [1, 2, 3, 4, 9, 16]

export interface Part {
  readonly routes: readonly Route[]
  readonly crowded: readonly Crowd[]
}

/**
 * Ours, all defaults, the tables, and of main at least all through the devices. Whole tables come first, so that the
 * order of routes within a table is the kernel's.
 */
export function readLarge(
  families: readonly Family[],
  devices: readonly string[],
  tables: ReadonlySet<number>,
  edge: Edge,
): Part {
  const parts = families.map((family): Part => {
    const ask = askerOf(family, edge)
    const ofTables = [...tables].flatMap((table) => ask({ table }, 'table', `${table}`))
    const defaults = ask({}, 'table', 'all', 'default')
    const ours = ask({ protocol: PROTOCOL }, 'table', 'all', 'proto', `${PROTOCOL}`)
    const { routes, crowded } = readMain(family, devices, edge)
    return { routes: [...ofTables, ...defaults, ...routes, ...ours], crowded }
  })
  return {
    routes: onlyOnce(parts.flatMap(({ routes }) => routes)),
    crowded: parts.flatMap(({ crowded }) => crowded),
  }
}

function askerOf(family: Family, edge: Edge) {
  return (fixed: Fixed, ...filter: string[]) =>
    parseRoutes(askRoutes(edge, family, filter), { family, ...fixed })
}

/**
 * Main as a whole if it is not that long. Else the routes that no daemon made, and through each device those of the
 * daemons: but for the ones with several hops, which `ip` does not find by a device.
 */
function readMain(family: Family, devices: readonly string[], edge: Edge): Part {
  const main = ['table', 'main']
  const fixed = { family, table: MAIN_TABLE }
  const whole = askRoutesUpTo(LONGEST_MAIN, edge, family, main)
  if (whole !== undefined) {
    return { routes: parseRoutes(whole, fixed), crowded: [] }
  }
  const ask = askerOf(family, edge)
  const plain = PLAIN_PROTOCOLS.flatMap((protocol) =>
    ask({ ...fixed, protocol }, ...main, 'proto', `${protocol}`),
  )
  const limit = (MOST_DAEMON_ROUTES + plain.length) * LONGEST_ROUTE
  const answers = devices.map((device) => ({
    device,
    answer: askRoutesUpTo(limit, edge, family, [...main, 'dev', device]),
  }))
  const through = answers.flatMap(({ device, answer }) =>
    answer === undefined ? [] : parseRoutes(answer, { ...fixed, device }),
  )
  return {
    routes: [...through, ...plain],
    crowded: answers.flatMap(({ device, answer }) => (answer === undefined ? [{ family, device }] : [])),
  }
}

/** What two answers tell is one route. */
function onlyOnce(routes: readonly Route[]): Route[] {
  return [...new Map(routes.map((route) => [JSON.stringify(route), route])).values()]
}
