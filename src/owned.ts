/** Snapshot → the part that is ours and that the run may change. */
import type { Event } from './environment.ts'
import type { Endpoint, Family, Route, Rule, Snapshot, State } from './state.ts'

/**
 * Up: what belongs to the device, and what its tables hold for addresses that are gone.
 * Down: the same, and every orphan: rules whose address no local interface has any more, with their endpoints.
 * Down of an alias: the orphans, and the routes to subnets that the device does not carry any more.
 */
export function ownedState(event: Event, snapshot: Snapshot): State {
  const rules = snapshot.rules.filter(
    (rule) => event.families.includes(rule.family) && isOwned(rule, event, snapshot),
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

/** Whether the address is on the device, and on no other: of an address on two devices we cannot tell whose a rule is. */
export function isOnlyOn(snapshot: Snapshot, address: string): boolean {
  const holders = snapshot.addresses.filter((other) => other.local === address)
  return holders.length > 0 && holders.every((holder) => holder.device === snapshot.device)
}

function carriedBy(snapshot: Snapshot, device: string): string[] {
  return snapshot.addresses.filter((address) => address.device === device).map((address) => address.local)
}

function isOrphan(rule: Rule, snapshot: Snapshot): boolean {
  return !snapshot.addresses.some((address) => address.local === rule.from)
}

function isOwned(rule: Rule, event: Event, snapshot: Snapshot): boolean {
  if (event.direction === 'down') {
    return isOrphan(rule, snapshot) || (!event.alias && isOnlyOn(snapshot, rule.from))
  }
  if (isOrphan(rule, snapshot)) {
    return event.addresses.some((address) => address.text === rule.from) || isOfDevice(rule, snapshot)
  }
  return isOnlyOn(snapshot, rule.from)
}

/** Whether an orphaned rule, or the source rule of an orphaned companion, looks up one of the device's tables. */
function isOfDevice(rule: Rule, snapshot: Snapshot): boolean {
  const tables = deviceTables(snapshot, rule.family)
  return snapshot.rules.some(
    (other) => other.from === rule.from && other.kind === 'source' && tables.has(other.table),
  )
}

/** The tables that hold our routes through the device or that our rules for its addresses look up. */
function deviceTables(snapshot: Snapshot, family: Family): Set<number> {
  const ofRules = snapshot.rules.filter((rule) => rule.kind === 'source' && isOnlyOn(snapshot, rule.from))
  return new Set(
    [...ofRules, ...snapshot.routes].filter((item) => item.family === family).map((item) => item.table),
  )
}

function isOwnedRoute(route: Route, event: Event, snapshot: Snapshot): boolean {
  if (!event.alias || event.direction === 'up') {
    return true
  }
  const carried = snapshot.addresses.filter(
    (address) => address.device === snapshot.device && address.family === route.family,
  )
  const kept = [...carried.map((address) => address.subnet), 'default', 'fe80::/64']
  return carried.length === 0 || !kept.includes(route.destination)
}
