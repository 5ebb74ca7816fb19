/** The writing half of a run: changes → `ip -batch`, and which of them the kernel refused. */

import type { Change } from '../words/state.ts'
import { parseFailures } from './batch.ts'
import { type Batch, familyOption, formatCommand, formatLine, toBatches } from './command.ts'
import type { Edge } from './ip.ts'

/** A change that the kernel refused, in its own words. */
export interface Failure {
  readonly change: Change
  readonly words: string
}

/**
 * Runs the changes, one `ip` process a family, up to the first that is refused: what follows builds on it.
 *
 * @param done receives what went through, and all of a batch whose end is unknown because `ip` was stopped or named no line
 */
export function applyInOrder(edge: Edge, changes: readonly Change[], done: Change[]): Failure[] {
  for (const batch of toBatches(changes)) {
    const failures = runBatch(edge, batch, false, done)
    if (failures.length > 0) {
      return failures
    }
  }
  return []
}

/**
 * Runs all changes that can be made: taking away goes on past what is refused. An endpoint is known as ours by its rule,
 * so where it cannot be deleted the rule stays.
 */
export function applyAll(edge: Edge, changes: readonly Change[]): Failure[] {
  const run = (some: readonly Change[]) => toBatches(some).flatMap((batch) => runBatch(edge, batch, true, []))
  const refused = run(changes.filter(isEndpointRemoval))
  const stuck = new Set(refused.map(({ change }) => isEndpointRemoval(change) && change.endpoint.address))
  const rest = changes.filter((change) => !isEndpointRemoval(change))
  return [...refused, ...run(rest.filter((change) => change.kind !== 'rule' || !stuck.has(change.rule.from)))]
}

function isEndpointRemoval(change: Change): change is Extract<Change, { kind: 'endpoint' }> {
  return change.kind === 'endpoint' && change.verb === 'delete'
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
