/** A hook's run: one wanted state for one device, or all taken back. */
import type { Event } from './ask/environment.ts'
import { rememberForwarding } from './forwarding.ts'
import { describeFailures } from './kernel/apply.ts'
import { waitForAddress, waitForDetection } from './kernel/wait.ts'
import { locked } from './lock.ts'
import { forgetAsked, forgetOutdated, rememberAsked, rememberDown, rememberLeaving } from './memory.ts'
import { planRound, type Round } from './round.ts'
import { settle } from './settle.ts'
import { takeBack } from './take-back.ts'
import type { Edge } from './words/edge.ts'
import { Refusal } from './words/refusal.ts'

/** Where a run tells what it does, each text without the program's name. */
export interface Report {
  /** What the admin should hear. */
  readonly notice: (text: string) => void
  /** What -v tells. */
  readonly detail: (text: string) => void
  /** An `ip` command, before it runs. */
  readonly command: (text: string) => void
}

export interface Run {
  readonly event: Event
  readonly edge: Edge
  readonly env: NodeJS.ProcessEnv
  readonly dryRun: boolean
  /** The caller is told of a failure, and then takes the interface as not configured. */
  readonly strict: boolean
  readonly report: Report
}

/** What a run has seen: the round in which the kernel was as it found it. */
interface Memory {
  first: Round | undefined
}

/**
 * Brings the kernel to the state that the event wants.
 *
 * @throws Refusal after it has taken back what it did (up), or done what could be done (down)
 */
export function converge(run: Run): void {
  const { event, edge, dryRun, report } = run
  const memory: Memory = { first: undefined }
  if (dryRun) {
    attempt(run, memory)
    return
  }
  if (event.awaitsAddress) {
    waitForAddress(event.device, edge)
  }
  // A run that waits takes the lock twice, and says once that there is none.
  const told = new Set<string>()
  const notice = (text: string) => {
    if (!told.has(text)) {
      told.add(text)
      report.notice(text)
    }
  }
  const work = () => locked(edge, notice, () => attempt(run, memory))
  let waiting = work()
  // Rules and routes are in; the kernel never tries an endpoint again that it met on a tentative address.
  if (waiting.length > 0) {
    waitForDetection(event.device, edge)
    waiting = work()
  }
  for (const address of waiting) {
    const why = 'duplicate address detection has failed or is not over'
    report.notice(`address ${address} gets no endpoint: ${why}`)
  }
}

/** @returns addresses whose endpoint waits for the end of duplicate address detection */
function attempt(run: Run, memory: Memory): readonly string[] {
  const { event, edge, dryRun, report } = run
  try {
    return settle({
      ...{ edge, dryRun, command: report.command },
      undone: (failure) => report.notice(describeFailures([failure])),
      goesOn: event.direction !== 'up',
      next: () => planRound(run),
      begin: (round) => begin(run, memory, round),
    }).plan.waiting
  } catch (error) {
    const { first } = memory
    const isUp = event.direction === 'up' && !dryRun
    throw error instanceof Refusal && isUp && first !== undefined ? defeat(run, first, error) : error
  } finally {
    if (event.direction === 'down' && !dryRun) {
      rememberDown(edge, memory.first?.situation.event ?? event)
    }
  }
}

function begin({ event, edge, dryRun, report }: Run, memory: Memory, round: Round): void {
  if (memory.first !== undefined) {
    return
  }
  memory.first = round
  const { plan, situation } = round
  for (const text of new Set([...situation.asked.notices, ...plan.notices])) {
    report.notice(text)
  }
  plan.details.forEach(report.detail)
  if (!dryRun) {
    forgetOutdated(edge, situation.outdated, situation.host.snapshot)
    rememberForwarding(edge, plan)
  }
  if (!dryRun && event.direction === 'up') {
    rememberAsked(edge, round).forEach(report.notice)
  }
  if (!dryRun && event.direction === 'leave') {
    rememberLeaving(edge, situation.event).forEach(report.notice)
  }
}

/** Takes back what the run did, and gives the error to throw. */
function defeat({ event, edge, strict, report }: Run, first: Round, error: Refusal): Refusal {
  const { device, asked, host } = first.situation
  const rest = takeBack({
    edge,
    first,
    scope: { devices: [device], families: event.families, orphans: false },
    stanzas: [...host.stanzas, ...asked.gone],
    command: report.command,
  })
  if (strict) {
    forgetAsked(edge, first.situation)
  }
  return rest === undefined ? error : new Refusal(`${error.message}; while taking back: ${rest}`)
}
