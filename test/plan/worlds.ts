/** A host from a few lines in the words of `ip`, what is asked for from variables, and a plan as the lines that `ip` would run. */
import { parseStanzas, type Speaker, type Stanza } from '../../src/ask/stanza.ts'
import { formatCommand } from '../../src/kernel/command.ts'
import { formatRoute } from '../../src/kernel/route-command.ts'
import { separateSiblings } from '../../src/kernel/siblings.ts'
import { diffState } from '../../src/plan/diff.ts'
import type { Forwarding } from '../../src/plan/forward.ts'
import { type Host, indexHost } from '../../src/plan/host.ts'
import { type Plan, planHost } from '../../src/plan/wanted.ts'
import { isIpv6 } from '../../src/words/address.ts'
import type { Death } from '../../src/words/death.ts'
import type { Family, Route, Rule, Snapshot } from '../../src/words/state.ts'
import { deriveTable } from '../../src/words/table.ts'
import { type Mutable, readLine } from './world-lines.ts'

export const T0 = deriveTable('eth0')
export const T1 = deriveTable('eth1')

/** The page's two uplinks, without anything of ours: main's default leads through eth0. */
export const PAGE = `
  link eth0
  link eth1
  addr 10.1.1.2/24 dev eth0
  addr 10.1.2.2/24 dev eth1
  route default via 10.1.1.1 dev eth0
`

/** What mptcp_up makes for eth1 of the page. */
export const ETH1 = `
  link eth1 group 77
  rule from 10.1.2.2 lookup ${T1}
  companion from 10.1.2.2
  barrier from 10.1.2.2
  route 10.1.2.0/24 dev eth1 table ${T1} proto 77
  route default via 10.1.2.1 dev eth1 table ${T1} proto 77
  endpoint 10.1.2.2 id 255 subflow dev eth1
`

/** The same for eth0. */
export const ETH0 = ETH1.replaceAll('eth1', 'eth0')
  .replaceAll('10.1.2.', '10.1.1.')
  .replaceAll(`${T1}`, `${T0}`)
  .replace('id 255', 'id 254')

/**
 * What the kernel shows of the host:
 *
 *     link eth0 [down] [group 77] [altname lan] [pointopoint] [ppp] [mac 02:…]
 *     addr 10.1.1.2/24 dev eth0 [peer 10.9.0.1] [temporary] [deprecated] [tentative] [dadfailed] [scope link] [noprefixroute]
 *     route default via 10.1.1.1 dev eth0 [table 100] [proto 77] [metric 5] …   (main's and proto boot's where not told)
 *     mark inet 0x1000000/0x7f000000 lookup 100 [half]
 *     rule from 10.1.1.2 lookup 100 [priority 31000]           companion from 10.1.1.2 [priority 30999] [suppress 0]
 *     detour inet 100   (a pair of rules)
 *     foreign from all lookup 100 [priority 1000]              endpoint 10.1.1.2 id 255 subflow dev eth0
 *     barrier from 10.1.1.2 [priority 31001]                   setting eth0 inet 1 [ours] [fixed]
 *     limits 2 0      mptcp off      mptcp userspace      crowded eth0 inet      families inet
 *
 * An address brings its connected route. A link that is told again is told anew.
 */
export function world(...texts: readonly string[]): Snapshot {
  const snapshot: Mutable = {
    ...{ families: ['inet6', 'inet'], links: [], addresses: [], rules: [], foreignRules: [], routes: [] },
    ...{ crowded: [], endpoints: [], limits: { subflows: 2, addAddrAccepted: 0 } },
    ...{ mptcp: { enabled: true, pathManager: 'kernel' }, settings: [] },
  }
  const lines = texts.flatMap((text) => text.split('\n')).map((line) => line.trim())
  for (const line of lines.filter((text) => text !== '')) {
    readLine(line, snapshot)
  }
  return { ...snapshot, routes: separateSiblings(snapshot.routes, () => '') }
}

export type Variables = Readonly<Record<string, string>>

/** What a stanza of ifupdown's asks of one family; `inet` unless its values are IPv6's. */
export function stanza(iface: string, variables: Variables = {}, changes: Partial<Speaker> = {}): Stanza {
  const texts = Object.values(variables).join(' ')
  return stanzaOf(isIpv6(texts) ? 'inet6' : 'inet', iface, variables, changes)
}

export function stanza6(iface: string, variables: Variables = {}, changes: Partial<Speaker> = {}): Stanza {
  return stanzaOf('inet6', iface, variables, changes)
}

