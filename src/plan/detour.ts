/** The detour: while main's default leads through a dead uplink, what no source rule decides goes by a living one. */
import type { Family, Hop, Route, Rule } from '../words/state.ts'
import { DETOUR_PRIORITY, MAIN_TABLE, SUPPRESSED_LENGTH, TERMINAL_TYPES, UNICAST } from '../words/table.ts'
import { terminalDefault } from './companion.ts'
import type { Exit, Exits } from './dead.ts'
import { devicesOf, type Host } from './host.ts'
import { comparePreference, isPlainDefault } from './main-routes.ts'
import { findHalves } from './notices.ts'

/**
 * All that stands is the run's: where nobody knows of deaths any more, it goes with any device's.
 *
 * @param decides the run sees to all devices; any other leaves the detour as it is, as long as it leads somewhere
 */
export function detoursOf(
  host: Host,
  exits: Exits,
  decides: boolean,
): { owned: readonly Rule[]; wanted: readonly Rule[] } {
  const { rules, families } = host.snapshot
  const standing = rules.filter(({ kind }) => kind === 'detour')
  const wanted = families.flatMap((family) => {
    const known = exitsOf(exits, family)
    if (known.dead.length === 0) {
      return []
    }
    return decides
      ? findDetour(host, family, known)
      : leadingDetour(
          standing.filter((rule) => rule.family === family),
          known,
        )
  })
  return { owned: standing, wanted }
}

function exitsOf({ living, dead }: Exits, family: Family): Exits {
  const isOf = (exit: Exit) => exit.family === family
  return { living: living.filter(isOf), dead: dead.filter(isOf) }
}

function leadingDetour(standing: readonly Rule[], { living }: Exits): Rule[] {
  const leads = standing.filter((rule) => living.some(({ table }) => table === rule.table))
  return leads.length === 0
    ? []
    : standing.filter((rule) => rule.table === MAIN_TABLE || leads.includes(rule))
}

function findDetour(host: Host, family: Family, exits: Exits): Rule[] {
  const [best] = inOrder(host, family, exits)
  return best !== undefined && isMisled(host, family, exits) ? detourBy(best, host) : []
}

/** Main's specific routes count before it, as they do for an uplink's own addresses. */
function detourBy({ family, table }: Exit, host: Host): Rule[] {
  const rule = { kind: 'detour', family, from: 'all' } as const
  const way: Rule = { ...rule, table, priority: DETOUR_PRIORITY, suppress: undefined }
  const suppress = SUPPRESSED_LENGTH[family]
  const specifics: Rule = { ...rule, table: MAIN_TABLE, priority: DETOUR_PRIORITY - 1, suppress }
  return terminalDefault(host, family) === undefined ? [specifics, way] : [way]
}

/**
 * Main sends what goes to nowhere in particular into a dead uplink. Half defaults that lead elsewhere, as those of a VPN
 * client do, are then what decides, and a detour would pass them by.
 */
function isMisled(host: Host, family: Family, exits: Exits): boolean {
  const leadsNowhere = (hop: Hop) => {
    const found = exitsBy(hop, [...exits.living, ...exits.dead])
    return found.length > 0 && found.every((exit) => exits.dead.includes(exit))
  }
  return (
    bestDefaults(host, family, exits).some(({ hops }) => hops.some(leadsNowhere)) &&
    host.once(findHalves, family).every(({ hops }) => hops.every(leadsNowhere))
  )
}

/** By gateway where one of the device's ways has it, else all of the device. */
function exitsBy({ device, gateway }: Hop, exits: readonly Exit[]): readonly Exit[] {
  const through = exits.filter((exit) => exit.device === device)
  const named = through.filter(({ hops }) => hops.some((hop) => hop.gateway === gateway))
  return named.length > 0 ? named : through
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
  const defaults = staying.length > 0 ? staying : dead.flatMap((exit) => ownDefaults(exit, host))
  const [first, ...others] = [...defaults].sort(comparePreference)
  return first === undefined
    ? []
    : [first, ...others.filter((route) => comparePreference(first, route) === 0)]
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
function inOrder(host: Host, family: Family, { living, dead }: Exits): Exit[] {
  const defaults = foreignDefaults(host, family).sort(comparePreference)
  const all = [...living, ...dead]
  const rank = (exit: Exit) => {
    const place = defaults.findIndex(({ hops }) => hops.some((hop) => exitsBy(hop, all).includes(exit)))
    const { options, order } = exit.uplink?.stanza ?? {}
    return [place === -1 ? undefined : place, options?.metric, order].map((one) => one ?? LAST)
  }
  return living
    .map((exit) => ({ exit, ranks: rank(exit) }))
    .sort((one, other) => compareRanks(one.ranks, other.ranks))
    .map(({ exit }) => exit)
}

const LAST = Number.MAX_SAFE_INTEGER

function compareRanks(one: readonly number[], other: readonly number[]): number {
  return one.map((rank, i) => rank - (other[i] ?? LAST)).find((difference) => difference !== 0) ?? 0
}
