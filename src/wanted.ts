/** Event and snapshot → the state that the run wants. */

import { type Candidate, MOST_ENDPOINTS, planEndpoints } from './endpoint.ts'
import type { Event } from './environment.ts'
import { chooseNextHop, type NextHop } from './gateway.ts'
import type { Lease } from './lease.ts'
import { isOnlyOn, ownedState } from './owned.ts'
import { Refusal } from './refusal.ts'
import { IPV6_METRIC } from './snapshot.ts'
import type { Address, Family, Route, Rule, Snapshot, State } from './state.ts'
import { DEFAULT_GROUP, deriveTable, isUsableTable, MAIN_TABLE, PRIORITY, UPLINK_GROUP } from './table.ts'

/** What a plan may have to look up outside the kernel. */
export interface Lookups {
  /** rt_tables: names to ids. */
  readonly tableNames: () => ReadonlyMap<string, number>
  readonly leases: () => readonly Lease[]
}

export interface Plan {
  readonly wanted: State
  /** What the admin should hear, though the run goes on. */
  readonly notices: readonly string[]
  /** What only -v tells. */
  readonly details: readonly string[]
  /** Addresses whose endpoint waits for the end of duplicate address detection. */
  readonly waiting: readonly string[]
}

const NOTHING: State = { rules: [], routes: [], endpoints: [], group: undefined, subflows: undefined }

/**
 * @throws Refusal where the stanza asks for a table that it cannot have, or for a device that is not there
 */
export function planState(event: Event, snapshot: Snapshot, lookups: Lookups): Plan {
  return event.direction === 'up' ? planUp(event, snapshot, lookups) : planDown(event, snapshot)
}

/** Down is the empty state. The link leaves the uplinks' group with the last rule of any family. */
function planDown(event: Event, snapshot: Snapshot): Plan {
  const remains = snapshot.rules.some(
    (rule) => !event.families.includes(rule.family) && isOnlyOn(snapshot, rule.from),
  )
  const leaves = !event.alias && !remains && snapshot.link?.group === UPLINK_GROUP
  return {
    wanted: { ...NOTHING, group: leaves ? DEFAULT_GROUP : undefined },
    notices: [],
    details: [],
    waiting: [],
  }
}

function planUp(event: Event, snapshot: Snapshot, lookups: Lookups): Plan {
  if (snapshot.link === undefined && event.addresses.length === 0) {
    throw new Refusal('there is no such device (set by IFACE)')
  }
  const uplinks = event.families.map((family) => planFamily(family, event, snapshot, lookups))
  const owned = ownedState(event, snapshot)
  const endpoints = planEndpoints(uplinks.flatMap(candidates), owned.endpoints, snapshot)
  const isUplink = uplinks.some(({ hop }) => hop !== undefined)
  return {
    wanted: {
      rules: uplinks.flatMap(({ rules }) => rules),
      routes: uplinks.flatMap(({ routes }) => routes),
      endpoints: endpoints.endpoints,
      group: isUplink && isFreeGroup(snapshot) ? UPLINK_GROUP : undefined,
      subflows: raisedLimit(snapshot, owned.endpoints.length, endpoints.endpoints.length),
    },
    notices: [
      ...uplinks.flatMap(({ notices }) => notices),
      ...(isUplink && !isFreeGroup(snapshot) ? [groupNotice(snapshot)] : []),
      ...endpoints.left.map(
        (local) => `address ${local} gets no endpoint: the kernel holds ${MOST_ENDPOINTS} at most`,
      ),
    ],
    details: snapshot.mptcpEnabled
      ? []
      : ['MPTCP is off in the kernel (sysctl net.mptcp.enabled): no endpoint is made'],
    waiting: endpoints.waiting,
  }
}

/** What a run wants of one family. */
interface Uplink {
  readonly event: Event
  readonly addresses: readonly CarriedAddress[]
  readonly hop: NextHop | undefined
  readonly rules: readonly Rule[]
  readonly routes: readonly Route[]
  readonly notices: readonly string[]
}

