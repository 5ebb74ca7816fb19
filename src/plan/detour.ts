/** The detour: while main's default leads through a dead uplink, what no source rule decides goes by a living one. */
import type { Family, Hop, Route, Rule } from '../words/state.ts'
import { DETOUR_PRIORITY, MAIN_TABLE, SUPPRESSED_LENGTH, TERMINAL_TYPES, UNICAST } from '../words/table.ts'
import { terminalDefault } from './companion.ts'
import type { Exit, Exits } from './dead.ts'
import { findHalves } from './halves.ts'
import { devicesOf, group, type Host } from './host.ts'
import { comparePreference, isPlainDefault } from './main-routes.ts'

export interface DetourPlan {
  /** All that stands: where nobody knows of deaths any more, it goes with any device's run. */
  readonly owned: readonly Rule[]
  readonly wanted: readonly Rule[]
  /** About the host. */
  readonly notices: readonly string[]
}

/** @param decides the run sees to all devices; any other leaves the detour as it is, as long as it leads somewhere */
export function detoursOf(host: Host, exits: Exits, decides: boolean): DetourPlan {
  const { rules, families } = host.snapshot
  const standing = rules.filter(({ kind }) => kind === 'detour')
  const hit = families.filter((family) => exits.dead.some((exit) => exit.family === family))
  const plans = hit.map((family) => {
    const known = indexExits(exits, family)
    const own = standing.filter((rule) => rule.family === family)
    return decides ? findDetour(host, family, known) : { wanted: leadingDetour(own, known), notices: [] }
  })
  return {
    owned: standing,
    wanted: plans.flatMap(({ wanted }) => wanted),
    notices: plans.flatMap(({ notices }) => notices),
  }
}

/** The exits of a family. */
interface KnownExits extends Exits {
  /** By gateway where one of the device's ways has it, else all of the device. */
  readonly by: (hop: Hop) => readonly Exit[]
  readonly leadsNowhere: (hop: Hop) => boolean
}

function indexExits(exits: Exits, family: Family): KnownExits {
  const isOf = (exit: Exit) => exit.family === family
  const living = exits.living.filter(isOf)
  const dead = exits.dead.filter(isOf)
  const through = group([...living, ...dead], ({ device }) => [device])
  const by = ({ device, gateway }: Hop) => {
    const found = through(device ?? '')
    const named = found.filter(({ hops }) => hops.some((hop) => hop.gateway === gateway))
    return named.length > 0 ? named : found
  }
  const isDead = new Set(dead)
  const leadsNowhere = (hop: Hop) => {
    const found = by(hop)
    return found.length > 0 && found.every((exit) => isDead.has(exit))
  }
  return { living, dead, by, leadsNowhere }
}

function leadingDetour(standing: readonly Rule[], { living }: Exits): Rule[] {
  const leads = standing.filter((rule) => living.some(({ table }) => table === rule.table))
  return leads.length === 0
    ? []
    : standing.filter((rule) => rule.table === MAIN_TABLE || leads.includes(rule))
}

function findDetour(host: Host, family: Family, exits: KnownExits): Pick<DetourPlan, 'wanted' | 'notices'> {
  const [best] = inOrder(host, family, exits)
  if (best === undefined || !isMisled(host, family, exits)) {
    return { wanted: [], notices: [] }
  }
  const error = terminalDefault(host, family)
  return error === undefined
    ? { wanted: detourBy(best), notices: [] }
    : { wanted: [], notices: [errorNotice(error)] }
}

/** Main's specific routes count before it, as they do for an uplink's own addresses. */
function detourBy({ family, table }: Exit): Rule[] {
  const rule = { kind: 'detour', family, from: 'all' } as const
  const suppress = SUPPRESSED_LENGTH[family]
  return [
    { ...rule, table: MAIN_TABLE, priority: DETOUR_PRIORITY - 1, suppress },
    { ...rule, table, priority: DETOUR_PRIORITY, suppress: undefined },
  ]
}

/** The look-up of main's specific routes would end with the error; without that one, what is for them would go to a provider. */
function errorNotice({ family, metric }: Route): string {
  const what = `main's default of ${family} is no way (metric ${metric}), and would answer before main's specific routes do`
  return `${what}: what no rule by source address decides is not led round a dead uplink`
}

