/**
 * How the properties run: from one seed every time, so that a red run is the tree's fault and never luck's.
 * FAST_CHECK_SEED=… takes another (`npm run fuzz` draws one), FAST_CHECK_RUNS=10 tries ten times as many cases.
 */
import fc from 'fast-check'
import { vi } from 'vitest'

const seed = readNumber('FAST_CHECK_SEED', 77)
const factor = Math.max(1, readNumber('FAST_CHECK_RUNS', 1))

function readNumber(name: string, standard: number): number {
  const value = process.env[name]
  if (value !== undefined && !/^-?\d+$/.test(value)) {
    throw new Error(`${name} "${value}" is not a whole number`)
  }
  return value === undefined ? standard : Number(value)
}

/** The cases of a property that has so many unless asked for more: `{ numRuns: runs(400) }`. */
export function runs(count: number): number {
  return count * factor
}

fc.configureGlobal({ seed })

// A slow machine is no fault, and a failure that shrinks takes its time.
vi.setConfig({ testTimeout: 60_000 * factor })
