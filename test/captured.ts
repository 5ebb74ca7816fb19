/** What test/fixtures/capture has captured from the real ifupdown, ip and DHCP clients, for the unit tests to start from. */

import { readFileSync } from 'node:fs'
import { type Event, parseEnvironment } from '../src/ask/environment.ts'
import * as doors from '../src/follow.ts'
import { type Program, runHook } from '../src/hook.ts'
import { type Answer, parseAnswers } from '../src/kernel/batch.ts'
import { readSnapshot } from '../src/kernel/read.ts'
import type { Edge, Outcome } from '../src/words/edge.ts'
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
  const { files: _, ...dialogues } = JSON.parse(readFixture(`answers/${name}.json`))
  return dialogues
}

/** The files of /proc that a kernel of fixtures/kernels shows. */
function readFiles(kernel: string): Record<string, string | undefined> {
  return JSON.parse(readFixture(`answers/${kernel}.json`)).files
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
export function event(env: Environment, program: Program = 'up'): Event {
  const parsed = parseEnvironment(program, env)
  if ('idle' in parsed) {
    throw new Error(`nothing to do: ${parsed.idle}`)
  }
  return parsed
}

/** The event of a hook that is started by hand for eth1, with the variables of a test. */
export function byHand(changes: Environment = {}, program: Program = 'up'): Event {
  return event({ IFACE: 'eth1', ...changes }, program)
}

/** What a run sees of a kernel of fixtures/kernels. */
export function snapshot(kernel: string, families: readonly Family[] = BOTH): Snapshot {
  return readSnapshot(families, ['eth1'], [], stage({ kernel }).edge)
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
  /** The words on the command line of each read. */
  readonly reads: string[]
  /** What stands in files, those that were written included. */
  readonly files: Record<string, string | undefined>
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
  /** What single commands answer, by the words behind `ip`; nothing where they are not told. */
  readonly commands?: Readonly<Record<string, string>>
  /** Called after each sleep with the time slept in all, to change what stands in the files. */
  readonly onSleep?: (slept: number, files: Record<string, string | undefined>) => void
  readonly now?: Date
}

export function stage(scene: Scene = {}): Stage {
  const writes: string[] = []
  const reads: string[] = []
  const kernel = () => scene.later?.[writes.length] ?? scene.kernel ?? 'one-uplink'
  const files: Record<string, string | undefined> = { ...readFiles(kernel()), ...scene.files }
  let slept = 0
  const ip: Edge['ip'] = (args, input) => {
    const command = args.join(' ')
    if (args.includes('-N')) {
      reads.push(command)
      return args.includes('-batch')
        ? answerBatch(kernel(), args, input)
        : { status: 0, stdout: scene.commands?.[command] ?? '', stderr: '' }
    }
    writes.push([args.slice(0, -2).join(' '), ...input.split('\n').slice(0, -1)].join('\n'))
    return { status: 0, stdout: '', stderr: '', ...scene.outcomes?.[writes.length - 1] }
  }
  const edge: Edge = {
    ip,
    ipUpTo: (args, bytes) => {
      const outcome = ip(args, '')
      return outcome.stdout.length > bytes ? undefined : outcome
    },
    nft: () => undefined,
    dhcpcdLease: () => scene.dhcpcd ?? '',
    readFile: (path) => files[path],
    listDirectory: (path) => {
      const inside = Object.keys(files).filter((file) => file.startsWith(`${path}/`))
      return inside.map((file) => file.slice(path.length + 1)).sort()
    },
    writeFile: (path, text) => {
      files[path] = text
      return true
    },
    removeFile: (path) => {
      files[path] = undefined
    },
    writeSysctl: (path, value) => {
      if (files[path] === undefined) {
        return 'ENOENT'
      }
      files[path] = `${value}\n`
      return undefined
    },
    isReadOnly: () => false,
    networkNamespace: () => '4-4026531840',
    lock: () => ({ release: () => {} }),
    tryLock: () => ({ release: () => {} }),
    tryShared: () => ({ release: () => {} }),
    now: () => scene.now ?? new Date(0),
    sleep: (milliseconds) => {
      slept += milliseconds
      scene.onSleep?.(slept, files)
    },
  }
  return { edge, writes, reads, files, slept: () => slept }
}

/** The lines of a batch are answered one by one, as the captured kernel answered them. */
function answerBatch(kernel: string, args: readonly string[], input: string): Outcome {
  const family = args[0] === '-6' ? 'inet6' : 'inet'
  const known = answers(kernel, family)
  const asked = input.split('\n').slice(0, -1)
  const all = asked.map((line) => known.get(line) ?? notCaptured(kernel, line))
  const failed = all.flatMap(({ error }, i) => (error ? [`${error}\nCommand failed -:${i + 1}\n`] : []))
  const stdout = all.flatMap(({ lines }) => lines ?? []).map((line) => `${line}\n`)
  return { status: failed.length > 0 ? 1 : 0, stdout: stdout.join(''), stderr: failed.join('') }
}

function notCaptured(kernel: string, line: string): never {
  throw new Error(`fixtures/answers/${kernel}.json has no "${line}": run test/fixtures/capture`)
}

/** The answers of a captured kernel, by the line that asked; the sentinel's own among them. */
function answers(kernel: string, family: Family): Map<string, Pick<Answer, 'lines' | 'error'>> {
  const dialogue = readDialogues(kernel)[family] ?? notCaptured(kernel, family)
  const [sentinel = '', ...rest] = dialogue.input
  const questions = rest.filter((line) => line !== sentinel)
  const stdout = dialogue.stdout.map((line) => `${line}\n`).join('')
  const parsed = parseAnswers('ip', questions, stdout, dialogue.stderr.join('\n'))
  const known = new Map<string, Pick<Answer, 'lines' | 'error'>>()
  known.set(sentinel, { lines: dialogue.stdout.slice(0, 1), error: undefined })
  for (const [i, question] of questions.entries()) {
    known.set(question, parsed[i] ?? notCaptured(kernel, question))
  }
  return known
}

/** A whole run of a hook on a stage. */
export function run(program: Program, env: Environment, scene: Scene = {}, args: readonly string[] = []) {
  const set = stage(scene)
  const out: string[] = []
  const err: string[] = []
  const output = { out: (text: string) => out.push(text), err: (text: string) => err.push(text) }
  const status = runHook(program, args, env, set.edge, output, doors)
  return {
    status,
    out: out.join(''),
    err: err.join(''),
    writes: set.writes,
    reads: set.reads,
    files: set.files,
    slept: set.slept(),
  }
}
