import { describe, expect, it } from 'vitest'
import { formatTarget } from '../../src/ask/probe-targets.ts'
import { PAGE, planOf, stanza, stanza6, type Variables, world } from './worlds.ts'

const VPN = 'link br0\naddr 172.17.0.1/16 dev br0\nroute 203.0.113.0/24 via 172.17.0.2 dev br0'

const asking = (words: string, more: Variables = {}) => {
  const one = stanza('eth1', { IF_MPTCP_GATEWAY: '10.1.2.1', ...more })
  return { ...one, options: { ...one.options, probe: words.split(' ') } }
}

function asked(words: string, lines: string, more: Variables = {}) {
  const snapshot = world(PAGE, VPN, lines)
  const stanzas = [asking(words, more), stanza('eth0', { IF_MPTCP_GATEWAY: '10.1.1.1' })]
  const { uplinks, notices, subjects } = planOf(snapshot, { devices: ['eth0', 'eth1'], stanzas })
  const own = uplinks.find(({ device }) => device === 'eth1')
  return { targets: own?.probe?.targets.map(formatTarget), notices, subjects }
}

const told = (target: string, route: string, device = 'br0') =>
  `mptcp-probe "${target}" is reached by main's route ${route} through ${device}, beside the uplink: give another address (set by IF_MPTCP_PROBE)`

describe('a target that a specific route leads to beside the uplink', () => {
  it('is told, with the device, and not asked', () => {
    const { targets, notices, subjects } = asked('203.0.113.2 192.0.2.1 203.0.113.3:443', '')
    expect(targets).toEqual(['192.0.2.1'])
    expect(notices).toEqual([
      told('203.0.113.2', '203.0.113.0/24'),
      told('203.0.113.3:443', '203.0.113.0/24'),
    ])
    expect(subjects.get(notices[0] ?? '')).toEqual(['eth1'])
  })

  it("is so by the longest of main's routes, and of those by the best", () => {
    const host = 'route 203.0.113.2 via 10.1.1.1 dev eth0'
    expect(asked('203.0.113.2', host)).toMatchObject({ targets: ['203.0.113.2'], notices: [] })
    const better =
      'link wg0\nroute 203.0.113.2 dev wg0 metric 5\nroute 203.0.113.2 via 10.1.1.1 dev eth0 metric 9'
    expect(asked('203.0.113.2', better).notices).toEqual([told('203.0.113.2', '203.0.113.2', 'wg0')])
  })

  it('may be the router itself', () => {
    const { targets, notices } = asked('gateway', 'route 10.1.2.1 dev br0')
    expect([targets, notices]).toEqual([[], [told('10.1.2.1', '10.1.2.1')]])
  })

  it('is so through a device with options, but no way out', () => {
    const snapshot = world(PAGE, VPN)
    const closed = stanza('br0', { IF_MPTCP_GATEWAY: 'none' })
    const { notices } = planOf(snapshot, {
      devices: ['eth1', 'br0'],
      stanzas: [asking('203.0.113.2'), closed],
    })
    expect(notices).toEqual([told('203.0.113.2', '203.0.113.0/24')])
  })

  it('is so in IPv6', () => {
    const snapshot = world(PAGE, VPN, 'addr 2001:db8:2::2/64 dev eth1', 'route 2001:db8:9::/48 dev br0')
    const one = stanza6('eth1', { IF_MPTCP_GATEWAY: '2001:db8:2::1' })
    const probing = { ...one, options: { ...one.options, probe: ['2001:db8:9::1', '2001:db8:8::1'] } }
    const { uplinks, notices } = planOf(snapshot, { stanzas: [probing] })
    expect(uplinks[0]?.probe?.targets.map(formatTarget)).toEqual(['2001:db8:8::1'])
    expect(notices).toEqual([told('2001:db8:9::1', '2001:db8:9::/48')])
  })
})

describe('a target is asked', () => {
  it.each([
    ["where main's routes are ignored", '', { IF_MPTCP_MAIN_ROUTES: 'ignore' }],
    ['by a route through another uplink', 'route 203.0.113.2 via 10.1.1.1 dev eth0', {}],
    ['by a route through its own', 'route 203.0.113.2 via 10.1.2.1 dev eth1', {}],
    ['through an uplink that the run leaves alone', 'link wan9 group 77\nroute 203.0.113.2 dev wan9', {}],
    [
      'beside one for another service',
      'route 203.0.113.2 via 10.1.2.1 dev eth1\nroute 203.0.113.2 dev br0 tos 8',
      {},
    ],
  ])('%s', (_, lines, more) => {
    expect(asked('203.0.113.2', lines, more)).toMatchObject({ targets: ['203.0.113.2'], notices: [] })
  })

  it('where all that leads there is as short as a default', () => {
    const lines = 'route 128.0.0.0/1 dev br0\nroute 192.0.0.0/7 dev br0'
    expect(asked('192.0.2.1', lines).targets).toEqual(['192.0.2.1'])
  })
})
