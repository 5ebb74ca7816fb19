/** Snapshot → the part that is ours and that a run may change. */
import type { Endpoint, Family, Route, Rule } from '../words/state.ts'
import { FIRST_ENDPOINT_ID, LAST_ENDPOINT_ID, PROTOCOL } from '../words/table.ts'
import type { Host } from './host.ts'

/** What a run is about. */
export interface Scope {
  /** Those that it brings to the wanted state. */
  readonly devices: readonly string[]
  readonly families: readonly Family[]
  /** It also takes away what belongs to no device any more, in every family that was read. */
  readonly orphans: boolean
}

/**
 * The source rules that the run may change: those of its devices, and orphans.
 *
 * @param tables those that its devices are about to have: a rule of a lost address that leads there is then one of theirs
 */
export function ownedSources(
  host: Host,
  { devices, families, orphans }: Scope,
  tables: readonly { readonly family: Family; readonly table: number }[] = [],
): Rule[] {
  const own = new Set(devices)
  const planned = new Set(tables.map(({ family, table }) => `${family} ${table}`))
  const isOfDevice = (rule: Rule) =>
    families.includes(rule.family) &&
    ((planned.has(`${rule.family} ${rule.table}`) && isOrphan(host, rule)) ||
      mayOwn(host, rule).some((device) => own.has(device) && isRuleOf(host, rule, device)))
  return host.snapshot.rules.filter(
    (rule) => rule.kind === 'source' && ((orphans && isOrphan(host, rule)) || isOfDevice(rule)),
  )
}

/** No interface has the address any more. */
export function isOrphan(host: Host, { from }: Rule): boolean {
  return host.holdersOf(from).length === 0
}

/** The devices of which isRuleOf() may be true. */
function mayOwn(host: Host, { family, from, table }: Rule): readonly string[] {
  const through = host.devicesOfTable(family, table)
  return [...host.holdersOf(from), ...(through.length > 0 ? through : host.claimantsOf(family, table))]
}

/**
 * Whose a rule is follows from its table: from our routes in it, or where it is empty from who lays claim to it. A device
 * that alone has the address owns the rule in any case, as no other rule for the address may go before its own.
 */
function isRuleOf(host: Host, { family, from, table }: Rule, device: string): boolean {
  const holders = host.holdersOf(from)
  if (holders.length === 1 && holders[0] === device) {
    return true
  }
  const through = host.devicesOfTable(family, table)
  if (through.length > 0) {
    return through.includes(device)
  }
  const claimants = host.claimantsOf(family, table)
  const rivals = claimants.filter((other) => other !== device)
  // Of an address that is nowhere, nothing else tells: what several may claim is nobody's, until it goes as an orphan.
  const isTaken = holders.length === 0 ? rivals.length > 0 : rivals.some((other) => holders.includes(other))
  return claimants.includes(device) && !isTaken
}

/** @param tables those of the device's uplinks and of its rules */
export function ownedRoutes(
  host: Host,
  device: string,
  families: readonly Family[],
  tables: ReadonlySet<string>,
): Route[] {
  const own = host.ownRoutesOf(device).filter(({ family }) => families.includes(family))
  // An IPv6 route of ours that stands behind somebody else's shows their protocol; a delete that names ours finds it or nothing.
  const hidden = host
    .behindRoutesOf(device)
    .filter(({ family, table }) => tables.has(`${family} ${table}`))
    .map((route) => ({ ...route, protocol: PROTOCOL, attributes: [] }))
  return [...own, ...hidden]
}

/** Whether the endpoint bears our mark: an id of ours, and no word in it that we never give. */
export function isMarked({ id, port, implicit }: Endpoint): boolean {
  return id >= FIRST_ENDPOINT_ID && id <= LAST_ENDPOINT_ID && port === undefined && !implicit
}

/** An endpoint names a device by its index: of one that is gone only the number is left. */
export function isOfGoneDevice(host: Host, { device }: Endpoint): boolean {
  return device !== undefined && host.link(device) === undefined
}

/**
 * A marked endpoint is the device's where its address has a rule of the device; one whose address is nowhere has lost
 * its rule.
 *
 * @param sources the addresses of the device's rules, those included that the run is about to add
 */
export function isEndpointOf(
  host: Host,
  endpoint: Endpoint,
  device: string,
  sources: ReadonlySet<string>,
): boolean {
  if (!isMarked(endpoint)) {
    return false
  }
  const isHere = endpoint.device === device
  const isRuled = sources.has(endpoint.address)
  const isNowhere = host.holdersOf(endpoint.address).length === 0
  return isHere ? isRuled || isNowhere : isRuled && isOfGoneDevice(host, endpoint)
}

/** @param orphaned the addresses of orphaned rules that the run takes away */
export function isOrphanEndpoint(host: Host, endpoint: Endpoint, orphaned: ReadonlySet<string>): boolean {
  const isNowhere = host.holdersOf(endpoint.address).length === 0
  const isLost = orphaned.has(endpoint.address) || isOfGoneDevice(host, endpoint)
  return isMarked(endpoint) && isNowhere && isLost
}
