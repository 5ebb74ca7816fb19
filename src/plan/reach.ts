/** What can be a router on a device, and what its connected routes of today reach. */
import type { Lease } from '../ask/leases/leases.ts'
import type { Stanza } from '../ask/stanza.ts'
import { contains, isEdgeOf, isHost, isIpv6, isLinkLocal, parseIp } from '../words/address.ts'
import type { Family, Route } from '../words/state.ts'
import { UNICAST } from '../words/table.ts'
import type { Carried } from './carried.ts'
import type { Host } from './host.ts'

/** What the sources of a gateway look at. */
export interface GatewayQuery {
  readonly host: Host
  readonly device: string
  readonly family: Family
  /** What the device carries in the family. */
  readonly addresses: readonly Carried[]
  /** The stanzas of the device and family, the first one first. */
  readonly stanzas: readonly Stanza[]
  /** The device's DHCP leases; asked only where nothing before them answered. */
  readonly leases: () => readonly Lease[]
  /** Our own table counts: nothing was recorded of the device, and a hook runs. */
  readonly trustsTable: boolean
}

/** Why the address cannot be a router on the device; undefined where it can. */
export function whyNoRouter(
  { host, device, family }: Pick<GatewayQuery, 'host' | 'device' | 'family'>,
  text: string,
): string | undefined {
  const ip = parseIp(text)
  if (ip === undefined || !isHost(ip)) {
    return 'is not the address of a host'
  }
  const holders = host.holdersOf(text)
  if (holders.length > 0 && (!isLinkLocal(text) || holders.includes(device))) {
    return "is this host's own address"
  }
  const subnet = connectedRoutes(host, device, family).find(({ destination }) => isEdgeOf(destination, ip))
  return subnet && `is the network or broadcast address of ${subnet.destination}`
}

/** Whether a connected route of today leads to the gateway through the device. Every IPv6 link has its link-local subnet. */
export function isConnected(query: GatewayQuery, gateway: string): boolean {
  const { host, device, family, addresses } = query
  if (isIpv6(gateway) && isLinkLocal(gateway)) {
    return true
  }
  const planned = addresses.flatMap(({ shown, named, local }) =>
    shown ? [] : (named?.addresses.find(({ text }) => text === local)?.subnet ?? []),
  )
  const standing = connectedRoutes(host, device, family).map(({ destination }) => destination)
  return [...standing, ...planned].some((subnet) => holds(subnet, gateway))
}

/** Main's routes to what is on the link itself. */
export function connectedRoutes(host: Host, device: string, family: Family): readonly Route[] {
  return host.once(findConnectedRoutes, family, device)
}

function findConnectedRoutes(host: Host, family: Family, device: string): Route[] {
  return host
    .mainRoutesOf(device)
    .filter(
      (route) =>
        route.family === family &&
        route.type === UNICAST &&
        route.destination !== 'default' &&
        route.hops.some((hop) => hop.device === device && hop.gateway === undefined),
    )
}

/** Whether a prefix or a single address is or contains the address. */
export function holds(destination: string, address: string): boolean {
  return destination.includes('/') ? contains(destination, address) : destination === address
}

/** Our own output is weak evidence: a link-local router is "reached" long after it has gone. */
export function isTrusted(query: GatewayQuery, gateway: string): boolean {
  return !isLinkLocal(gateway) && isConnected(query, gateway) && whyNoRouter(query, gateway) === undefined
}
