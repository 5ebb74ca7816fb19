import { describe, expect, it } from 'vitest'
import { formatCommand } from '../../src/kernel/command.ts'
import { diffRoutes } from '../../src/plan/diff-routes.ts'
import { world } from './worlds.ts'

const routesOf = (lines: readonly string[]) =>
  world(...lines.map((line) => `route ${line} table 7 proto 77`)).routes

/** What is added and what goes, from some routes of a table to others. */
function diff(owned: readonly string[], wanted: readonly string[]): string[] {
  const { added, removed } = diffRoutes(routesOf(owned), routesOf(wanted))
  return [...added, ...removed].map((change) =>
    formatCommand(change)
      .replace(/^ip (-[46] )?route /, '')
      .replace(' table 7 protocol 77', ''),
  )
}

describe('diffRoutes', () => {
  it('adds what is connected first, and takes it away last', () => {
    const routes = ['default via 10.1.2.1 dev eth1', '10.1.2.0/24 dev eth1']
    expect(diff([], routes)).toEqual([
      'add 10.1.2.0/24 dev eth1 scope link',
      'add default via 10.1.2.1 dev eth1',
    ])
    expect(diff(routes, [])).toEqual([
      'delete default via 10.1.2.1 dev eth1',
      'delete 10.1.2.0/24 dev eth1 scope link',
    ])
  })

  it.each([
    ['a gateway', 'default via 10.1.2.1 dev eth1', 'default via 10.1.2.9 dev eth1'],
    ['an attribute', 'default via 10.1.2.1 dev eth1', 'default via 10.1.2.1 dev eth1 mtu 1400'],
    ['a lock', 'default via 10.1.2.1 dev eth1 mtu 1400', 'default via 10.1.2.1 dev eth1 mtu lock 1400'],
    ['onlink', 'default via 10.1.2.1 dev eth1', 'default via 10.1.2.1 dev eth1 onlink'],
    [
      'the number of hops',
      'default via 10.1.2.1 dev eth1',
      'default nexthop via 10.1.2.1 dev eth1 weight 1 nexthop via 10.1.2.9 dev eth1 weight 1',
    ],
    [
      'a weight',
      'default nexthop via 10.1.2.1 dev eth1 weight 1 nexthop via 10.1.2.9 dev eth1 weight 1',
      'default nexthop via 10.1.2.1 dev eth1 weight 1 nexthop via 10.1.2.9 dev eth1 weight 2',
    ],
  ])('appends the new way before the old one goes, where %s changes', (_, old, wanted) => {
    const gone = old.replace(/ mtu.*/, '')
    expect(diff([old], [wanted])).toEqual([`append ${wanted}`, `delete ${gone}`])
  })

  it('tells apart by scope, which a route without a gateway may have', () => {
    expect(diff(['10.5.0.0/16 dev eth1'], ['10.5.0.0/16 dev eth1 scope 0'])).toEqual([
      'append 10.5.0.0/16 dev eth1 scope global',
      'delete 10.5.0.0/16 dev eth1 scope link',
    ])
  })

  it('adds a route of another tos or metric beside the old one', () => {
    const old = 'default via 10.1.2.1 dev eth1'
    expect(diff([old], [old, `default tos 0x10 via 10.1.2.1 dev eth1`])).toEqual([
      'add default tos 0x10 via 10.1.2.1 dev eth1',
    ])
  })

  it('takes a second route of one place away, as a killed run leaves it', () => {
    const wanted = 'default via 10.1.2.9 dev eth1'
    expect(diff(['default via 10.1.2.1 dev eth1', wanted], [wanted])).toEqual([
      'delete default via 10.1.2.1 dev eth1',
    ])
  })
})

describe('in IPv6', () => {
  const ONE = 'default via fe80::1 dev eth1'

  it('a hop that comes is appended, and one that goes is deleted by its own', () => {
    expect(diff([ONE], ['default via fe80::2 dev eth1'])).toEqual([
      'append default via fe80::2 dev eth1',
      'delete default via fe80::1 dev eth1 metric 1024',
    ])
  })

  it('a route whose attributes change goes before it comes: it cannot stand twice', () => {
    expect(diff([ONE], [`${ONE} mtu 1400`])).toEqual([`delete ${ONE} metric 1024`, `append ${ONE} mtu 1400`])
  })

  it('a hop that stands behind another one is not asked for attributes that the dump does not tell', () => {
    const hops =
      'default nexthop via fe80::1 dev eth1 weight 1 nexthop via fe80::2 dev eth1 weight 1 metric 1024'
    expect(diff([hops], [`${ONE} metric 1024`, 'default via fe80::2 dev eth1 mtu 1400'])).toEqual([])
  })
})
