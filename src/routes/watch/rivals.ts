/** Who takes away again and again what the watcher puts in: pure, on a clock that is handed in. */

/** How often a thing has been put back, and when it was last. */
interface Repair {
  readonly score: number
  readonly at: number
  /** How long, in ms, it is then not put back; undefined as long as it is at once. */
  readonly pause: number | undefined
}

/** By the command that puts the thing in. */
export type Repairs = ReadonlyMap<string, Repair>

/** A thing that stood, and had to be put in again. */
export interface Lost {
  readonly device: string
  /** For the log: the command that puts it back. */
  readonly text: string
}

export interface Verdict {
  readonly repairs: Repairs
  /** How long, in ms, not to put back each thing, by its command. */
  readonly pauses: ReadonlyMap<string, number>
  /** What a rival takes away for the first time since he was last quiet. */
  readonly named: readonly Lost[]
}

/** So many in a row nobody does by hand, nor does a link that comes up. */
const MANY = 10

/** In ms: at first hardly to be noticed, then twice as long each time. */
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 60_000

/** One is forgotten in so long: who deletes less often than that costs nothing. */
const FORGET = 5_000

export function judgeLost(before: Repairs, lost: readonly Lost[], now: number): Verdict {
  const repairs = new Map([...before].filter(([, repair]) => scoreAt(repair, now) > 0))
  const pauses = new Map<string, number>()
  const named: Lost[] = []
  for (const one of lost) {
    const old = repairs.get(one.text)
    const score = (old === undefined ? 0 : scoreAt(old, now)) + 1
    const pause = score > MANY ? grow(old?.pause) : undefined
    repairs.set(one.text, { score, at: now, pause })
    if (pause !== undefined) {
      pauses.set(one.text, pause)
    }
    if (pause !== undefined && old?.pause === undefined) {
      named.push(one)
    }
  }
  return { repairs, pauses, named }
}

function grow(pause: number | undefined): number {
  return pause === undefined ? FIRST_PAUSE : Math.min(LONGEST_PAUSE, pause * 2)
}

/** The time in which there was nothing to take away is no sign that the rival was quiet. */
function scoreAt({ score, at, pause = 0 }: Repair, now: number): number {
  return Math.max(0, score - Math.max(0, now - at - pause) / FORGET)
}
