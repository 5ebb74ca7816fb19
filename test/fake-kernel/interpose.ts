/** Faults between a run and its edge, the fake one or the real one: deaths, refusals, rivals. */
import { parseFailures } from '../../src/kernel/batch.ts'
import type { Edge, Outcome } from '../../src/words/edge.ts'

/** The run is dead, as by `kill -9`. */
export class Kill extends Error {}

/** A written line, with how it went. */
export interface Written {
  readonly line: string
  readonly failed: boolean
}

/**
 * Asked before each written line.
 *
 * @param position of the line among all that the run writes, from 1
 * @returns whether the kernel refuses the line; throws a Kill where the run dies before it
 */
export type Intercept = (line: string, position: number) => 'pass' | 'refuse'

const REFUSED: Outcome = {
  status: 1,
  stdout: '',
  stderr: 'RTNETLINK answers: Operation not permitted\nCommand failed -:1\n',
}

/** @param written receives every line that got as far as the kernel */
export function interpose(inner: Edge, intercept: Intercept, written: Written[] = []): Edge {
  let dead = false
  const runLine = (args: readonly string[], line: string) => {
    try {
      return intercept(line, written.length + 1) === 'refuse' ? REFUSED : inner.ip(args, `${line}\n`)
    } catch (error) {
      dead = true
      throw error
    }
  }
  return {
    ...inner,
    // What is dead leaves no records either.
    writeFile: (path, text) => !dead && inner.writeFile(path, text),
    removeFile: (path) => {
      if (!dead) {
        inner.removeFile(path)
      }
    },
    // It may be a run's last deed; what it costs where it is refused is tested elsewhere.
    writeSysctl: (path, value) => {
      const line = `sysctl -w ${path.replace('/proc/sys/', '').replaceAll('/', '.')}=${value}`
      if (!dead) {
        try {
          intercept(line, written.length + 1)
        } catch (error) {
          dead = true
          throw error
        }
      }
      const why = inner.writeSysctl(path, value)
      written.push({ line, failed: why !== undefined })
      return why
    },
    ip: (args, input) => {
      if (dead) {
        throw new Kill('the run is dead')
      }
      if (!args.includes('-batch') || args.includes('-o')) {
        return inner.ip(args, input)
      }
      if (intercept === PASS) {
        return runWhole(inner, args, input, written)
      }
      let stderr = ''
      let status = 0
      for (const [i, line] of input.slice(0, -1).split('\n').entries()) {
        const outcome = runLine(args, line)
        written.push({ line, failed: outcome.status !== 0 })
        stderr += outcome.stderr.replace(/^Command failed -:1$/m, `Command failed -:${i + 1}`)
        status = outcome.status || status
        const gaveUp = outcome.status !== 0 && !/^Command failed/m.test(outcome.stderr)
        if (gaveUp || (status !== 0 && !args.includes('-force'))) {
          break
        }
      }
      return { status, stdout: '', stderr }
    },
  }
}

/** Nothing in the way: one process for the batch, as the product does it. */
export const PASS: Intercept = () => 'pass'

function runWhole(inner: Edge, args: readonly string[], input: string, written: Written[]): Outcome {
  const outcome = inner.ip(args, input)
  const failures = parseFailures(outcome.stderr)
  const lines = input.slice(0, -1).split('\n')
  const last = args.includes('-force') ? lines.length : Math.min(lines.length, ...failures.keys())
  written.push(...lines.slice(0, last).map((line, i) => ({ line, failed: failures.has(i + 1) })))
  return outcome
}

export function killBefore(position: number): Intercept {
  return (_, at) => {
    if (at === position) {
      throw new Kill(`killed before line ${position}`)
    }
    return 'pass'
  }
}

export function refuseOnce(position: number): Intercept {
  return (_, at) => (at === position ? 'refuse' : 'pass')
}

/** The kernel's mind is made up: the same command is refused however often it comes. */
export function refuseAlways(position: number): Intercept {
  let refused: string | undefined
  return (line, at) => {
    if (at === position) {
      refused = line
    }
    return line === refused ? 'refuse' : 'pass'
  }
}

/** Lets another program run to its end before the line, between the read and the write for the first one. */
export function rivalBefore(position: number, rival: () => void): Intercept {
  return (_, at) => {
    if (at === position) {
      rival()
    }
    return 'pass'
  }
}