interface CarriedAddress extends Address {
  /** The source rule of ours that the address has already. */
  readonly standing: Rule | undefined
  /** The stanza speaks for the address: it names it, names none, or the address has no rule yet. */
  readonly own: boolean
}

function planFamily(family: Family, event: Event, snapshot: Snapshot, lookups: Lookups): Uplink {
  const addresses = carriedAddresses(family, event, snapshot)
  if (addresses.length === 0) {
    return { event, addresses, hop: undefined, rules: [], routes: [], notices: [] }
  }
  checkHolders(addresses, snapshot)
  const table = chooseTable(event, addresses, lookups)
  checkTable(table, family, snapshot, event)
  const hop = chooseNextHop({ event, snapshot, family, addresses, table, leases: lookups.leases })
  const rules = addresses.flatMap((address) => rulesFor(address, table, event, snapshot))
  const routes = wantedRoutes({ family, event, snapshot, addresses, table, hop })
  return {
    event,
    addresses,
    hop,
    rules,
    routes: routes.filter((route) => foreignTwin(route, snapshot) === undefined),
    notices: [
      ...absentNotices(addresses, snapshot),
      ...routes.flatMap((route) => twinNotice(route, foreignTwin(route, snapshot))),
      ...(event.options.metric !== undefined && hop === undefined
        ? [`mptcp-metric ${event.options.metric} has no effect: there is no ${family} gateway`]
        : []),
    ],
  }
}

/** What the device carries, and what the stanza gives and the kernel does not show. */
function carriedAddresses(family: Family, event: Event, snapshot: Snapshot): CarriedAddress[] {
  const given = event.addresses.filter((address) => address.family === family)
  const shown = snapshot.addresses.filter(
    (address) => address.family === family && address.device === snapshot.device,
  )
  const absent = given.filter(({ text }) => !shown.some(({ local }) => local === text))
  const all: Address[] = [
    ...shown,
    ...absent.map(({ text, subnet, peer }) => {
      return {
        family,
        device: snapshot.device,
        local: text,
        subnet,
        peer,
        temporary: false,
        tentative: false,
      }
    }),
  ]
  return all
    .filter((address, i) => all.findIndex(({ local }) => local === address.local) === i)
    .map((address) => {
      const standing = snapshot.rules.find((rule) => rule.kind === 'source' && rule.from === address.local)
      const named = given.length === 0 || given.some(({ text }) => text === address.local)
      return { ...address, standing, own: named || standing === undefined }
    })
}

/** Two devices with one address cannot be told apart by source rules: the first keeps its rule. */
function checkHolders(addresses: readonly CarriedAddress[], snapshot: Snapshot): void {
  for (const { local, standing } of addresses) {
    const other = snapshot.addresses.find(
      (address) => address.local === local && address.device !== snapshot.device,
    )
    const ours = snapshot.routes.some(({ table }) => table === standing?.table)
    if (other !== undefined && standing !== undefined && !ours) {
      const why = 'rules by source address cannot tell the two apart: give one of them another address'
      throw new Refusal(`address ${local} is also on ${other.device}, whose rule it has; ${why}`)
    }
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
      throw new Refusal(`mptcp-table "${asked}" ${why}: add it to /etc/iproute2/rt_tables or give a number`)
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
      const asked = event.options.table === undefined ? 'derived from the name' : 'set by mptcp-table'
      const why = `is in use by ${holders[0]?.device} (rule from ${rule.from})`
      throw new Refusal(`table "${table}" ${why}: choose another with mptcp-table (${asked})`)
    }
  }
}

