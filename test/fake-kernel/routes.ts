/** Unicast routes, as the kernel's net/ipv4/fib_trie.c and net/ipv6/route.c add, replace and delete them. */
import ipaddr from 'ipaddr.js'
import {
  type Fault,
  findLink,
  type Kernel,
  type KernelRoute,
  noDevice,
  prefixLength,
  reaches,
  refusal,
} from './kernel.ts'

/** A route as a line names it: without a metric, a delete takes any. */
export type NamedRoute = Omit<KernelRoute, 'metric'> & { readonly metric: number | undefined }

export function changeRoute(
  kernel: Kernel,
  verb: 'add' | 'replace' | 'delete',
  named: NamedRoute,
): Fault | undefined {
  const link = findLink(kernel, named.device)
  if (link === undefined) {
    return noDevice(named.device)
  }
  if (verb === 'delete') {
    return deleteRoute(kernel, named)
  }
  // IP6_RT_PRIO_USER for IPv6.
  const route = { ...named, metric: named.metric || (named.family === 'inet6' ? 1024 : 0) }
  const fault = link.up ? checkGateway(kernel, route) : downFault(route)
  if (fault !== undefined) {
    return fault
  }
  const i = kernel.routes.findIndex((other) => inOnePlace(other, route))
  if (i < 0) {
    kernel.routes.push(route)
  } else if (verb === 'add') {
    return refusal('File exists')
  } else {
    kernel.routes[i] = route
  }
  return undefined
}

/** A table holds one route of a metric to a destination, whoever made it. */
function inOnePlace(one: KernelRoute, other: KernelRoute): boolean {
  return (
    one.family === other.family &&
    one.table === other.table &&
    one.destination === other.destination &&
    one.metric === other.metric
  )
}

function deleteRoute(kernel: Kernel, named: NamedRoute): Fault | undefined {
  const candidates = kernel.routes.filter(
    (route) =>
      route.family === named.family &&
      route.table === named.table &&
      route.destination === named.destination &&
      route.device === named.device &&
      route.protocol === named.protocol &&
      // An IPv6 line without `via` takes a route with any gateway.
      (route.gateway === named.gateway || (named.family === 'inet6' && named.gateway === undefined)) &&
      (named.metric === undefined || named.metric === 0 || route.metric === named.metric),
  )
  const first = candidates.reduce<KernelRoute | undefined>(
    (best, route) => (best && best.metric <= route.metric ? best : route),
    undefined,
  )
  if (first === undefined) {
    return refusal('No such process')
  }
  kernel.routes = kernel.routes.filter((route) => route !== first)
  return undefined
}

function downFault({ family, gateway }: KernelRoute): Fault {
  return family === 'inet6' && gateway !== undefined
    ? refusal('No route to host')
    : { words: 'Error: Device for nexthop is not up.' }
}

/** A gateway must be on the link of the device, by a route of the same table or of main, unless the line says `onlink`. */
function checkGateway(kernel: Kernel, route: KernelRoute): Fault | undefined {
  const { gateway, onlink, family } = route
  if (gateway === undefined) {
    return undefined
  }
  if (onlink) {
    return family === 'inet6' ? checkOnlink(kernel, route, gateway) : undefined
  }
  if (family === 'inet') {
    const reached = kernel.routes.some(
      (other) => isOnTheWay(other, route, gateway) && other.gateway === undefined,
    )
    return reached ? undefined : { words: 'Error: Nexthop has invalid gateway.' }
  }
  const isReached = (table: number) =>
    kernel.routes
      .filter((other) => other.table === table && isOnTheWay(other, route, gateway))
      .sort((one, other) => prefixLength(other.destination) - prefixLength(one.destination))
      .slice(0, 1)
      .some((longest) => longest.gateway === undefined)
  return ipaddr.parse(gateway).range() === 'linkLocal' || isReached(route.table) || isReached(254)
    ? undefined
    : refusal('No route to host')
}

/** `onlink` for IPv6 is refused where main, whatever the route's own table, leads to the gateway by other devices alone. */
function checkOnlink(kernel: Kernel, { device }: KernelRoute, gateway: string): Fault | undefined {
  const known = kernel.routes.filter(
    (other) =>
      other.family === 'inet6' &&
      other.table === 254 &&
      other.destination !== 'default' &&
      reaches(other.destination, gateway),
  )
  const longest = Math.max(...known.map(({ destination }) => prefixLength(destination)))
  const ways = known.filter(({ destination }) => prefixLength(destination) === longest)
  return ways.length === 0 || ways.some((way) => way.device === device)
    ? undefined
    : { words: 'Error: Nexthop has invalid gateway or device mismatch.' }
}

function isOnTheWay(other: KernelRoute, route: KernelRoute, gateway: string): boolean {
  return (
    other.family === route.family &&
    [route.table, 254].includes(other.table) &&
    other.device === route.device &&
    reaches(other.destination, gateway)
  )
}
