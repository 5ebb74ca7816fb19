import { describe, expect, it } from 'vitest'
import { placeKey, routeKey } from '../../src/plan/routes.ts'
import { FRESH, PAGE, planOf, routesOf, stanza, stanza6, T1, type Variables, world } from './worlds.ts'

const GIVEN = { IF_ADDRESS: '10.1.2.2/24', IF_GATEWAY: '10.1.2.1' }
const plan = (lines: string, variables: Variables = {}) =>
  planOf(world(PAGE, lines), { stanzas: [stanza('eth1', { ...GIVEN, ...variables })] })

describe('a table', () => {
  it('is what main says of the device, plus the default', () => {
    expect(routesOf(plan('route 10.5.0.0/16 via 10.1.2.9 dev eth1'), T1)).toEqual([
      '10.1.2.0/24 dev eth1 scope link',
      '10.5.0.0/16 via 10.1.2.9 dev eth1',
      'default via 10.1.2.1 dev eth1',
    ])
  })

  it('of IPv6 has fe80::/64 too, as the companion passes over that of main, once', () => {
    const six = (lines: string) =>
      routesOf(
        planOf(world('link eth1', 'addr 2001:db8:2::2/64 dev eth1', lines), {
          stanzas: [stanza6('eth1', { IF_GATEWAY: 'fe80::1' })],
        }),
        T1,
      )
    const expected = ['2001:db8:2::/64 dev eth1', 'fe80::/64 dev eth1', 'default via fe80::1 dev eth1']
    expect(six('')).toEqual(expected)
    expect(six('route fe80::/64 dev eth1 proto 2 metric 256')).toEqual(expected)
  })

  it('has the subnet of an address that is yet to come, and not of one that stands without', () => {
    const ahead = planOf(world('link eth1'), { stanzas: [stanza('eth1', GIVEN, FRESH)] })
    expect(routesOf(ahead, T1)).toEqual(['10.1.2.0/24 dev eth1 scope link', 'default via 10.1.2.1 dev eth1'])
    const bare = world('link eth1', 'addr 10.1.2.2/24 dev eth1 noprefixroute')
    expect(routesOf(planOf(bare, { stanzas: [stanza('eth1', GIVEN, FRESH)] }), T1)).toEqual([
      'default via 10.1.2.1 dev eth1 onlink',
    ])
  })

  it('leads to peers', () => {
    const peer = world('link eth1', 'addr 10.9.0.2 peer 10.9.0.1 dev eth1')
    expect(routesOf(planOf(peer), T1)).toEqual([
      '10.9.0.1 dev eth1 scope link',
      'default dev eth1 scope link',
    ])
  })
})

describe("somebody else's route in the place of a wanted one", () => {
  const FOREIGN = (words: string) => `route default ${words} table ${T1} proto 4`

  it.each([
    ['another gateway', 'via 10.1.2.9 dev eth1', ' via 10.1.2.9 dev eth1'],
    ['another device', 'via 10.1.1.1 dev eth0', ' via 10.1.1.1 dev eth0'],
    [
      'several hops',
      'nexthop via 10.1.2.1 dev eth1 weight 1 nexthop via 10.1.1.1 dev eth0 weight 1',
      ' via 10.1.2.1 dev eth1, via 10.1.1.1 dev eth0',
    ],
  ])('stays, with a notice where it has %s', (_, words, told) => {
    const { notices, ...planned } = plan(FOREIGN(words))
    expect(routesOf({ ...planned, notices }, T1)).toEqual(['10.1.2.0/24 dev eth1 scope link'])
    expect(notices).toEqual([`table ${T1} has a route of another program to default${told}: left as it is`])
  })

  it('stays, whatever its type', () => {
    const { notices, ...planned } = plan(`route blackhole default table ${T1} proto 4`)
    expect(routesOf({ ...planned, notices }, T1)).toHaveLength(1)
    expect(notices).toEqual([`table ${T1} has a route of another program to default: left as it is`])
  })

  it('is enough without a word where it leads the same way', () => {
    const planned = plan(FOREIGN('via 10.1.2.1 dev eth1'))
    expect([routesOf(planned, T1).length, planned.notices]).toEqual([1, []])
  })

  it('is not in the way beside one of ours', () => {
    const both = `${FOREIGN('via 10.1.2.9 dev eth1')}\nroute default via 10.1.2.1 dev eth1 table ${T1} proto 77`
    expect([routesOf(plan(both), T1).length, plan(both).notices]).toEqual([2, []])
  })

  it.each(['metric 5', 'tos 0x10'])('is not in the way with %s', (words) => {
    expect(routesOf(plan(`${FOREIGN('via 10.1.2.9 dev eth1')} ${words}`), T1)).toHaveLength(2)
  })
})

