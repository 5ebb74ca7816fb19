/** Look, plan, apply; look again and retry, else take back. One run at a time. */
import type { Event } from './ask/environment.ts'
import { lockPath } from './ask/records.ts'
import { applyAll, applyInOrder, describeFailures, type Failure } from './kernel/apply.ts'
import { formatCommand } from './kernel/command.ts'
import { waitForAddress, waitForDetection } from './kernel/wait.ts'
import { forgetAsked, rememberAsked, rememberDown, rememberLeaving } from './memory.ts'
import { planRound, type Round } from './round.ts'
import { takeBack } from './take-back.ts'
import type { Edge } from './words/edge.ts'
import { Refusal } from './words/refusal.ts'
import type { Change } from './words/state.ts'

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

/** A rival that does the same work makes a round fail; a third failure is the kernel's own word. */
const MOST_ROUNDS = 3

/**
 * Brings the kernel to the state that the event wants.
 *
 * @throws Refusal after it has taken back what it did (up), or done what could be done (down)
 */
export function converge(run: Run): void {
  const { event, edge, dryRun, report } = run
  if (event.awaitsAddress && !dryRun) {
    waitForAddress(event.device, edge)
  }
  const memory: Memory = { first: undefined }
  let waiting = locked(run, () => attempt(run, memory))
  // Rules and routes are in; the kernel never tries an endpoint again that it met on a tentative address.
  if (waiting.length > 0 && !dryRun) {
    waitForDetection(event.device, edge)
    waiting = locked(run, () => attempt(run, memory))
  }
  for (const address of waiting) {
    const why = 'duplicate address detection has failed or is not over'
    report.notice(`address ${address} gets no endpoint: ${why}`)
  }
}

/** No other run of ours comes between a look and the changes that follow from it. */
function locked<T>({ edge, dryRun, report }: Run, work: () => T): T {
  if (dryRun) {
    return work()
  }
  const path = lockPath(edge)
  const lock = path === undefined ? 'none' : edge.lock(path)
  if (lock === 'busy') {
    throw new Refusal(`another run holds the lock ${path} for 30 s already: see what it waits for`)
  }
  if (lock === 'none') {
    report.notice('there is no lock (flock of util-linux, and /run): a run beside this one may interfere')
    return work()
  }
  try {
    return work()
  } finally {
    lock.release()
  }
}

/** What a run has seen: the round in which the kernel was as it found it. */
interface Memory {
  first: Round | undefined
}

/** @returns addresses whose endpoint waits for the end of duplicate address detection */
function attempt(run: Run, memory: Memory): readonly string[] {
  try {
    return settle(run, memory).plan.waiting
  } catch (error) {
    const isUp = run.event.direction === 'up' && !run.dryRun
    if (!(error instanceof Refusal && isUp && memory.first !== undefined)) {
      throw error
    }
    const rest = takeBack(run, memory.first, run.report.command)
    if (run.strict) {
      forgetAsked(run.edge, memory.first.situation)
    }
    throw rest === undefined ? error : new Refusal(`${error.message}; while taking back: ${rest}`)
  } finally {
    if (run.event.direction === 'down' && !run.dryRun) {
      rememberDown(run.edge, run.event)
    }
  }
}

/** One wanted state, in a few rounds. */
function settle(run: Run, memory: Memory): Round {
  let failures: readonly Failure[] = []
  for (let turn = 1; turn <= MOST_ROUNDS; turn += 1) {
    const round = planRound(run)
    tell(run, round, memory.first === undefined)
    if (memory.first === undefined) {
      memory.first = round
      remember(run, round)
    }
    failures = run.dryRun ? [] : applyRound(run, round.changes, turn)
    if (failures.length === 0) {
      return round
    }
  }
  throw new Refusal(describeFailures(failures))
}

function tell({ report }: Run, { situation, plan, changes }: Round, first: boolean): void {
  if (first) {
    situation.asked.notices.forEach(report.notice)
    new Set(plan.notices).forEach((text) => {
      report.notice(text)
    })
    plan.details.forEach(report.detail)
  }
  for (const change of changes) {
    report.command(formatCommand(change))
  }
}

function remember({ event, edge, dryRun }: Run, { situation }: Round): void {
  if (!dryRun && event.direction === 'up') {
    rememberAsked(edge, situation)
  }
  if (!dryRun && event.direction === 'leave') {
    rememberLeaving(edge, event)
  }
}

/** Down goes on past what is refused, but only when a second look has shown that it is not a rival's work. */
function applyRound({ event, edge }: Run, changes: readonly Change[], turn: number): Failure[] {
  return event.direction !== 'up' && turn > 1 ? applyAll(edge, changes) : applyInOrder(edge, changes, [])
}