function stanzaOf(family: Family, iface: string, variables: Variables, changes: Partial<Speaker>): Stanza {
  const setter = (variable: string) => `set by ${variable}`
  const speaker = { iface, door: 'ifupdown', order: 1, fresh: false, leaving: false, setter, ...changes }
  return parseStanzas(variables, [family], speaker)[0] as Stanza
}

/** What the run itself says. */
export const FRESH = { fresh: true } as const

export interface Question {
  readonly devices?: readonly string[]
  readonly stanzas?: readonly Stanza[]
  readonly gone?: readonly Stanza[]
  readonly families?: readonly Family[]
  readonly orphans?: boolean
  readonly leases?: readonly { readonly address: string | undefined; readonly routers: readonly string[] }[]
  readonly tableNames?: Readonly<Record<string, number>>
  readonly trustsTable?: boolean
  /** Dead uplinks: `eth0`, `eth0 inet6`, `eth0 inet 100`; the family and the table are those of the page unless told. */
  readonly deaths?: readonly string[]
  /** The run sees to all devices. */
  readonly whole?: boolean
  readonly forwarding?: Forwarding
}

export function hostOf(
  snapshot: Snapshot,
  { stanzas = [], gone = [], devices = ['eth1'] }: Question = {},
): Host {
  return indexHost(snapshot, stanzas, gone, devices)
}

/** The plan of a run for eth1, or other devices, with one silent stanza unless others are given. */
export function planOf(snapshot: Snapshot, question: Question = {}): Plan {
  const { devices = ['eth1'], stanzas = devices.map((device) => stanza(device)) } = question
  const { leases = [], tableNames = {}, trustsTable = false, orphans = false } = question
  const { deaths = [], whole = false } = question
  return planHost({
    host: hostOf(snapshot, { ...question, devices, stanzas }),
    scope: { devices, families: question.families ?? snapshot.families, orphans },
    lookups: {
      tableNames: () => new Map(Object.entries(tableNames)),
      leases: () => leases.map((lease) => ({ ...lease, from: 'dhclient' })),
    },
    trustsTable: () => trustsTable,
    deaths: () => deaths.map(death),
    whole,
    forwarding: question.forwarding,
  })
}

/** A cable that was pulled at 20:51:07 of a day, and a moment later on that day. */
export const THEN = new Date(2026, 10, 25, 20, 51, 7)
export const NOW = new Date(2026, 10, 25, 21, 0)

/** As a question's `deaths` tell it. */
export function death(text: string): Death {
  const [device = '', family = 'inet', table] = text.split(' ')
  return {
    ...{ device, family: family as Family, table: Number(table ?? deriveTable(device)) },
    ...{ since: THEN.getTime(), why: 'no carrier' },
  }
}

/** The commands that lead from what is to what is wanted. */
export function commandsOf({ owned, wanted }: Pick<Plan, 'owned' | 'wanted'>): string[] {
  return diffState(owned, wanted).map(formatCommand)
}

/** Wanted rules: `30999 10.1.2.2 main/7` (companion), `31000 10.1.2.2 100` (source rule), `31001 10.1.2.2 unreachable`. */
export function rulesOf({ wanted }: Plan): string[] {
  return wanted.rules.map(showRule)
}

function showRule({ kind, from, table, priority, suppress }: Rule): string {
  const action = kind === 'barrier' ? 'unreachable' : kind === 'source' ? table : `main/${suppress}`
  return `${priority} ${from} ${action}`
}

/** Wanted routes as `ip route add` takes them, without the words that all of a table have in common. */
export function routesOf({ wanted }: Plan, table?: number): string[] {
  return wanted.routes
    .filter((route) => table === undefined || route.table === table)
    .map((route) => showRoute(route, table === undefined))
}

export function showRoute(route: Route, withTable = true): string {
  const text = formatRoute(route, 'add').join(' ').replace(' protocol 77', '')
  return withTable ? text : text.replace(/ table \w+/, '')
}

/** Wanted endpoints, `10.1.2.2 255 eth1 subflow`. */
export function endpointsOf({ wanted }: Plan): string[] {
  return wanted.endpoints.map(
    ({ address, id, device, flags }) => `${address} ${id} ${device} ${flags.join(' ')}`,
  )
}

/** The message that the device is refused with. */
export function refusedOf(plan: Plan, device = 'eth1'): string {
  return plan.refused.get(device)?.message ?? 'not refused'
}
