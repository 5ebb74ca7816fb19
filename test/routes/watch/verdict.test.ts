import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  deathsIn,
  hear,
  type Moment,
  meet,
  miss,
  nextReturn,
  pass,
  type Round,
  type Seen,
  startVerdicts,
  type Verdicts,
} from '../../../src/routes/watch/verdict.ts'
import { uplinkKey } from '../../../src/words/death.ts'

const NONE: Verdicts = new Map()
const ETH0: Seen = { device: 'eth0', family: 'inet', table: 7, carrier: true, probe: undefined, interval: 0 }
const PROBED: Seen = { ...ETH0, probe: '192.0.2.1', interval: 1000 }
const CUT = { carrier: false } as const
const KEY = uplinkKey(ETH0)

/** So many seconds after the start; the wall's clock began elsewhere. */
const at = (seconds: number): Moment => ({ steady: seconds * 1000, wall: 5_000_000 + seconds * 1000 })

const metAt = (verdicts: Verdicts, seconds: number, uplink: Seen = ETH0) =>
  meet(verdicts, [uplink], at(seconds))

/** Rounds one after the other, a second each, the first one at the time. */
function rounds(verdicts: Verdicts, results: readonly Round[], seconds: number): Verdicts {
  return results.reduce((before, round, i) => hear(before, KEY, round, at(seconds + i)), verdicts)
}

const LOST3: readonly Round[] = ['lost', 'lost', 'lost']
const ANSWERED3: readonly Round[] = ['answered', 'answered', 'answered']

const isDead = (verdicts: Verdicts) => deathsIn(verdicts).length > 0

describe('carrier', () => {
  it('is left at once, and says since when and why', () => {
    const verdicts = metAt(metAt(NONE, 0), 9, { ...ETH0, ...CUT })
    const why = 'no carrier'
    expect(deathsIn(verdicts)).toEqual([{ device: 'eth0', family: 'inet', table: 7, since: at(9).wall, why }])
  })

  it('is missed from the first look on', () => {
    expect(isDead(metAt(NONE, 0, { ...ETH0, ...CUT }))).toBe(true)
  })

  it('counts again after 3 s without a break', () => {
    const cut = metAt(NONE, 0, { ...ETH0, ...CUT })
    expect(nextReturn(cut)).toBe(Number.POSITIVE_INFINITY)
    const back = metAt(cut, 10)
    expect(isDead(back)).toBe(true)
    expect(nextReturn(back)).toBe(13_000)
    expect(isDead(pass(back, at(12.999)))).toBe(true)
    expect(isDead(pass(back, at(13)))).toBe(false)
    expect(isDead(metAt(back, 13))).toBe(false)
  })

  it('with a break counts from the end of that', () => {
    const back = metAt(metAt(NONE, 0, { ...ETH0, ...CUT }), 10)
    const again = metAt(metAt(back, 12, { ...ETH0, ...CUT }), 12.5)
    expect(deathsIn(again)[0]?.since).toBe(at(0).wall)
    expect(isDead(pass(again, at(15.4)))).toBe(true)
    expect(isDead(pass(again, at(15.5)))).toBe(false)
  })

  it('is not enough where a probe is to be answered', () => {
    const back = metAt(metAt(NONE, 0, { ...PROBED, ...CUT }), 10, PROBED)
    expect(isDead(pass(back, at(100)))).toBe(true)
    expect(isDead(rounds(back, ANSWERED3, 11))).toBe(false)
  })

  it('of less than 3 s is not enough, however often a probe was answered', () => {
    const back = metAt(metAt(NONE, 0, { ...PROBED, ...CUT }), 10, PROBED)
    const answered = rounds(back, ANSWERED3, 10)
    expect(isDead(answered)).toBe(true)
    expect(nextReturn(answered)).toBe(13_000)
  })

  it('that is out makes answers from before count for nothing', () => {
    const dead = rounds(metAt(NONE, 0, PROBED), LOST3, 1)
    const cut = metAt(rounds(dead, ['answered', 'answered'], 5), 8, { ...PROBED, ...CUT })
    const back = metAt(hear(cut, KEY, 'answered', at(9)), 10, PROBED)
    expect(isDead(hear(back, KEY, 'answered', at(20)))).toBe(true)
  })
})

