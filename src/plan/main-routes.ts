/** The order in which the kernel prefers main's routes. */
import type { Family, Hop, Route } from '../words/state.ts'
import { UNICAST } from '../words/table.ts'
import type { Host } from './host.ts'
import type { GatewayQuery } from './reach.ts'

/** In the kernel's order of preference. */
export function mainDefaults({ host, device, family }: GatewayQuery): readonly Route[] {
  return host.once(findMainDefaults, family, device)
}

function findMainDefaults(host: Host, family: Family, device: string): Route[] {
  return host
    .mainRoutesOf(device)
    .filter((route) => route.family === family && isPlainDefault(route))
    .map((route, i) => ({ route, i }))
    .sort((one, other) => comparePreference(one.route, other.route) || one.i - other.i)
    .map(({ route }) => route)
}

export function isPlainDefault({ destination, type, tos, source }: Route): boolean {
  return destination === 'default' && type === UNICAST && tos === 0 && source === undefined
}

const PREFERENCES = ['high', 'medium', 'low']

/** Which of two routes to one destination the kernel takes: below 0 the first. */
export function comparePreference(one: Route, other: Route): number {
  const rank = ({ preference }: Route) => PREFERENCES.indexOf(preference)
  return one.metric - other.metric || rank(one) - rank(other)
}

export function hopsThrough(route: Route, { device }: { readonly device: string }): readonly Hop[] {
  return route.hops.filter((hop) => hop.device === device)
}

/** In IPv6 each hop of a multipath route is a route of its own, which stands behind the first. */
export function areSiblings(one: Route, other: Route): boolean {
  return (
    (one.behind || other.behind) &&
    one.metric === other.metric &&
    one.preference === other.preference &&
    one.destination === other.destination
  )
}
