/** A route as the words behind `ip route VERB`, ip-route(8). */
import { isIpv6 } from '../words/address.ts'
import type { Family, Hop, Route, RouteVerb } from '../words/state.ts'
import { GLOBAL_SCOPE, IPV6_METRIC, LINK_SCOPE, MAIN_TABLE, UNICAST } from '../words/table.ts'

/** rtnetlink(7) */
const TYPES: Readonly<Record<number, string>> = {
  6: 'blackhole',
  7: 'unreachable',
  8: 'prohibit',
  9: 'throw',
}

/** Whether `ip` would take an IPv4 route for an IPv6 one: it goes by the first address that it sees. */
export function needsFamily({ family, destination, hops }: Route): boolean {
  return family === 'inet' && destination === 'default' && hops.some(({ gateway = '' }) => isIpv6(gateway))
}

/**
 * The words that make the route, or that name it to be deleted: the kernel holds what a deletion does not tell for
 * any, so metrics are left out there, and the metric of an IPv6 route, of which the lowest would go, is not.
 */
export function formatRoute(route: Route, verb: RouteVerb): string[] {
  const { family, type, destination, source, tos, metric, table, protocol, attributes, preference } = route
  const usualMetric = family === 'inet6' ? IPV6_METRIC : 0
  const isDeletion = verb === 'delete'
  return [
    ...(type === UNICAST ? [] : [TYPES[type] ?? `${type}`]),
    destination,
    ...(source === undefined ? [] : ['from', source]),
    ...(tos === 0 ? [] : ['tos', `0x${tos.toString(16)}`]),
    ...formatOnlyHop(route),
    ...formatScope(route),
    ...(metric === usualMetric && !(isDeletion && family === 'inet6') ? [] : ['metric', `${metric}`]),
    ...(isDeletion ? [] : attributes.flatMap((attribute) => attribute.split(' '))),
    ...(isDeletion || preference === 'medium' ? [] : ['pref', preference]),
    ...['table', table === MAIN_TABLE ? 'main' : `${table}`, 'protocol', `${protocol}`],
    // Behind several hops `ip` takes nothing else.
    ...formatSeveralHops(route),
  ]
}

function formatOnlyHop({ family, hops: [hop, ...others] }: Route): string[] {
  if (hop === undefined || others.length > 0) {
    return []
  }
  return [...formatHop(family, hop), ...(hop.onlink ? ['onlink'] : [])]
}

function formatSeveralHops({ family, hops }: Route): string[] {
  if (hops.length < 2) {
    return []
  }
  return hops.flatMap((hop) => [
    ...['nexthop', ...formatHop(family, hop), 'weight', `${hop.weight}`],
    ...(hop.onlink ? ['onlink'] : []),
  ])
}

/** An IPv4 route may have an IPv6 gateway (RFC 5549), which `ip` wants to be told. */
function formatHop(family: Family, { gateway, device }: Hop): string[] {
  const isOther = family === 'inet' && gateway !== undefined && isIpv6(gateway)
  return [
    ...(gateway === undefined ? [] : ['via', ...(isOther ? ['inet6'] : []), gateway]),
    ...(device === undefined ? [] : ['dev', device]),
  ]
}

const SCOPES: Readonly<Record<number, string>> = { [GLOBAL_SCOPE]: 'global', [LINK_SCOPE]: 'link' }

/** Only IPv4 routes have a scope. Where none is told, `ip` takes a route without a gateway for one of the link. */
function formatScope({ family, type, scope, hops }: Route): string[] {
  const isPlain =
    scope === GLOBAL_SCOPE && (type !== UNICAST || hops.some(({ gateway }) => gateway !== undefined))
  return family === 'inet6' || isPlain ? [] : ['scope', SCOPES[scope] ?? `${scope}`]
}
