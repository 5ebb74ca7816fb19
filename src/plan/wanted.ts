/** What is asked for and what the kernel shows → what a run may change, and the state that it wants. */
import type { Stanza } from '../ask/stanza.ts'
import type { Death } from '../words/death.ts'
import { Refusal } from '../words/refusal.ts'
import type { Family, Rule, State } from '../words/state.ts'
import { askNoneBeside } from './beside.ts'
import { avoidDead, deadAmong, type Exits, sortExits } from './dead.ts'
import { detoursOf } from './detour.ts'
import { type Forwarding, type ForwardPlan, planForward } from './forward.ts'
import type { Host } from './host.ts'
import { ownedRoutes, ownedSources, type Scope } from './owned.ts'
import { endpointsOf, groupsOf, limitsOf, rulesOf } from './parts.ts'
import { type Said, sayAll } from './said.ts'
import { settingsOf } from './setting.ts'
import { type Lookups, planUplinks, type Uplink } from './uplink.ts'

export interface PlanQuery {
  readonly host: Host
  readonly scope: Scope
  readonly lookups: Lookups
  /** A hook runs, and nothing is recorded of the device: what stands of ours is evidence. */
  readonly trustsTable: (device: string) => boolean
  /** Told the uplinks of the run, says which are dead; it may know of others, too. */
  readonly deaths: (uplinks: readonly Uplink[]) => readonly Death[]
  /** The run sees to all devices: it decides whether what no source rule decides goes round a dead uplink. */
  readonly whole: boolean
  /** Absent where nobody asks for forwarding, or did. */
  readonly forwarding?: Forwarding | undefined
}

export interface Plan extends Said {
  /** What the run may change. */
  readonly owned: State
  readonly wanted: State
  readonly uplinks: readonly Uplink[]
  /** Those of the uplinks that are dead; the run goes by it where they are `avoided`. */
  readonly dead: ReadonlyMap<Uplink, Death>
  /** Devices that cannot have what is asked for, each with the reason; they are left as they are. */
  readonly refused: ReadonlyMap<string, Refusal>
  /** Addresses whose endpoint waits for the end of duplicate address detection. */
  readonly waiting: readonly string[]
  /** Some address found no place among the kernel's endpoints. */
  readonly short: boolean
  /** Absent where nobody asks for forwarding, or did. */
  readonly forward?: ForwardPlan | undefined
}

const NOTHING: State = {
  ...{ rules: [], routes: [], endpoints: [], settings: [] },
  ...{ groups: new Map(), limits: undefined },
}

/** What a run wants that has nothing to act on. */
export const EMPTY_PLAN: Plan = {
  owned: NOTHING,
  wanted: NOTHING,
  uplinks: [],
  dead: new Map(),
  refused: new Map(),
  notices: [],
  details: [],
  subjects: new Map(),
  waiting: [],
  short: false,
}

export function planHost(query: PlanQuery): Plan {
  const { host, scope } = query
  const plans = planDevices(query)
  const refused = new Map(plans.flatMap(({ device, error }) => (error ? [[device, error] as const] : [])))
  const acting = { ...scope, devices: scope.devices.filter((device) => !refused.has(device)) }
  const found = plans.flatMap((plan) => plan.uplinks)
  const deaths = query.deaths(found)
  const exits = sortExits(host, acting.devices, found, deaths)
  const uplinks = avoidDead(found, exits)
  const dead = deadAmong(uplinks, deaths)
  const parts = planParts(query, acting, uplinks, exits)
  const { endpoints, detours, forward } = parts
  return {
    owned: ownedState(host, acting, uplinks, parts),
    wanted: wantedState(host, acting, uplinks, parts),
    ...{ uplinks, dead, refused, forward },
    ...sayAll({
      ...{ host, families: scope.families, uplinks, dead, endpoints: endpoints.plan },
      devices: plans,
      detours: detours.notices,
      forward: forward?.notices ?? [],
    }),
    waiting: endpoints.plan.waiting,
    short: endpoints.plan.left.length > 0,
  }
}

