/** Which way out a device has: the first source of a gateway that answers with one that can be a router there. */
import type { Lease } from '../ask/leases/leases.ts'
import { gatewayVariable, isDialUp, ownGateway, type Stanza } from '../ask/stanza.ts'
import { contains, isEdgeOf, isHost, isIpv6, isLinkLocal, parseIp } from '../words/address.ts'
import { Refusal } from '../words/refusal.ts'
import type { Family, Hop, Route } from '../words/state.ts'
import { MAIN_TABLE, PROTOCOL, UNICAST } from '../words/table.ts'
import type { Carried } from './carried.ts'
import type { Host } from './host.ts'

/** The way out of a device: its default route's next hops, and what that route is to look like. */
export interface WayOut {
  /** Names the way: its gateway, or `link` where the other end of the link is the way out. */
  readonly name: string
  /** One, unless main's default has several through the device. */
  readonly hops: readonly Hop[]
  readonly attributes: readonly string[]
}

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
  return wayVia(query, given.text, !isConnected(query, given.text))
}

/** The way that the device has without anybody's word in a stanza. */
export function findWay(query: GatewayQuery): WayOut | undefined {
  return mainWay(query) ?? otherTableWay(query) ?? leaseWay(query) ?? standingWay(query) ?? linkWay(query)
}

/** @param onlink the gateway is outside every connected route */
function wayVia(query: GatewayQuery, gateway: string, onlink: boolean): WayOut {
  const main = mainDefaults(query).find((route) => route.hops.some((hop) => hop.gateway === gateway))
  const hop = main?.hops.find((one) => one.gateway === gateway)
  return {
    name: gateway,
    hops: [{ gateway, device: query.device, onlink: onlink || hop?.onlink === true, weight: 1 }],
    attributes: main?.attributes ?? [],
  }
}

/** Main's default route through the device: lowest metric, best router preference, first in the kernel's list. */
function mainWay(query: GatewayQuery): WayOut | undefined {
  const usable = (hop: Hop) => hop.gateway === undefined || whyNoRouter(query, hop.gateway) === undefined
  const best = mainDefaults(query).find((route) => hopsThrough(route, query).some(usable))
  if (best === undefined) {
    return undefined
  }
  // In IPv6 each hop of a multipath route is a route of its own.
  const equals = mainDefaults(query).filter(
    (route) =>
      route === best ||
      (route.family === 'inet6' &&
        route.metric === best.metric &&
        route.preference === best.preference &&
        route.hops[0]?.gateway !== undefined &&
        best.hops[0]?.gateway !== undefined),
  )
  const hops = equals.flatMap((route) => hopsThrough(route, query)).filter(usable)
  const name = hops[0]?.gateway ?? LINK
  return { name, hops: hops.length === 1 ? hops.map(alone) : hops, attributes: best.attributes }
}

const LINK = 'link'

/** The weight of a single hop says nothing. */
function alone(hop: Hop): Hop {
  return { ...hop, weight: 1 }
}

/** In the kernel's order of preference. */
export function mainDefaults({ host, device, family }: GatewayQuery): Route[] {
  return host
    .mainRoutesOf(device)
    .filter((route) => route.family === family && isPlainDefault(route))
    .map((route, i) => ({ route, i }))
    .sort((one, other) => comparePreference(one.route, other.route) || one.i - other.i)
    .map(({ route }) => route)
}

function isPlainDefault({ destination, type, tos, source }: Route): boolean {
  return destination === 'default' && type === UNICAST && tos === 0 && source === undefined
}

const PREFERENCES = ['high', 'medium', 'low']

/** Which of two routes to one destination the kernel takes: below 0 the first. */
export function comparePreference(one: Route, other: Route): number {
  const rank = ({ preference }: Route) => PREFERENCES.indexOf(preference)
  return one.metric - other.metric || rank(one) - rank(other)
}

export function hopsThrough(route: Route, { device }: { readonly device: string }): readonly Hop[] {
  return route.hops.filter((hop) => hop.device === device)
}

/** A default through the device in a table of somebody else's: a manager's own policy routing. */
function otherTableWay(query: GatewayQuery): WayOut | undefined {
  const { host, family } = query
  for (const route of host.snapshot.routes) {
    const isForeign = route.protocol !== PROTOCOL && route.table !== MAIN_TABLE
    if (isForeign && route.family === family && isPlainDefault(route)) {
      for (const { gateway, onlink } of hopsThrough(route, query)) {
        if (gateway === undefined) {
          return linkOf(query)
        }
        const isReached = onlink || isConnected(query, gateway)
        if (isReached && whyNoRouter(query, gateway) === undefined) {
          return wayVia(query, gateway, !isConnected(query, gateway))
        }
      }
    }
  }
  return undefined
}

/** A lease counts while the device carries its address, and not for what is configured by hand. */
function leaseWay(query: GatewayQuery): WayOut | undefined {
  const { family, addresses } = query
  const dynamic = addresses.filter(({ named }) => named?.method !== 'static')
  if (family !== 'inet' || dynamic.length === 0 || isStatic(query)) {
    return undefined
  }
  const routers = query
    .leases()
    .filter((lease) => dynamic.some(({ local }) => local === lease.address))
    .flatMap((lease) => lease.routers)
  const gateway = routers.find((router) => whyNoRouter(query, router) === undefined)
  return gateway === undefined ? undefined : wayVia(query, gateway, !isConnected(query, gateway))
}

function isStatic({ stanzas }: GatewayQuery): boolean {
  return stanzas.length > 0 && stanzas.every(({ method }) => method === 'static')
}

/** The default that the device has already, where nobody has recorded anything and a connected route of today leads there. */
function standingWay(query: GatewayQuery): WayOut | undefined {
  const { host, device, family, trustsTable } = query
  if (!trustsTable) {
    return undefined
  }
  const gateways = host
    .ownRoutesOf(device)
    .filter((route) => route.family === family && route.table !== MAIN_TABLE && isPlainDefault(route))
    .flatMap((route) => hopsThrough(route, query).flatMap(({ gateway }) => gateway ?? []))
  const gateway = gateways.find((text) => isTrusted(query, text))
  return gateway === undefined ? undefined : wayVia(query, gateway, false)
}

/** Our own output is weak evidence: a link-local router is "reached" long after it has gone. */
export function isTrusted(query: GatewayQuery, gateway: string): boolean {
  return !isLinkLocal(gateway) && isConnected(query, gateway) && whyNoRouter(query, gateway) === undefined
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

/** Why the address cannot be a router on the device; undefined where it can. */
function whyNoRouter({ host, device, family }: GatewayQuery, text: string): string | undefined {
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
export function connectedRoutes(host: Host, device: string, family: Family): Route[] {
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
