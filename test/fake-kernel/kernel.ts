/** The network part of a kernel as plain data: what `ip` shows and what a write can change. */
import ipaddr from 'ipaddr.js'
import type { EndpointFlag, Family } from '../../src/words/state.ts'

export interface Link {
  /** Endpoints remember the index: they outlive their device. */
  readonly index: number
  readonly name: string
  group: number
  up: boolean
}

export interface KernelAddress {
  readonly family: Family
  readonly device: string
  readonly local: string
  readonly peer: string | undefined
  readonly length: number
  /** The second IPv4 address of a subnet: it goes when the first goes. */
  readonly secondary: boolean
  tentative: boolean
}

export interface KernelRule {
  readonly family: Family
  readonly from: string
  readonly table: number
  readonly priority: number
  readonly protocol: number
  /** suppress_prefixlength 0 with this suppress_ifgroup. */
  readonly suppress: number | undefined
}

export interface KernelRoute {
  readonly family: Family
  readonly table: number
  readonly destination: string
  readonly gateway: string | undefined
  readonly device: string
  readonly metric: number
  readonly protocol: number
  readonly onlink: boolean
}

export interface KernelEndpoint {
  readonly id: number
  readonly address: string
  readonly port: number | undefined
  readonly device: number | undefined
  readonly flags: readonly EndpointFlag[]
}

export interface Kernel {
  links: Link[]
  nextIndex: number
  addresses: KernelAddress[]
  rules: KernelRule[]
  routes: KernelRoute[]
  endpoints: KernelEndpoint[]
  nextId: number
  subflows: number
}

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
  return kernel.links.find(({ name }) => name === device)
}

/** Whether the destination of a route (`default`, a prefix or one address) holds the address. */
export function reaches(destination: string, address: string): boolean {
  if (destination === 'default') {
    return true
  }
  const ip = ipaddr.parse(address)
  const [range, bits] = ipaddr.parseCIDR(
    destination.includes('/') ? destination : `${destination}/${destination.includes(':') ? 128 : 32}`,
  )
  return range.kind() === ip.kind() && ip.match([range, bits])
}

export function prefixLength(destination: string): number {
  if (destination === 'default') {
    return 0
  }
  return Number(destination.split('/')[1] ?? 128)
}
