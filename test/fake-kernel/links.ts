/** Links and addresses, and what the kernel does to routes when they come and go. */
import ipaddr from 'ipaddr.js'
import type { Family } from '../../src/words/state.ts'
import {
  connectedRoute,
  type Fault,
  findLink,
  KERNEL_PROTOCOL,
  type Kernel,
  type KernelAddress,
  type KernelRoute,
  noDevice,
  refusal,
} from './kernel.ts'

export function addVeth(kernel: Kernel, device: string, peer: string): Fault | undefined {
  if ([device, peer].some((name) => findLink(kernel, name) !== undefined)) {
    return refusal('File exists')
  }
  for (const [name, other] of [
    [peer, device],
    [device, peer],
  ] as const) {
    const index = kernel.nextIndex
    const ignoring = { inet: 0, inet6: 0 } as const
    kernel.links.push({ index, name, peer: other, altname: undefined, group: 0, up: false, ignoring })
    kernel.nextIndex += 1
  }
  return undefined
}

/** The other end of a veth goes too; it carries nothing in these tests. */
export function deleteVeth(kernel: Kernel, device: string): Fault | undefined {
  const link = findLink(kernel, device)
  if (link === undefined) {
    return noDevice(device)
  }
  const isGone = (name: string | undefined) => name === link.name || name === link.peer
  kernel.links = kernel.links.filter(({ name }) => !isGone(name))
  kernel.addresses = kernel.addresses.filter((address) => !isGone(address.device))
  kernel.routes = kernel.routes.filter(({ hops }) => !hops.some((hop) => isGone(hop.device)))
  return undefined
}

export function setGroup(kernel: Kernel, device: string, group: number): Fault | undefined {
  const link = findLink(kernel, device)
  if (link === undefined) {
    return noDevice(device)
  }
  link.group = group
  return undefined
}

export function addAltname(kernel: Kernel, device: string, altname: string): Fault | undefined {
  const link = findLink(kernel, device)
  if (link === undefined) {
    return noDevice(device)
  }
  if (findLink(kernel, altname) !== undefined) {
    return refusal('File exists')
  }
  link.altname = altname
  return undefined
}

/** A link that goes down keeps its IPv4 addresses and loses all else; they bring their routes back with it. */
export function setUp(kernel: Kernel, device: string, up: boolean): Fault | undefined {
  const link = findLink(kernel, device)
  if (link === undefined) {
    return noDevice(device)
  }
  if (link.up === up) {
    return undefined
  }
  link.up = up
  if (up) {
    reviveHops(kernel, device)
    kernel.routes.push(connectedRoute('inet6', device, 'fe80::/64', undefined))
    for (const address of kernel.addresses.filter((other) => other.device === device)) {
      addConnected(kernel, address)
    }
  } else {
    killHops(kernel, device, ['inet', 'inet6'])
    kernel.addresses = kernel.addresses.filter(
      (address) => address.device !== device || address.family === 'inet',
    )
  }
  return undefined
}

/** A route goes when all its hops are dead (fib_sync_down_dev). */
function killHops(kernel: Kernel, device: string, families: readonly Family[]): void {
  kernel.routes = kernel.routes.flatMap((route) => {
    if (!families.includes(route.family) || !route.hops.some((hop) => hop.device === device)) {
      return [route]
    }
    const hops = route.hops.map((hop) => ({ ...hop, dead: hop.dead || hop.device === device }))
    return hops.every(({ dead }) => dead) ? [] : [{ ...route, hops }]
  })
}

function reviveHops(kernel: Kernel, device: string): void {
  kernel.routes = kernel.routes.map((route) =>
    route.hops.some((hop) => hop.dead && hop.device === device)
      ? { ...route, hops: route.hops.map((hop) => ({ ...hop, dead: hop.dead && hop.device !== device })) }
      : route,
  )
}

export interface NewAddress {
  readonly device: string
  readonly local: string
  readonly peer: string | undefined
  readonly length: number
  readonly deprecated: boolean
  readonly tentative: boolean
}

