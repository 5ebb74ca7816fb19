/** Main's routes through a device, as a table of ours holds them. */
import { isIpv6, isLinkLocal } from '../words/address.ts'
import type { Family, Route } from '../words/state.ts'
import { IPV6_METRIC, isDaemonProtocol, PROTOCOL, UNICAST } from '../words/table.ts'
import type { Host } from './host.ts'
import { areSiblings, comparePreference, hopsThrough } from './main-routes.ts'
import { connectedRoutes, holds } from './reach.ts'

export interface Mirror {
  readonly routes: readonly Route[]
  readonly notices: readonly string[]
}

/** Where and how much is mirrored. */
export interface MirrorQuery {
  readonly host: Host
  readonly device: string
  readonly family: Family
  readonly table: number
  /** `ignore` leaves what is connected, so that the gateway and the neighbours are reached. */
  readonly mainRoutes: 'keep' | 'ignore'
}

/** The winner of each destination and tos: lowest metric, best router preference, first in main's list. */
export function mirrorMain(query: MirrorQuery): Mirror {
  const candidates = query.host.mainRoutesOf(query.device).filter((route) => isMirrored(route, query))
  const strange = candidates.filter((route) => strangeWord(route) !== undefined)
  const { host, device, family } = query
  const subnets = connectedRoutes(host, device, family).map(({ destination }) => destination)
  const known = candidates.filter(
    (route) => strangeWord(route) === undefined && isReachable(route, device, subnets),
  )
  return {
    routes: winners(known).flatMap((routes) => copyRoutes(routes, query)),
    notices: strange.map(
      (route) => `main's route to ${route.destination} is not copied: "${strangeWord(route)}" is not known`,
    ),
  }
}

function isMirrored(route: Route, { family, mainRoutes }: MirrorQuery): boolean {
  const isDefault = route.destination === 'default' && route.tos === 0
  const isConnected = route.hops.every(({ gateway }) => gateway === undefined)
  const isWanted = mainRoutes === 'keep' || (isConnected && !isDaemonProtocol(route.protocol))
  return route.family === family && route.type === UNICAST && !isDefault && isWanted
}

function strangeWord({ strange, source }: Route): string | undefined {
  return strange ?? (source === undefined ? undefined : 'from')
}

/** A route whose connected route has gone cannot be added again. */
function isReachable(route: Route, device: string, subnets: readonly string[]): boolean {
  return hopsThrough(route, { device }).every(
    ({ gateway, onlink }) =>
      gateway === undefined ||
      onlink ||
      (isIpv6(gateway) && isLinkLocal(gateway)) ||
      subnets.some((subnet) => holds(subnet, gateway)),
  )
}

/** For each destination and tos the routes that win: several only where IPv6 has them side by side. */
function winners(routes: readonly Route[]): Route[][] {
  const best = new Map<string, Route[]>()
  for (const route of routes) {
    const key = `${route.destination} ${route.tos}`
    const [rival] = best.get(key) ?? []
    const order = rival === undefined ? -1 : comparePreference(route, rival)
    if (order < 0) {
      best.set(key, [route])
    } else if (order === 0 && rival !== undefined && areSiblings(route, rival)) {
      best.get(key)?.push(route)
    }
  }
  return [...best.values()]
}

function copyRoutes(routes: readonly Route[], { device, family, table }: MirrorQuery): Route[] {
  return routes.map((route) => {
    const hops = hopsThrough(route, { device })
    return ownRoute(family, table, {
      destination: route.destination,
      tos: route.tos,
      scope: route.scope,
      hops: hops.length === 1 && routes.length === 1 ? hops.map((hop) => ({ ...hop, weight: 1 })) : hops,
      attributes: route.attributes,
    })
  })
}

/** A route of ours, from what is not the same in all of them. */
export function ownRoute(
  family: Family,
  table: number,
  part: Pick<Route, 'destination' | 'tos' | 'scope' | 'hops' | 'attributes'>,
): Route {
  // The fields in the order in which a route is read: V8 then knows both for the same, in all that compares them.
  return {
    family,
    table,
    type: UNICAST,
    destination: part.destination,
    tos: part.tos,
    metric: family === 'inet6' ? IPV6_METRIC : 0,
    protocol: PROTOCOL,
    scope: part.scope,
    hops: part.hops,
    attributes: part.attributes,
    preference: 'medium',
    source: undefined,
    behind: false,
    strange: undefined,
  }
}
