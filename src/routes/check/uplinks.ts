/** Points about each device that is looked after: is it there, is all in the kernel, does the kernel use it, does its router answer. */

import type { Uplink } from '../../plan/uplink.ts'
import type { WholeStep } from '../../whole.ts'
import { isLinkLocal } from '../../words/address.ts'
import type { Change } from '../../words/state.ts'
import { about, commandLine, type Finding, fail, listed, ok, warn } from './finding.ts'
import type { Probes } from './probes.ts'
import { checkWay } from './ways.ts'

export interface UplinkFacts {
  readonly step: WholeStep
  readonly probes: Probes
}

export function checkUplinks(facts: UplinkFacts): Finding[] {
  const { served } = facts.step
  const asked = served.stanzas.filter(({ options, leaving }) => !options.off && !leaving)
  const devices = [...new Set(asked.map(({ device }) => device))]
  if (devices.length === 0) {
    const what = 'no uplink is known: the hooks record each at its ifup, /etc/mptcp-routes.conf names others'
    return [
      warn(what, 'for an interface that is up already: ifdown eth1 && ifup eth1'),
      ...checkLeftovers(facts),
    ]
  }
  return [...devices.flatMap((device) => about(device, checkDevice(device, facts))), ...checkLeftovers(facts)]
}

function checkDevice(device: string, facts: UplinkFacts): Finding[] {
  const { step, probes } = facts
  const refusal = step.plan.refused.get(device)
  const link = step.host.link(device)
  if (link === undefined) {
    return [warn('the device is not there')]
  }
  if (!link.up) {
    return [warn('the device is down', startCommand(device, step))]
  }
  if (refusal !== undefined) {
    return [fail(refusal.message)]
  }
  const uplinks = step.plan.uplinks.filter((uplink) => uplink.device === device)
  const changes = step.changes.filter((change) => deviceOfChange(change, step) === device)
  const isDead = probes.carrierless.has(device)
  const bad = [
    ...(isDead ? [warn('no carrier: see the cable and what is at its other end')] : []),
    ...checkChanges(changes, device),
    ...uplinks.flatMap((uplink) => [
      ...checkNeighbours(uplink, probes),
      // Where nothing can be sent, how the kernel would send it says nothing.
      ...(isDead ? [] : checkWay(uplink, changes.length > 0, facts)),
    ]),
  ]
  return bad.length > 0 ? bad : describeUplinks(uplinks)
}

function startCommand(device: string, { served }: WholeStep): string {
  const stanza = served.stanzas.find((one) => one.device === device)
  return stanza?.door === 'ifupdown'
    ? `${commandLine('ifdown', stanza.iface)} && ${commandLine('ifup', stanza.iface)}`
    : `${commandLine('ip', 'link', 'set', 'dev', device, 'up')} && ${commandLine('mptcp-routes', 'apply', device)}`
}

function describeUplinks(uplinks: readonly Uplink[]): Finding[] {
  if (uplinks.length === 0) {
    return [ok('no uplink: it has no address or no way out')]
  }
  return uplinks.map(({ addresses, out, table }) => {
    const from = listed(addresses.map(({ local }) => local))
    const via = out?.hops.map(({ gateway }) => gateway).filter((gateway) => gateway !== undefined) ?? []
    const way = via.length > 0 ? `via ${listed(via)}` : 'to the other end of the link'
    return out === undefined
      ? warn(`${from}: no way out, so rules and connected routes only`, 'mptcp-gateway names a router')
      : ok(`${from} ${addresses.length > 1 ? 'go' : 'goes'} ${way} (table ${table})`)
  })
}

/** The device that a change is about; undefined for what is about the host, or about a device that is gone. */
function deviceOfChange(change: Change, { host }: WholeStep): string | undefined {
  switch (change.kind) {
    case 'rule':
      return host.holdersOf(change.rule.from)[0]
    case 'route':
      return change.route.hops[0]?.device
    case 'endpoint':
    case 'flags':
      return change.endpoint.device
    case 'group':
      return change.device
    case 'limits':
      return undefined
  }
}

function checkChanges(changes: readonly Change[], device: string): Finding[] {
  const apply = commandLine('mptcp-routes', 'apply', device)
  const isRemoval = (change: Change) => 'verb' in change && change.verb === 'delete'
  const missing = changes.filter((change) => !isRemoval(change)).map(describeChange)
  const left = changes.filter(isRemoval).map(describeChange)
  return [
    ...(missing.length > 0 ? [fail(`missing: ${listed(missing)}`, apply)] : []),
    ...(left.length > 0 && missing.length === 0 ? [warn(`left over: ${listed(left)}`, apply)] : []),
  ]
}

function describeChange(change: Change): string {
  switch (change.kind) {
    case 'rule':
      return change.rule.kind === 'source'
        ? `the rule of ${change.rule.from}`
        : `the rule before that of ${change.rule.from}, for main's specific routes`
    case 'route':
      return `the route to ${change.route.destination} in table ${change.route.table}`
    case 'endpoint':
      return `the endpoint of ${change.endpoint.address}`
    case 'flags':
      return `${change.words.join(' ')} for the endpoint of ${change.endpoint.address}`
    case 'group':
      return `link group ${change.group}`
    case 'limits':
      return `limits of ${change.limits.subflows} subflows and ${change.limits.addAddrAccepted} addresses of a peer`
  }
}

/** What is about no device that is looked after: leftovers of others, and the host's limits. */
function checkLeftovers({ step }: UplinkFacts): Finding[] {
  const looked = new Set(step.served.stanzas.map(({ device }) => device))
  const changes = step.changes.filter((change) => {
    const device = deviceOfChange(change, step)
    return change.kind !== 'limits' && (device === undefined || !looked.has(device))
  })
  return changes.length === 0
    ? []
    : [warn(`left over from what is gone: ${listed(changes.map(describeChange))}`, 'mptcp-routes apply')]
}

function checkNeighbours({ device, out, addresses }: Uplink, { failedNeighbours }: Probes): Finding[] {
  return (out?.hops ?? []).flatMap(({ gateway }) => {
    if (gateway === undefined || !failedNeighbours.has(`${device} ${gateway}`)) {
      return []
    }
    const from = isLinkLocal(gateway) ? device : (addresses[0]?.local ?? device)
    const cure = `see whether it is on: ${commandLine('ping', '-c', 1, '-I', from, gateway)}`
    return [fail(`the gateway ${gateway} does not answer (its neighbour entry is FAILED)`, cure)]
  })
}
