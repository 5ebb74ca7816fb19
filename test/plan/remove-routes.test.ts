import { describe, expect, it } from 'vitest'
import { formatLine } from '../../src/kernel/command.ts'
import { removeRoutes } from '../../src/plan/remove-routes.ts'
import { world } from './worlds.ts'

/** What takes the routes of a place away but for those at the numbers, from 0. */
function remove(lines: readonly string[], ...stay: readonly number[]): string[] {
  const { routes } = world(...lines.map((line) => `route ${line} table 7 proto 77`))
  const kept = new Set(routes.filter((_, i) => stay.includes(i)))
  return removeRoutes(routes, kept).map((change) =>
    formatLine(change)
      .replace(/^route /, '')
      .replace(' table 7 protocol 77', ''),
  )
}

const WAY = 'default via 10.1.2.1 dev eth1'
const OTHER = 'default via 10.1.2.9 dev eth1'
const BOTH = 'default nexthop via 10.1.2.1 dev eth1 weight 1 nexthop via 10.1.2.9 dev eth1 weight 1'

describe('removeRoutes', () => {
  it('deletes from the front to the back', () => {
    expect(remove([WAY, OTHER])).toEqual([`delete ${WAY}`, `delete ${OTHER}`])
    expect(remove([BOTH, WAY])).toEqual([`delete ${BOTH}`, `delete ${WAY}`])
  })

  it('leaves what stays where the line does not fit it', () => {
    expect(remove([WAY, OTHER], 0)).toEqual([`delete ${OTHER}`])
    expect(remove([OTHER, BOTH], 0)).toEqual([`delete ${BOTH}`])
    expect(remove([WAY, `${WAY} mtu 1400`], 1)).toEqual([`delete ${WAY}`])
  })

  it.each([
    ['with other metrics', `${WAY} mtu 1400`, WAY],
    ['with more hops', BOTH, WAY],
    ['with fewer hops', WAY, BOTH],
    ['that is onlink', `${WAY} onlink`, WAY],
  ])('puts behind what stays in front and would be hit: a route %s', (_, stays, goes) => {
    expect(remove([stays, goes], 0)).toEqual([`delete ${goes}`, `append ${stays}`, `delete ${goes}`])
  })

  it('tells an IPv4 route on the link by its scope', () => {
    expect(remove(['10.5.0.0/16 via 10.1.2.1 dev eth1', '10.5.0.0/16 dev eth1'], 0)).toEqual([
      'delete 10.5.0.0/16 dev eth1 scope link',
    ])
  })

  it('names an IPv6 route with its gateway before one without is deleted, for the sake of its siblings', () => {
    const stays = '2001:db8:7::/48 via fe80::1 dev eth1'
    expect(remove([stays, '2001:db8:7::/48 dev eth1'], 0)).toEqual([
      'delete 2001:db8:7::/48 via fe80::1 dev eth1 metric 1024',
      'append 2001:db8:7::/48 via fe80::1 dev eth1',
      'delete 2001:db8:7::/48 dev eth1 metric 1024',
    ])
  })
})
