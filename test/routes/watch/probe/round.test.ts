import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openGate } from '../../../../src/routes/watch/probe/gate.ts'
import {
  type Answer,
  type Ask,
  type Question,
  type Result,
  startRound,
} from '../../../../src/routes/watch/probe/round.ts'

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance', 'Date'],
  })
})

afterEach(() => {
  vi.useRealTimers()
})

const question = (address: string, source = '10.1.1.2'): Question => ({
  device: 'eth0',
  source,
  target: { address, port: undefined },
})

const QUESTIONS = ['a', 'b', 'c'].map((address) => question(address))

interface Reply {
  readonly answer: Answer
  /** In ms. */
  readonly after: number
}

/** Answers by the target; who has none never says a word. */
function play(replies: Readonly<Record<string, Reply>>, questions = QUESTIONS, most = 10) {
  const asked: { readonly address: string; readonly at: number }[] = []
  const results: Result[] = []
  const told: string[] = []
  let open = 0
  const began = performance.now()
  const jump = { wall: 0, steady: 0 }
  const ask: Ask = ({ target: { address } }, _limit, tell) => {
    asked.push({ address, at: performance.now() - began })
    open += 1
    const reply = replies[address]
    const timer =
      reply &&
      setTimeout(() => {
        open -= 1
        tell(reply.answer)
      }, reply.after)
    return () => {
      open -= 1
      clearTimeout(timer)
    }
  }
  const stop = startRound(
    {
      ...{ questions, limit: 3000, gate: openGate(most), ask },
      now: () => ({ steady: performance.now() + jump.steady, wall: Date.now() + jump.wall }),
      told: (answer, { target }) =>
        told.push(`${target.address} ${typeof answer === 'string' ? answer : Object.values(answer)[0]}`),
    },
    (result) => results.push(result),
  )
  return { asked, results, told, stop, jump, open: () => open }
}

const answer = (after: number): Reply => ({ answer: 'answer', after })
const silence = (after: number): Reply => ({ answer: 'silence', after })
const unable = (after = 1): Reply => ({ answer: { unable: 'no ping' }, after })
const hindered = (after = 1): Reply => ({ answer: { hindered: 'no memory' }, after })

describe('a round', () => {
  it('that is answered soon asks one question', () => {
    const round = play({ a: answer(40) })
    vi.advanceTimersByTime(10_000)
    expect(round.results).toEqual(['answered'])
    expect(round.asked).toEqual([{ address: 'a', at: 0 }])
    expect(round.open()).toBe(0)
  })

  it('asks the next one who does not answer soon, and ends all with the first answer', () => {
    const round = play({ b: answer(300) })
    vi.advanceTimersByTime(10_000)
    expect(round.results).toEqual(['answered'])
    expect(round.asked.map(({ at }) => at)).toEqual([0, 250, 500])
    expect(round.open()).toBe(0)
  })

  it('asks the next one at once where one has failed', () => {
    const round = play({ a: silence(2), b: silence(2), c: answer(2) })
    vi.advanceTimersByTime(10_000)
    expect(round.results).toEqual(['answered'])
    expect(round.asked.map(({ at }) => at)).toEqual([0, 2, 4])
  })

  it('is lost where nobody answers in its time', () => {
    const round = play({})
    vi.advanceTimersByTime(2999)
    expect(round.results).toEqual([])
    vi.advanceTimersByTime(2)
    expect(round.results).toEqual(['lost'])
    expect(round.open()).toBe(0)
  })

  it('is lost before that where all have failed', () => {
    const round = play({ a: silence(2), b: silence(2), c: silence(2) })
    vi.advanceTimersByTime(10)
    expect(round.results).toEqual(['lost'])
  })

  it('asks many within half of its time', () => {
    const many = Array.from({ length: 30 }, (_, i) => question(`${i}`))
    const round = play({}, many, 100)
    vi.advanceTimersByTime(1500)
    expect(round.asked).toHaveLength(30)
  })

  it('waits for its turn without losing its time', () => {
    const round = play({ a: answer(10) }, QUESTIONS, 0)
    vi.advanceTimersByTime(60_000)
    expect(round).toMatchObject({ results: [], asked: [] })
    round.stop()
  })

  it('that is over asks nobody who still waits for his turn', () => {
    const round = play({ a: answer(600) }, QUESTIONS, 1)
    vi.advanceTimersByTime(10_000)
    expect(round.asked.map(({ address }) => address)).toEqual(['a'])
    expect(round.results).toEqual(['answered'])
    const lost = play({}, QUESTIONS, 1)
    vi.advanceTimersByTime(10_000)
    expect(lost.asked.map(({ address }) => address)).toEqual(['a'])
    expect(lost.results).toEqual(['lost'])
    expect([round.open(), lost.open(), vi.getTimerCount()]).toEqual([0, 0, 0])
  })

  it('that is stopped has no result and leaves nothing', () => {
    const round = play({ a: answer(600) })
    vi.advanceTimersByTime(300)
    round.stop()
    vi.advanceTimersByTime(10_000)
    expect(round.results).toEqual([])
    expect(round.open()).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('what cannot be asked', () => {
  it('counts for nothing beside what can', () => {
    const round = play({ a: unable(), b: silence(2), c: silence(2) })
    vi.advanceTimersByTime(3000)
    expect(round.results).toEqual(['lost'])
    expect(round.told).toEqual(['a no ping'])
  })

  it('counts as alive where it is all', () => {
    const round = play({ a: unable(), b: unable(), c: unable() })
    vi.advanceTimersByTime(10)
    expect(round.results).toEqual(['answered'])
  })
})

describe('nothing can be told', () => {
  it('after a sleep of the machine, or a jump of its clock', () => {
    for (const wall of [60_000, -60_000]) {
      const round = play({})
      round.jump.wall = wall
      vi.advanceTimersByTime(3001)
      expect(round.results).toEqual(['void'])
    }
  })

  it.each([
    ['is all', { a: hindered(), b: hindered(), c: hindered() }],
    ['stands beside what there is no means for', { a: unable(), b: hindered(), c: unable() }],
    ['stands beside silence', { a: silence(2), b: hindered(), c: silence(2) }],
    ['stands beside silence that lasts', { a: hindered() }],
  ])('where what could not be asked for the moment %s', (_, replies) => {
    const round = play(replies)
    vi.advanceTimersByTime(3001)
    expect(round.results).toEqual(['void'])
    expect(round.told.filter((text) => text.endsWith('no memory'))).not.toEqual([])
  })

  it('of an answer it can, though another could not be asked', () => {
    const round = play({ a: hindered(), b: answer(2) })
    vi.advanceTimersByTime(3001)
    expect(round.results).toEqual(['answered'])
  })

  it('by one who came too late to listen', () => {
    const round = play({})
    round.jump.steady = round.jump.wall = 600
    vi.advanceTimersByTime(3001)
    expect(round.results).toEqual(['void'])
  })

  it('but what has come meanwhile counts', () => {
    // In the same turn as the end of the time, and behind it.
    const round = play({ a: answer(3000) })
    round.jump.steady = round.jump.wall = 600
    vi.advanceTimersByTime(3001)
    expect(round.results).toEqual(['answered'])
  })
})
