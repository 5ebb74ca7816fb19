/** One look at the host and what it leads to: all devices at once; where the kernel refuses that, by halves. */
import { settleWhole, type WholeRun } from '../../apply-whole.ts'
import type { Section } from '../../ask/configuration.ts'
import { lockPath } from '../../ask/records.ts'
import { describeFailures, type Failure } from '../../kernel/apply.ts'
import type { Plan } from '../../plan/wanted.ts'
import type { Judge, WholeStep } from '../../whole.ts'
import type { Edge } from '../../words/edge.ts'
import { Refusal } from '../../words/refusal.ts'
import type { Change } from '../../words/state.ts'
import { subjectOf } from '../subject.ts'
import { HOST } from './decide.ts'
import { textOf } from './standing.ts'

export interface LookQuery {
  readonly edge: Edge
  readonly env: NodeJS.ProcessEnv
  readonly sections: readonly Section[]
  readonly mask?: number | undefined
  /** Devices that a section has named before. */
  readonly former: readonly string[]
  /** Devices to be left as they are, and HOST for orphans. */
  readonly held: ReadonlySet<string>
  /** What is not to be put in, by the command that would. */
  readonly contested: ReadonlySet<string>
  /** Which uplinks are dead, as the watcher judges at each reading. */
  readonly deaths: Judge
  /** An `ip` command, before it runs. */
  readonly command: (text: string) => void
}

export interface Look {
  /** As it was first seen; undefined where the host could not be read. */
  readonly plan: Plan | undefined
  /** Devices that a section names, or did before, as far as they are there. */
  readonly named: readonly string[]
  /** What was changed, each with the device that it is about. */
  readonly made: readonly Made[]
  /** What could not be done and costs nothing else, in words: each look tries it again. */
  readonly undone: readonly string[]
  /** What the kernel refused, by device, or under HOST. It is taken back, and the others have what they want. */
  readonly refused: ReadonlyMap<string, Refusal>
}

export interface Made {
  readonly device: string
  readonly change: Change
}

/** @returns `busy` where another run holds the lock */
export function lookAndMend(query: LookQuery): Look | 'busy' {
  const { edge } = query
  const path = lockPath(edge)
  const lock = path === undefined ? 'none' : edge.tryLock(path)
  if (lock === 'busy') {
    return 'busy'
  }
  try {
    return mend(query)
  } finally {
    if (lock !== 'none') {
      lock.release()
    }
  }
}

function mend(query: LookQuery): Look {
  const all = attempt(query, [])
  const { first, refusal } = all
  if (first === undefined) {
    const why = refusal ?? new Refusal('the host cannot be read')
    return { ...NOTHING, plan: undefined, named: query.former, refused: new Map([[HOST, why]]) }
  }
  const { plan, scope } = first
  const named = namedIn(first, query.former)
  if (refusal === undefined) {
    return { ...NOTHING, plan, named, made: all.made, undone: all.undone }
  }
  const devices = scope.devices.filter((device) => !plan.refused.has(device))
  const { made, undone, refused } = mendHalves(query, devices)
  // Where every device alone can have what it wants, it is what belongs to none that cannot be taken away.
  const whose = refused.size > 0 ? refused : new Map([[HOST, refusal]])
  return { plan, named, made, undone, refused: whose }
}

type Ends = Pick<Look, 'made' | 'undone' | 'refused'>

const NOTHING: Ends = { made: [], undone: [], refused: new Map() }

function namedIn({ served, host }: WholeStep, former: readonly string[]): string[] {
  const present = served.stanzas.filter(({ door }) => door === 'configuration').map(({ device }) => device)
  const past = former.filter((device) => host.link(device) !== undefined)
  return [...new Set([...present, ...past])].sort()
}

/** Of 256 devices, the one that is refused is found in 16 attempts. */
function mendHalves(query: LookQuery, devices: readonly string[]): Ends {
  const middle = Math.ceil(devices.length / 2)
  const halves = [devices.slice(0, middle), devices.slice(middle)].filter(({ length }) => length > 0)
  const ends = halves.map((half): Ends => {
    const { made, undone, refusal } = attempt(query, half)
    if (refusal === undefined) {
      return { ...NOTHING, made, undone }
    }
    const [device, ...more] = half
    return device !== undefined && more.length === 0
      ? { ...NOTHING, refused: new Map([[device, refusal]]) }
      : mendHalves(query, half)
  })
  return {
    made: ends.flatMap(({ made }) => made),
    undone: ends.flatMap(({ undone }) => undone),
    refused: new Map(ends.flatMap(({ refused }) => [...refused])),
  }
}

interface Attempt {
  readonly first: WholeStep | undefined
  readonly made: readonly Made[]
  readonly undone: readonly string[]
  readonly refusal: Refusal | undefined
}

/** @param devices those that it is about; none means all */
function attempt(query: LookQuery, devices: readonly string[]): Attempt {
  const { edge, env, sections, mask, former, held, contested, deaths, command } = query
  const steps: WholeStep[] = []
  const undone: Failure[] = []
  const run: WholeRun = {
    ...{ edge, env, sections, mask, former, devices, deaths, flush: false, dryRun: false },
    except: {
      devices: held,
      orphans: held.has(HOST),
      spares: (change) => contested.size > 0 && contested.has(textOf(change)),
    },
    report: { notice: ignore, detail: ignore, command },
  }
  try {
    settleWhole(
      run,
      (step) => steps.push(step),
      (failure) => undone.push(failure),
    )
    const failed = new Set(undone.map(({ change }) => textOf(change)))
    const made = steps.flatMap(madeIn).filter(({ change }) => !failed.has(textOf(change)))
    const words = undone.map((failure) => describeFailures([failure]))
    return { first: steps[0], made, undone: words, refusal: undefined }
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error
    }
    return { first: steps[0], made: [], undone: [], refusal: error }
  }
}

/** What a plan has to say is told from the look as a whole. */
function ignore(): void {}

function madeIn(step: WholeStep): Made[] {
  return step.changes.map((change) => ({ device: deviceOf(change, step), change }))
}

/** A rule whose address has gone is its uplink's still. */
function deviceOf(change: Change, step: WholeStep): string {
  const { device, family, table } = subjectOf(change, step)
  const uplink = step.plan.uplinks.find((one) => one.family === family && one.table === table)
  return device ?? uplink?.device ?? HOST
}