describe('mptcp-metric', () => {
  const main = (lines: string, variables: Variables = {}) =>
    routesOf(plan(lines, { IF_MPTCP_METRIC: '50', ...variables }), 254)
  const notices = (lines: string, variables: Variables = {}) =>
    plan(lines, { IF_MPTCP_METRIC: '50', ...variables }).notices

  it('puts a default into main, beside that of another metric', () => {
    expect(main('')).toEqual(['default via 10.1.2.1 dev eth1 metric 50'])
  })

  it('has no effect without a gateway', () => {
    expect([main('', { IF_GATEWAY: '' }), notices('', { IF_GATEWAY: '' })]).toEqual([
      [],
      ['mptcp-metric "50" has no effect: there is no inet gateway (set by IF_MPTCP_METRIC)'],
    ])
  })

  it.each([
    ['another device', 'default via 10.1.1.9 dev eth0', 'through eth0'],
    ['another gateway of the device', 'default via 10.1.2.9 dev eth1', 'through eth1'],
    ['a blackhole', 'blackhole default', 'of another kind'],
    [
      'several hops',
      'default nexthop via 10.1.1.9 dev eth0 weight 1 nexthop via 10.1.2.1 dev eth1 weight 1',
      'through eth0',
    ],
  ])('that is taken by %s costs this route alone', (_, words, who) => {
    const line = words.includes('nexthop')
      ? `route ${words.replace('default', 'default metric 50')}`
      : `route ${words} metric 50`
    expect([main(line), notices(line)]).toEqual([
      [],
      [
        `mptcp-metric "50" is the metric of the default route ${who}: choose another (set by IF_MPTCP_METRIC)`,
      ],
    ])
    expect(routesOf(plan(line, { IF_MPTCP_METRIC: '50' }), T1)).toContain('default via 10.1.2.1 dev eth1')
  })

  it('that is taken by a route of the same way is fulfilled', () => {
    const line = 'route default via 10.1.2.1 dev eth1 metric 50'
    expect([main(line), notices(line)]).toEqual([[], []])
  })

  it('that is taken by another uplink of ours is told of', () => {
    const line = 'route default via 10.1.1.1 dev eth0 metric 50 proto 77'
    expect([main(line), notices(line)[0]]).toEqual([[], expect.stringContaining('through eth0')])
  })

  it('stands with its own route, whose gateway may change', () => {
    const line = 'route default via 10.1.2.9 dev eth1 metric 50 proto 77'
    expect([main(line), notices(line)]).toEqual([['default via 10.1.2.1 dev eth1 metric 50'], []])
  })

  it('of IPv6 has a route a hop', () => {
    const six = world('link eth1', 'addr 2001:db8:2::2/64 dev eth1')
    const planned = planOf(six, {
      stanzas: [stanza6('eth1', { IF_GATEWAY: 'fe80::1', IF_MPTCP_METRIC: '50' })],
    })
    expect(routesOf(planned, 254)).toEqual(['default via fe80::1 dev eth1 metric 50'])
  })
})

describe('keys', () => {
  const [four, six, other] = world(
    'route default via 10.1.2.1 dev eth1',
    'route default via fe80::1 dev eth1',
    'route default via fe80::2 dev eth1',
  ).routes

  it('tell what the kernel holds once: in IPv6 every hop', () => {
    expect(four && routeKey(four)).toBe('inet 254 default 0 0')
    expect(six && other && routeKey(six) === routeKey(other)).toBe(false)
  })

  it('tell what a table has one winner of', () => {
    expect(six && other && placeKey(six) === placeKey(other)).toBe(true)
    expect(four && six && placeKey(four) === placeKey(six)).toBe(false)
  })
})
