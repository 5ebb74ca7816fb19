/** dhcpcd's leases without waiting: who is not answered yet is left as it is until then. */
import { type ChildProcess, execFile } from 'node:child_process'
import type { Edge } from '../../words/edge.ts'
import { Refusal } from '../../words/refusal.ts'

/** What a device is refused with whose lease is being asked for: nothing to tell anybody. */
export const UNANSWERED = new Refusal('dhcpcd has not said its lease yet')

export interface LeaseDesk {
  /** The edge for a look. */
  readonly edge: Edge
  /** The look is over: the next one wants newer answers. */
  readonly endLook: () => void
  /** Asks no more. */
  readonly close: () => void
}

/** dhcpcd answers between two of its hooks, and waits 5 s for what it does not know. */
const LIMIT = 10_000

/** @param answered is told the device about which there is an answer */
export function openLeaseDesk(
  edge: Edge,
  env: NodeJS.ProcessEnv,
  answered: (device: string) => void,
): LeaseDesk {
  const answers = new Map<string, string>()
  const asking = new Map<string, ChildProcess>()
  const used = new Set<string>()
  const ask = (device: string) => {
    const path = `${env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`.replace(/^:/, '')
    const options = { env: { PATH: path, LC_ALL: 'C' }, timeout: LIMIT, killSignal: 'SIGKILL' } as const
    const started = execFile('dhcpcd', ['-4', '-U', '--', device], options, (_error, stdout) => {
      if (asking.delete(device)) {
        answers.set(device, stdout)
        answered(device)
      }
    })
    asking.set(device, started)
  }
  return {
    edge: {
      ...edge,
      dhcpcdLease: (device) => {
        const answer = answers.get(device)
        if (answer !== undefined) {
          used.add(device)
          return answer
        }
        if (!asking.has(device)) {
          ask(device)
        }
        throw UNANSWERED
      },
    },
    endLook: () => {
      for (const device of used) {
        answers.delete(device)
      }
      used.clear()
    },
    close: () => {
      const started = [...asking.values()]
      asking.clear()
      for (const one of started) {
        one.kill('SIGKILL')
      }
    },
  }
}
