/** Read, diff, apply; read again and retry, else take back. */

import type { Event } from './ask/environment.ts'
import { applyAll, applyInOrder, describeFailures, type Failure } from './kernel/apply.ts'
import { formatCommand } from './kernel/command.ts'
import type { Edge } from './kernel/ip.ts'
import { createLookups, isReadable, readSnapshot, waitForAddress, waitForDetection } from './kernel/read.ts'
import { diffState, invertChanges } from './plan/diff.ts'
import { NO_PLAN, type Plan, planState } from './plan/wanted.ts'
import { quote, Refusal } from './words/refusal.ts'
import type { Change, Endpoint } from './words/state.ts'

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
  readonly dryRun: boolean
  readonly report: Report
}

/** A rival hook that does the same work makes a round fail; a third failure is the kernel's own word. */
const MOST_ROUNDS = 3

/**
 * Brings the kernel to the state that the event wants.
 *
 * @throws Refusal after it has taken back what it did (up), or done what could be done (down)
 */
export function converge(run: Run): void {
  const done: Change[] = []
  if (run.event.awaitsAddress && !run.dryRun) {
    waitForAddress(run.event, run.edge)
  }
  try {
    const plan = settle(run, done)
    // Rules and routes are in; the kernel never tries an endpoint again that it met on a tentative address.
    const { waiting } = plan.waiting.length > 0 && !run.dryRun ? settleAfterDetection(run, done) : plan
    for (const address of waiting) {
      const why = 'duplicate address detection has failed or is not over'
      run.report.notice(`address ${address} gets no endpoint: ${why}`)
    }
  } catch (error) {
    throw run.event.direction === 'up' && done.length > 0 ? takeBack(run, done, error) : error
  }
}

/**
 * One wanted state, in a few rounds.
 *
 * @param done receives every change that went through
 */
function settle(run: Run, done: Change[]): Plan {
  let failures: readonly Failure[] = []
  let plan: RoundPlan | undefined
  for (let round = 1; round <= MOST_ROUNDS && !isSettled(plan, failures, run); round += 1) {
    plan = planRound(run, round === 1)
    failures = run.dryRun ? [] : applyRound(run, plan.changes, round, done)
  }
  if (plan === undefined || failures.length > 0) {
    throw new Refusal(describeFailures(failures))
  }
  return plan
}

/** A limit is written as a number, which a rival may have made too small in the meantime: it is looked at again. */
function isSettled(plan: RoundPlan | undefined, failures: readonly Failure[], run: Run): boolean {
  const isLimitRaised = plan?.changes.some(({ kind }) => kind === 'subflows') === true
  return plan !== undefined && failures.length === 0 && (run.dryRun || !isLimitRaised)
}

/** Down goes on past what is refused, but only when a second look has shown that it is not a rival's work. */
function applyRound(run: Run, changes: readonly Change[], round: number, done: Change[]): Failure[] {
  return run.event.direction === 'down' && round > 1
    ? applyAll(run.edge, changes)
    : applyInOrder(run.edge, changes, done)
}

function settleAfterDetection(run: Run, done: Change[]): Plan {
  waitForDetection(run.event, run.edge)
  return settle(run, done)
}

/** A plan with its changes. */
interface RoundPlan extends Plan {
  readonly changes: readonly Change[]
}

function planRound(run: Run, first: boolean): RoundPlan {
  const { event, edge, report } = run
  const snapshot = readSnapshot(event, edge)
  // A dry run may plan for a device that is yet to come, from what the stanza gives.
  const known = snapshot.link !== undefined || (run.dryRun && event.addresses.length > 0)
  if (!known && event.dialUp) {
    report.detail('pppd has not made the device yet: run mptcp_up from /etc/ppp/ip-up.d')
    return { ...NO_PLAN, changes: [] }
  }
  if (!known && event.direction === 'up') {
    throw new Refusal(`there is no device ${quote(event.device)} (${event.setter('IFACE')})`)
  }
  const acting = { ...event, families: event.families.filter((family) => isReadable(family, event, edge)) }
  const plan = planState(acting, snapshot, createLookups(event.device, edge))
  if (first) {
    plan.notices.forEach(report.notice)
    plan.details.forEach(report.detail)
  }
  const changes = diffState(event.device, plan.owned, plan.wanted)
  for (const change of changes) {
    report.command(formatCommand(change))
  }
  return { ...plan, changes }
}

/** Takes the changes back and gives the error to throw, with what could not be taken back. */
function takeBack(run: Run, done: readonly Change[], error: unknown): unknown {
  if (!(error instanceof Refusal)) {
    return error
  }
  const { edge, report } = run
  const endpoints = standingEndpoints(run)
  const changes = invertChanges(done).flatMap((change) => withStandingId(change, endpoints))
  for (const change of changes) {
    report.command(formatCommand(change))
  }
  const rest = applyAll(edge, changes)
  return rest.length === 0
    ? error
    : new Refusal(`${error.message}; while taking back: ${describeFailures(rest)}`)
}

/** None where `ip` has stopped to answer: the rest is taken back all the same. */
function standingEndpoints({ event, edge }: Run): readonly Endpoint[] {
  try {
    return readSnapshot(event, edge).endpoints
  } catch {
    return []
  }
}

/** An endpoint is deleted by the id that the kernel gave it after it was added. */
function withStandingId(change: Change, endpoints: readonly Endpoint[]): Change[] {
  if (change.kind !== 'endpoint' || change.verb === 'add') {
    return [change]
  }
  const endpoint = endpoints.find(({ address }) => address === change.endpoint.address)
  return endpoint === undefined ? [] : [{ ...change, endpoint }]
}
