/** Points about each device that is looked after: is it there, is all in the kernel, does the kernel use it, does its router answer. */
import { isCarriable } from '../../kernel/command.ts'
import type { Uplink } from '../../plan/uplink.ts'
import type { WholeStep } from '../../whole.ts'
import { isLinkLocal } from '../../words/address.ts'
import type { Change } from '../../words/state.ts'
import { UPLINK_GROUP } from '../../words/table.ts'
import { describeChanges } from '../changes.ts'
import { isOfDetour } from '../detours.ts'
import { isOfNft } from '../forwarding.ts'
import { globalAddresses } from '../global-addresses.ts'
import type { Probes } from '../probes.ts'
import { subjectOf } from '../subject.ts'
import { UNRECORDED, unrecordedRules } from '../unrecorded.ts'
import { silentGateways } from '../ways.ts'
import { commandLine, listed } from '../words.ts'
import { CABLE, checkDead, checkDetours, checkProbe } from './dead.ts'
import { about, type Finding, fail, ok, warn } from './finding.ts'
import { checkWay } from './ways.ts'

export interface UplinkFacts {
  readonly step: WholeStep
  readonly probes: Probes
  readonly now: Date
  /** `mptcp-routes watch` runs in this network. */
  readonly watched: boolean
  /** The interfaces that ifupdown knows; to ask it takes a second of ifupdown2. */
  readonly ifupdown: () => ReadonlySet<string>
}

export function checkUplinks(facts: UplinkFacts): Finding[] {
  const { step } = facts
  const devices = [...new Set(step.served.stanzas.map(({ device }) => device))]
  return [
    ...devices.flatMap((device) =>
      about(device, isAsked(device, step) ? checkDevice(device, facts) : checkChanges(device, step)),
    ),
    ...checkDetours(step),
    ...checkUnrecorded(facts),
    ...(devices.length === 0 ? [warn(NOBODY, `for an interface that is up already, ${byHand('NAME')}`)] : []),
    ...checkLeftovers(facts),
  ]
}

/** It is to be an uplink now. */
function isAsked(device: string, { host }: WholeStep): boolean {
  return host.stanzasFor(device).some(({ options, leaving }) => !options.off && !leaving)
}

const NOBODY = 'no uplink is known: the hooks record each at its ifup, /etc/mptcp-routes.conf names others'

/** Neither in this state nor on the way there can the device be spoken by. */
const ELSEWHERE = '(not the one by which you are logged in)'

/** Takes no device down, as ifdown would. @param words as a shell takes them */
function byHand(device: string, first = ''): string {
  const options = 'with the options of its stanza as IF_MPTCP_GATEWAY=... before IFACE'
  return `as root, ${options}: ${first}IFACE=${device} /etc/network/if-up.d/mptcp_up`
}

function checkDevice(device: string, facts: UplinkFacts): Finding[] {
  const { step, probes, now, watched } = facts
  const refusal = step.plan.refused.get(device)
  const link = step.host.link(device)
  if (link === undefined) {
    const forget = `IFACE=${commandLine(device)} /etc/network/if-post-down.d/mptcp_down`
    return [warn('the device is not there', `see: ip link; where it is gone for good: ${forget}`)]
  }
  if (!isCarriable(device)) {
    const rename = `${commandLine('ip', 'link', 'set', 'dev', device, 'down', 'name')} NAME`
    const cure = `${rename} && ip link set dev NAME up, a NAME of letters and digits ${ELSEWHERE}`
    return [fail('a batch of ip cannot carry its name, so nothing is made for it', cure)]
  }
  if (!link.up) {
    return [warn('the device is down', startCommand(device, facts))]
  }
  if (refusal !== undefined) {
    return [fail(refusal.message, correction(device, facts))]
  }
  const uplinks = step.plan.uplinks.filter((uplink) => uplink.device === device)
  const changes = changesOf(device, step)
  const isUnplugged = probes.carrierless.has(device)
  const dead = uplinks.flatMap((uplink) => checkDead(uplink, isUnplugged, step, now))
  const bad = [
    ...(isUnplugged && dead.length === 0 ? [warn('no carrier', CABLE)] : []),
    ...dead,
    ...checkProbe(uplinks, watched),
    ...checkChanges(device, step),
    ...uplinks.flatMap((uplink) => [
      ...checkNeighbours(uplink, probes),
      // Where nothing can be sent, how the kernel would send it says nothing; nor where nobody has asked for it yet.
      ...(isUnplugged || isUnasked(uplink, changes, step) ? [] : checkWay(uplink, changes.length > 0, facts)),
    ]),
  ]
  return bad.length > 0 ? bad : describeDevice(device, uplinks, step)
}

function changesOf(device: string, step: WholeStep): Change[] {
  return step.changes.filter((change) => subjectOf(change, step).device === device)
}

function startCommand(device: string, { step, ifupdown }: UplinkFacts): string {
  const stanza = step.served.stanzas.find((one) => one.device === device)
  return stanza?.door === 'ifupdown' && ifupdown().has(stanza.iface)
    ? restart(stanza.iface)
    : `${commandLine('ip', 'link', 'set', 'dev', device, 'up')} && ${commandLine('mptcp-routes', 'apply', device)}`
}

