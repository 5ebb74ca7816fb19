import { describe, expect, it } from 'vitest'
import { parseRoutes } from '../../src/kernel/routes.ts'
import type { Hop, Route } from '../../src/words/state.ts'
import { refusalOf, snapshot } from '../captured.ts'

const ANSWER = { asked: 'ip route show', error: undefined }
const parse = (...lines: string[]) => parseRoutes({ ...ANSWER, lines })

const hop = (gateway?: string, device = 'eth0', more: Partial<Hop> = {}): Hop => ({
  ...{ gateway, device, onlink: false, weight: 1 },
  ...more,
})
const PLAIN: Route = {
  ...{ family: 'inet', table: 254, type: 1, destination: 'default', tos: 0, metric: 0, protocol: 3 },
  ...{ scope: 0, hops: [hop('10.1.1.1')], attributes: [], preference: 'medium' },
  ...{ source: undefined, behind: false, strange: undefined },
}
const PLAIN6: Route = { ...PLAIN, family: 'inet6', metric: 1024, hops: [hop('fe80::1')] }

describe('the routes of a kernel', () => {
  const at = (kernel: string, destination: string, metric?: number) =>
    snapshot(kernel).routes.filter(
      (route) => route.destination === destination && (metric ?? route.metric) === route.metric,
    )

  it.each<[string, Partial<Route>]>([
    [
      '10.77.0.0/16',
      { hops: [hop('10.1.1.1', 'eth0', { weight: 3 }), hop('10.1.2.9', 'eth1', { onlink: true })] },
    ],
    ['10.79.0.0/16', { hops: [hop()], scope: 253, strange: 'encap' }],
    ['10.80.0.0/16', { hops: [hop(), hop('10.1.2.9', 'eth1')], strange: 'encap' }],
    ['10.81.0.0/16', { tos: 16 }],
    ['10.82.0.0/16', { hops: [hop('fe80::1')] }],
    ['10.83.0.0/16', { table: 7, type: 9, hops: [] }],
    ['10.84.0.0/16', { type: 6, hops: [] }],
    ['10.84.1.0/24', { type: 8, hops: [] }],
    ['10.85.0.1', { hops: [hop(undefined, 'eth1')], scope: 253 }],
    ['10.85.0.2', { hops: [hop(undefined, 'eth1')], scope: 200 }],
    ['10.87.0.0/16', { hops: [hop('fe80::9'), hop('10.1.2.9', 'eth1')] }],
    ['10.1.1.0/24', { hops: [hop()], protocol: 2, scope: 253 }],
    ['192.0.2.0/24', { hops: [hop('198.51.100.1', 'eth0', { onlink: true })], protocol: 12 }],
  ])('%s', (destination, more) => {
    expect(at('routes', destination)).toEqual([{ ...PLAIN, destination, ...more }])
  })

  it.each<[string, Partial<Route>]>([
    ['2001:db8:9::/48', { source: '2001:db8::/64' }],
    ['2001:db8:b::/48', { attributes: ['hoplimit 64', 'mtu lock 1400'] }],
    ['2001:db8:e::/48', { type: 7, hops: [] }],
    ['2001:db8:f::/48', { hops: [hop()], metric: 77, preference: 'low' }],
  ])('%s', (destination, more) => {
    expect(at('routes', destination)).toEqual([{ ...PLAIN6, destination, ...more }])
  })

  it('have their metrics in the words that ip takes', () => {
    expect(at('routes', 'default', 5)[0]?.attributes).toEqual([
      ...['cwnd lock 5', 'fastopen_no_cookie 1', 'hoplimit 9', 'initrwnd 7', 'quickack 1', 'reordering 4'],
      ...['rtt 20ms', 'rttvar lock 8ms', 'ssthresh 7', 'window 3000'],
    ])
    expect(at('routes', 'default', 6)[0]?.attributes).toEqual([
      ...['advmss 1360', 'congctl lock cubic', 'features ecn', 'initcwnd 20', 'mtu lock 1400', 'rto_min 5ms'],
    ])
  })

  it('are without those of the addresses themselves', () => {
    const all = snapshot('dual-stack').routes
    expect(all.filter(({ table, type }) => table !== 254 || type !== 1)).toEqual([])
    expect(all.map(({ destination }) => destination)).toEqual(
      expect.arrayContaining(['default', '10.1.2.0/24', '2001:db8:2::/64']),
    )
  })

  it('find the hop of a nexthop object, repeated or not', () => {
    const group = [hop('10.1.1.7'), hop('10.1.1.9', 'eth0', { weight: 5 })]
    expect(at('groups', '192.168.7.0/24')[0]?.hops).toEqual([hop('10.1.1.7')])
    expect(at('groups', '192.168.8.0/24')[0]).toEqual({
      ...PLAIN,
      destination: '192.168.8.0/24',
      hops: group,
    })
    expect(at('groups', '2001:db8:d::/48').map(({ hops }) => hops)).toEqual([
      [hop('fe80::7')],
      [hop('fe80::8', 'eth1')],
    ])
    expect(at('objects', '192.168.7.0/24')[0]).toEqual({
      ...{ ...PLAIN, destination: '192.168.7.0/24', hops: [hop('10.1.1.7')] },
    })
    expect(at('objects', '2001:db8:c::/48')[0]?.hops).toEqual([hop('fe80::7')])
    expect(at('objects', '192.168.9.0/24')[0]).toMatchObject({ type: 6, hops: [] })
    // A group's hops are then told nowhere.
    expect(at('objects', '192.168.8.0/24')[0]).toMatchObject({
      strange: 'group',
      hops: [{ device: undefined }],
    })
  })
})

