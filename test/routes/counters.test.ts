import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseCounters } from '../../src/routes/counters.ts'

const netstat = readFileSync(new URL('../fixtures/sockets/netstat', import.meta.url), 'utf8')

describe('parseCounters', () => {
  it('reads Multipath TCP’s by name', () => {
    const counters = parseCounters(netstat)
    expect(counters.size).toBeGreaterThan(70)
    expect(
      ['MPCapableSYNTX', 'MPCapableFallbackSYNACK', 'MPJoinSynTx', 'MPCurrEstab'].map((n) => counters.get(n)),
    ).toEqual([6, 2, 4, 6])
    expect([...counters.values()].filter(Number.isNaN)).toEqual([])
  })

  it('reads another protocol’s', () => {
    expect(parseCounters(netstat, 'IpExt').get('InNoRoutes')).toBe(0)
  })

  it('is empty where the kernel has none', () => {
    expect(parseCounters('')).toEqual(new Map())
    expect(parseCounters(netstat.replace(/^MPTcpExt.*\n/gm, ''))).toEqual(new Map())
  })
})
