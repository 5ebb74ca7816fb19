/** Which way out an uplink has: the first source of a gateway that answers. */

import type { Event } from '../ask/environment.ts'
import type { Lease } from '../ask/lease.ts'
import { contains, isIpv6, isLinkLocal } from '../words/address.ts'
import type { Address, Family, Route, Snapshot } from '../words/state.ts'
import { MAIN_TABLE } from '../words/table.ts'

/** The next hop of the default route: a gateway, or the link itself where there are just two ends. */
export type NextHop =
  | { readonly gateway: string; readonly onlink: boolean }
  | { readonly gateway: undefined; readonly onlink: false }

/** What the sources of a gateway look at. */
export interface GatewayQuery {
  readonly event: Event
  readonly snapshot: Snapshot
  readonly family: Family
  /** What the device carries in the family. */
  readonly addresses: readonly Address[]
  readonly table: number
  /** The device's DHCP leases; asked only where nothing before them answered. */
  readonly leases: () => readonly Lease[]
}

const DIRECT: NextHop = { gateway: undefined, onlink: false }

/** The device's way out; undefined where it has none: a LAN, or `mptcp-gateway none`. */
export function chooseNextHop(query: GatewayQuery): NextHop | undefined {
  const { event, family } = query
  if (event.options.gateway === 'none') {
    return undefined
  }
  const given = [event.options.gateway, ...event.gateways].find((gateway) => gateway?.family === family)
  if (given !== undefined) {
    return via(given.text, query)
  }
  const main = mainDefault(query)
  if (main !== undefined) {
    return main.gateway === undefined ? DIRECT : via(main.gateway, query)
  }
  const gateway = leaseGateway(query) ?? standingGateway(query)
  if (gateway !== undefined) {
    return via(gateway, query)
  }
  return isPointToPoint(query) ? DIRECT : undefined
}

function via(gateway: string, { addresses }: GatewayQuery): NextHop {
  const reached = addresses.some(
    ({ subnet }) => subnet === gateway || (subnet?.includes('/') && contains(subnet, gateway)),
  )
  // Every IPv6 link has its link-local subnet; IPv4's 169.254.0.0/16 is there only as a subnet of the device.
  return { gateway, onlink: !reached && !(isIpv6(gateway) && isLinkLocal(gateway)) }
}

/** Main's default route through the device with the lowest metric, if it is not our own. */
function mainDefault({ snapshot, family }: GatewayQuery): Route | undefined {
  return snapshot.foreignRoutes
    .filter(
      (route) => route.family === family && route.table === MAIN_TABLE && route.destination === 'default',
    )
    .reduce<Route | undefined>(
      (best, route) => (best && best.metric <= route.metric ? best : route),
      undefined,
    )
}

/** A lease counts while the device carries its address; one left over from another network does not. */
function leaseGateway({ family, addresses, leases }: GatewayQuery): string | undefined {
  if (family !== 'inet' || addresses.length === 0) {
    return undefined
  }
  return leases().find((lease) => addresses.some(({ local }) => local === lease.address))?.gateway
}

/** The default that the device has already: in the table, or in the one that it is about to leave. */
function standingGateway({ snapshot, family, table }: GatewayQuery): string | undefined {
  const defaults = snapshot.routes.filter(
    (route) => route.family === family && route.table !== MAIN_TABLE && route.destination === 'default',
  )
  return (defaults.find((route) => route.table === table) ?? defaults[0])?.gateway
}

function isPointToPoint({ snapshot, addresses }: GatewayQuery): boolean {
  return snapshot.link?.pointToPoint === true || addresses.some(({ peer }) => peer !== undefined)
}
