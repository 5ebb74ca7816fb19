/** Routes, as the kernel's net/ipv4/fib_trie.c and net/ipv6/route.c add, append, replace and delete them. */
import ipaddr from 'ipaddr.js'
import {
  type Fault,
  findLink,
  type Kernel,
  type KernelHop,
  type KernelRoute,
  MAIN,
  noDevice,
  prefixLength,
  reaches,
  refusal,
} from './kernel.ts'

export type Verb = 'add' | 'append' | 'replace' | 'delete'

/** A route as a line names it. */
export interface NamedRoute extends Omit<KernelRoute, 'metric' | 'scope'> {
  /** Without one, a delete takes any. */
  readonly metric: number | undefined
  readonly scope: number | undefined
}

export function changeRoute(kernel: Kernel, verb: Verb, named: NamedRoute): Fault | undefined {
  const stranger = named.hops.find(({ device }) => findLink(kernel, device ?? '') === undefined)
  if (stranger !== undefined) {
    return noDevice(stranger.device ?? '')
  }
  if (verb === 'delete') {
    return deleteRoute(kernel, named)
  }
  const route = completeRoute(named)
  for (const hop of route.hops) {
    const fault = checkHop(kernel, route, hop)
    if (fault !== undefined) {
      return fault
    }
  }
  return insertRoute(kernel, verb, route)
}

function completeRoute(named: NamedRoute): KernelRoute {
  const isIpv4 = named.family === 'inet'
  const isOnLink = named.type === 1 && named.hops.every(({ gateway }) => gateway === undefined)
  return {
    ...named,
    // IP6_RT_PRIO_USER for IPv6.
    metric: named.metric || (isIpv4 ? 0 : 1024),
    scope: isIpv4 ? (named.scope ?? (isOnLink ? 253 : 0)) : 0,
  }
}

function insertRoute(kernel: Kernel, verb: Verb, route: KernelRoute): Fault | undefined {
  const rivals = kernel.routes.filter((other) => isInOnePlace(other, route))
  const [first] = rivals
  if (first !== undefined && verb === 'replace') {
    kernel.routes = kernel.routes.map((other) => (other === first ? route : other))
    return undefined
  }
  const isTwin = route.family === 'inet' ? isSameInfo : isSameHop
  if (first !== undefined && (verb === 'add' || rivals.some((other) => isTwin(other, route)))) {
    return refusal('File exists')
  }
  kernel.routes.push(route)
  return undefined
}

function isInOnePlace(one: KernelRoute, other: KernelRoute): boolean {
  return (
    one.family === other.family &&
    one.table === other.table &&
    one.destination === other.destination &&
    one.tos === other.tos &&
    one.metric === other.metric
  )
}

/** IPv4 routes may differ in anything; what is in the trie already is not put there twice. */
function isSameInfo(one: KernelRoute, other: KernelRoute): boolean {
  const info = ({ type, protocol, scope, src, attributes, hops }: KernelRoute) =>
    JSON.stringify([type, protocol, scope, src, attributes, hops.map(({ dead: _, ...hop }) => hop)])
  return info(one) === info(other)
}

/** An IPv6 hop stands once, whoever made it and whatever its attributes (rt6_duplicate_nexthop). */
function isSameHop(one: KernelRoute, other: KernelRoute): boolean {
  const hop = ({ hops: [first] }: KernelRoute) => `${first?.gateway} ${first?.device ?? 'lo'}`
  return hop(one) === hop(other)
}

/** IPv6 routes of one metric with gateways are siblings of each other (rt6_qualify_for_ecmp). */
export function areSiblings(one: KernelRoute, other: KernelRoute): boolean {
  const isSpread = ({ family, hops }: KernelRoute) => family === 'inet6' && hops[0]?.gateway !== undefined
  return isSpread(one) && isSpread(other) && isInOnePlace(one, other)
}

function deleteRoute(kernel: Kernel, named: NamedRoute): Fault | undefined {
  if (named.table !== MAIN && !kernel.routes.some(({ family, table }) => isOfTable(named, family, table))) {
    return { words: 'Error: FIB table does not exist.' }
  }
  const candidates = kernel.routes.filter((route) => isMeant(route, named))
  const first = candidates.reduce<KernelRoute | undefined>(
    (best, route) => (best && best.metric <= route.metric ? best : route),
    undefined,
  )
  if (first === undefined) {
    return refusal('No such process')
  }
  // An IPv6 line without `via` that hits a route with a gateway takes all its siblings, of whatever protocol.
  const takesAll = named.family === 'inet6' && named.hops[0]?.gateway === undefined
  kernel.routes = kernel.routes.filter((route) => route !== first && !(takesAll && areSiblings(route, first)))
  return undefined
}

