/** When the watcher looks at the host, and what it leaves as it is for a while: pure, on a clock that is handed in. */

/** All times are in ms, of a clock that never jumps. */
export interface Watch {
  /** When the next look is due. */
  readonly due: number
  /** Before this, no event leads to a look. */
  readonly rest: number
  /** How often in a row another run has held the lock. */
  readonly busy: number
  /** What happened first since the last look; undefined where only time has passed. */
  readonly cause: string | undefined
  /** Devices on which the kernel refused a command, and what belongs to none. */
  readonly refused: ReadonlyMap<string, Hold>
  /** What somebody takes away again and again, by the command that puts it in. */
  readonly contested: ReadonlyMap<string, Hold>
}

export interface Hold {
  readonly until: number
  readonly pause: number
}

/** What a look found. */
export interface Found {
  readonly began: number
  readonly ended: number
  /** Where the kernel refused a command; `*` for what belongs to no device. */
  readonly refused: readonly string[]
  /** How long, in ms, not to put in what somebody takes away again and again, by the command that would. */
  readonly contested: ReadonlyMap<string, number>
  /** The host could not be read at all. */
  readonly blind: boolean
}

/** What belongs to no device: orphans, or the host as a whole. No device can have the name. */
export const HOST = '*'

/** A storm of events is answered once in so long, and a look that takes long is not to be all that the machine does. */
const STORM = 100
const LONGEST_STORM = 500
const COST = 4

/** The kernel tells nobody about endpoints, nor about routes that go with an address. */
export const REGULAR = 30_000

/** A hook holds the lock for some 30 ms; one that hangs holds it for seconds. */
const FIRST_BUSY = 25
const LONGEST_BUSY = 200

const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 60_000

/** How far the wall clock may go its own way, when it is set or slewed, before it tells of a sleep. */
const JUMP = 2_000

export function startWatch(now: number): Watch {
  return { due: now, rest: now, busy: 0, cause: 'the start', refused: new Map(), contested: new Map() }
}

/**
 * Something happened: the first event is answered at once, what follows when the pause is over.
 *
 * @param cause for the log; undefined for an echo of what the watcher itself has done
 */
export function stir(watch: Watch, cause: string | undefined, now: number): Watch {
  return {
    ...watch,
    due: Math.min(watch.due, Math.max(now, watch.rest)),
    cause: watch.cause ?? cause,
  }
}

/** Another run holds the lock. */
export function foundBusy(watch: Watch, now: number): Watch {
  const due = now + Math.min(LONGEST_BUSY, FIRST_BUSY * 2 ** Math.min(watch.busy, 10))
  return { ...watch, due, rest: due, busy: watch.busy + 1 }
}

export function looked(watch: Watch, found: Found): Watch {
  const { began, ended, blind } = found
  const kept = blind
    ? watch.refused
    : new Map([...watch.refused].filter(([device, { until }]) => device !== HOST && until > began))
  const refused = new Map([
    ...kept,
    ...found.refused.map((device) => [device, holdAgain(watch.refused.get(device), ended)] as const),
  ])
  const contested = new Map([
    ...[...watch.contested].filter(([, { until }]) => until > began),
    ...[...found.contested].map(([thing, pause]) => [thing, { until: ended + pause, pause }] as const),
  ])
  const host = refused.get(HOST)
  const storm = Math.min(LONGEST_STORM, Math.max(STORM, COST * (ended - began)))
  const ends = [...refused.values(), ...contested.values()].map(({ until }) => until)
  return {
    due: Math.min(ended + REGULAR, ...ends),
    rest: blind && host !== undefined ? host.until : ended + storm,
    ...{ busy: 0, cause: undefined, refused, contested },
  }
}

function holdAgain(hold: Hold | undefined, now: number): Hold {
  const pause = growPause(hold?.pause)
  return { until: now + pause, pause }
}

/** 1 s, and from one time to the next twice as long, up to 60 s. */
export function growPause(pause: number | undefined): number {
  return pause === undefined ? FIRST_PAUSE : Math.min(LONGEST_PAUSE, pause * 2)
}

/** Devices, or HOST, that a look at the moment leaves as they are. */
export function refusedAt({ refused }: Watch, now: number): ReadonlySet<string> {
  return heldIn(refused, now)
}

/** What a look at the moment does not put in, by the command that would. */
export function contestedAt({ contested }: Watch, now: number): ReadonlySet<string> {
  return heldIn(contested, now)
}

function heldIn(holds: ReadonlyMap<string, Hold>, now: number): ReadonlySet<string> {
  return new Set([...holds].filter(([, { until }]) => until > now).map(([what]) => what))
}

/** Between two moments the wall clock and the other one have gone apart: the machine slept, or the clock was set. */
export function hasJumped(wall: number, steady: number): boolean {
  return Math.abs(wall - steady) > JUMP
}
