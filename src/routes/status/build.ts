/** What was read → what status tells. */
import { withDevices } from '../../plan/notices.ts'
import type { WholeStep } from '../../whole.ts'
import { describeDeath } from '../../words/death.ts'
import { VERSIONS } from '../../words/family.ts'
import { describeChanges, describeLimits } from '../changes.ts'
import type { Connection } from '../connections.ts'
import { detourFaults, standingDetours } from '../detours.ts'
import { nftFaults, standingMark } from '../forwarding.ts'
import type { Probes } from '../probes.ts'
import { attribute } from './attribute.ts'
import type { HostStatus, UplinkState, UplinkStatus } from './model.ts'
import { findRows, type Row } from './rows.ts'
import { standingAddresses, standingSetting, usageOf } from './standing.ts'
import { findObstacles } from './way.ts'

export interface Reading {
  readonly step: WholeStep
  readonly probes: Probes
  readonly connections: readonly Connection[] | undefined
  readonly counters: ReadonlyMap<string, number>
  readonly now: Date
}

export function buildStatus(reading: Reading): HostStatus {
  const { step, connections, counters } = reading
  const { snapshot, plan, changes } = step
  const rows = findRows(step)
  const { ofRow, ofNobody } = attribute(changes, rows, step)
  return {
    uplinks: rows.map((row) => toUplink(row, ofRow.get(row) ?? [], reading)),
    mptcp: {
      ...snapshot.mptcp,
      endpoints: snapshot.endpoints,
      limits: snapshot.limits,
      connections,
      counters: new Map([...counters].filter(([, count]) => count > 0)),
    },
    detours: standingDetours(step),
    problems: [
      ...detourFaults(step).map(({ what }) => what),
      ...nftFaults(step).map(({ what }) => what),
      ...describeChanges(ofNobody, step).map((text) => `belongs to nobody any more: ${text}`),
      ...describeLimits(changes, snapshot.limits),
    ],
    notices: withDevices(plan.notices, plan.subjects),
    pending: changes.length,
  }
}

function toUplink(row: Row, changes: WholeStep['changes'], reading: Reading): UplinkStatus {
  const { step, probes, connections } = reading
  const { device, family, uplink, table, gateways, pointToPoint } = row
  const death = row.state === undefined && uplink ? step.plan.dead.get(uplink) : undefined
  const isUnplugged = row.state === undefined && probes.carrierless.has(device)
  const isBare = uplink !== undefined && isNothingThere(row, step)
  const missing = isBare
    ? ['nothing of it is in the kernel']
    : [...describeChanges(changes, step), ...describeWaiting(row, step)]
  const obstacles =
    isUnplugged || uplink === undefined ? [] : findObstacles(uplink, missing.length === 0, reading)
  const isUnasked = changes.length > 0 && step.served.silent.has(`${device} ${family}`)
  const problems = [
    ...row.problems,
    ...describeDead(row, reading),
    ...(isUnplugged && death === undefined ? ['no carrier'] : []),
    ...missing,
    ...(isUnasked
      ? ['no stanza is about this family, so no hook sees to it: apply does, and the watcher']
      : []),
    ...obstacles,
  ]
  return {
    ...{ device, family, gateways, pointToPoint, table, problems },
    state: row.state ?? (death === undefined ? judge(isUnplugged, problems) : 'dead'),
    death: death && { since: death.since, why: death.why },
    addresses: standingAddresses(row, step.host),
    metric: row.metric,
    linkdown: standingSetting(row, step.host),
    forward: standingMark(family, table, step.host),
    askedBy: row.askedBy,
    usage: connections && usageOf(row, connections),
  }
}

function judge(isUnplugged: boolean, problems: readonly string[]): UplinkState {
  return isUnplugged ? 'down' : problems.length > 0 ? 'incomplete' : 'up'
}

/** Since when, why, and that it is used all the same where there is no other. */
function describeDead({ uplink, state }: Row, { step, now }: Reading): string[] {
  const death = state === undefined && uplink ? step.plan.dead.get(uplink) : undefined
  if (uplink === undefined || death === undefined) {
    return []
  }
  const none = `no other uplink of ${VERSIONS[uplink.family]} is alive, so it is used all the same`
  return [describeDeath(death, now), ...(uplink.avoided ? [] : [none])]
}

function isNothingThere({ device, family, table, addresses }: Row, { host }: WholeStep): boolean {
  const routes = host.ownRoutesOf(device).filter((route) => route.family === family && route.table === table)
  return routes.length === 0 && addresses.every((address) => host.sourcesOf(address).length === 0)
}

function describeWaiting({ uplink }: Row, { plan }: WholeStep): string[] {
  const waiting = new Set(plan.waiting)
  const own = uplink?.addresses.filter(({ local }) => waiting.has(local)) ?? []
  return own.map(
    ({ local, duplicate }) =>
      `no endpoint: ${duplicate ? `another host has ${local} too` : `duplicate address detection of ${local} is not over`}`,
  )
}
