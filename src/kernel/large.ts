/** Routes of a host that has very many: only those that a plan can need, by commands that the kernel filters itself. */
import type { Edge } from '../words/edge.ts'
import type { Family, Route } from '../words/state.ts'
import { MAIN_TABLE, PROTOCOL } from '../words/table.ts'
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

/** A thousand routes of daemons are 100 kB; what is longer is read again without them. */
const LONGEST_ANSWER = 1024 * 1024

/** unspec has no filter; the others that isDaemonProtocol() leaves: redirect, kernel, boot, static, ra, dhcp. */
const PLAIN_PROTOCOLS = [1, 2, 3, 4, 9, 16]

export interface Part {
  readonly routes: readonly Route[]
  readonly crowded: readonly Crowd[]
}

/**
 * Ours, all defaults, the tables and main's routes through the devices. Whole tables come first, so that the order of
 * routes within a table is the kernel's.
 */
export function readLarge(
  families: readonly Family[],
  devices: readonly string[],
  tables: ReadonlySet<number>,
  edge: Edge,
): Part {
  const parts = families.map((family): Part => {
    const ask = (fixed: Fixed, ...filter: string[]) =>
      parseRoutes(askRoutes(edge, family, filter), { family, ...fixed })
    const ofTables = [...tables].flatMap((table) => ask({ table }, 'table', `${table}`))
    const defaults = ask({}, 'table', 'all', 'default')
    const ofDevices = devices.map((device) => readMain(family, device, edge))
    const ours = ask({ protocol: PROTOCOL }, 'table', 'all', 'proto', `${PROTOCOL}`)
    return {
      routes: [...ofTables, ...defaults, ...ofDevices.flatMap(({ routes }) => routes), ...ours],
      crowded: ofDevices.flatMap(({ crowded }) => crowded),
    }
  })
  return {
    routes: onlyOnce(parts.flatMap(({ routes }) => routes)),
    crowded: parts.flatMap(({ crowded }) => crowded),
  }
}

/** Main's routes through the device; where they are too many, those of all protocols but the daemons'. */
function readMain(family: Family, device: string, edge: Edge): Part {
  const filter = ['table', 'main', 'dev', device]
  const fixed = { family, table: MAIN_TABLE, device }
  const answer = askRoutesUpTo(LONGEST_ANSWER, edge, family, filter)
  if (answer !== undefined) {
    return { routes: parseRoutes(answer, fixed), crowded: [] }
  }
  const routes = PLAIN_PROTOCOLS.flatMap((protocol) =>
    parseRoutes(askRoutes(edge, family, [...filter, 'proto', `${protocol}`]), { ...fixed, protocol }),
  )
  return { routes, crowded: [{ family, device }] }
}

/** What two answers tell is one route. */
function onlyOnce(routes: readonly Route[]): Route[] {
  return [...new Map(routes.map((route) => [JSON.stringify(route), route])).values()]
}
