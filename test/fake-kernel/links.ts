/** Links and addresses, and what the kernel does to routes when they come and go. */
import ipaddr from 'ipaddr.js'
import type { Family } from '../../src/words/state.ts'
import {
  type Fault,
  findLink,
  KERNEL_METRIC6,
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
  for (const name of [peer, device]) {
    kernel.links.push({ index: kernel.nextIndex, name, group: 0, up: false })
    kernel.nextIndex += 1
  }
  return undefined
}

/** The other end of a veth goes too; it carries nothing in these tests. */
export function deleteVeth(kernel: Kernel, device: string, peer: string): Fault | undefined {
  if (findLink(kernel, device) === undefined) {
    return noDevice(device)
  }
  kernel.links = kernel.links.filter(({ name }) => name !== device && name !== peer)
  kernel.addresses = kernel.addresses.filter((address) => address.device !== device)
  kernel.routes = kernel.routes.filter((route) => route.device !== device)
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
  const carried = kernel.addresses.filter((address) => address.device === device)
  if (up) {
    for (const address of carried) {
      addConnected(kernel, address)
    }
  } else {
    kernel.routes = kernel.routes.filter((route) => route.device !== device)
    kernel.addresses = kernel.addresses.filter(
      (address) => address.device !== device || address.family === 'inet',
    )
  }
  return undefined
}

export interface NewAddress {
  readonly device: string
  readonly local: string
  readonly peer: string | undefined
  readonly length: number
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
    addConnected(kernel, address)
  }
  return undefined
}

export function deleteAddress(
  kernel: Kernel,
  device: string,
  { local, length, peer }: Omit<NewAddress, 'device' | 'tentative'>,
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
  kernel.addresses = kernel.addresses.filter(
    (address) =>
      address !== gone &&
      (gone.secondary ||
        !address.secondary ||
        address.device !== device ||
        connectedDestination(address) !== subnet),
  )
  const carried = kernel.addresses.filter(
    (address) => address.device === device && address.family === gone.family,
  )
  const isConnected = (route: KernelRoute) =>
    route.protocol === KERNEL_PROTOCOL && route.destination === subnet
  const keepsSubnet = carried.some((address) => connectedDestination(address) === subnet)
  // The last IPv4 address takes every IPv4 route of the device with it (fib_disable_ip).
  const isLast = gone.family === 'inet' && carried.length === 0
  kernel.routes = kernel.routes.filter(
    (route) =>
      route.device !== device ||
      route.family !== gone.family ||
      (!isLast && (keepsSubnet || !isConnected(route))),
  )
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
  if (family === 'inet') {
    const cidr = `${peer ?? local}/${length}`
    return length === 32 ? peer : `${ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()}/${length}`
  }
  const cidr = `${peer ?? local}/${length}`
  return length === 128
    ? (peer ?? local)
    : `${ipaddr.IPv6.networkAddressFromCIDR(cidr).toRFC5952String()}/${length}`
}

function addConnected(kernel: Kernel, address: Subnet & { readonly device: string }): void {
  const destination = connectedDestination(address)
  const { family, device } = address
  const known = kernel.routes.some(
    (route) =>
      route.protocol === KERNEL_PROTOCOL && route.device === device && route.destination === destination,
  )
  if (destination === undefined || known) {
    return
  }
  kernel.routes.push({
    family,
    table: 254,
    destination,
    gateway: undefined,
    device,
    metric: family === 'inet6' ? KERNEL_METRIC6 : 0,
    protocol: KERNEL_PROTOCOL,
    onlink: false,
  })
}
