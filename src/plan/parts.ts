/** The parts of a plan that look at all uplinks of a run together: rules, endpoints, link groups, limits. */
import { isIpv6 } from '../words/address.ts'
import type { Endpoint, Family, Limits, Rule, Snapshot } from '../words/state.ts'
import { DEFAULT_GROUP, MAIN_TABLE, MOST_ENDPOINTS, UPLINK_GROUP } from '../words/table.ts'
import { otherBarriers } from './barrier.ts'
import { bereftDevices } from './bereft.ts'
import { otherCompanions } from './companion.ts'
import { type EndpointPlan, planEndpoints } from './endpoint.ts'
import type { Host } from './host.ts'
import { isEndpointOf, isMarked, isOrphan, isOrphanEndpoint, type Scope } from './owned.ts'
import { devicesOfRule } from './speaker.ts'
import type { Uplink } from './uplink.ts'

interface Part<T> {
  readonly owned: readonly T[]
  readonly wanted: readonly T[]
}

/**
 * Companions and barriers are judged as a whole: every run sees to those of its families, whatever device they are for.
 *
 * @param sources the source rules that the run may change
 */
export function rulesOf(
  host: Host,
  scope: Scope,
  uplinks: readonly Uplink[],
  sources: readonly Rule[],
): Part<Rule> {
  const { rules } = host.snapshot
  const changing = new Set(sources)
  const judged = new Set([...scope.families, ...sources.map(({ family }) => family)])
  const others = [...judged].flatMap((family) => [
    ...otherCompanions(host, family, changing),
    ...otherBarriers(host, family, changing),
  ])
  // Somebody else's rule that says the same is not ours to rely on, and ours can stand beside it.
  const wanted = [...uplinks.flatMap((uplink) => uplink.rules), ...others]
  const planned = new Set(wanted.map(({ from }) => from))
  const isJudged = ({ kind, family, from }: Rule) =>
    (kind === 'companion' || kind === 'barrier') &&
    judged.has(family) &&
    (planned.has(from) || !isOfAnotherRun(host, scope, from))
  return { owned: rules.filter((rule) => changing.has(rule) || isJudged(rule)), wanted }
}

/** A companion (or a barrier) without its source rule may be one that a run for another device has just made: the source rule follows. */
function isOfAnotherRun(host: Host, { devices, orphans }: Scope, from: string): boolean {
  const holders = host.holdersOf(from)
  // An address that is nowhere may be one that a stanza has given ahead.
  const isSeen = holders.length === 0 ? orphans : holders.some((holder) => devices.includes(holder))
  return !isSeen && host.sourcesOf(from).length === 0
}

export function endpointsOf(
  host: Host,
  scope: Scope,
  uplinks: readonly Uplink[],
  sources: readonly Rule[],
): { owned: readonly Endpoint[]; plan: EndpointPlan } {
  const { snapshot } = host
  const ruled = ruledAddresses(host, scope, uplinks, sources)
  const orphaned = new Set(sources.filter((rule) => isOrphan(host, rule)).map(({ from }) => from))
  const isOfDevice = (endpoint: Endpoint) =>
    scope.families.includes(familyOf(endpoint)) &&
    [...ruled].some(([device, addresses]) => isEndpointOf(host, endpoint, device, addresses))
  const owned = snapshot.endpoints.filter(
    (endpoint) =>
      isOfDevice(endpoint) ||
      // Of a family that was not read, no address is seen.
      (scope.orphans &&
        snapshot.families.includes(familyOf(endpoint)) &&
        isOrphanEndpoint(host, endpoint, orphaned)),
  )
  const plan = planEndpoints({ snapshot, uplinks, owned, others: otherEndpoints(host, owned) })
  const { enabled, pathManager } = snapshot.mptcp
  return { owned, plan: enabled && pathManager === 'kernel' ? plan : withoutNew(plan, owned) }
}

function familyOf({ address }: Endpoint): Family {
  return isIpv6(address) ? 'inet6' : 'inet'
}

