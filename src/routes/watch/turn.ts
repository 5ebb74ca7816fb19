/** What the watcher remembers from look to look, and how one changes it. */
import type { Section } from '../../ask/configuration.ts'
import { withDevices } from '../../plan/notices.ts'
import type { Plan } from '../../plan/wanted.ts'
import { quote, Refusal } from '../../words/refusal.ts'
import { contestedAt, foundBusy, HOST, looked, refusedAt, startWatch, type Watch } from './decide.ts'
import { type LeaseDesk, UNANSWERED } from './leases.ts'
import { type Deaths, type Lives, openLives } from './lives.ts'
import { addEntries, type Entry, type Log } from './log.ts'
import { type Look, type LookQuery, lookAndMend } from './look.ts'
import type { Names } from './named.ts'
import type { Course } from './probe/prober.ts'
import { judgeLost, type Repairs } from './rivals.ts'
import { lostIn, type Standing, standingAfter } from './standing.ts'
import { startTrail, type Trail } from './trail.ts'
import {
  changeEntries,
  NOTHING_SAID,
  noticeEntries,
  refusalEntries,
  rivalEntries,
  type Said,
} from './words.ts'

/** In ms: one that never jumps, and the one on the wall. */
export interface Clock {
  readonly steady: () => number
  readonly wall: () => number
}

export interface LoopOptions {
  readonly clock: Clock
  readonly desk: LeaseDesk
  readonly env: NodeJS.ProcessEnv
  readonly sections: readonly Section[]
  readonly mask: number | undefined
  readonly names: Names
  readonly deaths: Deaths
  /** How often a device has lost its carrier, in the kernel's words. */
  readonly breaks: (device: string) => string | undefined
  readonly write: (entry: Entry) => void
  /** An `ip` command, before it runs, and what else -v tells. */
  readonly detail: (text: string) => void
  /** Told before each look. */
  readonly refresh: () => void
  /** Told after each look which uplinks are to be asked for an answer. */
  readonly probe: (courses: readonly Course[]) => void
}

export interface Memory {
  watch: Watch
  log: Log
  said: Said
  standing: Standing
  repairs: Repairs
  sections: readonly Section[]
  mask: number | undefined
  /** Devices that a section names, or did before. */
  named: readonly string[]
  readonly lives: Lives
  /** What the last look has read, where it had nothing to do; and how often it was found the same since. */
  trail: Trail | undefined
  idle: number
  details: string
}

export function startMemory(options: LoopOptions): Memory {
  const { clock, sections, mask, names, deaths, breaks, probe } = options
  const memory: Memory = {
    watch: startWatch(clock.steady()),
    log: new Map(),
    said: NOTHING_SAID,
    standing: new Map(),
    repairs: new Map(),
    ...{ sections, mask },
    named: names.read(),
    lives: openLives({
      now: () => ({ steady: clock.steady(), wall: clock.wall() }),
      tell: (entries) => {
        memory.log = addEntries(memory.log, entries)
      },
      ...{ deaths, breaks, probe },
    }),
    ...{ trail: undefined, idle: 0 },
    details: '',
  }
  return memory
}

/** After so many looks that found all as it was, one plans again: a lease may have run out since. */
const MOST_IDLE = 3

export function look(memory: Memory, options: LoopOptions): void {
  options.refresh()
  const began = options.clock.steady()
  if (isIdle(memory)) {
    memory.idle += 1
    memory.lives.write()
    const ended = options.clock.steady()
    memory.watch = looked(memory.watch, { ...NOTHING_FOUND, began, ended })
    return
  }
  const held = refusedAt(memory.watch, began)
  const trail = startTrail(options.desk.edge)
  const found = guarded(memory, () => lookAndMend(queryOf(memory, options, trail, began)))
  if (found === 'busy') {
    memory.watch = foundBusy(memory.watch, options.clock.steady())
    return
  }
  options.desk.endLook()
  const sight = { ...withoutUnanswered(found, held), began }
  takeIn(memory, options, sight)
  memory.lives.endLook({ ...sight, contested: contestedAt(memory.watch, began) })
  memory.trail = isQuiet(memory.watch, found) ? trail : undefined
  memory.idle = 0
}

