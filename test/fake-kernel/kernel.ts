/** The network part of a kernel as plain data: what `ip` shows and what a write can change. */
import ipaddr from 'ipaddr.js'
import type { EndpointFlag, Family, Hop, RouterPreference } from '../../src/words/state.ts'

export interface Link {
  /** Endpoints remember the index: they outlive their device. */
  readonly index: number
  readonly name: string
  /** The other end of the veth. */
  readonly peer: string
  altname: string | undefined
  group: number
  up: boolean
  /** ignore_routes_with_linkdown */
  readonly ignoring: Record<Family, 0 | 1>
}

export interface KernelAddress {
  readonly family: Family
  readonly device: string
  readonly local: string
  readonly peer: string | undefined
  readonly length: number
  /** The second IPv4 address of a subnet: it goes when the first goes. */
  readonly secondary: boolean
  readonly deprecated: boolean
  tentative: boolean
}

export interface KernelRule {
  readonly family: Family
  /** An address, a prefix, or `all`. */
  readonly from: string
  /** Undefined for a rule that answers with an error. */
  readonly table: number | undefined
  readonly priority: number
  readonly protocol: number
  readonly suppress: { readonly length: number; readonly group: number | undefined } | undefined
  /** The bits of a packet's mark that it selects by, `0x1/0xff`. */
  readonly mark: string | undefined
}

export interface KernelHop extends Hop {
  /** Its device was set down, and others of the route are up (RTNH_F_DEAD). */
  readonly dead: boolean
}

export interface KernelRoute {
  readonly family: Family
  readonly table: number
  /** The rtnetlink number: 1 is unicast, 6 blackhole, 7 unreachable, 8 prohibit. */
  readonly type: number
  readonly destination: string
  readonly tos: number
  readonly metric: number
  readonly protocol: number
  readonly scope: number
  /** None for a type that answers with an error; one in IPv6. */
  readonly hops: readonly KernelHop[]
  /** Metrics in the words that `ip route add` takes, `mtu lock 1400`, in the order of their numbers. */
  readonly attributes: readonly string[]
  readonly preference: RouterPreference
  /** The preferred source address, with which the route goes (IPv4). */
  readonly src: string | undefined
}

export interface KernelEndpoint {
  readonly id: number
  readonly address: string
  readonly port: number | undefined
  /** The index of its device. */
  readonly device: number | undefined
  readonly flags: readonly EndpointFlag[]
  /** Made by the kernel itself, for a join from outside. */
  readonly implicit: boolean
}

export interface Kernel {
  links: Link[]
  nextIndex: number
  addresses: KernelAddress[]
  rules: KernelRule[]
  /** Within a table, destination, tos and metric in the order in which they were added. */
  routes: KernelRoute[]
  endpoints: KernelEndpoint[]
  nextId: number
  subflows: number
  addAddrAccepted: number
}

export const MAIN = 254

/** RTPROT_KERNEL: the routes that the kernel makes for addresses. */
export const KERNEL_PROTOCOL = 2

/** The metric of the kernel's own IPv6 routes (IP6_RT_PRIO_ADDRCONF). */
export const KERNEL_METRIC6 = 256

export function createKernel(): Kernel {
  // 2 subflows are the kernel's default.
  return {
    links: [],
    nextIndex: 2,
    addresses: [],
    rules: [],
    routes: [],
    endpoints: [],
    nextId: 1,
    subflows: 2,
    addAddrAccepted: 0,
  }
}

export function copyKernel(kernel: Kernel): Kernel {
  return structuredClone(kernel)
}

/** Why a line failed, as `ip` writes it to standard error. */
export interface Fault {
  readonly words: string
  /** `ip` gives up the whole batch, even with -force, and names no line. */
  readonly gaveUp?: true
}

export function refusal(reason: string): Fault {
  return { words: `RTNETLINK answers: ${reason}` }
}

export function noDevice(device: string): Fault {
  return { words: `Cannot find device "${device}"` }
}

export function findLink(kernel: Kernel, device: string): Link | undefined {
  return kernel.links.find(({ name, altname }) => name === device || altname === device)
}

/** A route of the kernel's own to what is on the link. */
export function connectedRoute(
  family: Family,
  device: string,
  destination: string,
  src: string | undefined,
): KernelRoute {
  return {
    ...{ family, destination, src, table: MAIN, type: 1, tos: 0, protocol: KERNEL_PROTOCOL },
    metric: family === 'inet6' ? KERNEL_METRIC6 : 0,
    scope: family === 'inet6' ? 0 : 253,
    hops: [{ gateway: undefined, device, onlink: false, weight: 1, dead: false }],
    ...{ attributes: [], preference: 'medium' },
  }
}

const known = new Map<string, boolean>()

/** Whether the destination of a route (`default`, a prefix or one address) holds the address. */
export function reaches(destination: string, address: string): boolean {
  const key = `${destination} ${address}`
  const answer = known.get(key) ?? holds(destination, address)
  known.set(key, answer)
  return answer
}

function holds(destination: string, address: string): boolean {
  const isIpv6 = address.includes(':')
  if (destination === 'default' || destination.includes(':') !== isIpv6) {
    return destination === 'default'
  }
  const cidr = destination.includes('/') ? destination : `${destination}/${isIpv6 ? 128 : 32}`
  return isIpv6
    ? ipaddr.IPv6.parse(address).match(ipaddr.IPv6.parseCIDR(cidr))
    : ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(cidr))
}

export function prefixLength(destination: string): number {
  if (destination === 'default') {
    return 0
  }
  return Number(destination.split('/')[1] ?? (destination.includes(':') ? 128 : 32))
}