describe('parseRoutes', () => {
  const LINE = '1 default via 10.1.1.1 dev eth0 table 254 proto 3 scope 0'

  it.each<[string, Partial<Route>]>([
    ['', {}],
    ['dead linkdown rt_offload notify trap offload pervasive unresolved rt_trap rt_offload_failed', {}],
    ['src 10.1.1.2 metric 5 realms 5/6 expires 299sec error -101', { metric: 5 }],
    ['metric 5 mtu lock 0', { metric: 5, attributes: ['mtu lock 0'] }],
    ['rto_min lock 5ms', { attributes: ['rto_min 5ms'] }],
    ['features ecn tcp_usec_ts', { attributes: ['features ecn tcp_usec_ts'] }],
    ['features 0x40', { attributes: ['features'], strange: '0x40' }],
    // A metric that ip has no name for.
    ['metric 5 metric 18 7', { metric: 5, strange: 'metric' }],
    // A lock that ip cannot set.
    ['quickack lock 1', { attributes: ['quickack 1'] }],
    ['brandnew 7 mtu 1400 other', { attributes: ['mtu 1400'], strange: 'brandnew' }],
    ['ttl-propogate enabled', { strange: 'ttl-propogate' }],
  ])('reads "… %s"', (words, more) => {
    expect(parse(`${LINE} ${words} `)).toEqual([{ ...PLAIN, ...more }])
  })

  it('takes any name of a device', () => {
    const line =
      '1 10.0.0.0/8 via 10.1.1.1 dev via table 254 proto 3 scope 0 \\\tnexthop via 10.1.1.7 dev bs\\ weight 1 \\\tnexthop dev linkdown weight 2 '
    expect(parse(line)[0]?.hops).toEqual([hop('10.1.1.7', 'bs\\'), hop(undefined, 'linkdown', { weight: 2 })])
  })

  it('fills in what the question has fixed', () => {
    const fixed = { family: 'inet6', table: 7, device: 'eth1', protocol: 77 } as const
    const lines = ['1 default via fe80::1 scope 0 metric 5 pref high', '1 fe80::/64 scope 0 pref medium']
    expect(parseRoutes({ ...ANSWER, lines }, fixed)).toMatchObject([
      { table: 7, protocol: 77, hops: [hop('fe80::1', 'eth1')], metric: 5, preference: 'high' },
      { table: 7, protocol: 77, hops: [hop(undefined, 'eth1')], metric: 1024 },
    ])
  })

  it.each([
    'default via 10.1.1.1 dev eth0 table 254 proto 3 scope 0',
    'unicast default via 10.1.1.1 dev eth0 table 254 proto 3 scope 0',
    '1 default via 10.1.1.1 dev eth0 table main proto 3 scope 0',
    '1 default via 10.1.1.1 dev eth0 table 254 scope 0',
    '1 default via 10.1.1.1 dev eth0 table 254 proto 3',
    '1 default via 10.1.1.1 dev eth0',
    '1 somewhere via 10.1.1.1 dev eth0 table 254 proto 3 scope 0',
    '\tnh_info id 7 via 10.1.1.7 dev eth0 scope 253 proto 0 ',
    'null',
    '[]',
    '',
  ])('refuses "%s"', (line) => {
    expect(refusalOf(() => parse(line))).toMatch(/"ip route show" answered .* which is not understood/)
  })
})
