/** Plan, apply; plan again and retry. */
import { applyAll, applyInOrder, describeFailures, type Failure, isSlight } from './kernel/apply.ts'
import { formatCommand } from './kernel/command.ts'
import type { Plan } from './plan/wanted.ts'
import type { Edge } from './words/edge.ts'
import { Refusal } from './words/refusal.ts'
import type { Change, Snapshot } from './words/state.ts'

/** A look at the host, what is wanted of it, and the changes that lead there. */
export interface Step {
  readonly snapshot: Snapshot
  readonly plan: Plan
  readonly changes: readonly Change[]
}

export interface Work<S extends Step> {
  readonly edge: Edge
  /** Changes are told, and not made. */
  readonly dryRun: boolean
  /** What cannot be taken away does not keep the rest: only after a second look, as a refusal may be a rival's work. */
  readonly goesOn: boolean
  /** A command, before it runs. */
  readonly command: (text: string) => void
  /** What could not be done, and costs nothing else. */
  readonly undone: (failure: Failure) => void
  readonly next: () => S
  /** Told each step before its changes are made, the first one first. */
  readonly begin: (step: S, turn: number) => void
}

/** A rival that does the same work makes a turn fail; a third failure is the kernel's own word. */
const MOST_TURNS = 3

/** @throws Refusal that names the commands which the kernel refused */
export function settle<S extends Step>(work: Work<S>): S {
  let failures: readonly Failure[] = []
  for (let turn = 1; turn <= MOST_TURNS; turn += 1) {
    const step = work.next()
    work.begin(step, turn)
    for (const change of step.changes) {
      work.command(formatCommand(change))
    }
    failures = work.dryRun ? [] : apply(work, step.changes, turn)
    if (failures.every(isSlight)) {
      failures.forEach(work.undone)
      return step
    }
  }
  throw new Refusal(describeFailures(failures))
}

function apply<S extends Step>({ edge, goesOn }: Work<S>, changes: readonly Change[], turn: number) {
  return goesOn && turn > 1 ? applyAll(edge, changes) : applyInOrder(edge, changes, [])
}
