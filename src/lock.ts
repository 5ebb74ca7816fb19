/** One run of ours at a time in a network namespace. */
import { lockPath } from './ask/records.ts'
import type { Edge } from './words/edge.ts'
import { Refusal } from './words/refusal.ts'

/**
 * No other run of ours comes between a look and the changes that follow from it.
 *
 * @param notice is told where there can be no lock
 * @throws Refusal where another run holds it for 30 s
 */
export function locked<T>(edge: Edge, notice: (text: string) => void, work: () => T): T {
  const path = lockPath(edge)
  const lock = path === undefined ? 'none' : edge.lock(path)
  if (lock === 'busy') {
    throw new Refusal(`another run holds the lock ${path} for 30 s already: see what it waits for`)
  }
  if (lock === 'none') {
    notice('there is no lock (flock of util-linux, and /run): a run beside this one may interfere')
    return work()
  }
  try {
    return work()
  } finally {
    lock.release()
  }
}
