/** The one watcher of a network namespace: two would answer each other's changes. */
import { watchPath } from '../../ask/records.ts'
import type { Edge, Lock } from '../../words/edge.ts'
import { Refusal } from '../../words/refusal.ts'
import { PROGRAM } from '../context.ts'

/** A run that reads who is dead has the lock for a moment: ten tries in a second outlast it, and those beside it. */
const TRIES = 10
const PAUSE = 100

/**
 * Held for life.
 *
 * @throws Refusal where another watcher has it
 */
export function takePlace(edge: Edge): Lock | 'none' {
  const path = watchPath(edge)
  if (path === undefined) {
    return 'none'
  }
  let lock = edge.tryLock(path)
  for (let again = 0; again < TRIES && lock === 'busy'; again += 1) {
    edge.sleep(PAUSE)
    lock = edge.tryLock(path)
  }
  if (lock === 'busy') {
    throw new Refusal(`another ${PROGRAM} watch works in this network namespace (it holds ${path})`)
  }
  return lock
}