/** For each device of the run, the addresses that have a rule of it, or are about to get one. */
function ruledAddresses(
  host: Host,
  { devices, families }: Scope,
  uplinks: readonly Uplink[],
  sources: readonly Rule[],
): Map<string, ReadonlySet<string>> {
  const addresses = new Map(devices.map((device) => [device, new Set<string>()]))
  for (const [device, lost] of bereftDevices(host, uplinks, sources)) {
    addresses.set(device, new Set([...lost, ...(addresses.get(device) ?? [])]))
  }
  const note = (device: string, { from }: Rule) => {
    addresses.get(device)?.add(from)
  }
  for (const { device, rules } of uplinks) {
    for (const rule of rules) {
      note(device, rule)
    }
  }
  for (const rule of sources) {
    const owners = devicesOfRule(host, rule)
    for (const device of owners.length === 0 ? devices : [...owners, ...host.holdersOf(rule.from)]) {
      note(device, rule)
    }
  }
  for (const device of devices) {
    for (const rule of loneCompanions(host, device).filter(({ family }) => families.includes(family))) {
      note(device, rule)
    }
  }
  return addresses
}

/** Where somebody has deleted the source rule, the companion and the barrier still tell. */
function loneCompanions(host: Host, device: string): Rule[] {
  return host
    .addressesOf(device)
    .filter(({ local }) => host.sourcesOf(local).length === 0)
    .flatMap(({ local }) => [...host.companionsOf(local), ...host.barriersOf(local)])
}

/** The endpoints of ours of uplinks that the run leaves alone, a list a device and family. */
function otherEndpoints(host: Host, owned: readonly Endpoint[]): Endpoint[][] {
  const mine = new Set(owned)
  const groups = new Map<string, Endpoint[]>()
  for (const endpoint of host.snapshot.endpoints) {
    const rules = host.sourcesOf(endpoint.address)
    const isRuled = rules.some((rule) =>
      devicesOfRule(host, rule).some((device) => device === endpoint.device),
    )
    if (!mine.has(endpoint) && isMarked(endpoint) && isRuled) {
      const key = `${endpoint.device} ${rules[0]?.family} ${rules[0]?.table}`
      groups.set(key, [...(groups.get(key) ?? []), endpoint])
    }
  }
  return [...groups.values()]
}

/** Where the kernel does not act on endpoints none is made; what stands of ours stays as long as it is asked for. */
function withoutNew(plan: EndpointPlan, owned: readonly Endpoint[]): EndpointPlan {
  const standing = new Set(owned.map(({ id, address }) => `${id} ${address}`))
  const endpoints = plan.endpoints.filter(({ id, address }) => standing.has(`${id} ${address}`))
  return { endpoints, evicted: [], waiting: [], left: [], kept: [] }
}

/** A device that has lost its way out is an uplink no more, if it has none in the other family either. */
export function groupsOf(
  host: Host,
  { devices, families }: Scope,
  uplinks: readonly Uplink[],
  sources: readonly Rule[],
): Map<string, number> {
  const seesBoth = host.snapshot.families.includes('inet')
  const leading = new Set(uplinks.filter(({ out }) => out !== undefined).map(({ device }) => device))
  const groups = new Map<string, number>()
  const acting = new Set(devices)
  for (const device of new Set([...devices, ...bereftDevices(host, uplinks, sources).keys()])) {
    // A plan ahead is for a device that is not there yet.
    const group = host.link(device)?.group ?? DEFAULT_GROUP
    const isUplink = leading.has(device)
    const leadsOtherwise = host
      .ownRoutesOf(device)
      .some(
        ({ family, table, destination }) =>
          !(acting.has(device) && families.includes(family)) &&
          table !== MAIN_TABLE &&
          destination === 'default',
      )
    if (group === DEFAULT_GROUP && isUplink) {
      groups.set(device, UPLINK_GROUP)
    } else if (group === UPLINK_GROUP && !isUplink && !leadsOtherwise && seesBoth) {
      groups.set(device, DEFAULT_GROUP)
    }
  }
  return groups
}

/**
 * As many subflows per connection as there are endpoints, and never fewer than before. Endpoints with fullmesh and laminar
 * reach a peer's announced addresses only while announcements are accepted.
 */
export function limitsOf(
  { endpoints, limits }: Snapshot,
  owned: readonly Endpoint[],
  plan: EndpointPlan,
): Limits | undefined {
  if (limits === undefined || plan.endpoints.length === 0) {
    return undefined
  }
  const gone = owned.length + plan.evicted.length
  const total = Math.min(endpoints.length - gone + plan.endpoints.length, MOST_ENDPOINTS)
  const reaches = plan.endpoints.some(({ flags }) => flags.includes('fullmesh') || flags.includes('laminar'))
  return {
    subflows: Math.max(limits.subflows, total),
    addAddrAccepted: reaches ? Math.max(limits.addAddrAccepted, total) : limits.addAddrAccepted,
  }
}
