import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseTraffic, rates } from '../../src/routes/throughput.ts'

const capture = (name: string) =>
  readFileSync(new URL(`../fixtures/sockets/${name}`, import.meta.url), 'utf8')

describe('parseTraffic', () => {
  it('reads the bytes of each device', () => {
    expect(parseTraffic(capture('dev-before'))).toEqual(
      new Map([
        ['lo', { received: 0, sent: 0 }],
        ['eth0', { received: 5271650, sent: 5517477 }],
        ['eth1', { received: 63179, sent: 2394290 }],
      ]),
    )
  })

  it('reads large counts, which touch the colon, and odd names', () => {
    const line =
      '  wan.1:98765432109    1    0    0    0     0          0         0 12345678901    1 0 0 0 0 0 0'
    expect(parseTraffic(line)).toEqual(new Map([['wan.1', { received: 98765432109, sent: 12345678901 }]]))
  })

  it('is empty where there is nothing', () => {
    expect(parseTraffic('')).toEqual(new Map())
  })
})

describe('rates', () => {
  it('are bytes a second between two counts', () => {
    const [before, after] = ['dev-before', 'dev-after'].map((name) => parseTraffic(capture(name)))
    expect(rates(before ?? new Map(), after ?? new Map(), 2)).toEqual(
      new Map([
        ['lo', { in: 0, out: 0 }],
        ['eth0', { in: 2265269, out: 2060422 }],
        ['eth1', { in: 98, out: 6428 }],
      ]),
    )
  })

  it('leave out what came or went, and never fall below 0 for what counts anew', () => {
    const before = new Map([
      ['wwan0', { received: 5000, sent: 100 }],
      ['gone', { received: 1, sent: 1 }],
    ])
    const after = new Map([
      ['wwan0', { received: 200, sent: 300 }],
      ['new', { received: 1, sent: 1 }],
    ])
    expect(rates(before, after, 1)).toEqual(new Map([['wwan0', { in: 200, out: 200 }]]))
  })
})
