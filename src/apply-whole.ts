/** Brings the whole host to what is asked for, or takes all back. */
import type { Report } from './converge.ts'
import { rememberForwarding } from './forwarding.ts'
import { describeFailures } from './kernel/apply.ts'
import { locked } from './lock.ts'
import { forgetOutdated } from './memory.ts'
import { withDevices } from './plan/notices.ts'
import { settle, type Work } from './settle.ts'
import { takeBack } from './take-back.ts'
import { planWhole, type WholeQuery, type WholeStep } from './whole.ts'
import { Refusal } from './words/refusal.ts'

export interface WholeRun extends WholeQuery {
  readonly dryRun: boolean
  readonly report: Report
}

/**
 * @returns the devices that could not have what is asked for; they are as they were, and hold up no other
 * @throws Refusal where the kernel refuses a command, after all is taken back (apply) or all that goes has gone (flush)
 */
export function applyWhole(run: WholeRun): ReadonlyMap<string, Refusal> {
  const { edge, dryRun, report } = run
  const work = () => settleWhole(run, tellFirst(report)).plan.refused
  return dryRun ? work() : locked(edge, report.notice, work)
}

function tellFirst({ notice, detail }: Report) {
  return ({ plan }: WholeStep, turn: number) => {
    if (turn === 1) {
      withDevices(plan.notices, plan.subjects).forEach(notice)
      withDevices(plan.details, plan.subjects).forEach(detail)
    }
  }
}

/**
 * The same where the lock is held already.
 *
 * @param begin is told each step before its changes are made, the first one first
 * @param undone is told what could not be done, and costs nothing else; else it is a notice
 */
export function settleWhole(
  run: WholeRun,
  begin: Work<WholeStep>['begin'],
  undone: Work<WholeStep>['undone'] = (failure) => run.report.notice(describeFailures([failure])),
): WholeStep {
  const { edge, dryRun, flush, report } = run
  let first: WholeStep | undefined
  try {
    return settle({
      ...{ edge, dryRun, goesOn: flush, command: report.command, undone },
      next: () => planWhole(run),
      begin: (step, turn) => {
        first ??= step
        if (!dryRun) {
          forgetOutdated(edge, step.outdated, step.snapshot)
          rememberForwarding(edge, step.plan)
        }
        begin(step, turn)
      },
    })
  } catch (error) {
    const isDefeat = error instanceof Refusal && first !== undefined && !flush
    throw isDefeat ? defeat(run, first as unknown as WholeStep, error) : error
  }
}

function defeat({ edge, report }: WholeRun, first: WholeStep, error: Refusal): Refusal {
  const { scope, host } = first
  const rest = takeBack({ edge, first, scope, stanzas: host.stanzas, command: report.command })
  return rest === undefined ? error : new Refusal(`${error.message}; while taking back: ${rest}`)
}
