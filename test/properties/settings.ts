/** How the properties run: FAST_CHECK_SEED=… repeats a run that failed, seed by seed. */
import fc from 'fast-check'
import { vi } from 'vitest'

const seed = process.env['FAST_CHECK_SEED']
fc.configureGlobal(seed === undefined ? {} : { seed: Number(seed) })

// A slow machine is no fault, and a failure that shrinks takes its time.
vi.setConfig({ testTimeout: 60_000 })
