/** Which way out a device has: the first source of a gateway that answers with one that can be a router there. */
import { gatewayVariable, isAlias, isDialUp, ownGateway, type Stanza } from '../ask/stanza.ts'
import { Refusal } from '../words/refusal.ts'
import type { Family, Hop, Route } from '../words/state.ts'
import { deriveTable, KERNEL_PROTOCOL, MAIN_TABLE, PROTOCOL } from '../words/table.ts'
import { devicesOf, group, type Host } from './host.ts'
import { areSiblings, hopsThrough, isPlainDefault, mainDefaults } from './main-routes.ts'
import { connectedRoutes, type GatewayQuery, holds, isConnected, isTrusted, whyNoRouter } from './reach.ts'

/** The way out of a device: its default route's next hops, and what that route is to look like. */
export interface WayOut {
  /** Names the way: its gateway, or `link` where the other end of the link is the way out. */
  readonly name: string
  /** One, unless main's default has several through the device. */
  readonly hops: readonly Hop[]
  readonly attributes: readonly string[]
}

/** The way that a stanza names; undefined for `none`. @throws Refusal where it cannot be a router there */
export function givenWay(query: GatewayQuery, stanza: Stanza): WayOut | undefined {
  const given = ownGateway(stanza)
  if (given === undefined || given === 'none') {
    return undefined
  }
  const why = whyNoRouter(query, given.text)
  if (why !== undefined) {
    const variable = gatewayVariable(stanza)
    const option = variable === 'IF_GATEWAY' ? 'gateway' : 'mptcp-gateway'
    throw new Refusal(`${option} "${given.text}" ${why} (${stanza.setter(variable)})`)
  }
  return wayVia(query, given.text, true)
}

/** The way that the device has without anybody's word in a stanza. */
export function findWay(query: GatewayQuery): WayOut | undefined {
  return (
    mainWay(query) ??
    otherTableWay(query) ??
    leaseWay(query) ??
    hostRouteWay(query) ??
    standingWay(query) ??
    linkWay(query)
  )
}

/** @param onlink somebody of today says that the gateway is on the link, whatever the routes say */
function wayVia(query: GatewayQuery, gateway: string, onlink: boolean): WayOut {
  const main = mainDefaults(query).find((route) => route.hops.some((hop) => hop.gateway === gateway))
  const hop = main?.hops.find((one) => one.gateway === gateway)
  const isSaid = onlink || hop?.onlink === true
  return {
    name: gateway,
    hops: [hopVia(query, { gateway, device: query.device, onlink: isSaid, weight: 1 })],
    attributes: main?.attributes ?? [],
  }
}

/** The word `onlink` is for a gateway outside every connected route. */
function hopVia(query: GatewayQuery, hop: Hop): Hop {
  return { ...hop, onlink: hop.onlink && hop.gateway !== undefined && !isConnected(query, hop.gateway) }
}

/** Main's default route through the device: lowest metric, best router preference, first in the kernel's list. */
function mainWay(query: GatewayQuery): WayOut | undefined {
  const usable = ({ gateway, onlink }: Hop) =>
    gateway === undefined ||
    ((onlink || isConnected(query, gateway)) && whyNoRouter(query, gateway) === undefined)
  const defaults = mainDefaults(query)
  const best = defaults.find((route) => hopsThrough(route, query).some(usable))
  if (best === undefined) {
    return undefined
  }
  const hops = defaults
    .filter((route) => route === best || areSiblings(route, best))
    .flatMap((route) => hopsThrough(route, query))
    .filter(usable)
    .map((hop) => hopVia(query, hop))
  const name = hops[0]?.gateway ?? LINK
  return { name, hops: hops.length === 1 ? hops.map(alone) : hops, attributes: best.attributes }
}

const LINK = 'link'

/** The weight of a single hop says nothing. */
function alone(hop: Hop): Hop {
  return { ...hop, weight: 1 }
}

/** A default through the device in a table of somebody else's: a manager's own policy routing. */
function otherTableWay(query: GatewayQuery): WayOut | undefined {
  const { host, device, family } = query
  for (const route of host.once(findForeignDefaults, family)(device)) {
    for (const { gateway, onlink } of hopsThrough(route, query)) {
      if (gateway === undefined) {
        return linkOf(query)
      }
      const isReached = onlink || isConnected(query, gateway)
      if (isReached && whyNoRouter(query, gateway) === undefined) {
        return wayVia(query, gateway, onlink)
      }
    }
  }
  return undefined
}

