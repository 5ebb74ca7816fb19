/** `mptcp-routes plan`, `apply` and `flush`. */
import { applyWhole } from '../apply-whole.ts'
import { type Context, tell } from './context.ts'
import { requireRoot } from './root.ts'

export interface ChangeOptions {
  /** Nothing is wanted. */
  readonly flush: boolean
  /** The commands are printed, and not run. */
  readonly dryRun: boolean
}

/** @returns the exit status: 1 where a device could not have what is asked for */
export function runChanges(context: Context, { flush, dryRun }: ChangeOptions): number {
  const { edge, env, sections, mask, devices, configurationFile, verbose, out, err } = context
  if (!dryRun) {
    requireRoot(flush ? 'flush' : 'apply', ...devices)
  }
  const refused = applyWhole({
    ...{ edge, env, sections, mask, devices, configurationFile, flush, dryRun },
    report: {
      notice: (text) => tell(context, text),
      detail: (text) => verbose && tell(context, text),
      command: (text) => {
        if (dryRun) {
          out(`${text}\n`)
        } else if (verbose) {
          err(`${text}\n`)
        }
      },
    },
  })
  for (const [device, { message }] of refused) {
    tell(context, `${device}: ${message}`)
  }
  return refused.size === 0 ? 0 : 1
}
