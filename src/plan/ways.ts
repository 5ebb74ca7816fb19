/** A device → its ways out, and which of its addresses goes which way. */
import { ownGateway, type Stanza } from '../ask/stanza.ts'
import type { Rule } from '../words/state.ts'
import { MAIN_TABLE } from '../words/table.ts'
import type { Carried } from './carried.ts'
import { findWay, givenWay, type WayOut } from './gateway.ts'
import { hopsThrough } from './main-routes.ts'
import { connectedRoutes, type GatewayQuery, holds, isTrusted } from './reach.ts'

/** An uplink: a device and a way out, with the addresses that go that way. */
export interface Way {
  /** Undefined where a stanza has options but no way out: rules and main's routes only. */
  readonly out: WayOut | undefined
  /** The device's first way, whose table follows from the device's name alone. */
  readonly first: boolean
  /** The stanza that made the way; undefined where nobody said anything. */
  readonly stanza: Stanza | undefined
  /** The table that a way without any record is known by. */
  readonly standing: number | undefined
  readonly addresses: readonly Carried[]
}

/** What a way is before its addresses have found it. */
type Draft = Omit<Way, 'addresses'>

/**
 * The first way is that of the stanza without an alias that was there first, or what the kernel and leases tell; each
 * further gateway is a way of its own. An address that no stanza sends elsewhere goes the way whose connected route
 * holds it, else the first.
 *
 * @throws Refusal where a stanza names a gateway that cannot be one
 */
export function splitWays(query: GatewayQuery): Way[] {
  const spoken = query.addresses.filter((address) => !isOff(address, query))
  const drafts = draftWays(query)
  const groups = new Map<Draft, Carried[]>(drafts.map((draft) => [draft, []]))
  for (const address of spoken) {
    const way = wayOf(address, drafts, query)
    if (way !== undefined) {
      groups.get(way)?.push(address)
    }
  }
  return [...groups]
    .filter(([, addresses]) => addresses.length > 0)
    .map(([draft, addresses]) => ({ ...draft, addresses }))
}

/** `mptcp off` is about the addresses that its stanza names, or about those that no stanza names. */
function isOff({ named }: Carried, { stanzas }: GatewayQuery): boolean {
  return (named ?? stanzas[0])?.options.off === true
}

function draftWays(query: GatewayQuery): Draft[] {
  const stanzas = query.stanzas.filter(({ options }) => !options.off)
  const base = stanzas.find(({ iface }) => !iface.includes(':'))
  const own = base && ownGateway(base)
  const found = own === undefined ? findWay(query) : base && givenWay(query, base)
  const isNamed = found !== undefined || own === 'none' || base?.configured === true
  const main: Draft = { out: found, first: true, stanza: base, standing: undefined }
  const further = stanzas.flatMap((stanza): Draft[] => {
    const given = ownGateway(stanza)
    return stanza === base || given === undefined
      ? []
      : [{ out: givenWay(query, stanza), first: false, stanza, standing: undefined }]
  })
  const known = query.trustsTable ? standingWays(query, found) : []
  return [...(isNamed ? [main] : []), ...distinct(further, found), ...known]
}

/** A stanza that names the gateway of a way that is there already goes that way. */
function distinct(drafts: readonly Draft[], found: WayOut | undefined): Draft[] {
  return drafts.filter(
    ({ out }, i) =>
      out?.name !== found?.name && drafts.findIndex((other) => other.out?.name === out?.name) === i,
  )
}

/** Ways that nobody has recorded: tables of ours that rules for the device's addresses use besides the first way's. */
function standingWays(query: GatewayQuery, found: WayOut | undefined): Draft[] {
  const tables = new Map<number, WayOut>()
  for (const route of query.host.ownRoutesOf(query.device)) {
    const gateway = hopsThrough(route, query)[0]?.gateway
    const isWay =
      route.family === query.family && route.destination === 'default' && route.table !== MAIN_TABLE
    if (isWay && gateway !== undefined && gateway !== found?.name && isTrusted(query, gateway)) {
      const hops = [{ gateway, device: query.device, onlink: false, weight: 1 }]
      tables.set(route.table, { name: gateway, hops, attributes: route.attributes })
    }
  }
  return [...tables].map(([standing, out]) => ({ out, first: false, stanza: undefined, standing }))
}

function wayOf(address: Carried, drafts: readonly Draft[], query: GatewayQuery): Draft | undefined {
  const { named } = address
  const own = named && ownGateway(named)
  if (named !== undefined && own !== undefined) {
    const name = own === 'none' ? undefined : own.text
    return drafts.find(({ out, stanza }) => (out === undefined ? stanza === named : out.name === name))
  }
  const rule = query.host.sourcesOf(address.local)[0]
  return byTable(rule, drafts) ?? byConnectedRoute(address, drafts, query) ?? firstWay(drafts)
}

function byTable(rule: Rule | undefined, drafts: readonly Draft[]): Draft | undefined {
  return rule && drafts.find(({ standing }) => standing === rule.table)
}

function byConnectedRoute(
  { local }: Carried,
  drafts: readonly Draft[],
  { host, device, family }: GatewayQuery,
): Draft | undefined {
  if (drafts.length < 2) {
    return undefined
  }
  const subnets = connectedRoutes(host, device, family)
    .map(({ destination }) => destination)
    .filter((destination) => holds(destination, local))
  return drafts.find(({ out }) =>
    out?.hops.some(({ gateway }) => gateway && subnets.some((subnet) => holds(subnet, gateway))),
  )
}

/** One that leads out goes before one that does not. */
function firstWay(drafts: readonly Draft[]): Draft | undefined {
  return drafts.find(({ out, standing }) => out !== undefined && standing === undefined) ?? drafts[0]
}
