/** The hooks' only process edge. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { Refusal } from '../words/refusal.ts'

/** What a process left behind. */
export interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** The world outside of a run: handed in, so that a test can hand in another. */
export interface Edge {
  /** Runs `ip` with the arguments and the input. Throws a Refusal where it is missing or does not end in 10 s. */
  readonly ip: (args: readonly string[], input: string) => Outcome
  /** What `dhcpcd -U DEVICE` prints; empty where there is no dhcpcd or no lease. */
  readonly dhcpcdLease: (device: string) => string
  /** The text of a file; undefined where it cannot be read. */
  readonly readFile: (path: string) => string | undefined
  /** The names in a directory, sorted; empty where it cannot be read. */
  readonly listDirectory: (path: string) => readonly string[]
  readonly now: () => Date
  readonly sleep: (milliseconds: number) => void
}

const PROCESS_LIMIT = 10_000

/** Whole dumps of the largest hosts: 10,000 rules are 1 MB of JSON. */
const LARGEST_OUTPUT = 256 * 1024 * 1024

/** The places of `ip`, for a PATH that lacks them, and the plain language of its errors. */
function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { PATH: `${env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`.replace(/^:/, ''), LC_ALL: 'C' }
}

/** What cannot be read is not there. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

export function createEdge(env: NodeJS.ProcessEnv): Edge {
  const run = (file: string, args: readonly string[], input: string) =>
    spawnSync(file, args, {
      input,
      encoding: 'utf8',
      env: childEnvironment(env),
      timeout: PROCESS_LIMIT,
      killSignal: 'SIGKILL',
      maxBuffer: LARGEST_OUTPUT,
    })
  return {
    ip: (args, input) => {
      const { error, status, stdout, stderr } = run('ip', args, input)
      const code = (error as NodeJS.ErrnoException | undefined)?.code
      if (code === 'ENOENT' || code === 'EACCES') {
        throw new Refusal('there is no ip command: apt-get install iproute2')
      }
      if (code === 'ETIMEDOUT') {
        throw new Refusal(`the ip command did not end in ${PROCESS_LIMIT / 1000} s (package iproute2)`)
      }
      // A child that ends before it has read its input leaves EPIPE here and its reason on stderr.
      if (error !== undefined && code !== 'EPIPE') {
        throw new Refusal(`the ip command could not be run: ${error.message} (package iproute2)`)
      }
      return { status: status ?? 1, stdout, stderr }
    },
    dhcpcdLease: (device) => run('dhcpcd', ['-4', '-U', device], '').stdout ?? '',
    readFile: (path) => orUndefined(() => readFileSync(path, 'utf8')),
    listDirectory: (path) => orUndefined(() => readdirSync(path).sort()) ?? [],
    now: () => new Date(),
    sleep: (milliseconds) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
    },
  }
}