function isOfTable(named: NamedRoute, family: string, table: number): boolean {
  return family === named.family && table === named.table
}

function isMeant(route: KernelRoute, named: NamedRoute): boolean {
  return (
    isOfTable(named, route.family, route.table) &&
    route.type === named.type &&
    route.destination === named.destination &&
    route.tos === named.tos &&
    route.protocol === named.protocol &&
    (!named.metric || route.metric === named.metric) &&
    (named.scope === undefined || route.scope === named.scope) &&
    (named.attributes.length === 0 || named.attributes.join() === route.attributes.join()) &&
    areHopsMeant(route.hops, named.hops)
  )
}

/**
 * A line with one hop is compared with a route's first one, and without `via` any gateway will do; one with several fits
 * a route that has no more, and a weight of 1 is none that is told.
 */
function areHopsMeant(hops: readonly KernelHop[], named: readonly KernelHop[]): boolean {
  const isMeantHop = (hop: KernelHop | undefined, other: KernelHop | undefined) =>
    hop !== undefined &&
    other !== undefined &&
    hop.device === other.device &&
    (other.gateway === undefined || hop.gateway === other.gateway) &&
    (other.weight === 1 || hop.weight === other.weight)
  return named.length < 2
    ? named.every((other) => isMeantHop(hops[0], other))
    : hops.length <= named.length && hops.every((hop, i) => isMeantHop(hop, named[i]))
}

function checkHop(kernel: Kernel, route: KernelRoute, hop: KernelHop): Fault | undefined {
  const isUp = findLink(kernel, hop.device ?? '')?.up === true
  const isIpv6 = route.family === 'inet6'
  if (hop.gateway === undefined) {
    const words = isIpv6 ? 'Error: Nexthop device is not up.' : 'Error: Device for nexthop is not up.'
    return isUp ? undefined : { words }
  }
  if (isIpv6) {
    return isUp ? checkGateway6(kernel, route, hop, hop.gateway) : refusal('No route to host')
  }
  if (hop.onlink) {
    return isUp ? undefined : { words: 'Error: Nexthop device is not up.' }
  }
  return isReached4(kernel, route, hop, hop.gateway)
    ? undefined
    : { words: 'Error: Nexthop has invalid gateway.' }
}

/** A gateway must be on the link of the device, by a route of the same table or of main. */
function isReached4(kernel: Kernel, { table }: KernelRoute, { device }: KernelHop, gateway: string): boolean {
  return kernel.routes.some(
    (other) =>
      isWayTo(other, gateway, [table, MAIN]) &&
      other.hops.some((hop) => hop.device === device && hop.gateway === undefined && !hop.dead),
  )
}

function isWayTo(other: KernelRoute, gateway: string, tables: readonly number[]): boolean {
  return other.type === 1 && tables.includes(other.table) && reaches(other.destination, gateway)
}

function checkGateway6(
  kernel: Kernel,
  { table }: KernelRoute,
  hop: KernelHop,
  gateway: string,
): Fault | undefined {
  if (hop.onlink) {
    return checkOnlink(kernel, hop, gateway)
  }
  const isReached = (within: number) =>
    kernel.routes
      .filter((other) => isWayTo(other, gateway, [within]) && other.hops[0]?.device === hop.device)
      .sort((one, other) => prefixLength(other.destination) - prefixLength(one.destination))
      .slice(0, 1)
      .some((longest) => longest.hops[0]?.gateway === undefined)
  return ipaddr.parse(gateway).range() === 'linkLocal' || isReached(table) || isReached(MAIN)
    ? undefined
    : refusal('No route to host')
}

/** `onlink` for IPv6 is refused where main, whatever the route's own table, leads to the gateway by other devices alone. */
function checkOnlink(kernel: Kernel, { device }: KernelHop, gateway: string): Fault | undefined {
  const known = kernel.routes.filter(
    (other) => isWayTo(other, gateway, [MAIN]) && other.destination !== 'default',
  )
  const longest = Math.max(...known.map(({ destination }) => prefixLength(destination)))
  const ways = known.filter(({ destination }) => prefixLength(destination) === longest)
  return ways.length === 0 || ways.some(({ hops }) => hops.some((hop) => hop.device === device))
    ? undefined
    : { words: 'Error: Nexthop has invalid gateway or device mismatch.' }
}
