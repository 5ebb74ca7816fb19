/** Which rows status has: the uplinks of the plan, and every other device that is looked after or bears marks of ours. */
import { ownGateway, type Stanza } from '../../ask/stanza.ts'
import { isCarriable } from '../../kernel/command.ts'
import { devicesOf, type Host } from '../../plan/host.ts'
import { isPlainDefault } from '../../plan/main-routes.ts'
import type { Uplink } from '../../plan/uplink.ts'
import type { WholeStep } from '../../whole.ts'
import type { Family, Hop, Rule } from '../../words/state.ts'
import { MAIN_TABLE } from '../../words/table.ts'
import { globalAddresses } from '../global-addresses.ts'
import { UNRECORDED, unrecordedRules } from '../unrecorded.ts'
import type { UplinkState } from './model.ts'

/** A row before it is judged. */
export interface Row {
  readonly device: string
  readonly family: Family
  /** Undefined where that is to be judged by what stands. */
  readonly state: UplinkState | undefined
  readonly uplink: Uplink | undefined
  readonly addresses: readonly string[]
  readonly gateways: readonly string[]
  readonly pointToPoint: boolean
  readonly table: number | undefined
  readonly metric: number | undefined
  readonly askedBy: readonly string[]
  readonly problems: readonly string[]
}

const FAMILIES: readonly Family[] = ['inet', 'inet6']

/** In the kernel's order of devices, those that are not there at the end; IPv4 first. */
export function findRows(step: WholeStep): Row[] {
  const { snapshot, served } = step
  const asked = new Set(served.stanzas.map(({ device }) => device))
  const all = new Set([...snapshot.links.map(({ name }) => name), ...asked, ...served.down])
  const unrecorded = unrecordedRules(step)
  return [...all].flatMap((device) => {
    if (asked.has(device)) {
      return askedRows(device, step)
    }
    return served.down.has(device)
      ? [idleRow(device, 'inet', 'down', 'its manager has taken it down', step)]
      : (unrecorded.get(device) ?? []).map((rules) => unrecordedRow(device, rules, step))
  })
}

function askedRows(device: string, step: WholeStep): Row[] {
  const { plan, served, snapshot } = step
  const stanzas = served.stanzas.filter((stanza) => stanza.device === device)
  const families = FAMILIES.filter((family) => snapshot.families.includes(family))
  const first =
    families.find((family) => stanzas.some((one) => one.family === family && isSaid(one))) ?? 'inet'
  const whole = reasonForNone(device, step)
  if (whole !== undefined) {
    return [idleRow(device, first, whole.state, whole.problem, step)]
  }
  const rows = families.flatMap((family) => {
    const uplinks = plan.uplinks.filter((uplink) => uplink.device === device && uplink.family === family)
    return uplinks.length > 0
      ? uplinks.map((uplink) => uplinkRow(uplink, step))
      : restRow(device, family, stanzas, step)
  })
  if (rows.length > 0) {
    return rows
  }
  const isOff = stanzas.every(({ options }) => options.off)
  return [
    isOff ? idleRow(device, first, 'off', undefined, step) : idleRow(device, first, 'idle', NO_ADDRESS, step),
  ]
}

const NO_ADDRESS = 'no address of global scope'

/** Not only what a stanza of the other family says of the device as a whole. */
function isSaid({ addresses, method }: Stanza): boolean {
  return addresses.length > 0 || method !== undefined
}

/** Why a device as a whole has no uplink. */
function reasonForNone(
  device: string,
  { host, plan }: WholeStep,
): { state: UplinkState; problem: string } | undefined {
  const link = host.link(device)
  if (link === undefined) {
    return { state: 'down', problem: 'there is no such device' }
  }
  if (!link.up) {
    return { state: 'down', problem: 'the device is set down' }
  }
  if (!isCarriable(device)) {
    return { state: 'incomplete', problem: 'a batch of ip cannot carry its name, so nothing is made for it' }
  }
  const refusal = plan.refused.get(device)
  return refusal && { state: 'incomplete', problem: refusal.message }
}

/** A family without a way; none where it has no addresses either. */
function restRow(device: string, family: Family, stanzas: readonly Stanza[], step: WholeStep): Row[] {
  if (globalAddresses(step.host, device, family).length === 0) {
    return []
  }
  const isOff = stanzas.some((stanza) => stanza.family === family && stanza.options.off)
  return [idleRow(device, family, isOff ? 'off' : 'idle', isOff ? undefined : 'no gateway is known', step)]
}

function idleRow(
  device: string,
  family: Family,
  state: UplinkState,
  problem: string | undefined,
  step: WholeStep,
): Row {
  return {
    ...{ device, family, state, uplink: undefined, table: undefined },
    addresses: globalAddresses(step.host, device, family),
    ...{ gateways: [], pointToPoint: false, metric: mainMetric(step.host, device, family) },
    askedBy: doorsOf(device, family, step),
    problems: problem === undefined ? [] : [problem],
  }
}

function uplinkRow(uplink: Uplink, step: WholeStep): Row {
  const { device, family, table, out, stanza } = uplink
  const isMeant = stanza !== undefined && ownGateway(stanza) === 'none'
  const isLeaving = stanza?.leaving === true
  return {
    ...{ device, family, uplink, table, state: isLeaving ? 'down' : undefined },
    addresses: uplink.addresses.map(({ local }) => local),
    ...wayOf(out?.hops ?? []),
    metric: mainMetric(step.host, device, family),
    askedBy: doorsOf(device, family, step),
    problems: [
      ...(isLeaving ? ['its manager is taking it down'] : []),
      ...(out === undefined && !isMeant ? ['no gateway is known: rules and connected routes only'] : []),
    ],
  }
}

function wayOf(hops: readonly Hop[]): Pick<Row, 'gateways' | 'pointToPoint'> {
  const gateways = hops.flatMap(({ gateway }) => gateway ?? [])
  return { gateways, pointToPoint: hops.length > 0 && gateways.length === 0 }
}

function unrecordedRow(device: string, rules: readonly Rule[], { host }: WholeStep): Row {
  const { family, table } = rules[0] as Rule
  const standing = host
    .ownRoutesOf(device)
    .find((route) => route.family === family && route.table === table && isPlainDefault(route))
  return {
    ...{ device, family, table, state: 'unrecorded', uplink: undefined, askedBy: [] },
    addresses: rules.map(({ from }) => from),
    ...wayOf(standing?.hops ?? []),
    metric: mainMetric(host, device, family),
    problems: [UNRECORDED],
  }
}

function mainMetric(host: Host, device: string, family: Family): number | undefined {
  const own = host.ownRoutesOf(device).filter(({ table }) => table === MAIN_TABLE)
  const metrics = [...host.mainRoutesOf(device), ...own]
    .filter((route) => route.family === family && isPlainDefault(route) && devicesOf(route).includes(device))
    .map(({ metric }) => metric)
  return metrics.length === 0 ? undefined : Math.min(...metrics)
}

function doorsOf(device: string, family: Family, { served }: WholeStep): string[] {
  const own = served.stanzas.filter((stanza) => stanza.device === device && stanza.family === family)
  return [...new Set(own.map(({ door }) => door))]
}
