import { describe, expect, it } from 'vitest'
import { leaveOutCrowds } from '../../src/kernel/crowds.ts'
import type { Hop, Route } from '../../src/words/state.ts'

const hop = (device: string): Hop => ({ gateway: '10.1.1.1', device, onlink: false, weight: 1 })
const ROUTE: Route = {
  ...{ family: 'inet', table: 254, type: 1, destination: '10.9.0.0/16', tos: 0, metric: 0, protocol: 12 },
  ...{ scope: 0, hops: [hop('eth0')], attributes: [], preference: 'medium' },
  ...{ source: undefined, behind: false, strange: undefined },
}
const many = (count: number, more: Partial<Route> = {}): Route[] =>
  Array.from({ length: count }, (_, i) => ({ ...ROUTE, destination: `20.0.${i >> 8}.${i & 255}`, ...more }))
const CROWD = [{ family: 'inet', device: 'eth0' }]

describe('leaveOutCrowds', () => {
  it('keeps a thousand, and none of more', () => {
    const thousand = many(1000)
    expect(leaveOutCrowds(thousand, [])).toEqual({ routes: thousand, crowded: [] })
    expect(leaveOutCrowds([...thousand, ROUTE], [])).toEqual({ routes: [], crowded: CROWD })
  })

  it.each<[string, Partial<Route>]>([
    ['static routes', { protocol: 4 }],
    ['routes of ours', { protocol: 77 }],
    ['routes of other tables', { table: 1001 }],
    ['terminal routes', { type: 7, hops: [] }],
  ])('does not count %s', (_, more) => {
    expect(leaveOutCrowds(many(1001, more), [])).toEqual({ routes: many(1001, more), crowded: [] })
  })

  it('counts each device and family on its own', () => {
    const routes = [...many(600), ...many(600, { hops: [hop('eth1')] }), ...many(600, { family: 'inet6' })]
    expect(leaveOutCrowds(routes, []).crowded).toEqual([])
  })

  it('keeps the rest, ways out among it, and the hops through other devices', () => {
    const rest: Route[] = [
      { ...ROUTE, destination: 'default' },
      { ...ROUTE, protocol: 4 },
      { ...ROUTE, table: 1001 },
      { ...ROUTE, family: 'inet6' },
      { ...ROUTE, hops: [hop('eth1')] },
    ]
    const split = { ...ROUTE, hops: [hop('eth0'), hop('eth1')] }
    expect(leaveOutCrowds([...many(1001), ...rest, split], []).routes).toEqual([
      ...rest,
      { ...split, hops: [hop('eth1')] },
    ])
  })

  it('goes by what is known already', () => {
    const known = [{ family: 'inet', device: 'eth0' } as const]
    expect(leaveOutCrowds(many(3), known)).toEqual({ routes: [], crowded: CROWD })
  })
})
