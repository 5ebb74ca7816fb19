/** Which uplinks the watcher takes for dead: verdicts, told as they change and written down for other runs. */
import type { Judge } from '../../whole.ts'
import { type Death, uplinkKey } from '../../words/death.ts'
import { coursesOf, seenIn } from './judge.ts'
import { type Entry, WARNING } from './log.ts'
import type { Look } from './look.ts'
import type { Course } from './probe/prober.ts'
import {
  deathsIn,
  hear,
  interrupt,
  type Moment,
  meet,
  miss,
  nextReturn,
  pass,
  type Round,
  startVerdicts,
  type Verdicts,
} from './verdict.ts'
import { verdictEntries } from './words.ts'

/** What is known of dead uplinks beyond the watcher's own end, and to other runs. */
export interface Deaths {
  readonly read: () => readonly Death[]
  /** Says whether it could. */
  readonly write: (deaths: readonly Death[]) => boolean
}

export interface LivesOptions {
  readonly now: () => Moment
  readonly deaths: Deaths
  /** How often the device has lost its carrier, in the kernel's words. */
  readonly breaks: (device: string) => string | undefined
  /** Told after each look which uplinks are to be asked for an answer. */
  readonly probe: (courses: readonly Course[]) => void
  readonly tell: (entries: readonly Entry[]) => void
}

/** What `hear` and `pass` return are causes for a look: the uplinks that have died or come back by it. */
export interface Lives {
  /** For a look: what it shows counts at once. */
  readonly judge: Judge
  /** A look is over. */
  readonly endLook: (sight: Sight) => void
  /** A look had nothing to do: what could not be written down is tried again. */
  readonly write: () => void
  /** A round of an uplink's probe is over. */
  readonly hear: (uplink: string, round: Round) => readonly string[]
  /** Time has passed. */
  readonly pass: () => readonly string[]
  /** When time alone brings the next one back. */
  readonly nextReturn: () => number
}

export interface Sight {
  readonly seen: Look
  /** Devices that were left as they are. */
  readonly silent: ReadonlySet<string>
  /** Those of them that only wait for an answer: what stood before stands. */
  readonly waiting: ReadonlySet<string>
  /** What was not put in, by the command that would. */
  readonly contested: ReadonlySet<string>
}

const UNWRITTEN =
  'which uplinks are dead cannot be written down (/run/mptcp-routes takes no file): a hook, apply and status do not know it'

export function openLives({ now, deaths, breaks, probe, tell }: LivesOptions): Lives {
  let written = deaths.read()
  let verdicts = startVerdicts(written)
  // Those that were dead before the start are told as well.
  let told: Verdicts = new Map()
  let asked: readonly Course[] = []
  const adopt = (changed: Verdicts): readonly string[] => {
    const { entries, causes } = verdictEntries(told, changed, now().wall)
    verdicts = changed
    told = changed
    tell(entries)
    return causes
  }
  const counts = new Map<string, string | undefined>()
  /**
   * The kernel tells of a link once a second at most (net/core/link_watch.c): a cable that goes out and in meanwhile is
   * seen by the count alone, whose change is asked for wherever an uplink may come back.
   */
  const mindBreaks = () => {
    const dead = new Set(deathsIn(verdicts).map(({ device }) => device))
    const before = new Map(counts)
    counts.clear()
    for (const device of dead) {
      counts.set(device, breaks(device))
    }
    const isBroken = (device: string) => before.has(device) && before.get(device) !== counts.get(device)
    verdicts = interrupt(verdicts, isBroken, now())
  }
  let isToldUnwritten = false
  const write = () => {
    const current = deathsIn(verdicts)
    const isWritten = JSON.stringify(current) === JSON.stringify(written) || deaths.write(current)
    written = isWritten ? current : written
    if (!isWritten && !isToldUnwritten) {
      tell([{ device: undefined, level: WARNING, text: UNWRITTEN }])
    }
    isToldUnwritten = !isWritten
  }
  return {
    // Other runs are to know it before the kernel is changed.
    judge: (uplinks, snapshot) => {
      mindBreaks()
      adopt(meet(verdicts, seenIn(uplinks, snapshot), now()))
      write()
      return deathsIn(verdicts)
    },
    endLook: ({ seen: { plan, refused }, silent, waiting, contested }) => {
      if (plan === undefined) {
        return
      }
      // A device that was left as it is has not gone; whether its rules stand is not known.
      const isLeft = (device: string) => silent.has(device) || plan.refused.has(device) || refused.has(device)
      const met = new Set(plan.uplinks.filter(({ out }) => out !== undefined).map(uplinkKey))
      adopt(miss(verdicts, (key, { device }) => met.has(key) || isLeft(device), now()))
      write()
      const sure = plan.uplinks.filter(({ device }) => !isLeft(device))
      asked = [...coursesOf(sure, contested), ...asked.filter(({ device }) => waiting.has(device))]
      probe(asked)
    },
    write,
    hear: (uplink, round) => {
      mindBreaks()
      return adopt(hear(verdicts, uplink, round, now()))
    },
    pass: () => {
      mindBreaks()
      return adopt(pass(verdicts, now()))
    },
    nextReturn: () => nextReturn(verdicts),
  }
}
