/** Which way the kernel sends what comes from an uplink's address, and who is before us where that is another. */
import type { Uplink } from '../plan/uplink.ts'
import type { WholeStep } from '../whole.ts'
import { contains } from '../words/address.ts'
import type { ForeignRule, Hop, Route } from '../words/state.ts'
import { MAIN_TABLE } from '../words/table.ts'
import { isSpecific } from './destination.ts'
import type { Probe, Probes } from './probes.ts'

/** The uplink's probes that do not go its way. */
export function misledProbes(uplink: Uplink, { probes }: Probes): Probe[] {
  const own = new Set(uplink.addresses.map(({ local }) => local))
  return probes.filter(
    ({ address, route }) => own.has(address) && !isUnjudged(route) && !isRight(route, uplink),
  )
}

/** On a host with very many routes not all are known, and one of main's own may lead to where nothing was expected. */
function isUnjudged(route: Route | undefined): boolean {
  return route !== undefined && route.table === MAIN_TABLE && isSpecific(route)
}

function isRight(route: Route | undefined, { table, out }: Uplink): boolean {
  const isSame = (one: Hop, other: Hop) => one.gateway === other.gateway && one.device === other.device
  return (
    route?.table === table &&
    route.hops.every((hop) => out?.hops.some((wanted) => isSame(hop, wanted)) ?? false)
  )
}

/** The rule before the address's own that looks up the table whose route won, or that answers by itself. */
export function findRival(
  { family, address, route }: Probe,
  uplink: Uplink,
  { snapshot }: WholeStep,
): ForeignRule | undefined {
  const own = uplink.rules.find(({ kind, from }) => kind === 'source' && from === address)
  const before = snapshot.foreignRules.filter(
    (rule) => rule.family === family && rule.priority <= (own?.priority ?? 0) && selects(rule, address),
  )
  const isTerminal = ({ table }: ForeignRule) =>
    snapshot.routes.some((one) => one.family === family && one.table === table && one.hops.length === 0)
  return route === undefined
    ? before.find((rule) => rule.plain && (rule.table === undefined || isTerminal(rule)))
    : before.find(({ table }) => table === route.table)
}

function selects({ from, text }: ForeignRule, address: string): boolean {
  const isNegated = text.startsWith('not ')
  if (!isNegated && / ipproto (?!ipproto-6\b|tcp\b)/.test(text)) {
    return false
  }
  if (from === undefined || isNegated) {
    return true
  }
  return from.includes('/') ? contains(from, address) : from === address
}

/** The gateways that did not answer when their neighbour entry was last renewed. */
export function silentGateways({ device, out }: Uplink, { failedNeighbours }: Probes): string[] {
  const gateways = out?.hops.flatMap(({ gateway }) => gateway ?? []) ?? []
  return gateways.filter((gateway) => failedNeighbours.has(`${device} ${gateway}`))
}

/** `main`, `table 712179713`. */
export function tableText(table: number): string {
  return table === MAIN_TABLE ? 'main' : `table ${table}`
}

/** `via 10.1.2.1 dev eth1`, `dev ppp0`. */
export function wayText(hops: readonly Hop[]): string {
  return hops.map(({ gateway, device }) => `${gateway ? `via ${gateway} ` : ''}dev ${device}`).join(' and ')
}
