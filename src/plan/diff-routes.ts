/** The changes between two lists of routes, without a moment between the old way and the new one, and past what others have put there. */
import type { Change, Route } from '../words/state.ts'
import { removeRoutes } from './remove-routes.ts'
import { placeKey, routeKey } from './routes.ts'

type RouteChange = Extract<Change, { kind: 'route' }>

/**
 * A new way is appended before the old one goes: a replacement would take the first route of the place, whoever made it.
 */
export function diffRoutes(owned: readonly Route[], wanted: readonly Route[]) {
  const places = groupByPlace(owned)
  const kept = new Set<Route>()
  const added: RouteChange[] = []
  for (const [place, routes] of groupByPlace(wanted)) {
    const standing = places.get(place) ?? []
    places.set(place, standing)
    for (const route of routes) {
      const same = standing.find((old) => isSame(old, route))
      if (same === undefined) {
        added.push(...addRoute(route, standing))
      }
      kept.add(same ?? route)
    }
  }
  const removed = [...places.values()].map((standing) => removeRoutes(standing, kept))
  // The kernel takes a gateway only where a connected route leads to it.
  return { added: added.sort(connectedFirst), removed: removed.sort(connectedFirstOf).reverse().flat() }
}

/**
 * In IPv6 a route of one hop cannot stand twice, so one with other attributes goes first.
 *
 * @param standing ours in its place, which it joins
 */
function addRoute(route: Route, standing: Route[]): RouteChange[] {
  const twin = standing.findIndex((old) => old.family === 'inet6' && routeKey(old) === routeKey(route))
  const verb = standing.length === 0 ? 'add' : 'append'
  const gone = twin === -1 ? [] : standing.splice(twin, 1)
  standing.push(route)
  return [
    ...gone.map((old): RouteChange => ({ kind: 'route', verb: 'delete', route: old })),
    { kind: 'route', verb, route },
  ]
}

function groupByPlace(routes: readonly Route[]): Map<string, Route[]> {
  const places = new Map<string, Route[]>()
  for (const route of routes) {
    const key = placeKey(route)
    const place = places.get(key)
    if (place === undefined) {
      places.set(key, [route])
    } else {
      place.push(route)
    }
  }
  return places
}

/** Of a hop that stands behind another one, the dump tells neither attributes nor scope. */
function isSame(old: Route, route: Route): boolean {
  if (old.family === 'inet6') {
    return (
      routeKey(old) === routeKey(route) && (old.behind || old.attributes.join() === route.attributes.join())
    )
  }
  return (
    old.scope === route.scope &&
    old.attributes.join() === route.attributes.join() &&
    old.hops.length === route.hops.length &&
    old.hops.every((hop, i) => {
      const other = route.hops[i]
      return (
        hop.gateway === other?.gateway &&
        hop.device === other?.device &&
        hop.onlink === other?.onlink &&
        hop.weight === other?.weight
      )
    })
  )
}

function connectedFirst(one: RouteChange, other: RouteChange): number {
  return Number(isVia(one.route)) - Number(isVia(other.route))
}

function connectedFirstOf(one: readonly RouteChange[], other: readonly RouteChange[]): number {
  const viaOf = (changes: readonly RouteChange[]) => Number(changes.some(({ route }) => isVia(route)))
  return viaOf(one) - viaOf(other)
}

function isVia({ hops }: Route): boolean {
  return hops.some(({ gateway }) => gateway !== undefined)
}