export function addAddress(kernel: Kernel, { device, ...rest }: NewAddress): Fault | undefined {
  const link = findLink(kernel, device)
  const family: Family = rest.local.includes(':') ? 'inet6' : 'inet'
  if (link === undefined) {
    return noDevice(device)
  }
  const carried = kernel.addresses.filter((other) => other.device === device)
  const twin = carried.some(
    (other) =>
      other.local === rest.local &&
      (family === 'inet6' || (other.length === rest.length && other.peer === rest.peer)),
  )
  if (twin) {
    return family === 'inet' ? refusal('File exists') : { words: 'Error: ipv6: address already assigned.' }
  }
  const address = { ...rest, device, family, secondary: false }
  const subnet = connectedDestination(address)
  const secondary =
    family === 'inet' &&
    carried.some((other) => other.length === address.length && connectedDestination(other) === subnet)
  kernel.addresses.push({ ...address, secondary })
  if (link.up) {
    reviveHops(kernel, device)
    addConnected(kernel, address)
  }
  return undefined
}

export function deleteAddress(
  kernel: Kernel,
  device: string,
  { local, length, peer }: Pick<NewAddress, 'local' | 'length' | 'peer'>,
): Fault | undefined {
  if (findLink(kernel, device) === undefined) {
    return noDevice(device)
  }
  const gone = kernel.addresses.find(
    (address) =>
      address.device === device &&
      address.local === local &&
      address.length === length &&
      address.peer === peer,
  )
  if (gone === undefined) {
    return local.includes(':')
      ? { words: 'Error: ipv6: address not found.' }
      : { words: 'Error: ipv4: Address not found.' }
  }
  const subnet = connectedDestination(gone)
  const isGone = (address: KernelAddress) =>
    address === gone ||
    (!gone.secondary &&
      address.secondary &&
      address.device === device &&
      connectedDestination(address) === subnet)
  const locals = new Set(kernel.addresses.filter(isGone).map((address) => address.local))
  kernel.addresses = kernel.addresses.filter((address) => !isGone(address))
  const carried = kernel.addresses.filter(
    (address) => address.device === device && address.family === gone.family,
  )
  const isConnected = ({ protocol, destination, hops }: KernelRoute) =>
    protocol === KERNEL_PROTOCOL && destination === subnet && hops.some((hop) => hop.device === device)
  const keepsSubnet = carried.some((address) => connectedDestination(address) === subnet)
  const isHeld = (text: string) => kernel.addresses.some((address) => address.local === text)
  kernel.routes = kernel.routes.filter(
    (route) =>
      (keepsSubnet || !isConnected(route)) &&
      // In whatever table, a route goes with its source address (fib_sync_down_addr).
      !(route.src !== undefined && locals.has(route.src) && !isHeld(route.src)),
  )
  // The last IPv4 address takes every IPv4 route of the device with it (fib_disable_ip).
  if (gone.family === 'inet' && carried.length === 0) {
    killHops(kernel, device, ['inet'])
  }
  return undefined
}

/** Duplicate address detection is over. */
export function endDetection(kernel: Kernel): void {
  for (const address of kernel.addresses) {
    address.tentative = false
  }
}

type Subnet = Pick<KernelAddress, 'family' | 'local' | 'peer' | 'length'>

/** Where the kernel's own route for an address leads; none for an IPv4 address that stands alone. */
function connectedDestination({ family, local, peer, length }: Subnet): string | undefined {
  const cidr = `${peer ?? local}/${length}`
  if (family === 'inet') {
    return length === 32 ? peer : `${ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()}/${length}`
  }
  return length === 128
    ? (peer ?? local)
    : `${ipaddr.IPv6.networkAddressFromCIDR(cidr).toRFC5952String()}/${length}`
}

function addConnected(kernel: Kernel, address: Subnet & { readonly device: string }): void {
  const destination = connectedDestination(address)
  const { family, device, local } = address
  const known = kernel.routes.some(
    (route) =>
      route.protocol === KERNEL_PROTOCOL &&
      route.destination === destination &&
      route.hops[0]?.device === device,
  )
  if (destination !== undefined && !known) {
    kernel.routes.push(connectedRoute(family, device, destination, family === 'inet' ? local : undefined))
  }
}
