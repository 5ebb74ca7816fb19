/** A device → its ways out, and which of its addresses goes which way. */
import { isAlias, ownGateway, type Stanza } from '../ask/stanza.ts'
import type { Rule } from '../words/state.ts'
import { deriveTable, MAIN_TABLE } from '../words/table.ts'
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

/** `mptcp off` is about the addresses that its stanza names, or about all that were asked for before if it names none. */
function isOff({ named }: Carried, { stanzas }: GatewayQuery): boolean {
  const isForAll = ({ options, addresses, order }: Stanza) =>
    options.off && addresses.length === 0 && (named === undefined || order >= named.order)
  return (named ?? stanzas[0])?.options.off === true || stanzas.some(isForAll)
}

function draftWays(query: GatewayQuery): Draft[] {
  const stanzas = query.stanzas.filter(({ options }) => !options.off)
  const base = stanzas.find(({ iface }) => !isAlias(iface))
  const further = stanzas
    .filter((stanza) => stanza !== base && ownGateway(stanza) !== undefined)
    .map((stanza): Draft => ({ out: givenWay(query, stanza), first: false, stanza, standing: undefined }))
  const first = firstDraft(query, stanzas, base, further)
  const drafts = [...first, ...further].filter(isFirstOfName)
  return query.trustsTable ? withStanding(drafts, query) : drafts
}

/** None where there is no way out and no option, nor where only aliases speak and one of them names that way. */
function firstDraft(
  query: GatewayQuery,
  stanzas: readonly Stanza[],
  base: Stanza | undefined,
  further: readonly Draft[],
): Draft[] {
  const isGiven = base !== undefined && ownGateway(base) !== undefined
  const out = isGiven ? givenWay(query, base) : findWay(query)
  const isAsked = stanzas.some(
    (stanza) => stanza.configured && (stanza === base || ownGateway(stanza) === undefined),
  )
  const isOther = base === undefined && further.some((draft) => draft.out?.name === out?.name)
  const draft = { out, first: true, stanza: base, standing: undefined }
  return (out !== undefined || isAsked) && !isOther ? [draft] : []
}

/** A stanza that names the gateway of a way that is there already goes that way. */
function isFirstOfName({ out }: Draft, i: number, drafts: readonly Draft[]): boolean {
  return drafts.findIndex((other) => other.out?.name === out?.name) === i
}

/** With the ways that nobody has recorded: tables of ours besides the first way's. */
function withStanding(drafts: readonly Draft[], query: GatewayQuery): Draft[] {
  const [first] = drafts.filter((draft) => draft.first)
  const tables = new Map<number, WayOut>()
  for (const route of query.host.ownRoutesOf(query.device)) {
    const { family, table, attributes } = route
    const gateway = hopsThrough(route, query)[0]?.gateway
    const isWay = family === query.family && route.destination === 'default' && table !== MAIN_TABLE
    if (
      isWay &&
      gateway !== undefined &&
      gateway !== first?.out?.name &&
      isTrusted(query, gateway) &&
      !(first && isFirstTable(table, gateway, first, query))
    ) {
      const hops = [{ gateway, device: query.device, onlink: false, weight: 1 }]
      tables.set(table, { name: gateway, hops, attributes })
    }
  }
  const known = [...tables].map(([standing, out]) => ({ out, first: false, stanza: undefined, standing }))
  const named = drafts.map((draft) => {
    const same = draft.first ? undefined : known.find(({ out }) => out.name === draft.out?.name)
    return same === undefined ? draft : { ...draft, standing: same.standing }
  })
  return [...named, ...known.filter(({ out }) => drafts.every((draft) => draft.out?.name !== out.name))]
}

/** The first way's gateway may have changed since: its table is the one that its name or its stanza tells, or the only one. */
function isFirstTable(
  table: number,
  gateway: string,
  { stanza }: Draft,
  { host, device, addresses }: GatewayQuery,
): boolean {
  const used = new Set(addresses.flatMap(({ local }) => host.sourcesOf(local).map((rule) => rule.table)))
  const isOnly = used.size === 1 && used.has(table) && table !== deriveTable(device, gateway)
  return table === deriveTable(device) || table === stanza?.options.table || isOnly
}

function wayOf(address: Carried, drafts: readonly Draft[], query: GatewayQuery): Draft | undefined {
  const { named } = address
  const own = named && ownGateway(named)
  if (named !== undefined && own !== undefined) {
    const name = own === 'none' ? undefined : own.text
    return drafts.find(({ out }) => out?.name === name)
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
  const leads = ({ out, first, stanza }: Draft) => out !== undefined && (first || stanza !== undefined)
  return drafts.find(leads) ?? drafts[0]
}
