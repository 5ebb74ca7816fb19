/** Deletions of routes, each of which the kernel must not take for one of another route. */
import type { Change, Hop, Route } from '../words/state.ts'
import { GLOBAL_SCOPE } from '../words/table.ts'

type RouteChange = Extract<Change, { kind: 'route' }>

/**
 * The kernel deletes the first route of a place that has what the line says, and a line says neither metrics nor all
 * hops. So from the front to the back: what stays and would be hit is put behind.
 *
 * @param standing all of ours in one place, in the kernel's order
 */
export function removeRoutes(standing: readonly Route[], kept: ReadonlySet<Route>): RouteChange[] {
  const changes: RouteChange[] = []
  let rest = [...standing]
  for (const route of standing.filter((one) => !kept.has(one))) {
    for (const hit of rest.slice(0, rest.indexOf(route)).filter((other) => isHit(other, route))) {
      // In IPv6 a line without a gateway takes the siblings of others along.
      const named = route.family === 'inet6' ? hit : route
      changes.push(
        { kind: 'route', verb: 'delete', route: named },
        { kind: 'route', verb: 'append', route: hit },
      )
      rest = [...rest.filter((other) => other !== hit), hit]
    }
    changes.push({ kind: 'route', verb: 'delete', route })
    rest = rest.filter((other) => other !== route)
  }
  return changes
}

/** Whether a line that names the route to be deleted fits another one in its place (fib_nh_match(), ip6_route_del()). */
function isHit(other: Route, route: Route): boolean {
  const [first, ...more] = route.hops
  const isScoped = route.family === 'inet' && (route.scope !== GLOBAL_SCOPE || first?.gateway === undefined)
  if (isScoped && other.scope !== route.scope) {
    return false
  }
  return more.length === 0
    ? fits(other.hops[0], first)
    : other.hops.length <= route.hops.length && other.hops.every((hop, i) => fits(hop, route.hops[i]))
}

/** A weight of 1 is none that is told. */
function fits(hop: Hop | undefined, named: Hop | undefined): boolean {
  return (
    hop?.device === named?.device &&
    (named?.gateway === undefined || hop?.gateway === named.gateway) &&
    (named?.weight === 1 || hop?.weight === named?.weight)
  )
}
