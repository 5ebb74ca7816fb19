/** Snapshot → the part that is ours and that the run may change. */
import type { Event } from '../ask/environment.ts'
import type { Endpoint, Family, Route, Rule, Snapshot, State } from '../words/state.ts'
import { deriveTable } from '../words/table.ts'

/** A table of one family. */
export type Table = Pick<Rule, 'family' | 'table'>

/**
 * Up: what belongs to the device, and what its tables hold for addresses that are gone.
 * Down: the same, and every orphan: rules whose address no local interface has any more, with their endpoints.
 * Down of an alias: the orphans, and the routes to subnets that the device does not carry any more.
 *
 * @param tables those that the run is about to use for the device
 */
export function ownedState(event: Event, snapshot: Snapshot, tables: readonly Table[]): State {
  const rules = snapshot.rules.filter(
    (rule) => event.families.includes(rule.family) && isOwned(rule, event, snapshot, tables),
  )
  const mine = event.direction === 'up' ? carriedBy(snapshot, snapshot.device) : []
  const addresses = new Set([...rules.map((rule) => rule.from), ...mine])
  return {
    rules,
    routes: snapshot.routes.filter(
      (route) => event.families.includes(route.family) && isOwnedRoute(route, event, snapshot),
    ),
    endpoints: snapshot.endpoints.filter((endpoint: Endpoint) => addresses.has(endpoint.address)),
    group: snapshot.link?.group,
    subflows: snapshot.subflows,
  }
}

/** Whether the address is on the device, and on no other. */
export function isOnlyOn(snapshot: Snapshot, address: string): boolean {
  const holders = holdersOf(address, snapshot)
  return holders.length > 0 && holders.every((device) => device === snapshot.device)
}

function holdersOf(address: string, snapshot: Snapshot): string[] {
  const all = [...snapshot.addresses, ...snapshot.otherAddresses]
  return all.filter(({ local }) => local === address).map(({ device }) => device)
}

function carriedBy(snapshot: Snapshot, device: string): string[] {
  return snapshot.addresses.filter((address) => address.device === device).map((address) => address.local)
}

function isOwned(rule: Rule, event: Event, snapshot: Snapshot, used: readonly Table[]): boolean {
  const holders = holdersOf(rule.from, snapshot)
  const isOrphan = holders.length === 0
  if (isOrphan && event.direction === 'down') {
    return true
  }
  const mayBeOurs = isOrphan || holders.includes(snapshot.device)
  const isOfDevice = isOnlyOn(snapshot, rule.from) || (mayBeOurs && leadsToDevice(rule, snapshot, used))
  if (event.direction === 'down') {
    return !event.alias && isOfDevice
  }
  return isOfDevice || (isOrphan && event.addresses.some(({ text }) => text === rule.from))
}

/**
 * Whether the rule, or the source rule that it accompanies, looks up one of the device's tables. This is what tells
 * whose a rule is when its address is gone, or is on a second device too.
 */
function leadsToDevice(rule: Rule, snapshot: Snapshot, used: readonly Table[]): boolean {
  const tables = deviceTables(snapshot, rule.family, used)
  return snapshot.rules.some(
    (other) => other.from === rule.from && other.kind === 'source' && tables.has(other.table),
  )
}

/** The tables that hold our routes through the device, that our rules for its addresses look up, or that it gets. */
function deviceTables(snapshot: Snapshot, family: Family, used: readonly Table[]): Set<number> {
  const ofRules = snapshot.rules.filter((rule) => rule.kind === 'source' && isOnlyOn(snapshot, rule.from))
  const known = [...ofRules, ...snapshot.routes, ...used].filter((item) => item.family === family)
  return new Set([...known.map(({ table }) => table), deriveTable(snapshot.device)])
}

function isOwnedRoute(route: Route, event: Event, snapshot: Snapshot): boolean {
  if (!event.alias || event.direction === 'up') {
    return true
  }
  const carried = snapshot.addresses.filter(
    (address) => address.device === snapshot.device && address.family === route.family,
  )
  const statics = snapshot.staticRoutes.map(({ destination }) => destination)
  const kept = [...carried.map(({ subnet }) => subnet), ...statics, 'default', 'fe80::/64']
  return carried.length === 0 || !kept.includes(route.destination)
}
