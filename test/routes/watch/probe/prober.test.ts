import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Course, openProber } from '../../../../src/routes/watch/probe/prober.ts'
import type { Answer } from '../../../../src/routes/watch/probe/round.ts'

beforeEach(() => {
  const toFake = [
    'setTimeout',
    'clearTimeout',
    'setImmediate',
    'clearImmediate',
    'performance',
    'Date',
  ] as const
  vi.useFakeTimers({ toFake: [...toFake] })
})

afterEach(() => {
  vi.useRealTimers()
})

/** @param reply what a question is told after 20 ms; nothing where it is undefined */
function start(reply: (address: string) => Answer | undefined = () => 'answer') {
  const asked: { readonly address: string; readonly source: string; readonly at: number }[] = []
  const heard: string[] = []
  const unable: string[] = []
  const open = { now: 0, most: 0 }
  const began = performance.now()
  const prober = openProber({
    ask: ({ source, target: { address } }, _limit, tell) => {
      asked.push({ address, source, at: performance.now() - began })
      open.now += 1
      open.most = Math.max(open.most, open.now)
      const answer = reply(address)
      const timer = setTimeout(() => {
        if (answer !== undefined) {
          open.now -= 1
          tell(answer)
        }
      }, 20)
      return () => {
        open.now -= 1
        clearTimeout(timer)
      }
    },
    now: () => ({ steady: performance.now(), wall: Date.now() }),
    heard: (key, round) => heard.push(`${key} ${round}`),
    unable: (why) => unable.push(why),
  })
  return { prober, asked, heard, unable, open }
}

const course = (key: string, more: Partial<Course> = {}): Course => ({
  ...{
    key,
    device: key,
    sources: [`from ${key}`],
    targets: [{ address: key, port: undefined }],
    interval: 5,
  },
  ...more,
})

describe('rounds', () => {
  it('begin in the first five seconds, then every interval, a tenth more or less', () => {
    const { prober, asked, heard } = start()
    prober.keep([course('a')])
    vi.advanceTimersByTime(120_000)
    const times = asked.map(({ at }) => at)
    expect(times[0]).toBeLessThanOrEqual(5000)
    const pauses = times.slice(1).map((at, i) => at - (times[i] ?? 0))
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(4499)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5501)
    expect(new Set(pauses.map(Math.round)).size).toBeGreaterThan(5)
    expect(new Set(heard)).toEqual(new Set(['a answered']))
    prober.close()
  })

  it('go on though nobody answers, one at a time', () => {
    const { prober, heard, open } = start(() => undefined)
    prober.keep([course('a', { interval: 1 })])
    vi.advanceTimersByTime(30_000)
    expect(open.most).toBe(1)
    expect(heard.length).toBeGreaterThan(25)
    expect(new Set(heard)).toEqual(new Set(['a lost']))
    prober.close()
    expect(open.now).toBe(0)
  })

  it('of hundreds of uplinks have no more than 32 questions open', () => {
    const { prober, heard, open } = start(() => undefined)
    prober.keep(Array.from({ length: 300 }, (_, i) => course(`${i}`)))
    vi.advanceTimersByTime(60_000)
    expect(open.most).toBe(32)
    // Each has its turn, though later than it would like.
    expect(new Set(heard).size).toBe(300)
    prober.close()
    expect(open.now).toBe(0)
  })
})

describe('who is kept', () => {
  it('is not asked anew where nothing changed', () => {
    const { prober, asked } = start()
    for (let second = 0; second < 60; second += 1) {
      prober.keep([course('a')])
      vi.advanceTimersByTime(1000)
    }
    expect(asked.length).toBeGreaterThan(9)
    prober.close()
  })

  it('and who is not, ends in the middle of a round', () => {
    const { prober, heard, open } = start(() => undefined)
    prober.keep([course('a', { interval: 1 })])
    vi.advanceTimersByTime(1500)
    heard.length = 0
    prober.keep([])
    expect(open.now).toBe(0)
    vi.advanceTimersByTime(60_000)
    expect(heard).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is asked from other addresses once these change', () => {
    const { prober, asked } = start()
    prober.keep([course('a')])
    vi.advanceTimersByTime(12_000)
    prober.keep([course('a', { sources: ['from b'] })])
    asked.length = 0
    vi.advanceTimersByTime(12_000)
    expect(new Set(asked.map(({ source }) => source))).toEqual(new Set(['from b']))
    prober.close()
  })
})

describe('what cannot be asked', () => {
  it('is told once, and again after it could', () => {
    let answer: Answer = { unable: 'no ping' }
    const { prober, heard, unable } = start(() => answer)
    prober.keep([course('a'), course('b')])
    vi.advanceTimersByTime(60_000)
    const text = 'no ping; an uplink that only ping could ask counts as alive (mptcp-probe)'
    expect(unable).toEqual([text])
    expect(new Set(heard)).toEqual(new Set(['a answered', 'b answered']))
    answer = 'answer'
    vi.advanceTimersByTime(20_000)
    answer = { unable: 'no ping' }
    vi.advanceTimersByTime(20_000)
    expect(unable).toEqual([text, text])
    prober.close()
  })

  it('for the moment is told too, and its rounds are not heard', () => {
    const { prober, heard, unable } = start(() => ({ hindered: 'no memory' }))
    prober.keep([course('a'), course('b')])
    vi.advanceTimersByTime(60_000)
    expect(unable).toEqual(['no memory; a round that cannot ask everybody does not count (mptcp-probe)'])
    expect(heard).toEqual([])
    prober.close()
  })
})
