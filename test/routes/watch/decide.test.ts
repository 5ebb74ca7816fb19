import { describe, expect, it } from 'vitest'
import {
  contestedAt,
  type Found,
  foundBusy,
  growPause,
  HOST,
  hasJumped,
  looked,
  REGULAR,
  refusedAt,
  startWatch,
  stir,
  type Watch,
} from '../../../src/routes/watch/decide.ts'

const look = (watch: Watch, at: number, found: Partial<Found> = {}) =>
  looked(watch, { began: at, ended: at + 5, refused: [], contested: new Map(), blind: false, ...found })

/** Runs the watch over events at the given times, and gives the times at which it looks, each look 5 ms long. */
function looksAt(events: readonly number[], until: number): number[] {
  const times: number[] = []
  let watch = look(startWatch(0), 0)
  for (let now = 1; now <= until; now += 1) {
    if (events.includes(now)) {
      watch = stir(watch, 'an event', now)
    }
    if (watch.due <= now) {
      times.push(now)
      watch = look(watch, now)
    }
  }
  return times
}

describe('when the watcher looks', () => {
  it('at the start', () => {
    expect(startWatch(7)).toMatchObject({ due: 7, cause: 'the start' })
  })

  it('at once after the first event', () => {
    expect(looksAt([5000], 6000)).toEqual([5000])
  })

  it('once in 100 ms in a storm, and once more after it', () => {
    const storm = Array.from({ length: 400 }, (_, i) => 5000 + i)
    expect(looksAt(storm, 9000)).toEqual([5000, 5105, 5210, 5315, 5420])
  })

  it('every 30 s when nothing happens', () => {
    expect(looksAt([], 65_000)).toEqual([REGULAR + 5, 2 * REGULAR + 10])
  })

  it('more seldom in a storm where a look takes long, but within half a second', () => {
    const slow = (ended: number) => looked(startWatch(0), { ...NOTHING, began: 0, ended })
    expect(stir(slow(60), 'an event', 61).due).toBe(60 + 240)
    expect(stir(slow(5000), 'an event', 5001).due).toBe(5500)
  })

  it('soon again where another run holds the lock, and never in a spin', () => {
    let watch = startWatch(0)
    const pauses: number[] = []
    for (let i = 0; i < 6; i += 1) {
      const now = watch.due
      watch = foundBusy(watch, now)
      pauses.push(watch.due - now)
    }
    expect(pauses).toEqual([25, 50, 100, 200, 200, 200])
    expect(stir(watch, 'an event', watch.due - 150).due).toBe(watch.due)
    expect(look(watch, watch.due).busy).toBe(0)
  })

  it('remembers what happened first, until it has looked', () => {
    const watch = stir(stir(look(startWatch(0), 0), 'one', 10), 'two', 11)
    expect(watch.cause).toBe('one')
    expect(foundBusy(watch, 12).cause).toBe('one')
    expect(look(watch, 12).cause).toBeUndefined()
  })

  it('does not take its own echo for a cause', () => {
    const watch = stir(look(startWatch(0), 0), undefined, 10)
    expect(watch.due).toBe(105)
    expect(stir(watch, 'rule', 11).cause).toBe('rule')
  })
})

const NOTHING: Found = { began: 0, ended: 5, refused: [], contested: new Map(), blind: false }

describe('what the kernel refuses', () => {
  it('is tried again with pauses from 1 s to 60 s', () => {
    let watch = startWatch(0)
    const pauses: number[] = []
    for (let i = 0; i < 8; i += 1) {
      const now = watch.due
      watch = looked(watch, { ...NOTHING, began: now, ended: now, refused: ['eth1'] })
      pauses.push((watch.refused.get('eth1')?.until ?? 0) - now)
      // The regular look comes between, and leaves the device alone.
      while (watch.due < (watch.refused.get('eth1')?.until ?? 0)) {
        watch = looked(watch, { ...NOTHING, began: watch.due, ended: watch.due })
      }
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
  })

  it('holds its device, and no other', () => {
    const watch = look(startWatch(0), 0, { refused: ['eth1'] })
    expect([...refusedAt(watch, 500)]).toEqual(['eth1'])
    expect([...refusedAt(watch, 1005)]).toEqual([])
    expect(stir(watch, 'an event', 400).due).toBe(400)
  })

  it('is forgotten when it goes through', () => {
    const refused = look(startWatch(0), 0, { refused: ['eth1'] })
    const watch = look(look(refused, 1005), 2000, { refused: ['eth1'] })
    expect(watch.refused.get('eth1')?.pause).toBe(1000)
  })

  it('keeps a host that cannot be read from being read in a spin', () => {
    const watch = look(startWatch(0), 0, { refused: [HOST], blind: true })
    expect(stir(watch, 'an event', 10).due).toBe(1005)
    const again = look(watch, 1005, { refused: [HOST], blind: true })
    expect(again.due).toBe(1010 + 2000)
  })

  it('leaves the pauses of devices as they are while the host cannot be read', () => {
    const watch = look(look(startWatch(0), 0, { refused: ['eth1'] }), 200, { refused: [HOST], blind: true })
    expect([...refusedAt(watch, 900)].sort()).toEqual([HOST, 'eth1'])
  })
})

describe('what somebody takes away again and again', () => {
  it('is not put in until its pause is over, and then there is a look', () => {
    const watch = look(startWatch(0), 0, { contested: new Map([['ip rule add', 4000]]) })
    expect([...contestedAt(watch, 3000)]).toEqual(['ip rule add'])
    expect(watch.due).toBe(4005)
    expect([...contestedAt(watch, 4005)]).toEqual([])
  })

  it('keeps its pause over looks between', () => {
    const watch = look(startWatch(0), 0, { contested: new Map([['ip rule add', 4000]]) })
    expect(look(watch, 1000).due).toBe(4005)
  })
})

it('pauses grow from 1 s to 60 s', () => {
  expect([undefined, 1000, 32_000, 60_000].map(growPause)).toEqual([1000, 2000, 60_000, 60_000])
})

it('a sleep is a jump of the wall clock, and so is one back', () => {
  expect([hasJumped(5000, 5001), hasJumped(65_000, 5000), hasJumped(-60_000, 5000)]).toEqual([
    false,
    true,
    true,
  ])
})