const NOTHING_FOUND = { refused: [], contested: new Map<string, number>(), blind: false }

/** Only time has passed, and all is as it was when there was nothing to do. */
function isIdle({ watch, trail, idle }: Memory): boolean {
  return trail !== undefined && watch.cause === undefined && idle < MOST_IDLE && trail.isSameNow()
}

function isQuiet({ refused, contested }: Watch, { plan, made }: Look): boolean {
  return plan?.refused.size === 0 && made.length + refused.size + contested.size === 0
}

function queryOf(memory: Memory, { env, detail }: LoopOptions, { edge }: Trail, began: number): LookQuery {
  const { watch, sections, mask, named, lives } = memory
  return {
    ...{ edge, env, sections, mask, former: named, command: detail },
    held: refusedAt(watch, began),
    contested: contestedAt(watch, began),
    deaths: lives.judge,
  }
}

interface Sight {
  readonly seen: Look
  /** Devices that were left as they are. */
  readonly silent: ReadonlySet<string>
  readonly began: number
}

function takeIn(memory: Memory, { clock, names, detail }: LoopOptions, { seen, silent, began }: Sight): void {
  const refusals = refusalEntries(memory.said, seen, silent)
  memory.said = refusals.said
  const entries = [...changeEntries(seen.made, memory.watch.cause), ...refusals.entries]
  let pauses: ReadonlyMap<string, number> = new Map()
  if (seen.plan !== undefined) {
    const verdict = judgeLost(memory.repairs, lostIn(memory.standing, seen.made), clock.steady())
    memory.repairs = verdict.repairs
    pauses = verdict.pauses
    if (seen.made.length > 0) {
      memory.standing = standingAfter(memory.standing, seen.plan, silent)
    }
    const { notices: texts, subjects } = seen.plan
    const notices = noticeEntries(memory.said, [...withDevices(texts, subjects), ...seen.undone])
    memory.said = notices.said
    entries.push(...notices.entries, ...rivalEntries(verdict.named))
    tellDetails(memory, seen.plan, detail)
    rememberNamed(memory, seen.named, names)
  }
  memory.log = addEntries(memory.log, entries)
  memory.watch = looked(memory.watch, {
    ...{ began, ended: clock.steady(), contested: pauses },
    refused: [...seen.refused.keys()],
    blind: seen.plan === undefined,
  })
}

function rememberNamed(memory: Memory, named: readonly string[], names: Names): void {
  if (named.join('\n') !== memory.named.join('\n')) {
    memory.named = named
    names.write(named)
  }
}

/** A defect of ours is told like a refusal of the host's, and the watcher lives on. */
function guarded({ named }: Memory, work: () => Look | 'busy'): Look | 'busy' {
  try {
    return work()
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    const why =
      error instanceof Refusal ? error : new Refusal(`internal error, please report it: ${quote(text)}`)
    return { plan: undefined, named, made: [], undone: [], refused: new Map([[HOST, why]]) }
  }
}

/** Devices whose lease is being asked for are left alone like those that are held. */
function withoutUnanswered(look: Look, held: ReadonlySet<string>) {
  const { plan } = look
  const refused = [...(plan?.refused ?? [])]
  const waiting = refused.filter(([, why]) => why === UNANSWERED).map(([device]) => device)
  const told = new Map(refused.filter(([, why]) => why !== UNANSWERED))
  const seen: Look = { ...look, plan: plan && { ...plan, refused: told } }
  return { seen, silent: new Set([...held, ...waiting]), waiting: new Set(waiting) }
}

function tellDetails(memory: Memory, { details }: Plan, detail: (text: string) => void): void {
  const text = details.join('\n')
  if (text !== memory.details) {
    details.forEach(detail)
  }
  memory.details = text
}
