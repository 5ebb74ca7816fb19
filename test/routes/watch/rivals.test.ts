import { expect, it } from 'vitest'
import { judgeLost, type Lost, type Repairs, type Verdict } from '../../../src/routes/watch/rivals.ts'

const RULE: Lost = { device: 'eth1', text: 'ip rule add from 10.1.2.2' }
const OTHER: Lost = { device: 'eth0', text: 'ip rule add from 10.1.1.2' }

/** Somebody deletes the rule so long after it was put back; a pause of ours passes before that. */
function fight(times: number, every: number, from: Repairs = new Map(), start = 0) {
  let now = start
  let verdict: Verdict = { repairs: from, pauses: new Map(), named: [] }
  const pauses: number[] = []
  let named = 0
  for (let i = 0; i < times; i += 1) {
    verdict = judgeLost(verdict.repairs, [RULE], now)
    const pause = verdict.pauses.get(RULE.text) ?? 0
    pauses.push(pause)
    named += verdict.named.length
    now += pause + every
  }
  return { pauses, named, repairs: verdict.repairs, now }
}

it('what is deleted now and then is put back at once', () => {
  expect(fight(50, 6000)).toMatchObject({ named: 0 })
  expect(Math.max(...fight(50, 6000).pauses)).toBe(0)
})

it('what is deleted as often as it is put back comes ever more slowly, and its rival is named once', () => {
  const { pauses, named } = fight(24, 50)
  expect(pauses.slice(9, 15)).toEqual([0, 100, 200, 400, 800, 1600])
  expect(pauses.slice(-5)).toEqual([51_200, 60_000, 60_000, 60_000, 60_000])
  expect(named).toBe(1)
})

it('one who gives up and begins again is named again', () => {
  const first = fight(12, 100)
  expect(fight(12, 100, first.repairs, first.now + 120_000)).toMatchObject({ named: 1 })
})

it('each thing is judged by itself', () => {
  const { repairs, now } = fight(12, 100)
  const { pauses } = judgeLost(repairs, [OTHER], now)
  expect([...pauses]).toEqual([])
})

it('forgets what has stood for long', () => {
  const { repairs, now } = fight(12, 100)
  expect(judgeLost(repairs, [OTHER], now + 600_000).repairs.size).toBe(1)
})
