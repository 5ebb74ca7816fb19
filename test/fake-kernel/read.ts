/** The lines of `ip -N -j -batch` that only read, answered as iproute2 6.1 does. */
import ipaddr from 'ipaddr.js'
import type { Family } from '../../src/words/state.ts'
import {
  type Fault,
  findLink,
  type Kernel,
  type KernelAddress,
  type KernelRoute,
  noDevice,
  prefixLength,
  reaches,
} from './kernel.ts'

const FOREVER = 4294967295

/**
 * What `ip` prints for the line, or why it fails.
 *
 * @param family `inet` is `ip` without -6: it shows addresses and `table all` of both families, the rest of IPv4
 */
export function answerLine(kernel: Kernel, family: Family, line: string): string | Fault {
  const words = line.split(' ')
  const device = words.at(-1) ?? ''
  switch (line) {
    case 'rule show proto 77':
      return print(showRules(kernel, family))
    case 'addr show':
      return print(showAddresses(kernel, family))
    case 'route show default':
      return print(showDefaults(kernel, family))
    case `route show table all dev ${device}`:
      return findLink(kernel, device) === undefined
        ? noDevice(device)
        : print(showRoutes(kernel, family, device))
    case `link show dev ${device}`:
      return showLink(kernel, device)
    case 'mptcp endpoint show':
      return print(showEndpoints(kernel))
    case 'mptcp limits show':
      return `add_addr_accepted 0 subflows ${kernel.subflows} \n`
    default:
      throw new Error(`the fake kernel does not know the question ${JSON.stringify(line)}`)
  }
}

function print(value: unknown): string {
  return `${JSON.stringify(value)}\n`
}

/** iproute2 6.1 prints all rules: it takes the protocol, and does not filter by it. */
function showRules(kernel: Kernel, family: Family): unknown[] {
  const ours = kernel.rules
    .filter((rule) => rule.family === family)
    .map(({ priority, from, table, suppress, protocol }) => ({
      priority,
      src: from,
      table: String(table),
      ...(suppress === undefined ? {} : { suppress_prefixlen: 0, suppress_ifgroup: String(suppress) }),
      protocol: String(protocol),
    }))
  const standard = [
    { priority: 0, src: 'all', table: '255' },
    { priority: 32766, src: 'all', table: '254' },
  ]
  return [...standard, ...ours].sort((one, other) => one.priority - other.priority)
}

function showAddresses(kernel: Kernel, family: Family): unknown[] {
  return kernel.links.map(({ index, name, up }) => ({
    ifindex: index,
    ifname: name,
    flags: flagsOf(up),
    addr_info: inOrder(kernel.addresses)
      .filter((address) => address.device === name && isShown(address.family, family))
      .map(({ family: own, local, peer, length, tentative }) => ({
        family: own,
        local,
        ...(peer === undefined ? {} : { address: peer }),
        prefixlen: length,
        scope: '0',
        ...(tentative ? { tentative: true } : {}),
        valid_life_time: FOREVER,
        preferred_life_time: FOREVER,
      })),
  }))
}

function isShown(family: Family, asked: Family): boolean {
  return asked === 'inet' || family === asked
}

function showDefaults(kernel: Kernel, family: Family): unknown[] {
  return kernel.routes
    .filter(({ table, destination }) => table === 254 && destination === 'default')
    .filter((route) => route.family === family)
    .map((route) => ({ ...showRoute(route), dev: route.device }))
}

/** The local table's entries for the device's addresses are of another type than unicast. */
function showRoutes(kernel: Kernel, family: Family, device: string): unknown[] {
  const own = (item: { readonly device: string; readonly family: Family }) =>
    item.device === device && isShown(item.family, family)
  const local = kernel.addresses.filter(own).map((address) => ({
    type: '2',
    dst: address.local,
    table: '255',
    protocol: '2',
    scope: '254',
    flags: [],
    ...(address.family === 'inet6' ? { pref: 'medium' } : {}),
  }))
  return [...kernel.routes.filter(own).sort(compareRoutes).map(showRoute), ...local]
}

/** IPv4: the first of each subnet before the seconds; IPv6: the newest first. */
function inOrder(addresses: readonly KernelAddress[]): KernelAddress[] {
  const ipv4 = addresses.filter(({ family }) => family === 'inet')
  return [
    ...ipv4.filter(({ secondary }) => !secondary),
    ...ipv4.filter(({ secondary }) => secondary),
    ...addresses.filter(({ family }) => family === 'inet6').reverse(),
  ]
}

/**
 * The order of a dump: IPv4 before IPv6; tables as they are hashed; IPv4 by address, as its trie is; IPv6 what is
 * within a prefix before the prefix.
 */
function compareRoutes(one: KernelRoute, other: KernelRoute): number {
  if (one.family !== other.family) {
    return one.family === 'inet' ? -1 : 1
  }
  if (one.table !== other.table) {
    return (one.table & 255) - (other.table & 255)
  }
  if (one.destination === other.destination) {
    return one.metric - other.metric
  }
  const [left, right] = [one, other].map(({ destination }) => (destination.split('/')[0] ?? '') as string)
  if (one.family === 'inet6' && reaches(one.destination, right === 'default' ? '::' : (right ?? ''))) {
    return prefixLength(other.destination) - prefixLength(one.destination)
  }
  if (one.family === 'inet6' && reaches(other.destination, left === 'default' ? '::' : (left ?? ''))) {
    return prefixLength(other.destination) - prefixLength(one.destination)
  }
  return toBytes(left ?? '') < toBytes(right ?? '') ? -1 : 1
}

/** An address as text that sorts as the address does. */
function toBytes(text: string): string {
  const bytes = text === 'default' ? [0] : ipaddr.parse(text).toByteArray()
  return bytes.map((byte) => String.fromCharCode(byte)).join('')
}

function showRoute({ family, table, destination, gateway, metric, protocol, onlink }: KernelRoute) {
  return {
    dst: destination,
    ...(gateway === undefined ? {} : { gateway }),
    ...(table === 254 ? {} : { table: String(table) }),
    protocol: String(protocol),
    ...(gateway === undefined && family === 'inet' ? { scope: '253' } : {}),
    ...(metric === 0 ? {} : { metric }),
    flags: onlink ? ['onlink'] : [],
    ...(family === 'inet6' ? { pref: 'medium' } : {}),
  }
}

function showLink(kernel: Kernel, device: string): string | Fault {
  const link = findLink(kernel, device)
  if (link === undefined) {
    return { words: `Device "${device}" does not exist.` }
  }
  const { index, name, group, up } = link
  return print([{ ifindex: index, ifname: name, flags: flagsOf(up), mtu: 1500, group: String(group) }])
}

function flagsOf(up: boolean): string[] {
  return ['BROADCAST', 'MULTICAST', ...(up ? ['UP', 'LOWER_UP'] : [])]
}

function showEndpoints(kernel: Kernel): unknown[] {
  return kernel.endpoints.map(({ id, address, port, device, flags }) => ({
    address,
    ...(port === undefined ? {} : { port }),
    id,
    ...Object.fromEntries(flags.map((flag) => [flag, true])),
    // A device that is gone leaves its index.
    ...(device === undefined
      ? {}
      : { dev: kernel.links.find(({ index }) => index === device)?.name ?? `if${device}` }),
  }))
}