/** By device, in the kernel's order. */
function findForeignDefaults({ snapshot }: Host, family: Family): (device: string) => readonly Route[] {
  const isForeign = ({ protocol, table }: Route) => protocol !== PROTOCOL && table !== MAIN_TABLE
  return group(
    snapshot.routes.filter((route) => isForeign(route) && route.family === family && isPlainDefault(route)),
    devicesOf,
  )
}

/** A lease counts while the device carries its address, and not for what is configured by hand. */
function leaseWay(query: GatewayQuery): WayOut | undefined {
  const dynamic = query.addresses.filter(({ named }) => named?.method !== 'static')
  if (dynamic.length === 0 || isStatic(query)) {
    return undefined
  }
  const routers = query
    .leases()
    .filter(({ address }) => address === undefined || dynamic.some(({ local }) => local === address))
    .flatMap((lease) => lease.routers)
  const gateway = routers.find((router) => whyNoRouter(query, router) === undefined)
  return gateway === undefined ? undefined : wayVia(query, gateway, true)
}

/**
 * ConnMan puts the default of one service into main; of each other one it keeps the gateway as a host route on the link,
 * inside a subnet that is there anyway.
 */
function hostRouteWay(query: GatewayQuery): WayOut | undefined {
  const { host, device, family } = query
  if (family !== 'inet' || isStatic(query)) {
    return undefined
  }
  const connected = connectedRoutes(host, device, family)
  const gateways = connected
    .filter(({ destination, protocol }) => !destination.includes('/') && protocol !== KERNEL_PROTOCOL)
    .map(({ destination }) => destination)
    .filter((text) => connected.some(({ destination }) => destination !== text && holds(destination, text)))
  const [gateway, ...more] = gateways
  const isOne = gateway !== undefined && more.length === 0 && whyNoRouter(query, gateway) === undefined
  return isOne ? wayVia(query, gateway, false) : undefined
}

function isStatic({ stanzas }: GatewayQuery): boolean {
  return stanzas.length > 0 && stanzas.every(({ method }) => method === 'static')
}

/** The default that the device has already, where nobody has recorded anything and a connected route of today leads there. */
function standingWay(query: GatewayQuery): WayOut | undefined {
  const { host, device, family, stanzas, trustsTable } = query
  if (!trustsTable) {
    return undefined
  }
  const further = new Set(stanzas.filter(({ iface }) => isAlias(iface)).map(nameOfGateway))
  const gateways = host
    .ownRoutesOf(device)
    .filter((route) => route.family === family && route.table !== MAIN_TABLE && isPlainDefault(route))
    .flatMap((route) => hopsThrough(route, query).map(({ gateway }) => ({ gateway, table: route.table })))
    // A further way's own table tells nothing of the first.
    .flatMap(({ gateway, table }) => (gateway && table !== deriveTable(device, gateway) ? [gateway] : []))
  const gateway = gateways.find((text) => !further.has(text) && isTrusted(query, text))
  return gateway === undefined ? undefined : wayVia(query, gateway, false)
}

function nameOfGateway(stanza: Stanza): string | undefined {
  const own = ownGateway(stanza)
  return own === 'none' ? undefined : own?.text
}

/** Where the other end of the link is the way out. */
function linkWay(query: GatewayQuery): WayOut | undefined {
  return isPointToPoint(query) ? linkOf(query) : undefined
}

function linkOf({ device }: GatewayQuery): WayOut {
  const hop = { gateway: undefined, device, onlink: false, weight: 1 }
  return { name: LINK, hops: [hop], attributes: [] }
}

/** A tunnel is an uplink only where somebody says so; a peer behind any other device is the way out. */
function isPointToPoint({ host, device, addresses, stanzas }: GatewayQuery): boolean {
  const link = host.link(device)
  const isSaid = stanzas.some((stanza) => stanza.pointToPoint || isDialUp(stanza.method))
  if (isSaid || link?.ppp === true) {
    return true
  }
  return link?.pointToPoint === true
    ? stanzas.some(({ configured }) => configured)
    : addresses.some(({ peer }) => peer !== undefined)
}