/**
 * Main sends what goes to nowhere in particular into a dead uplink. Half defaults that lead elsewhere, as those of a VPN
 * client do, are then what decides, and a detour would pass them by. Where there is no default they stand for it, as
 * 2000::/3 does, and a living uplink may share in it.
 */
function isMisled(host: Host, family: Family, exits: KnownExits): boolean {
  const { leadsNowhere } = exits
  const defaults = bestDefaults(host, family, exits)
  const halves = bestHalves(host, family)
  const isUplinks = defaults.length > 0 ? leadsNowhere : (hop: Hop) => exits.by(hop).length > 0
  return (
    [...defaults, ...halves].some(({ hops }) => hops.some(leadsNowhere)) &&
    halves.every(({ hops }) => hops.every(isUplinks))
  )
}

/** Of each destination those that the kernel may take. */
function bestHalves(host: Host, family: Family): Route[] {
  const halves = host.once(findHalves, family)
  const to = group(halves, ({ destination }) => [destination])
  return [...new Set(halves.map(({ destination }) => destination))].flatMap((one) => bestOf(to(one)))
}

/** Of several that the kernel prefers alike, all. */
function bestOf(routes: readonly Route[]): Route[] {
  const [first, ...others] = [...routes].sort(comparePreference)
  return first === undefined
    ? []
    : [first, ...others.filter((route) => comparePreference(first, route) === 0)]
}

/**
 * Those of main's defaults that the kernel may take once the run is over: of several that it prefers alike, any. The dead
 * uplinks' own count only where nothing is left without them.
 */
function bestDefaults(host: Host, family: Family, { living, dead }: Exits): Route[] {
  const staying = [
    ...foreignDefaults(host, family),
    ...living.flatMap((exit) => ownDefaults(exit, host)),
    ...dead.filter(({ uplink }) => uplink === undefined).flatMap((exit) => ownDefaults(exit, host)),
  ]
  return bestOf(staying.length > 0 ? staying : dead.flatMap((exit) => ownDefaults(exit, host)))
}

/** Main's default that answers with an error counts, too: it is somebody's will. */
function foreignDefaults(host: Host, family: Family): Route[] {
  return host.snapshot.routes.filter(
    (route) =>
      route.family === family &&
      route.table === MAIN_TABLE &&
      !isOwn(route, host) &&
      isPlainDefault({ ...route, type: TERMINAL_TYPES.includes(route.type) ? UNICAST : route.type }),
  )
}

function isOwn(route: Route, { ownRoutesOf }: Host): boolean {
  return devicesOf(route).some((device) => ownRoutesOf(device).includes(route))
}

/** What mptcp-metric puts into main. */
function ownDefaults({ device, family, uplink }: Exit, host: Host): Route[] {
  const routes = uplink?.routes ?? host.ownRoutesOf(device)
  return routes.filter((route) => route.family === family && route.table === MAIN_TABLE)
}

/** Living ways out, the best first: by main's defaults, then by mptcp-metric, then by who was asked for first. */
function inOrder(host: Host, family: Family, { living, by }: KnownExits): Exit[] {
  const places = new Map<Exit, number>()
  for (const [place, { hops }] of outwardRoutes(host, family).sort(comparePreference).entries()) {
    for (const exit of hops.flatMap(by)) {
      places.set(exit, places.get(exit) ?? place)
    }
  }
  const rank = (exit: Exit) => {
    const { options, order } = exit.uplink?.stanza ?? {}
    return [places.get(exit), options?.metric, order].map((one) => one ?? LAST)
  }
  return living
    .map((exit) => ({ exit, ranks: rank(exit) }))
    .sort((one, other) => compareRanks(one.ranks, other.ranks))
    .map(({ exit }) => exit)
}

/** Main's defaults, or what stands for them. */
function outwardRoutes(host: Host, family: Family): Route[] {
  const defaults = foreignDefaults(host, family)
  return defaults.length > 0 ? defaults : [...host.once(findHalves, family)]
}

const LAST = Number.MAX_SAFE_INTEGER

function compareRanks(one: readonly number[], other: readonly number[]): number {
  return one.map((rank, i) => rank - (other[i] ?? LAST)).find((difference) => difference !== 0) ?? 0
}
