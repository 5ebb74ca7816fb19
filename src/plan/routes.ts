/** The routes that an uplink wants in its table, and what is in their place already. */

import type { Event } from '../ask/environment.ts'
import type { Family, Route, Snapshot } from '../words/state.ts'
import { IPV6_METRIC, MAIN_TABLE } from '../words/table.ts'
import type { CarriedAddress } from './carried.ts'
import type { NextHop } from './gateway.ts'

export interface RouteQuery {
  readonly family: Family
  readonly event: Event
  readonly snapshot: Snapshot
  readonly addresses: readonly CarriedAddress[]
  readonly table: number
  readonly hop: NextHop | undefined
}

/** Connected routes and the default, a second default in main for failover, and what other stanzas have put in. */
export function wantedRoutes(query: RouteQuery): Route[] {
  const { family, event, addresses, table, hop } = query
  const metric = family === 'inet6' ? IPV6_METRIC : 0
  const base = { family, table, device: event.device, gateway: undefined, metric, onlink: false }
  const subnets = addresses.flatMap(({ subnet }) => subnet ?? [])
  // Main's own fe80::/64 is passed over by the companion rule, as it goes through an uplink.
  const destinations = new Set([...subnets, ...(family === 'inet6' ? ['fe80::/64'] : [])])
  const connected = [...destinations].map((destination) => ({ ...base, destination }))
  const statics = event.options.mainRoutes === 'keep' ? staticRoutes(query, destinations) : []
  const out = hop === undefined ? [] : [{ ...base, ...hop, destination: 'default' }]
  const mainMetric = metricHolder(query) === undefined ? event.options.metric : undefined
  const failover =
    mainMetric === undefined ? [] : out.map((route) => ({ ...route, table: MAIN_TABLE, metric: mainMetric }))
  return [...connected, ...statics, ...out, ...failover, ...keptRoutes(query)]
}

/**
 * Main's other routes through the uplink: the companion rule passes over them, as the device is an uplink, and without
 * them here a network behind another router of the link would be sought behind the gateway.
 */
function staticRoutes({ family, snapshot, table }: RouteQuery, connected: ReadonlySet<string>): Route[] {
  const best = new Map<string, Route>()
  for (const route of snapshot.staticRoutes) {
    const rival = best.get(route.destination)
    if (
      route.family === family &&
      !connected.has(route.destination) &&
      !(rival && rival.metric <= route.metric)
    ) {
      best.set(route.destination, route)
    }
  }
  const metric = family === 'inet6' ? IPV6_METRIC : 0
  return [...best.values()].map((route) => ({ ...route, table, metric }))
}

/** The default through another device that has the metric which the stanza asks for. */
function metricHolder({ family, event, snapshot }: RouteQuery): Route | undefined {
  return snapshot.otherDefaults.find(
    (route) => route.family === family && route.metric === event.options.metric,
  )
}

/** A message where main can have no default of the metric that the stanza asks for. */
export function metricNotice(query: RouteQuery): string[] {
  const { family, event, hop } = query
  const metric = event.options.metric
  if (metric === undefined) {
    return []
  }
  const holder = metricHolder(query)
  const why =
    hop === undefined
      ? `has no effect: there is no ${family} gateway`
      : holder && `is the metric of the default route through ${holder.device}: choose another`
  return why === undefined ? [] : [`mptcp-metric "${metric}" ${why} (${event.setter('IF_MPTCP_METRIC')})`]
}

/** What other stanzas of the device put into their own tables, and what stands in main where the run is silent. */
function keptRoutes({ family, event, snapshot, addresses, table }: RouteQuery): Route[] {
  const others = addresses.filter(({ own }) => !own)
  const tables = new Set(
    others.flatMap(({ standing }) => standing?.table ?? []).filter((other) => other !== table),
  )
  if ((others.length > 0 || event.byHand) && event.options.metric === undefined) {
    tables.add(MAIN_TABLE)
  }
  return snapshot.routes.filter((route) => route.family === family && tables.has(route.table))
}

/** Somebody else's route in the place of a wanted one: it stays, and ours is left out. */
export function foreignTwin(route: Route, snapshot: Snapshot): Route | undefined {
  return snapshot.foreignRoutes.find(
    (other) =>
      other.family === route.family &&
      other.table === route.table &&
      other.destination === route.destination &&
      other.metric === route.metric,
  )
}

/** A message where the twin leads elsewhere. */
export function twinNotice(route: Route, twin: Route | undefined): string[] {
  if (twin === undefined || twin.gateway === route.gateway) {
    return []
  }
  const via = twin.gateway === undefined ? '' : ` via ${twin.gateway}`
  return [`table ${route.table} has a route of another program to ${route.destination}${via}: left as it is`]
}