describe('a probe', () => {
  it('that is lost three times in a row kills, with whom it asked', () => {
    const verdicts = metAt(NONE, 0, PROBED)
    expect(isDead(rounds(verdicts, ['lost', 'lost'], 1))).toBe(false)
    const why = 'no answer from 192.0.2.1 (mptcp-probe)'
    expect(deathsIn(rounds(verdicts, LOST3, 1))).toMatchObject([{ since: at(3).wall, why }])
  })

  it('that is answered now and then does not', () => {
    const some: readonly Round[] = ['lost', 'lost', 'answered', 'lost', 'lost', 'answered', 'lost', 'lost']
    expect(isDead(rounds(metAt(NONE, 0, PROBED), some, 1))).toBe(false)
  })

  it('that is answered three times in a row brings back', () => {
    const dead = rounds(metAt(NONE, 0, PROBED), LOST3, 1)
    expect(isDead(rounds(dead, ['answered', 'answered', 'lost', 'answered', 'answered'], 4))).toBe(true)
    expect(isDead(rounds(dead, ['answered', 'answered', 'lost', ...ANSWERED3], 4))).toBe(false)
  })

  it('that is taken away leaves the uplink to its carrier', () => {
    const dead = rounds(metAt(NONE, 0, PROBED), LOST3, 1)
    expect(isDead(metAt(dead, 5))).toBe(false)
  })

  it('that asks others begins anew, and the verdict stays', () => {
    const almost = rounds(metAt(NONE, 0, PROBED), ['lost', 'lost'], 1)
    const changed = metAt(almost, 4, { ...PROBED, probe: '198.51.100.1' })
    expect(isDead(rounds(changed, ['lost', 'lost'], 5))).toBe(false)
    const dead = rounds(almost, ['lost', 'answered', 'answered'], 3)
    const other = metAt(dead, 9, { ...PROBED, probe: '198.51.100.1' })
    expect(isDead(hear(other, KEY, 'answered', at(10)))).toBe(true)
    expect(isDead(rounds(other, ANSWERED3, 10))).toBe(false)
  })

  it('of an uplink that is not known, or has none any more, tells nothing', () => {
    expect(rounds(NONE, LOST3, 0)).toEqual(NONE)
    expect(isDead(rounds(metAt(NONE, 0), LOST3, 1))).toBe(false)
  })
})

describe('an uplink', () => {
  it('is one by device, family and table: others share no verdict', () => {
    const others = [{ ...ETH0, family: 'inet6' } as const, { ...ETH0, table: 8 }, { ...ETH0, device: 'eth1' }]
    const verdicts = meet(NONE, [{ ...ETH0, ...CUT }, ...others], at(0))
    expect(deathsIn(verdicts)).toHaveLength(1)
    expect(verdicts.size).toBe(4)
  })

  it('that is gone for a moment keeps its verdict, and is forgotten after ten seconds', () => {
    const dead = rounds(metAt(NONE, 0, PROBED), LOST3, 1)
    const gone = miss(dead, () => false, at(10))
    expect(isDead(metAt(gone, 15, PROBED))).toBe(true)
    expect(miss(gone, () => false, at(19.9)).size).toBe(1)
    expect(miss(gone, () => false, at(20)).size).toBe(0)
    expect(miss(metAt(gone, 15, PROBED), () => true, at(60)).size).toBe(1)
  })

  it('that was dead when the service ended is so when it starts, without an end of the time', () => {
    const last = deathsIn(rounds(metAt(NONE, 0, PROBED), LOST3, 1))
    const next = metAt(startVerdicts(last), 100, PROBED)
    expect(deathsIn(next)).toEqual(last)
    expect(isDead(rounds(next, ['answered', 'answered'], 101))).toBe(true)
    expect(isDead(rounds(next, ANSWERED3, 101))).toBe(false)
    expect(isDead(pass(metAt(startVerdicts(last), 100), at(103)))).toBe(false)
  })
})

/** Times, in seconds, of deaths and returns of an uplink without a probe whose carrier changes at the given times. */
function switchesOf(changes: readonly number[], until: number): number[] {
  const times: number[] = []
  let carrier = true
  let verdicts = metAt(NONE, 0)
  for (let now = 0; now < until; now = Number((now + 0.1).toFixed(1))) {
    const before = isDead(verdicts)
    carrier = changes.includes(now) ? !carrier : carrier
    verdicts = metAt(verdicts, now, { ...ETH0, carrier })
    if (isDead(verdicts) !== before) {
      times.push(now)
    }
  }
  return times
}

describe('one that comes and goes', () => {
  it('20 changes in 10 s: two switches', () => {
    expect(
      switchesOf(
        Array.from({ length: 20 }, (_, i) => 1 + i / 2),
        30,
      ),
    ).toEqual([1, 13.5])
  })

  it('slowly needs ever longer, up to 24 s', () => {
    const changes = Array.from({ length: 40 }, (_, i) => 10 + 5 * i)
    const minute = switchesOf(changes, 80)
    expect(minute).toEqual([10, 18, 20])
  })

  it('and lasts a minute is taken as at first', () => {
    expect(switchesOf([10, 12, 20, 22, 90, 91, 160, 161], 200)).toEqual([10, 15, 20, 28, 90, 94, 160, 164])
  })

  it('needs up to 24 answers', () => {
    let verdicts = metAt(NONE, 0, PROBED)
    let now = 1
    const needed: number[] = []
    for (let i = 0; i < 6; i += 1) {
      verdicts = rounds(verdicts, LOST3, now)
      const began = now + 3
      for (now = began; isDead(verdicts); now += 1) {
        verdicts = hear(verdicts, KEY, 'answered', at(now))
      }
      needed.push(now - began)
    }
    expect(needed).toEqual([3, 6, 12, 24, 24, 24])
  })
})

