/** Does the kernel send what comes from an uplink's address the uplink's way, and if not, who is before us? */

import type { Uplink } from '../../plan/uplink.ts'
import type { WholeStep } from '../../whole.ts'
import { contains } from '../../words/address.ts'
import type { ForeignRule, Hop, Route } from '../../words/state.ts'
import { MAIN_TABLE } from '../../words/table.ts'
import { isSpecific } from './destination.ts'
import { commandLine, type Finding, fail } from './finding.ts'
import type { Probe, Probes } from './probes.ts'

interface Facts {
  readonly step: WholeStep
  readonly probes: Probes
}

/** @param unfinished something of the device is missing: then that is the reason */
export function checkWay(uplink: Uplink, unfinished: boolean, { step, probes }: Facts): Finding[] {
  const own = new Set(uplink.addresses.map(({ local }) => local))
  return probes.probes
    .filter(({ address, route }) => own.has(address) && !isUnjudged(route) && !isRight(route, uplink))
    .map((probe) => describe(probe, uplink, unfinished, step))
}

/** On a host with very many routes not all are known, and one of main's own may lead to where nothing was expected. */
export function isUnjudged(route: Route | undefined): boolean {
  return route !== undefined && route.table === MAIN_TABLE && isSpecific(route)
}

export function isRight(route: Route | undefined, { table, out }: Uplink): boolean {
  const isSame = (one: Hop, other: Hop) => one.gateway === other.gateway && one.device === other.device
  return (
    route?.table === table &&
    route.hops.every((hop) => out?.hops.some((wanted) => isSame(hop, wanted)) ?? false)
  )
}

function describe(probe: Probe, uplink: Uplink, unfinished: boolean, step: WholeStep): Finding {
  const { address, destination, route, error } = probe
  const question = `ip route get ${destination} from ${address}`
  const wanted = wayText(uplink.out?.hops ?? [])
  const taken = route === undefined ? `"${error}"` : `${wayText(route.hops)} (${tableText(route.table)})`
  const what = `${address} should go ${wanted}: "${question}" says ${taken}`
  const rival = findRival(probe, uplink, step)
  if (rival === undefined) {
    return fail(
      what,
      unfinished ? commandLine('mptcp-routes', 'apply', uplink.device) : `see: ip rule; ${question}`,
    )
  }
  const why = `the rule of another program at ${rival.priority} goes before ours: ${rival.text}`
  return fail(`${what}, as ${why}`, goBefore(rival, uplink))
}

export function wayText(hops: readonly Hop[]): string {
  return hops.map(({ gateway, device }) => `${gateway ? `via ${gateway} ` : ''}dev ${device}`).join(' and ')
}

function tableText(table: number): string {
  return table === MAIN_TABLE ? 'main' : `table ${table}`
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
  if (from === undefined || text.startsWith('not ')) {
    return true
  }
  return from.includes('/') ? contains(from, address) : from === address
}

/** The companion takes the number below ours. */
function goBefore({ priority, family }: ForeignRule, { device, stanza }: Uplink): string {
  const place = priority - 1
  if (place < 2) {
    return commandLine(...(family === 'inet6' ? ['ip', '-6'] : ['ip']), 'rule', 'del', 'priority', priority)
  }
  return stanza?.door === 'configuration'
    ? `mptcp-priority = ${place} in the section of ${device}, then ${commandLine('mptcp-routes', 'apply', device)}`
    : `IFACE=${commandLine(device)} IF_MPTCP_PRIORITY=${place} /etc/network/if-up.d/mptcp_up, and mptcp-priority ${place} in its stanza`
}
