/** One family of a device → its ways with their tables, rules and routes. */
import type { Lease } from '../ask/leases/leases.ts'
import type { Stanza } from '../ask/stanza.ts'
import { Refusal } from '../words/refusal.ts'
import type { Family, Route, Rule } from '../words/state.ts'
import { LAST_PRIORITY, PRIORITY } from '../words/table.ts'
import { barrierOf } from './barrier.ts'
import { absentNotices, type Carried, carriedAddresses } from './carried.ts'
import { companionOf, terminalDefault } from './companion.ts'
import { type Host, stanzasOf } from './host.ts'
import { halvesNotice, silentDhcpNotice } from './notices.ts'
import { type Probe, probeOf } from './probe.ts'
import type { GatewayQuery } from './reach.ts'
import { wantedRoutes } from './routes.ts'
import { devicesOfRule } from './speaker.ts'
import { chooseTables, type TableNames } from './table.ts'
import { splitWays, type Way } from './ways.ts'

/** What a plan may have to look up outside the kernel. */
export interface Lookups {
  readonly tableNames: TableNames
  readonly leases: (device: string, family: Family) => readonly Lease[]
}

export interface UplinkQuery {
  readonly host: Host
  readonly device: string
  readonly family: Family
  readonly lookups: Lookups
  /** A hook runs, and nothing is recorded of the device: what stands of ours is evidence. */
  readonly trustsTable: boolean
}

/** A way with all that it needs in the kernel but its endpoints. */
export interface Uplink extends Way {
  readonly device: string
  readonly family: Family
  readonly table: number
  readonly rules: readonly Rule[]
  readonly routes: readonly Route[]
  /** It is dead while another one of its family is alive: it has neither endpoints nor a default in main. */
  readonly avoided: boolean
  /** Undefined where nobody asks for one. */
  readonly probe: Probe | undefined
}

export interface UplinkPlan {
  readonly uplinks: readonly Uplink[]
  readonly notices: readonly string[]
  /** What only -v tells: why there is less than a whole uplink. */
  readonly details: readonly string[]
}

/** @throws Refusal where a gateway, a table or an address of a stanza cannot be had */
export function planUplinks(query: UplinkQuery): UplinkPlan {
  const { host, device, family, lookups, trustsTable } = query
  const stanzas = currentStanzas(query)
  const carried = carriedAddresses(host, device, family, stanzas)
  const addresses = carried.filter((address) => otherHolder(address, query) === undefined)
  const gatewayQuery: GatewayQuery = {
    ...{ host, device, family, addresses, stanzas, trustsTable },
    leases: () => lookups.leases(device, family),
  }
  const ways = splitWays(gatewayQuery)
  const tables = chooseTables(ways, { host, device, family, tableNames: lookups.tableNames })
  const planned = ways.map((way) => planWay(way, tables.get(way) ?? 0, query))
  return {
    uplinks: planned.map(({ uplink }) => uplink),
    notices: [
      ...absentNotices(addresses),
      ...heldNotices(carried, query),
      ...planned.flatMap(({ notices }) => notices),
      ...silentDhcpNotice(stanzas, ways, addresses),
      ...(ways.some(({ out }) => out !== undefined) ? halvesNotice(host, device, family) : []),
    ],
    details: detailsOf(ways, addresses, family),
  }
}

/** A record whose addresses have all left the device is about another time. */
function currentStanzas({ host, device, family }: UplinkQuery): Stanza[] {
  const shown = new Set(host.addressesOf(device).map(({ local }) => local))
  return stanzasOf(host, device, family).filter(
    ({ fresh, addresses }) =>
      fresh || addresses.length === 0 || addresses.some(({ text }) => shown.has(text)),
  )
}

function detailsOf(ways: readonly Way[], addresses: readonly Carried[], family: Family): string[] {
  if (addresses.length === 0) {
    return [`no ${family} address of global scope: nothing to route`]
  }
  if (ways.length === 0) {
    return [`no ${family} gateway: not an uplink`]
  }
  const isBare = ways.every(({ out }) => out === undefined)
  return isBare ? [`no ${family} gateway: rules and connected routes only`] : []
}

/**
 * The other device that has the address and its rule: rules by source address cannot tell two devices with one address
 * apart, so the first keeps it.
 */
function otherHolder({ local, shown }: Carried, { host, device, family }: UplinkQuery): string | undefined {
  const other = host.holdersOf(local).find((holder) => holder !== device)
  if (other === undefined || !shown) {
    return other
  }
  const rule = host.sourcesOf(local).find((source) => source.family === family)
  const owners = rule === undefined ? [] : devicesOfRule(host, rule)
  return owners.length > 0 && !owners.includes(device) ? owners.find((owner) => owner === other) : undefined
}

/** @throws Refusal for an address that the run's own stanza names */
function heldNotices(carried: readonly Carried[], query: UplinkQuery): string[] {
  return carried.flatMap((address) => {
    const other = otherHolder(address, query)
    const { local, named, shown } = address
    if (other === undefined) {
      return []
    }
    const why = shown
      ? `is also on ${other}, whose rule it has; rules by source address cannot tell the two apart: give one of them another address`
      : `is on ${other}, not on ${query.device}`
    if (named?.fresh === true) {
      throw new Refusal(`address "${local}" ${why} (${named.setter('IF_ADDRESS')})`)
    }
    return [`address "${local}" ${why}`]
  })
}

function planWay(way: Way, table: number, query: UplinkQuery): { uplink: Uplink; notices: string[] } {
  const { host, device, family, trustsTable } = query
  const planned = wantedRoutes({ host, device, family, table, way, trustsTable })
  const rules = way.addresses.flatMap((address) => rulesFor(address, way, table, query))
  const probe = probeOf(host, { ...way, device, family })
  const { routes } = planned
  const uplink = { ...way, device, family, table, rules, routes, avoided: false, probe }
  return { uplink, notices: [...planned.notices, ...(probe?.notices ?? [])] }
}

/** The source rule of an address, between its companion and, where there is a way out to be kept to, its barrier. */
function rulesFor(address: Carried, way: Way, table: number, query: UplinkQuery): Rule[] {
  const { host, family, trustsTable } = query
  const from = address.local
  const standing = trustsTable ? standingPriority(host, from) : undefined
  const options = (address.named ?? way.stanza)?.options
  const asked = options?.priority
  const priority = (isSpokenFor(address, way) ? (asked ?? standing) : (standing ?? asked)) ?? PRIORITY
  const source: Rule = { kind: 'source', family, from, table, priority, suppress: undefined }
  const isAlone = options?.mainRoutes === 'ignore' || terminalDefault(host, family) !== undefined
  return [
    ...(isAlone ? [] : [companionOf(source)]),
    source,
    ...(way.out === undefined ? [] : [barrierOf(source)]),
  ]
}

/** Of an earlier version's rule that leaves no room behind it, none. */
function standingPriority(host: Host, address: string): number | undefined {
  return host.sourcesOf(address).find(({ priority }) => priority <= LAST_PRIORITY)?.priority
}

/** A stanza speaks for the addresses that it names, or for all if it names none. */
export function isSpokenFor({ named }: Carried, { stanza }: Way): boolean {
  return named !== undefined || stanza === undefined || stanza.addresses.length === 0
}
