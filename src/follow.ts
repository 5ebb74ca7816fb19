/** A door's run: what a lease says is noted or forgotten, and its device is brought to what is asked for. */
import { settleWhole } from './apply-whole.ts'
import { linkOf } from './ask/asked.ts'
import { DEFAULT_FILE, readConfiguration } from './ask/configuration-file.ts'
import type { Word } from './ask/door.ts'
import type { Event } from './ask/environment.ts'
import { readRecords, removeLease, writeLease } from './ask/records.ts'
import type { Report } from './converge.ts'
import { waitForAddress, waitForDetection } from './kernel/wait.ts'
import { locked } from './lock.ts'
import { whyNoRouter } from './plan/reach.ts'
import type { WholeStep } from './whole.ts'
import type { Edge } from './words/edge.ts'

export interface Follow {
  readonly word: Word
  readonly edge: Edge
  readonly env: NodeJS.ProcessEnv
  readonly dryRun: boolean
  readonly report: Report
}

/**
 * Follows a door's word, with all that was asked for of the device: by records of ifup's, or by the configuration.
 *
 * @throws Refusal where the device cannot have what is asked for, after all is as it was
 */
export function follow(query: Follow): void {
  const { word, edge, dryRun } = query
  const run = { ...query, report: { ...query.report, notice: once(query.report.notice) } }
  word.notices.forEach(run.report.notice)
  if (dryRun) {
    attempt(run)
    return
  }
  if (word.awaitsAddress) {
    waitForAddress(word.device, edge)
  }
  const work = () => locked(edge, run.report.notice, () => attempt(run))
  // The kernel never tries an endpoint again that it met on a tentative address.
  if (work().plan.waiting.length > 0) {
    waitForDetection(word.device, edge)
    work()
  }
}

/** A dial-up stanza's link, which pppd may have made before ifup's own hook has said what is asked for of it. */
export function followLine({ stanzas, families }: Event, means: Omit<Follow, 'word'>): void {
  const { leases } = readRecords(means.edge)
  const device = stanzas.flatMap((stanza) => linkOf(stanza, leases) ?? [])[0]
  if (device !== undefined) {
    const nothing = {
      lease: undefined,
      since: undefined,
      announced: false,
      awaitsAddress: false,
      notices: [],
    }
    follow({ ...means, word: { ...nothing, direction: 'up', door: 'pppd', device, families } })
  }
}

/** A run that waits looks twice, and says the same. */
function once(notice: Report['notice']): Report['notice'] {
  const told = new Set<string>()
  return (text) => {
    if (!told.has(text)) {
      told.add(text)
      notice(text)
    }
  }
}

function attempt({ word, edge, env, dryRun, report }: Follow): WholeStep {
  const { sections, mask, problems } = readConfiguration(edge, DEFAULT_FILE)
  for (const text of problems) {
    report.notice(`${text}; the configuration does not count`)
  }
  const step = settleWhole(
    {
      ...{ edge, env, word, dryRun, report },
      devices: [word.device],
      mask,
      sections: problems.length > 0 ? [] : sections,
      flush: false,
    },
    (one, turn) => turn === 1 && begin(one, { word, edge, dryRun, report }),
  )
  const refused = [...step.plan.refused.values()][0]
  if (refused !== undefined) {
    throw refused
  }
  return step
}

/** Written before the kernel is, so that a run which dies on the way can be finished by the next. */
function begin(step: WholeStep, { word, edge, dryRun, report }: Omit<Follow, 'env'>): void {
  const { plan, scope, heard } = step
  new Set([...plan.notices, ...routerNotice(step)]).forEach(report.notice)
  plan.details.forEach(report.detail)
  const isMeant = scope.devices.length > 0 || word.announced
  if (!isMeant) {
    report.detail('nobody has asked for it: there is neither a record nor a section of the configuration')
  }
  if (dryRun || heard === undefined || !isMeant) {
    return
  }
  for (const lease of heard.removed) {
    removeLease(edge, lease)
  }
  if (heard.written !== undefined) {
    writeLease(edge, heard.written)
  }
}

/** Where none of the lease's routers can be one. */
function routerNotice({ host, heard, scope }: WholeStep): string[] {
  const { written } = heard ?? {}
  if (written === undefined || scope.devices.length === 0) {
    return []
  }
  const { iface: device, family, routers, door } = written
  const faults = routers.map((router) => whyNoRouter({ host, device, family }, router))
  const isUsable = faults.length === 0 || faults.includes(undefined)
  return isUsable ? [] : [`router "${routers[0]}" ${faults[0]} (set by IF_GATEWAY, as ${door} gave it)`]
}
