/** What is asked for and what the kernel shows → what a run may change, and the state that it wants. */
import type { Stanza } from '../ask/stanza.ts'
import type { Death } from '../words/death.ts'
import { Refusal } from '../words/refusal.ts'
import type { Family, Rule, State } from '../words/state.ts'
import { terminalNotice } from './companion.ts'
import { avoidDead, deadAmong, deadDetails, sortExits } from './dead.ts'
import { detoursOf } from './detour.ts'
import { type Forwarding, type ForwardPlan, planForward } from './forward.ts'
import type { Host } from './host.ts'
import { endpointNotices, groupNotice, mptcpDetail, pathManagerNotice } from './notices.ts'
import { ownedRoutes, ownedSources, type Scope } from './owned.ts'
import { endpointsOf, groupsOf, limitsOf, rulesOf } from './parts.ts'
import { settingNotices, settingsOf } from './setting.ts'
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

export interface Plan {
  /** What the run may change. */
  readonly owned: State
  readonly wanted: State
  readonly uplinks: readonly Uplink[]
  /** Those of the uplinks that are dead; the run goes by it where they are `avoided`. */
  readonly dead: ReadonlyMap<Uplink, Death>
  /** Devices that cannot have what is asked for, each with the reason; they are left as they are. */
  readonly refused: ReadonlyMap<string, Refusal>
  /** What the admin should hear, though the run goes on. */
  readonly notices: readonly string[]
  /** What only -v tells. */
  readonly details: readonly string[]
  /** The devices that a notice or a detail is about, by its text; without an entry it is about the host. */
  readonly subjects: ReadonlyMap<string, readonly string[]>
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
  const devices = scope.devices.filter((device) => !refused.has(device))
  const acting = { ...scope, devices }
  const found = plans.filter(({ device }) => !refused.has(device)).flatMap((plan) => plan.uplinks)
  const deaths = query.deaths(found)
  const exits = sortExits(host, devices, found, deaths)
  const uplinks = avoidDead(found, exits)
  const dead = deadAmong(uplinks, deaths)
  const sources = ownedSources(host, acting, uplinks)
  const endpoints = endpointsOf(host, acting, uplinks, sources)
  const rules = rulesOf(host, acting, uplinks, sources)
  const detours = detoursOf(host, exits, query.whole)
  const forward = query.forwarding && planForward(host, acting, uplinks, query.forwarding)
  const tables = tablesOf(uplinks, sources)
  const { snapshot } = host
  const outDevices = [...new Set(uplinks.filter(({ out }) => out !== undefined).map(({ device }) => device))]
  const said = [
    ...outDevices.flatMap((device) => groupNotice(host, device).map((text) => ({ device, text }))),
    ...settingNotices(host, uplinks),
  ]
  return {
    owned: {
      rules: [...rules.owned, ...detours.owned, ...(forward?.owned ?? [])],
      routes: devices.flatMap((device) => ownedRoutes(host, device, scope.families, tables)),
      endpoints: [...endpoints.owned, ...endpoints.plan.evicted],
      groups: new Map(snapshot.links.map(({ name, group }) => [name, group])),
      limits: snapshot.limits,
      settings: snapshot.settings,
      nft: forward?.standing,
    },
    wanted: {
      rules: [...rules.wanted, ...detours.wanted, ...(forward?.wanted ?? [])],
      routes: uplinks.flatMap(({ routes }) => routes),
      endpoints: endpoints.plan.endpoints,
      groups: groupsOf(host, acting, uplinks, sources),
      limits: limitsOf(snapshot, endpoints.owned, endpoints.plan),
      settings: settingsOf(host, acting, uplinks, sources),
      nft: forward?.table,
    },
    uplinks,
    dead,
    refused,
    notices: [
      ...plans.flatMap(({ notices }) => notices),
      ...(uplinks.length > 0 ? terminalNotice(host, scope.families) : []),
      ...said.map(({ text }) => text),
      ...endpointNotices(endpoints.plan),
      ...(forward?.notices.map(({ text }) => text) ?? []),
      ...(outDevices.length > 0 ? pathManagerNotice(snapshot) : []),
    ],
    details: [
      ...plans.flatMap(({ details }) => details),
      ...deadDetails(dead).map(({ text }) => text),
      ...(uplinks.length > 0 ? mptcpDetail(snapshot) : []),
    ],
    subjects: subjectsOf([
      ...plans.flatMap(({ device, notices, details }) =>
        [...notices, ...details].map((text) => ({ device, text })),
      ),
      ...said,
      ...deadDetails(dead),
      ...(forward?.notices.flatMap(({ device, text }) => (device === undefined ? [] : [{ device, text }])) ??
        []),
    ]),
    waiting: endpoints.plan.waiting,
    short: endpoints.plan.left.length > 0,
    forward,
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
  return scope.devices.map((device) => {
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
}

function subjectsOf(said: readonly { readonly device: string; readonly text: string }[]) {
  const subjects = new Map<string, string[]>()
  for (const { device, text } of said) {
    const devices = subjects.get(text) ?? []
    if (!devices.includes(device)) {
      subjects.set(text, [...devices, device])
    }
  }
  return subjects
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