/** An address of another stanza keeps the table, the priority and the companion that it has. */
function rulesFor(address: CarriedAddress, ownTable: number, event: Event, snapshot: Snapshot): Rule[] {
  const { family, local, standing, own } = address
  const asked = own ? event.options.priority : undefined
  const priority = asked ?? standing?.priority ?? PRIORITY
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

interface RouteQuery {
  readonly family: Family
  readonly event: Event
  readonly snapshot: Snapshot
  readonly addresses: readonly CarriedAddress[]
  readonly table: number
  readonly hop: NextHop | undefined
}

function wantedRoutes({ family, event, snapshot, addresses, table, hop }: RouteQuery): Route[] {
  const metric = family === 'inet6' ? IPV6_METRIC : 0
  const base = { family, table, device: event.device, gateway: undefined, metric, onlink: false }
  const subnets = addresses.flatMap(({ subnet }) => subnet ?? [])
  // Main's own fe80::/64 is passed over by the companion rule, as it goes through an uplink.
  const destinations = new Set([...subnets, ...(family === 'inet6' ? ['fe80::/64'] : [])])
  const connected = [...destinations].map((destination) => ({ ...base, destination }))
  const out = hop === undefined ? [] : [{ ...base, ...hop, destination: 'default' }]
  const failover =
    event.options.metric === undefined
      ? []
      : out.map((route) => ({ ...route, table: MAIN_TABLE, metric: event.options.metric ?? 0 }))
  return [...connected, ...out, ...failover, ...keptRoutes(family, event, snapshot, addresses, table)]
}

/** What other stanzas of the device put into their own tables, and into main where this one is silent. */
function keptRoutes(
  family: Family,
  event: Event,
  snapshot: Snapshot,
  addresses: readonly CarriedAddress[],
  table: number,
): Route[] {
  const others = addresses.filter(({ own }) => !own)
  const tables = new Set(
    others.flatMap(({ standing }) => standing?.table ?? []).filter((other) => other !== table),
  )
  if (others.length > 0 && event.options.metric === undefined) {
    tables.add(MAIN_TABLE)
  }
  return snapshot.routes.filter((route) => route.family === family && tables.has(route.table))
}

/** Somebody else's route in the place of a wanted one: it stays, and ours is left out. */
function foreignTwin(route: Route, snapshot: Snapshot): Route | undefined {
  return snapshot.foreignRoutes.find(
    (other) =>
      other.family === route.family &&
      other.table === route.table &&
      other.destination === route.destination &&
      other.metric === route.metric,
  )
}

function twinNotice(route: Route, twin: Route | undefined): string[] {
  if (twin === undefined || twin.gateway === route.gateway) {
    return []
  }
  const via = twin.gateway === undefined ? '' : ` via ${twin.gateway}`
  return [`table ${route.table} has a route of another program to ${route.destination}${via}: left as it is`]
}

function absentNotices(addresses: readonly CarriedAddress[], snapshot: Snapshot): string[] {
  return addresses
    .filter(
      ({ local }) =>
        !snapshot.addresses.some((shown) => shown.local === local && shown.device === snapshot.device),
    )
    .map(({ local }) => `address "${local}" is not on the device: taken from the stanza (set by IF_ADDRESS)`)
}

function candidates({ event, addresses, hop }: Uplink): Candidate[] {
  return addresses.map((address) => ({
    ...address,
    asked: event.options.endpoint,
    uplink: hop !== undefined,
  }))
}

function isFreeGroup(snapshot: Snapshot): boolean {
  const group = snapshot.link?.group ?? DEFAULT_GROUP
  return group === DEFAULT_GROUP || group === UPLINK_GROUP
}

function groupNotice(snapshot: Snapshot): string {
  const why = `only uplinks in group ${UPLINK_GROUP} are kept apart where two have the same subnet`
  return `the link is in group ${snapshot.link?.group}, set by somebody else, and stays there: ${why}`
}

/** As many subflows per connection as there are endpoints, and never fewer than before. */
function raisedLimit(snapshot: Snapshot, owned: number, wanted: number): number | undefined {
  const total = Math.min(snapshot.endpointCount - owned + wanted, MOST_ENDPOINTS)
  return wanted > 0 && snapshot.subflows !== undefined && total > snapshot.subflows ? total : undefined
}
