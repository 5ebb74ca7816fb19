import { describe, expect, it } from 'vitest'
import { readSnapshot } from '../../src/kernel/read.ts'
import type { Snapshot } from '../../src/words/state.ts'
import { snapshot, stage } from '../captured.ts'

const show = ({ routes }: Snapshot, destination: string) =>
  routes
    .filter((route) => route.destination === destination && route.family === 'inet6')
    .map(({ table, hops, preference, behind }) => [
      ...[table, hops.map(({ gateway, device }) => `${gateway} ${device}`).join(), preference],
      ...(behind ? ['behind'] : []),
    ])

describe('IPv6 hops on one line', () => {
  it('are routes of their own, each with its preference, whatever other tables hold', () => {
    expect(show(snapshot('siblings'), 'default')).toEqual([
      [9, 'fe80::2 eth0', 'high'],
      [254, 'fe80::1 eth0', 'high'],
      [254, 'fe80::2 eth0', 'low', 'behind'],
      [254, 'fe80::3 eth1', 'medium', 'behind'],
    ])
  })

  it('keep weight, onlink and the attributes of the first', () => {
    const routes = snapshot('siblings').routes.filter(({ destination }) => destination === '2001:db8:a::/48')
    expect(routes.map(({ hops, attributes }) => [hops, attributes])).toEqual([
      [[{ gateway: 'fe80::1', device: 'eth0', onlink: false, weight: 4 }], ['mtu 1300']],
      [[{ gateway: 'fe80::7', device: 'eth1', onlink: true, weight: 1 }], ['mtu 1300']],
    ])
  })

  it.each([
    ['there is no list', { '/proc/net/ipv6_route': undefined }],
    ['there are too many routes for it', { '/proc/net/rt6_stats': '0001 0002 0003 1388 0005 0006 0007' }],
  ])('have the preference of the first where %s', (_, files) => {
    const { edge } = stage({
      ...{ kernel: 'siblings', files },
      commands: {
        '-6 -N -d -o route show table main':
          '1 default proto 3 scope 0 metric 1024 pref high\\\tnexthop via fe80::1 dev eth0 weight 1 \\\tnexthop via fe80::2 dev eth0 weight 1 \n',
      },
    })
    const seen = show(readSnapshot(['inet6'], ['eth0'], [], edge), 'default')
    expect(seen).toContainEqual([254, 'fe80::2 eth0', 'high', 'behind'])
  })

  it('are left alone in IPv4', () => {
    const routes = snapshot('multipath').routes.filter(({ hops }) => hops.length > 1)
    expect(routes.map(({ family }) => family)).toEqual(['inet'])
  })
})
