/** Routes as `ip -N -d -o route show table all` prints them, iproute2 6.1. */
import ipaddr from 'ipaddr.js'
import type { Kernel, KernelAddress, KernelHop, KernelRoute } from './kernel.ts'
import { prefixLength } from './kernel.ts'
import { areSiblings } from './routes.ts'

export function showRoutes(kernel: Kernel): string[] {
  const sorted = [...kernel.routes].sort(compareRoutes)
  const ipv4 = sorted.filter(({ family }) => family === 'inet').map(showRoute4)
  return [
    ...ipv4,
    ...kernel.addresses.filter(({ family }) => family === 'inet').map(showLocal),
    ...showRoutes6(kernel),
  ]
}

export function showRoutes6(kernel: Kernel): string[] {
  const sorted = kernel.routes.filter(({ family }) => family === 'inet6').sort(compareRoutes)
  const local = kernel.addresses.filter(({ family }) => family === 'inet6').map(showLocal)
  return [
    ...sorted.flatMap((route) => {
      const siblings = sorted.filter((other) => other === route || areSiblings(other, route))
      return siblings[0] === route ? [showRoute6(route, siblings)] : []
    }),
    ...local,
    ...kernel.links
      .filter(({ up }) => up)
      .map(({ name }) => `5 ff00::/8 dev ${name} table 255 proto 2 scope 0 metric 256 pref medium`),
  ]
}

/**
 * The order of a dump, as far as it matters: tables as they are hashed; within a destination by tos, the larger first,
 * then by metric, then as they were added, for which the sort is stable.
 */
function compareRoutes(one: KernelRoute, other: KernelRoute): number {
  const destinations = compareText(sortable(one.destination), sortable(other.destination))
  return (
    (one.table & 255) - (other.table & 255) ||
    one.table - other.table ||
    destinations ||
    other.tos - one.tos ||
    one.metric - other.metric
  )
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other)
}

const keys = new Map<string, string>()

/** A destination as text that sorts as the address does, what is within a prefix before the prefix. */
function sortable(destination: string): string {
  const key = keys.get(destination) ?? makeSortable(destination)
  keys.set(destination, key)
  return key
}

function makeSortable(destination: string): string {
  const address = destination === 'default' ? '0.0.0.0' : (destination.split('/')[0] as string)
  const bytes = ipaddr.parse(address).toByteArray()
  const last = 255 - prefixLength(destination)
  return [...bytes, last].map((byte) => String.fromCharCode(byte)).join('')
}

function showRoute4({
  type,
  destination,
  tos,
  hops,
  table,
  protocol,
  scope,
  src,
  metric,
  attributes,
}: KernelRoute) {
  const [only, ...more] = hops
  const words = [
    ...[`${type}`, destination],
    ...(tos === 0 ? [] : ['tos', `0x${tos.toString(16)}`]),
    ...(only !== undefined && more.length === 0 ? showWay(only) : []),
    ...['table', `${table}`, 'proto', `${protocol}`, 'scope', `${scope}`],
    ...(src === undefined ? [] : ['src', src]),
    ...(metric === 0 ? [] : ['metric', `${metric}`]),
    ...(only !== undefined && more.length === 0 ? showFlags(only) : []),
    ...attributes,
  ]
  return `${words.join(' ')} ${more.length === 0 ? '' : hops.map(showHop).join('')}`
}

function showRoute6(route: KernelRoute, siblings: readonly KernelRoute[]): string {
  const { type, destination, table, protocol, metric, attributes, preference } = route
  const [only] = siblings.length === 1 ? route.hops : []
  const words = [
    ...[`${type}`, destination],
    ...(type === 1 ? [] : ['dev', 'lo']),
    ...(only === undefined ? [] : showWay(only)),
    ...['table', `${table}`, 'proto', `${protocol}`, 'scope', '0', 'metric', `${metric}`],
    ...(only === undefined ? [] : showFlags(only)),
    ...attributes,
    ...['pref', preference],
  ]
  const hops = siblings.length === 1 ? [] : siblings.flatMap((sibling) => sibling.hops)
  return `${words.join(' ')}${hops.map(showHop).join('')}`
}

function showHop(hop: KernelHop): string {
  return `\\\t${['nexthop', ...showWay(hop), 'weight', `${hop.weight}`, ...showFlags(hop)].join(' ')} `
}

function showWay({ gateway, device }: KernelHop): string[] {
  return [
    ...(gateway === undefined ? [] : ['via', gateway]),
    ...(device === undefined ? [] : ['dev', device]),
  ]
}

function showFlags({ onlink, dead }: KernelHop): string[] {
  return [...(dead ? ['dead', 'linkdown'] : []), ...(onlink ? ['onlink'] : [])]
}

/** The local table's entry for an address. */
function showLocal({ family, local, device }: KernelAddress): string {
  return family === 'inet'
    ? `2 ${local} dev ${device} table 255 proto 2 scope 254 src ${local} `
    : `2 ${local} dev ${device} table 255 proto 2 scope 0 metric 0 pref medium`
}
