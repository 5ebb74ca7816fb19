/** The changes between two lists of routes, without a moment between the old way and the new one, and past what others have put there. */
import type { Change, Route } from '../words/state.ts'
import { placeKey, routeKey } from './routes.ts'

type RouteChange = Extract<Change, { kind: 'route' }>

/**
 * A new way is appended before the old one goes: a replacement would take the first route of the place, whoever made it.
 */
export function diffRoutes(owned: readonly Route[], wanted: readonly Route[]) {
  const standing = groupByPlace(owned)
  const kept = new Set<Route>()
  const added: RouteChange[] = []
  for (const routes of groupByPlace(wanted).values()) {
    const rivals = [...(standing.get(placeKey(routes[0] as Route)) ?? [])]
    for (const route of routes) {
      const same = rivals.find((old) => isSame(old, route))
      if (same !== undefined) {
        kept.add(same)
      } else {
        added.push(...addRoute(route, rivals, kept))
        rivals.push(route)
      }
    }
  }
  const removed = owned
    .filter((route) => !kept.has(route))
    .map((route): RouteChange => ({ kind: 'route', verb: 'delete', route }))
  // The kernel takes a gateway only where a connected route leads to it.
  return { added: added.sort(connectedFirst), removed: removed.sort(connectedFirst).reverse() }
}

/** In IPv6 a route of one hop cannot stand twice, so one with other attributes goes first. */
function addRoute(route: Route, rivals: readonly Route[], kept: Set<Route>): RouteChange[] {
  const twin = rivals.find((old) => old.family === 'inet6' && routeKey(old) === routeKey(route))
  const verb = rivals.length === 0 ? 'add' : 'append'
  if (twin === undefined) {
    return [{ kind: 'route', verb, route }]
  }
  kept.add(twin)
  return [
    { kind: 'route', verb: 'delete', route: twin },
    { kind: 'route', verb, route },
  ]
}

function groupByPlace(routes: readonly Route[]): Map<string, Route[]> {
  const places = new Map<string, Route[]>()
  for (const route of routes) {
    const place = places.get(placeKey(route))
    if (place === undefined) {
      places.set(placeKey(route), [route])
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

function isVia({ hops }: Route): boolean {
  return hops.some(({ gateway }) => gateway !== undefined)
}
