/** The watcher's state in time: looks when decide.ts says so, and tells what there is to tell. */
import type { Configuration } from '../../ask/configuration.ts'
import { hasJumped, stir } from './decide.ts'
import { addEntries, type Entry, takeLines } from './log.ts'
import { type LoopOptions, look, type Memory, startMemory } from './turn.ts'
import type { Round } from './verdict.ts'

export interface Loop {
  /** Something happened that may call for a look. */
  readonly stir: (cause: string | undefined) => void
  /** A round of the probe of an uplink is over. */
  readonly hear: (uplink: string, round: Round) => void
  readonly configure: (changed: Pick<Configuration, 'sections' | 'mask'>) => void
  readonly say: (entry: Entry) => void
  /** Ends all waiting and says what is left to say. */
  readonly stop: () => void
}

/** In ms: how late a sleep of the machine may be noticed. */
const TICK = 10_000

export function startLoop(options: LoopOptions): Loop {
  const { clock, write } = options
  const memory = startMemory(options)
  const { lives } = memory
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
  // It goes before events, which may be those of the watcher's own changes; and is said before what comes of it.
  const stirFirst = ([cause]: readonly string[]) => {
    if (cause !== undefined) {
      memory.watch = { ...stir(memory.watch, cause, clock.steady()), cause }
      flush(memory, clock.steady(), write)
    }
  }
  const turn = () => {
    soon = undefined
    noticeSleep()
    if (lives.nextReturn() <= clock.steady()) {
      stirFirst(lives.pass())
    }
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
    const { next: said } = takeLines(memory.log, now)
    const next = Math.min(memory.watch.due, said, lives.nextReturn(), now + TICK)
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
    hear: (uplink, round) => {
      stirFirst(lives.hear(uplink, round))
      wait()
    },
    configure: (changed) => {
      memory.sections = changed.sections
      memory.mask = changed.mask
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