function restart(iface: string): string {
  return `${commandLine('ifdown', iface)} && ${commandLine('ifup', iface)}`
}

/** How what was asked for is changed. */
function correction(device: string, { step, ifupdown }: UplinkFacts): string {
  const [stanza] = step.host.stanzasFor(device)
  if (stanza === undefined || stanza.door === 'configuration') {
    return `change its section, then: ${commandLine('mptcp-routes', 'apply', device)}`
  }
  return ifupdown().has(stanza.iface)
    ? `change its stanza, then: ${restart(stanza.iface)} ${ELSEWHERE}`
    : `ask for something else, ${byHand(commandLine(stanza.iface))}`
}

function describeDevice(
  device: string,
  uplinks: readonly Uplink[],
  { host, snapshot }: WholeStep,
): Finding[] {
  const rest = snapshot.families
    .filter((family) => uplinks.every((uplink) => uplink.family !== family))
    .flatMap((family) => globalAddresses(host, device, family))
  const none = rest.length > 0 ? [ok(`${listed(rest)}: no gateway is known, so it is no uplink`)] : []
  const all = [...uplinks.map(describeUplink), ...none]
  return all.length > 0 ? all : [ok('no uplink: it has no address')]
}

function describeUplink({ addresses, out, table, stanza }: Uplink): Finding {
  const from = listed(addresses.map(({ local }) => local))
  const via = out?.hops.flatMap(({ gateway }) => gateway ?? []) ?? []
  const way = via.length > 0 ? `via ${listed(via)}` : 'to the other end of the link'
  const bare = `${from}: no way out, so rules and connected routes only`
  if (out === undefined && stanza?.options.gateway === 'none') {
    return ok(`${bare}, as mptcp-gateway none asks for`)
  }
  return out === undefined
    ? warn(bare, 'mptcp-gateway names a router')
    : ok(`${from} ${addresses.length > 1 ? 'go' : 'goes'} ${way} (table ${table})`)
}

/** A family that no stanza of the device is about: no hook serves it, and who applies or watches does. */
function checkChanges(device: string, step: WholeStep): Finding[] {
  const changes = changesOf(device, step)
  const apply = commandLine('mptcp-routes', 'apply', device)
  const isSilent = (change: Change) => step.served.silent.has(`${device} ${subjectOf(change, step).family}`)
  const asked = changes.filter((change) => !isSilent(change))
  const unasked = describeChanges(changes.filter(isSilent), step)
  const words = told(describeChanges(asked, step))
  return [
    ...(asked.length === 0 ? [] : [asked.every(isLeft) ? warn(words, apply) : fail(words, apply)]),
    ...(unasked.length === 0
      ? []
      : [
          warn(
            `${told(unasked)}; no stanza is about this family, so no hook sees to it`,
            `${apply}; the watcher keeps it so`,
          ),
        ]),
  ]
}

/** Too much stands, and nothing is missing. */
function isLeft(change: Change): boolean {
  return change.kind === 'group'
    ? change.group !== UPLINK_GROUP
    : 'verb' in change && change.verb === 'delete'
}

/** As listed(), of phrases that have commas themselves. */
function told(phrases: readonly string[], most = 3): string {
  const rest = phrases.length - most
  return [...phrases.slice(0, most), ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ')
}

function isUnasked({ device, family }: Uplink, changes: readonly Change[], { served }: WholeStep): boolean {
  return changes.length > 0 && served.silent.has(`${device} ${family}`)
}

/** What is about no device that is looked after, nor about one that was before there were records. */
function checkLeftovers({ step }: UplinkFacts): Finding[] {
  const looked = new Set([
    ...step.served.stanzas.map(({ device }) => device),
    ...unrecordedRules(step).keys(),
  ])
  const changes = step.changes.filter((change) => {
    const { device } = subjectOf(change, step)
    const isOfHost = change.kind === 'limits' || isOfDetour(change) || isOfNft(change)
    return !isOfHost && (device === undefined || !looked.has(device))
  })
  return changes.length === 0
    ? []
    : [warn(`of what is gone: ${told(describeChanges(changes, step))}`, 'mptcp-routes apply')]
}

/** A run by hand records nothing over what stands without a record (src/memory.ts), so that goes before. */
function checkUnrecorded({ step }: UplinkFacts): Finding[] {
  return [...unrecordedRules(step).keys()].flatMap((device) => {
    const flush = `${commandLine('mptcp-routes', 'flush', device)} && `
    return about(device, [warn(UNRECORDED, byHand(commandLine(device), flush))])
  })
}

function checkNeighbours(uplink: Uplink, probes: Probes): Finding[] {
  const { device, addresses } = uplink
  return silentGateways(uplink, probes).map((gateway) => {
    const from = isLinkLocal(gateway) ? device : (addresses[0]?.local ?? device)
    const cure = `see whether it is on: ${commandLine('ping', '-c', 1, '-I', from, gateway)}`
    return fail(`the gateway ${gateway} does not answer (its neighbour entry is FAILED)`, cure)
  })
}
