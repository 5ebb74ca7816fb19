import { expect, it } from 'vitest'
import { describeDeath } from '../../src/words/death.ts'

it('tells the time of a death, and the day where that is another', () => {
  const since = new Date(2026, 10, 5, 20, 51, 7).getTime()
  const text = (now: Date) => describeDeath({ since, why: 'no carrier' }, now)
  expect([text(new Date(2026, 10, 5, 23, 59)), text(new Date(2026, 10, 6, 0, 1))]).toEqual([
    'dead since 20:51:07: no carrier',
    'dead since 2026-11-05 20:51:07: no carrier',
  ])
})
