/** The watcher's state in time: looks when decide.ts says so, and tells what it did. */
import type { Section } from '../../ask/configuration.ts'
import type { Plan } from '../../plan/wanted.ts'
import { quote, Refusal } from '../../words/refusal.ts'
import {
  contestedAt,
  foundBusy,
  HOST,
  hasJumped,
  looked,
  refusedAt,
  startWatch,
  stir,
  type Watch,
} from './decide.ts'
import { type LeaseDesk, UNANSWERED } from './leases.ts'
import { addEntries, type Entry, type Log, takeLines } from './log.ts'
import { type Look, lookAndMend } from './look.ts'
import { judgeLost, type Repairs } from './rivals.ts'
import { lostIn, type Standing, standingAfter } from './standing.ts'
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
  readonly write: (entry: Entry) => void
  /** An `ip` command, before it runs, and what else -v tells. */
  readonly detail: (text: string) => void
  /** Told before each look. */
  readonly refresh: () => void
}

export interface Loop {
  /** Something happened that may call for a look. */
  readonly stir: (cause: string | undefined) => void
  readonly configure: (sections: readonly Section[]) => void
  readonly say: (entry: Entry) => void
  /** Ends all waiting and says what is left to say. */
  readonly stop: () => void
}

/** In ms: how late a sleep of the machine may be noticed. */
const TICK = 10_000

interface Memory {
  watch: Watch
  log: Log
  said: Said
  standing: Standing
  repairs: Repairs
  sections: readonly Section[]
  details: string
}

export function startLoop(options: LoopOptions): Loop {
  const { clock, sections, write } = options
  const memory: Memory = {
    watch: startWatch(clock.steady()),
    log: new Map(),
    said: NOTHING_SAID,
    standing: new Map(),
    repairs: new Map(),
    sections,
    details: '',
  }
  let timer: NodeJS.Timeout | undefined
  let soon: NodeJS.Immediate | undefined
  let last = { wall: clock.wall(), steady: clock.steady() }
  let isOver = false

  const noticeSleep = () => {
    const moment = { wall: clock.wall(), steady: clock.steady() }
    if (hasJumped(moment.wall - last.wall, moment.steady - last.steady)) {
      memory.watch = stir(memory.watch, 'a sleep, or a jump of the clock', moment.steady)
    }
    last = moment
  }
  const turn = () => {
    soon = undefined
    noticeSleep()
    if (memory.watch.due <= clock.steady()) {
      look(memory, options)
    }
    flush(memory, clock.steady(), write)
    wait()
  }
  const wait = () => {
    clearTimeout(timer)
    if (isOver || soon !== undefined) {
      return
    }
    const now = clock.steady()
    const next = Math.min(memory.watch.due, takeLines(memory.log, now).next, now + TICK)
    if (next <= now) {
      soon = setImmediate(turn)
    } else {
      timer = setTimeout(turn, Math.ceil(next - now))
    }
  }
  wait()
  return {
    stir: (cause) => {
      memory.watch = stir(memory.watch, cause, clock.steady())
      wait()
    },
    configure: (changed) => {
      memory.sections = changed
    },
    say: (entry) => {
      memory.log = addEntries(memory.log, [entry])
      flush(memory, clock.steady(), write)
    },
    stop: () => {
      isOver = true
      clearTimeout(timer)
      clearImmediate(soon)
      flush(memory, Number.POSITIVE_INFINITY, write)
    },
  }
}

function flush(memory: Memory, now: number, write: (entry: Entry) => void): void {
  const { log, lines } = takeLines(memory.log, now)
  memory.log = log
  lines.forEach(write)
}

function look(memory: Memory, { clock, desk, env, detail, refresh }: LoopOptions): void {
  refresh()
  const { watch, sections } = memory
  const began = clock.steady()
  const held = refusedAt(watch, began)
  const contested = contestedAt(watch, began)
  const query = { edge: desk.edge, env, sections, held, contested, command: detail }
  const found = guarded(() => lookAndMend(query))
  if (found === 'busy') {
    memory.watch = foundBusy(watch, clock.steady())
    return
  }
  desk.endLook()
  const { seen, silent } = withoutUnanswered(found, held)
  const refusals = refusalEntries(memory.said, seen, silent)
  memory.said = refusals.said
  const entries = [...changeEntries(seen.made, watch.cause), ...refusals.entries]
  let pauses: ReadonlyMap<string, number> = new Map()
  if (seen.plan !== undefined) {
    const verdict = judgeLost(memory.repairs, lostIn(memory.standing, seen.made), clock.steady())
    memory.repairs = verdict.repairs
    pauses = verdict.pauses
    if (seen.made.length > 0) {
      memory.standing = standingAfter(memory.standing, seen.plan, silent)
    }
    const notices = noticeEntries(memory.said, seen.plan)
    memory.said = notices.said
    entries.push(...notices.entries, ...rivalEntries(verdict.named))
    tellDetails(memory, seen.plan, detail)
  }
  memory.log = addEntries(memory.log, entries)
  memory.watch = looked(memory.watch, {
    ...{ began, ended: clock.steady(), contested: pauses },
    refused: [...seen.refused.keys()],
    blind: seen.plan === undefined,
  })
}

/** A defect of ours is told like a refusal of the host's, and the watcher lives on. */
function guarded(work: () => Look | 'busy'): Look | 'busy' {
  try {
    return work()
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    const why =
      error instanceof Refusal ? error : new Refusal(`internal error, please report it: ${quote(text)}`)
    return { plan: undefined, made: [], refused: new Map([[HOST, why]]) }
  }
}

/** Devices whose lease is being asked for are left alone like those that are held. */
function withoutUnanswered(look: Look, held: ReadonlySet<string>) {
  const { plan } = look
  const refused = [...(plan?.refused ?? [])]
  const waiting = refused.filter(([, why]) => why === UNANSWERED).map(([device]) => device)
  const told = new Map(refused.filter(([, why]) => why !== UNANSWERED))
  const seen: Look = { ...look, plan: plan && { ...plan, refused: told } }
  return { seen, silent: new Set([...held, ...waiting]) }
}

function tellDetails(memory: Memory, { details }: Plan, detail: (text: string) => void): void {
  const text = details.join('\n')
  if (text !== memory.details) {
    details.forEach(detail)
  }
  memory.details = text
}
