/** The writing half of a run: changes → `ip -batch`, and which of them the kernel refused. */
import { parseFailures } from './batch.ts'
import { type Batch, familyOption, formatCommand, formatLine, toBatches } from './command.ts'
import type { Edge } from './ip.ts'
import type { Change } from './state.ts'

/** A change that the kernel refused, in its own words. */
export interface Failure {
  readonly change: Change
  readonly words: string
}

/**
 * Runs the changes, at most one `ip` process a family.
 *
 * @param goOn whether to go on past a failure (down), or to stop, as what follows builds on it (up)
 * @param done receives what went through, and all of a batch whose end is unknown because `ip` was stopped or named no line
 */
export function applyChanges(
  edge: Edge,
  changes: readonly Change[],
  goOn: boolean,
  done: Change[],
): Failure[] {
  const failures: Failure[] = []
  for (const batch of toBatches(changes)) {
    failures.push(...runBatch(edge, batch, goOn, done))
    if (failures.length > 0 && !goOn) {
      break
    }
  }
  return failures
}

function runBatch(edge: Edge, { family, changes }: Batch, goOn: boolean, done: Change[]): Failure[] {
  const args = [...familyOption(family), ...(goOn ? ['-force'] : []), '-batch', '-']
  const before = done.length
  done.push(...changes)
  const { status, stderr } = edge.ip(args, changes.map((change) => `${formatLine(change)}\n`).join(''))
  const words = parseFailures(stderr)
  if (status !== 0 && words.size === 0) {
    return changes.slice(0, 1).map((change) => ({ change, words: stderr.trim() || 'no reason given' }))
  }
  const tried = words.size === 0 || goOn ? changes.length : Math.min(...words.keys())
  const isRefused = (i: number) => words.has(i + 1)
  done.splice(before, changes.length, ...changes.slice(0, tried).filter((_, i) => !isRefused(i)))
  return changes.flatMap((change, i) => (isRefused(i) ? [{ change, words: words.get(i + 1) ?? '' }] : []))
}

/** The refused commands, each with the kernel's words. */
export function describeFailures(failures: readonly Failure[]): string {
  const cure = failures.some(({ words }) => words.includes('not permitted')) ? ' (run it as root)' : ''
  const refused = failures.map(
    ({ change, words }) => `the kernel refused "${formatCommand(change)}": ${words}`,
  )
  return `${refused.join('; ')}${cure}`
}