/** How many answers bring it back after it has answered so many rounds since its last return. */
function patienceAfter(answered: number, interval: number): number {
  const seen = { ...PROBED, interval: interval * 1000 }
  let now = 0
  const round = (verdicts: Verdicts, result: Round) => {
    now += interval
    return hear(verdicts, KEY, result, at(now))
  }
  const answers = Array.from({ length: answered }, (): Round => 'answered')
  const results: readonly Round[] = [...LOST3, ...ANSWERED3, ...answers, ...LOST3]
  let verdicts = results.reduce(round, metAt(NONE, 0, seen))
  let needed = 0
  for (; isDead(verdicts); needed += 1) {
    verdicts = round(verdicts, 'answered')
  }
  return needed
}

it.each([
  [1, 56, 57],
  [5, 8, 9],
  [30, 8, 9],
  [3600, 8, 9],
])('a return is brief by the probe: at one round in %i s, for %i answers', (interval, brief, lasting) => {
  expect([0, brief, lasting].map((answered) => patienceAfter(answered, interval))).toEqual([6, 6, 3])
})

type Event = Round | 'cut' | 'plugged' | 'gone' | 'words' | 'pause'

const EVENTS: readonly Event[] = ['answered', 'lost', 'cut', 'plugged', 'gone', 'words', 'pause']

/** The state after the events, each the given number of ms behind the one before, and how often it turned. */
function play(events: readonly { readonly event: Event; readonly after: number }[]) {
  let verdicts = metAt(NONE, 0, PROBED)
  let seen = PROBED
  let now = 0
  let turns = 0
  for (const { event, after } of events) {
    now += after / 1000
    const before = isDead(verdicts)
    seen = { ...seen, carrier: event === 'plugged' || (event !== 'cut' && seen.carrier) }
    seen = event === 'words' ? { ...seen, probe: seen.probe === undefined ? '192.0.2.1' : undefined } : seen
    const moment = at(now)
    verdicts =
      event === 'gone'
        ? miss(verdicts, () => false, moment)
        : event === 'answered' || event === 'lost'
          ? hear(verdicts, KEY, event, moment)
          : meet(pass(verdicts, moment), [seen], moment)
    turns += isDead(verdicts) === before ? 0 : 1
  }
  return { verdicts, now, turns }
}

const STORY = fc.array(
  fc.record({ event: fc.constantFrom(...EVENTS), after: fc.integer({ min: 0, max: 20_000 }) }),
  { maxLength: 60 },
)

describe('whatever happens', () => {
  it('a quiet hour of answers ends alive', () => {
    fc.assert(
      fc.property(STORY, fc.boolean(), (story, isProbed) => {
        const { verdicts, now } = play(story)
        const seen = isProbed ? PROBED : ETH0
        let quiet = verdicts
        for (let i = 1; i <= 720; i += 1) {
          quiet = hear(metAt(quiet, now + 5 * i, seen), KEY, 'answered', at(now + 5 * i))
        }
        expect(deathsIn(quiet)).toEqual([])
      }),
    )
  })

  it('a minute has no more than nine switches, of however many changes', () => {
    const minute = fc.array(
      fc.record({
        event: fc.constantFrom<Event>('answered', 'lost', 'cut', 'plugged', 'pause'),
        after: fc.integer({ min: 0, max: 500 }),
      }),
      { minLength: 100, maxLength: 300 },
    )
    fc.assert(
      fc.property(minute, (story) => {
        let time = 0
        const within = story.filter(({ after }) => {
          time += after
          return time < 60_000
        })
        expect(play(within).turns).toBeLessThanOrEqual(9)
      }),
    )
  })

  it('time alone turns it at the moment that was told, and not before', () => {
    fc.assert(
      fc.property(STORY, (story) => {
        const { verdicts, now } = play(story)
        const next = nextReturn(verdicts)
        if (next < Number.POSITIVE_INFINITY) {
          const later = Math.max(next, now * 1000) / 1000
          expect(deathsIn(pass(verdicts, at(later))).length).toBeLessThan(deathsIn(verdicts).length)
          expect(deathsIn(pass(verdicts, at(next / 1000 - 0.01)))).toEqual(deathsIn(verdicts))
        }
      }),
    )
  })
})
