/** One family of an event → the addresses, the table, the way out, the rules and the routes of the uplink. */

import type { Event } from '../ask/environment.ts'
import type { Lease } from '../ask/lease.ts'
import { Refusal } from '../words/refusal.ts'
import type { Family, Route, Rule, Snapshot } from '../words/state.ts'
import { deriveTable, isUsableTable, MAIN_TABLE, PRIORITY } from '../words/table.ts'
import { absentNotices, type CarriedAddress, carriedAddresses, checkHolders } from './carried.ts'
import { chooseNextHop, type NextHop } from './gateway.ts'
import { foreignTwin, metricNotice, twinNotice, wantedRoutes } from './routes.ts'

/** What a plan may have to look up outside the kernel. */
export interface Lookups {
  /** rt_tables: names to ids. */
  readonly tableNames: () => ReadonlyMap<string, number>
  readonly leases: () => readonly Lease[]
}

/** What a run wants of one family. */
export interface Uplink {
  readonly event: Event
  readonly addresses: readonly CarriedAddress[]
  readonly hop: NextHop | undefined
  readonly rules: readonly Rule[]
  readonly routes: readonly Route[]
  readonly notices: readonly string[]
  /** What only -v tells: why there is less than a whole uplink. */
  readonly details: readonly string[]
}

/** @throws Refusal where the table or an address belongs to another device */
export function planUplink(family: Family, event: Event, snapshot: Snapshot, lookups: Lookups): Uplink {
  const addresses = carriedAddresses(family, event, snapshot)
  if (addresses.length === 0) {
    const details = [`no ${family} address of global scope: nothing to route`]
    return { event, addresses, hop: undefined, rules: [], routes: [], notices: [], details }
  }
  checkHolders(addresses, snapshot, event)
  const table = chooseTable(event, addresses, lookups)
  checkTable(table, family, snapshot, event)
  const hop = chooseNextHop({ event, snapshot, family, addresses, table, leases: lookups.leases })
  const rules = addresses.flatMap((address) => rulesFor(address, table, event, snapshot))
  const query = { family, event, snapshot, addresses, table, hop }
  const routes = wantedRoutes(query)
  return {
    event,
    addresses,
    hop,
    rules,
    routes: routes.filter((route) => foreignTwin(route, snapshot) === undefined),
    notices: [
      ...absentNotices(addresses, snapshot, event),
      ...routes.flatMap((route) => twinNotice(route, foreignTwin(route, snapshot))),
      ...metricNotice(query),
    ],
    details: hop === undefined ? [`no ${family} gateway: rules and connected routes only`] : [],
  }
}

function chooseTable(event: Event, addresses: readonly CarriedAddress[], lookups: Lookups): number {
  const asked = event.options.table
  if (typeof asked === 'number') {
    return asked
  }
  if (asked !== undefined) {
    const id = lookups.tableNames().get(asked)
    if (id === undefined || !isUsableTable(id)) {
      const why = id === undefined ? 'is not in rt_tables' : `is table ${id}, which is not free for use`
      const cure = 'name it in /etc/iproute2/rt_tables or give a number'
      throw new Refusal(`mptcp-table "${asked}" ${why}: ${cure} (${event.setter('IF_MPTCP_TABLE')})`)
    }
    return id
  }
  const standing = [...addresses.filter(({ own }) => own), ...addresses].find(
    (address) => address.standing,
  )?.standing
  const named = standing === undefined ? lookups.tableNames().get(event.device) : undefined
  return standing?.table ?? (named !== undefined && isUsableTable(named) ? named : deriveTable(event.device))
}

function checkTable(table: number, family: Family, snapshot: Snapshot, event: Event): void {
  const ours = snapshot.rules.filter(
    (rule) => rule.family === family && rule.kind === 'source' && rule.table === table,
  )
  for (const rule of ours) {
    const holders = snapshot.addresses.filter((address) => address.local === rule.from)
    if (holders.length > 0 && holders.every((holder) => holder.device !== snapshot.device)) {
      const origin = event.options.table === undefined ? 'not set' : event.setter('IF_MPTCP_TABLE')
      const why = `is in use by ${holders[0]?.device} (rule from ${rule.from})`
      throw new Refusal(`mptcp-table "${table}" ${why}: choose another with mptcp-table (${origin})`)
    }
  }
}

/** An address of another stanza keeps the table, the priority and the companion that it has. */
function rulesFor(address: CarriedAddress, ownTable: number, event: Event, snapshot: Snapshot): Rule[] {
  const { family, local, standing, own } = address
  const asked = event.options.priority
  const priority = (own ? (asked ?? standing?.priority) : (standing?.priority ?? asked)) ?? PRIORITY
  const table = own ? ownTable : (standing?.table ?? ownTable)
  const source: Rule = { kind: 'source', family, from: local, table, priority }
  const companion: Rule = {
    kind: 'companion',
    family,
    from: local,
    table: MAIN_TABLE,
    priority: priority - 1,
  }
  const accompanied = snapshot.rules.some((rule) => rule.kind === 'companion' && rule.from === local)
  return event.options.mainRoutes === 'keep' || (!own && accompanied) ? [companion, source] : [source]
}
