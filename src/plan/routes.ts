/** The routes of a way: main's as they are, the default, and a second default in main for failover. */
import type { Family, Hop, Route } from '../words/state.ts'
import { GLOBAL_SCOPE, LINK_SCOPE, MAIN_TABLE, PROTOCOL } from '../words/table.ts'
import type { WayOut } from './gateway.ts'
import { group, type Host } from './host.ts'
import { mirrorMain, ownRoute } from './mirror.ts'
import { crowdedNotice, takenMetricNotice, twinNotice, uselessMetricNotice } from './notices.ts'
import type { Way } from './ways.ts'

export interface RouteQuery {
  readonly host: Host
  readonly device: string
  readonly family: Family
  readonly table: number
  readonly way: Way
  /** What stands of ours is evidence of what a stanza asked for, as nothing is recorded. */
  readonly trustsTable: boolean
}

export interface PlannedRoutes {
  readonly routes: readonly Route[]
  readonly notices: readonly string[]
}

export function wantedRoutes(query: RouteQuery): PlannedRoutes {
  const { host, device, family, table, way } = query
  const mainRoutes = way.stanza?.options.mainRoutes ?? 'keep'
  const mirror = mirrorMain({ host, device, family, table, mainRoutes })
  const linkLocal = family === 'inet6' ? [connectedRoute(query, 'fe80::/64')] : []
  const defaults = way.out === undefined ? [] : defaultRoutes(way.out, family, table)
  const all = distinctRoutes([...mirror.routes, ...plannedSubnets(query), ...linkLocal, ...defaults])
  const placed = all.map((route) => ({ route, twin: twinOf(route, host, device) }))
  const failover = failoverRoutes(query)
  return {
    routes: [...placed.flatMap(({ route, twin }) => (twin === undefined ? [route] : [])), ...failover.routes],
    notices: [
      ...mirror.notices,
      ...(mainRoutes === 'keep' ? crowdedNotice(host, device, family) : []),
      ...placed.flatMap(({ route, twin }) => twinNotice(route, twin)),
      ...failover.notices,
    ],
  }
}

function defaultRoutes({ hops, attributes }: WayOut, family: Family, table: number): Route[] {
  const make = (some: readonly Hop[]): Route =>
    ownRoute(family, table, {
      ...{ destination: 'default', tos: 0, attributes },
      ...{ hops: some, scope: scopeOf(family, some) },
    })
  // In IPv6 each hop is a route of its own.
  return family === 'inet6' ? hops.map((hop) => make([hop])) : [make(hops)]
}

function scopeOf(family: Family, hops: readonly Hop[]): number {
  return family === 'inet' && hops.every(({ gateway }) => gateway === undefined) ? LINK_SCOPE : GLOBAL_SCOPE
}

/** The subnets of addresses that are yet to come: of those alone the stanza's prefix length counts. */
function plannedSubnets(query: RouteQuery): Route[] {
  return query.way.addresses
    .filter(({ shown }) => !shown)
    .flatMap(({ local, named }) => named?.addresses.find(({ text }) => text === local)?.subnet ?? [])
    .map((subnet) => connectedRoute(query, subnet))
}

function connectedRoute({ device, family, table }: RouteQuery, destination: string): Route {
  const hops = [{ gateway: undefined, device, onlink: false, weight: 1 }]
  return ownRoute(family, table, {
    ...{ destination, tos: 0, attributes: [] },
    ...{ hops, scope: scopeOf(family, hops) },
  })
}

/** What the kernel holds once. In IPv6 that is every hop, and of the first of two that are the same it keeps the attributes. */
export function routeKey({ family, table, destination, tos, metric, hops }: Route): string {
  const hop = family === 'inet6' ? ` ${hops[0]?.gateway} ${hops[0]?.device}` : ''
  return `${family} ${table} ${destination} ${tos} ${metric}${hop}`
}

/** What a table has one winner of. */
export function placeKey({ family, table, destination, tos, metric }: Route): string {
  return `${family} ${table} ${destination} ${tos} ${metric}`
}

function distinctRoutes(routes: readonly Route[]): Route[] {
  const byKey = new Map<string, Route>()
  for (const route of routes) {
    const key = routeKey(route)
    byKey.set(key, byKey.get(key) ?? route)
  }
  return [...byKey.values()]
}

/** Somebody else's route in the place of a wanted one, where ours does not stand: it stays, and ours is left out. */
function twinOf(route: Route, host: Host, device: string): Route | undefined {
  // Most tables hold ours alone.
  const others = host.foreignRoutesIn(route.family, route.table)
  const place = others.length > 0 ? placeKey(route) : ''
  const twin = others.find((other) => placeKey(other) === place)
  return twin !== undefined && isStanding(place, host, device) ? undefined : twin
}

function isStanding(place: string, host: Host, device: string): boolean {
  return host.ownRoutesOf(device).some((own) => placeKey(own) === place)
}

/** A person who gives no metric means the failover route that stands. */
function standingMetric({ host, device, family, way, trustsTable }: RouteQuery): number | undefined {
  const isByHand = trustsTable && way.stanza?.door === 'hand' && way.out !== undefined
  const standing = host
    .ownRoutesOf(device)
    .find((route) => route.family === family && route.table === MAIN_TABLE)
  return isByHand ? standing?.metric : undefined
}

/** Main's defaults, by their place. */
function findPlaces({ snapshot }: Host, family: Family): (place: string) => readonly Route[] {
  const defaults = snapshot.routes.filter(
    (route) => route.family === family && route.table === MAIN_TABLE && route.destination === 'default',
  )
  return group(defaults, (route) => [placeKey(route)])
}

/** Main may have one default of a metric: where somebody has it already, that costs this route and nothing else. */
function failoverRoutes(query: RouteQuery): PlannedRoutes {
  const { host, device, family, way } = query
  const { stanza, out } = way
  const metric = stanza?.options.metric ?? standingMetric(query)
  if (stanza === undefined || metric === undefined) {
    return { routes: [], notices: [] }
  }
  if (out === undefined) {
    return { routes: [], notices: [uselessMetricNotice(stanza, family)] }
  }
  const routes = defaultRoutes(out, family, MAIN_TABLE).map((route) => ({ ...route, metric }))
  const place = routes[0] && placeKey(routes[0])
  const holders = place === undefined ? [] : host.once(findPlaces, family)(place)
  const isOwn = (route: Route) =>
    route.protocol === PROTOCOL && route.hops.every((hop) => hop.device === device)
  const holder = holders.some(isOwn) ? undefined : holders[0]
  return holder === undefined
    ? { routes, notices: [] }
    : { routes: [], notices: takenMetricNotice(stanza, out, holder) }
}