type Parts = ReturnType<typeof planParts>

/** What both states are made of. */
function planParts(
  { host, whole, forwarding }: PlanQuery,
  acting: Scope,
  uplinks: readonly Uplink[],
  exits: Exits,
) {
  const sources = ownedSources(host, acting, uplinks)
  return {
    sources,
    rules: rulesOf(host, acting, uplinks, sources),
    endpoints: endpointsOf(host, acting, uplinks, sources),
    detours: detoursOf(host, exits, whole),
    forward: forwarding && planForward(host, acting, uplinks, forwarding),
  }
}

function ownedState(host: Host, acting: Scope, uplinks: readonly Uplink[], parts: Parts): State {
  const { sources, rules, endpoints, detours, forward } = parts
  const { links, limits, settings } = host.snapshot
  const tables = tablesOf(uplinks, sources)
  return {
    rules: [...rules.owned, ...detours.owned, ...(forward?.owned ?? [])],
    routes: acting.devices.flatMap((device) => ownedRoutes(host, device, acting.families, tables)),
    endpoints: [...endpoints.owned, ...endpoints.plan.evicted],
    groups: new Map(links.map(({ name, group }) => [name, group])),
    ...{ limits, settings, nft: forward?.standing },
  }
}

function wantedState(host: Host, acting: Scope, uplinks: readonly Uplink[], parts: Parts): State {
  const { sources, rules, endpoints, detours, forward } = parts
  return {
    rules: [...rules.wanted, ...detours.wanted, ...(forward?.wanted ?? [])],
    routes: uplinks.flatMap(({ routes }) => routes),
    endpoints: endpoints.plan.endpoints,
    groups: groupsOf(host, acting, uplinks, sources),
    limits: limitsOf(host.snapshot, endpoints.owned, endpoints.plan),
    settings: settingsOf(host, acting, uplinks, sources),
    nft: forward?.table,
  }
}

interface DevicePlan {
  readonly device: string
  readonly uplinks: readonly Uplink[]
  readonly notices: readonly string[]
  readonly details: readonly string[]
  readonly error: Refusal | undefined
}

function planDevices({ host, scope, lookups, trustsTable }: PlanQuery): DevicePlan[] {
  const plans = scope.devices.map((device): DevicePlan => {
    const isAsked = (family: Family) => host.stanzasFor(device).some((stanza) => stanza.family === family)
    try {
      const isDown = isSetDown(host, device)
      const plans = scope.families
        .filter((family) => isAsked(family) && !isDown)
        .map((family) => planUplinks({ host, device, family, lookups, trustsTable: trustsTable(device) }))
      return {
        device,
        uplinks: plans.flatMap(({ uplinks }) => uplinks),
        notices: plans.flatMap(({ notices }) => notices),
        details: [...plans.flatMap(({ details }) => details), ...(isDown ? ['the device is down'] : [])],
        error: undefined,
      }
    } catch (error) {
      if (!(error instanceof Refusal)) {
        throw error
      }
      return { device, uplinks: [], notices: [], details: [], error }
    }
  })
  return askNoneBeside(host, plans)
}

function tablesOf(uplinks: readonly Uplink[], sources: readonly Rule[]): Set<string> {
  return new Set([...uplinks, ...sources].map(({ family, table }) => `${family} ${table}`))
}

/**
 * A device that is set down has no routes: what is asked for waits until it is up. A plan for an address that is yet to
 * come is one for a device that is yet to come up.
 */
function isSetDown(host: Host, device: string): boolean {
  const isAhead = ({ fresh, addresses }: Stanza) =>
    fresh && addresses.some(({ text }) => !host.holdersOf(text).includes(device))
  return host.link(device)?.up === false && !host.stanzasFor(device).some(isAhead)
}
