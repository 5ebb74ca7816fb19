/** What test/fixtures/capture has captured from the real ifupdown, ip and DHCP clients, for the unit tests to start from. */
import { readFileSync } from 'node:fs'
import { type Direction, type Event, parseEnvironment } from '../src/ask/environment.ts'
import { runHook } from '../src/hook.ts'
import { type LineAnswer, parseAnswers } from '../src/kernel/batch.ts'
import type { Edge, Outcome } from '../src/kernel/ip.ts'
import { parseSnapshot, questions } from '../src/kernel/snapshot.ts'
import { type Lookups, planUplink } from '../src/plan/uplink.ts'
import { type Plan, planState } from '../src/plan/wanted.ts'
import type { Family, Snapshot } from '../src/words/state.ts'

export type Environment = Readonly<Record<string, string>>

/** A dialogue with `ip`, each stream by line. */
export interface Dialogue {
  readonly status: number
  readonly input: readonly string[]
  readonly stdout: readonly string[]
  readonly stderr: readonly string[]
}

export const BOTH: readonly Family[] = ['inet6', 'inet']

export function readFixture(path: string): string {
  return readFileSync(new URL(`fixtures/${path}`, import.meta.url), 'utf8')
}

export function readDialogues(name: string): Record<string, Dialogue | undefined> {
  return JSON.parse(readFixture(`answers/${name}.json`))
}

/** The environments of a hook's runs for a file of fixtures/interfaces, in their order: all up, then all down. */
export function environments(name: string): Environment[] {
  return JSON.parse(readFixture(`environments/${name}.json`))
}

/** The environment of the first run, with what a test varies. */
export function environment(name: string, changes: Environment = {}): Environment {
  return { ...environments(name)[0], ...changes }
}

/** The event of an environment that is not idle. */
export function event(env: Environment, direction: Direction = 'up'): Event {
  const parsed = parseEnvironment(direction, env)
  if ('idle' in parsed) {
    throw new Error(`nothing to do: ${parsed.idle}`)
  }
  return parsed
}

/** The event of a hook that is started by hand for eth1, with the variables of a test. */
export function byHand(changes: Environment = {}, direction: Direction = 'up'): Event {
  return event({ IFACE: 'eth1', ...changes }, direction)
}

/** The answers of a kernel of fixtures/kernels by the line that asked. */
function answers(kernel: string, family: Family): Map<string, LineAnswer> {
  const { inet, inet6 } = readDialogues(kernel)
  const asked = (family === 'inet6' ? [inet, inet6] : [inet6, inet]).flatMap((dialogue) =>
    dialogue ? parseAnswers(dialogue.input, dialogue.stdout.join('\n'), dialogue.stderr.join('\n')) : [],
  )
  return new Map(asked.map((answer) => [answer.line, answer]))
}

/** What eth1's run sees of a kernel of fixtures/kernels. */
export function snapshot(kernel: string, families: readonly Family[] = BOTH, mptcpEnabled = true): Snapshot {
  const replies = questions(families, 'eth1', true).map(({ family, lines }) => ({
    family,
    answers: new Map([...lines].map(([topic, line]) => [topic, answer(kernel, family, line)])),
  }))
  return parseSnapshot('eth1', replies, mptcpEnabled)
}

function answer(kernel: string, family: Family, line: string): LineAnswer {
  const found = answers(kernel, family).get(line)
  if (found === undefined) {
    throw new Error(`fixtures/answers/${kernel}.json has no "${line}": run test/fixtures/capture`)
  }
  return found
}

export const NO_LOOKUPS: Lookups = { tableNames: () => new Map(), leases: () => [] }

export function plan(event: Event, kernel: string | Snapshot, lookups: Partial<Lookups> = {}): Plan {
  const seen = typeof kernel === 'string' ? snapshot(kernel, event.families) : kernel
  return planState(event, seen, { ...NO_LOOKUPS, ...lookups })
}

export function uplink(family: Family, event: Event, seen: Snapshot, lookups: Partial<Lookups> = {}) {
  return planUplink(family, event, seen, { ...NO_LOOKUPS, ...lookups })
}

/** The message that the work is refused with. */
export function refusalOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return error instanceof Error ? `${error.constructor.name}: ${error.message}` : String(error)
  }
  return 'not refused'
}

/** A world that answers as a captured kernel does, keeps what is written, and answers the writes as told. */
export interface Stage {
  readonly edge: Edge
  /** The lines of each write, with the words on the command line before `-batch`. */
  readonly writes: string[]
  readonly reads: string[]
  readonly slept: () => number
}

export interface Scene {
  readonly kernel?: string
  /** The outcomes of the writes, in their order; success where there are no more. */
  readonly outcomes?: readonly Partial<Outcome>[]
  readonly files?: Readonly<Record<string, string | undefined>>
  readonly dhcpcd?: string
  /** What the reads show after so many writes, where that changes. */
  readonly later?: Readonly<Record<number, string>>
  /** Called after each sleep with the time slept in all, to change what stands in the files. */
  readonly onSleep?: (slept: number, files: Record<string, string | undefined>) => void
  readonly now?: Date
}

const FILES = {
  '/proc/sys/net/mptcp/enabled': '1\n',
  '/proc/net/dev': '  eth1: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n',
  '/proc/net/if_inet6': '00000000000000000000000000000001 01 80 10 80       lo\n',
}

export function stage(scene: Scene = {}): Stage {
  const writes: string[] = []
  const reads: string[] = []
  const files: Record<string, string | undefined> = { ...FILES, ...scene.files }
  let slept = 0
  const kernel = () => scene.later?.[writes.length] ?? scene.kernel ?? 'one-uplink'
  const read = (family: Family, lines: string[]): Outcome => {
    reads.push(family)
    const all = lines.map((line) => answer(kernel(), family, line))
    const failed = all.flatMap(({ error }, i) => (error ? [`${error}\nCommand failed -:${i + 1}`] : []))
    const stdout = all.flatMap(({ output }) => output ?? []).join('\n')
    return { status: failed.length > 0 ? 1 : 0, stdout, stderr: failed.join('\n') }
  }
  const edge: Edge = {
    ip: (args, input) => {
      const lines = input.split('\n').slice(0, -1)
      if (args.includes('-j')) {
        return read(args[0] === '-6' ? 'inet6' : 'inet', lines)
      }
      writes.push([args.slice(0, -2).join(' '), ...lines].join('\n'))
      return { status: 0, stdout: '', stderr: '', ...scene.outcomes?.[writes.length - 1] }
    },
    dhcpcdLease: () => scene.dhcpcd ?? '',
    readFile: (path) => files[path],
    listDirectory: (path) => {
      const inside = Object.keys(files).filter((file) => file.startsWith(`${path}/`))
      return inside.map((file) => file.slice(path.length + 1)).sort()
    },
    now: () => scene.now ?? new Date(0),
    sleep: (milliseconds) => {
      slept += milliseconds
      scene.onSleep?.(slept, files)
    },
  }
  return { edge, writes, reads, slept: () => slept }
}

/** A whole run of a hook on a stage. */
export function run(direction: Direction, env: Environment, scene: Scene = {}, args: readonly string[] = []) {
  const set = stage(scene)
  const out: string[] = []
  const err: string[] = []
  const output = { out: (text: string) => out.push(text), err: (text: string) => err.push(text) }
  const status = runHook(direction, args, env, set.edge, output)
  return {
    status,
    out: out.join(''),
    err: err.join(''),
    writes: set.writes,
    reads: set.reads,
    slept: set.slept(),
  }
}
