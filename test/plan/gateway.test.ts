import { describe, expect, it } from 'vitest'
import {
  FRESH,
  PAGE,
  planOf,
  type Question,
  refusedOf,
  routesOf,
  stanza,
  stanza6,
  T1,
  world,
} from './worlds.ts'

/** A device of its own, whose addresses came by DHCP or router advertisement. */
const DYNAMIC = `
  link eth0
  link eth1
  addr 10.1.1.2/24 dev eth0
  addr 10.1.2.2/24 dev eth1
  addr 2001:db8:2::2/64 dev eth1
`
const MAIN = 'route default via 10.1.2.3 dev eth1'
const OTHER = 'route default via 10.1.2.4 dev eth1 table 900'
const LEASES = [{ address: '10.1.2.2', routers: ['10.1.2.5'] }]
const STANDING = `
  rule from 10.1.2.2 lookup ${T1}
  route default via 10.1.2.6 dev eth1 table ${T1} proto 77
`

/** eth1's default in its table, or `none`. */
function way(lines: string, question: Question = {}): string {
  const plan = planOf(world(DYNAMIC, lines), { stanzas: [stanza('eth1')], ...question })
  const defaults = routesOf(plan, T1).filter((line) => line.startsWith('default'))
  return plan.refused.size > 0 ? refusedOf(plan) : defaults.join(', ') || 'none'
}

const way6 = (lines: string, variables = {}) => way(lines, { stanzas: [stanza6('eth1', variables)] })

describe('the first that answers', () => {
  const everything = `${MAIN}\n${OTHER}\n${STANDING}`
  const all = { leases: LEASES, trustsTable: true }
  const options = { IF_MPTCP_GATEWAY: '10.1.2.1', IF_GATEWAY: '10.1.2.2', IF_GATEWAYS: '10.1.2.9' }
  const ask = (variables: Record<string, string>) => ({ ...all, stanzas: [stanza('eth1', variables)] })

  it.each([
    ['mptcp-gateway', way(everything, ask(options)), '10.1.2.1'],
    ['IF_GATEWAY', way(everything, ask({ IF_GATEWAY: '10.1.2.7', IF_GATEWAYS: '10.1.2.8' })), '10.1.2.7'],
    ['the first of IF_GATEWAYS', way(everything, ask({ IF_GATEWAYS: '10.1.2.8 10.1.2.9' })), '10.1.2.8'],
    ['main’s default', way(everything, all), '10.1.2.3'],
    ['a default in another table', way(`${OTHER}\n${STANDING}`, all), '10.1.2.4'],
    ['a lease', way(STANDING, all), '10.1.2.5'],
    ['the default that stands in our table', way(STANDING, { trustsTable: true }), '10.1.2.6'],
  ])('is %s', (_, found, gateway) => {
    expect(found).toBe(`default via ${gateway} dev eth1`)
  })

  it('is nothing on a LAN, and nothing for "none", whatever else answers', () => {
    expect(way('')).toBe('none')
    expect(way(everything, ask({ IF_MPTCP_GATEWAY: 'none' }))).toBe('none')
  })

  it('is of the family: an mptcp-gateway of the other one is passed over', () => {
    const both = stanza6('eth1', { IF_GATEWAYS: '2001:db8:2::9' })
    expect(way('route default via 10.1.2.3 dev eth1', { stanzas: [both] })).toBe(
      'default via 2001:db8:2::9 dev eth1',
    )
  })
})

describe('a gateway that the stanza gives is refused where it cannot be a router', () => {
  const given = (variables: Record<string, string>, lines = '') =>
    way(lines, { stanzas: [stanza('eth1', variables)] })

  it.each([
    ['10.1.2.2', "is this host's own address"],
    ['10.1.1.2', "is this host's own address"],
    ['10.1.2.0', 'is the network or broadcast address of 10.1.2.0/24'],
    ['10.1.2.255', 'is the network or broadcast address of 10.1.2.0/24'],
  ])('%s %s', (gateway, why) => {
    expect(given({ IF_MPTCP_GATEWAY: gateway })).toBe(
      `mptcp-gateway "${gateway}" ${why} (set by IF_MPTCP_GATEWAY)`,
    )
    expect(given({ IF_GATEWAY: gateway })).toBe(`gateway "${gateway}" ${why} (set by IF_GATEWAY)`)
  })

  it('but not for the end of a subnet that it is not the end of, and never in IPv6 or in a /31', () => {
    expect(given({ IF_GATEWAY: '10.1.3.255' })).toBe('default via 10.1.3.255 dev eth1 onlink')
    expect(way6('', { IF_GATEWAY: '2001:db8:2::' })).toBe('default via 2001:db8:2:: dev eth1')
    expect(given({ IF_GATEWAY: '192.0.2.1' }, 'addr 192.0.2.0/31 dev eth1')).toBe(
      'default via 192.0.2.1 dev eth1',
    )
  })
})

it('a link-local gateway may be an address of this host on another link', () => {
  const held = (device: string) => `addr fe80::1/64 dev ${device} scope link`
  const given = { IF_GATEWAY: 'fe80::1' }
  expect(way6(held('eth0'), given)).toBe('default via fe80::1 dev eth1')
  expect(way6(held('eth1'), given)).toBe('gateway "fe80::1" is this host\'s own address (set by IF_GATEWAY)')
})

describe('main’s default through the device', () => {
  it.each([
    [
      'of the lowest metric',
      [`${MAIN} metric 300`, 'route default via 10.1.2.8 dev eth1 metric 200'],
      '10.1.2.8',
    ],
    ['the first of two', [MAIN, 'route default via 10.1.2.8 dev eth1'], '10.1.2.3'],
    [
      'with a router, not the host’s own address',
      ['route default via 10.1.2.2 dev eth1', `${MAIN} metric 9`],
      '10.1.2.3',
    ],
  ])('is the one %s', (_, lines, gateway) => {
    expect(way(lines.join('\n'))).toBe(`default via ${gateway} dev eth1`)
  })

  it('is of the best router preference', () => {
    const routers = [
      'fe80::1 dev eth1 proto 9 metric 1024 pref low',
      'fe80::2 dev eth1 proto 9 metric 1024 pref high',
      'fe80::3 dev eth1 proto 9 metric 1024',
    ]
    expect(way6(routers.map((words) => `route default via ${words}`).join('\n'))).toBe(
      'default via fe80::2 dev eth1',
    )
  })

  it('gives its attributes to ours, that of the gateway that the stanza names too', () => {
    const main = `${MAIN} mtu lock 1400 initcwnd 20`
    const own = 'default via 10.1.2.3 dev eth1 initcwnd 20 mtu lock 1400'
    expect(way(main)).toBe(own)
    expect(way(main, { stanzas: [stanza('eth1', { IF_GATEWAY: '10.1.2.3' })] })).toBe(own)
    expect(way(main, { stanzas: [stanza('eth1', { IF_GATEWAY: '10.1.2.4' })] })).toBe(
      'default via 10.1.2.4 dev eth1',
    )
  })

  it('may have several hops through the device, and leaves those through others', () => {
    const here = 'nexthop via 10.1.2.3 dev eth1 weight 1 nexthop via 10.1.2.4 dev eth1 weight 2'
    expect(way(`route default ${here}`)).toBe(`default ${here}`)
    expect(
      way('route default nexthop via 10.1.1.1 dev eth0 weight 1 nexthop via 10.1.2.3 dev eth1 weight 5'),
    ).toBe('default via 10.1.2.3 dev eth1')
  })

  it('may have several hops in IPv6, each a route', () => {
    const hops = 'nexthop via fe80::1 dev eth1 weight 1 nexthop via fe80::2 dev eth1 weight 1'
    expect(way6(`route default ${hops} metric 1024`)).toBe(
      'default via fe80::1 dev eth1, default via fe80::2 dev eth1',
    )
  })

  it('is through the link itself, or by an IPv6 router', () => {
    expect(way('route default dev eth1')).toBe('default dev eth1 scope link')
    expect(way('route default via inet6 fe80::1 dev eth1')).toBe('default via inet6 fe80::1 dev eth1')
  })

  it('with a gateway outside every subnet is used with its own onlink, and not without', () => {
    expect(way('route default via 192.0.2.1 dev eth1 onlink')).toBe('default via 192.0.2.1 dev eth1 onlink')
    expect(way('route default via 192.0.2.1 dev eth1')).toBe('none')
  })

  it('of other types, other devices or half the internet is none', () => {
    const lines = ['blackhole default', 'default via 10.1.1.1 dev eth0', '0.0.0.0/1 via 10.1.2.3 dev eth1']
    expect(way(lines.map((line) => `route ${line}`).join('\n'))).toBe('none')
  })
})

describe('a default in another table', () => {
  it('counts where a connected route reaches its gateway', () => {
    expect(way('route default via 192.0.2.1 dev eth1 table 900')).toBe('none')
    expect(way('route default via 192.0.2.1 dev eth1 table 900 onlink')).toBe(
      'default via 192.0.2.1 dev eth1 onlink',
    )
    expect(way('route default via 10.1.2.2 dev eth1 table 900')).toBe('none')
  })

  it('is no route of ours', () => {
    expect(way('route default via 10.1.2.4 dev eth1 table 900 proto 77')).toBe('none')
  })
})

describe('a lease', () => {
  const leased = (routers: string[], lines = '', address = '10.1.2.2') =>
    way(lines, { leases: [{ address, routers }] })

  it('counts while the device carries its address', () => {
    expect(leased(['10.1.2.5'], '', '10.7.7.7')).toBe('none')
  })

  it.each([
    ['multicast', '224.0.0.1'],
    ['loopback', '127.0.0.1'],
    ['the host’s own', '10.1.1.2'],
    ['the broadcast address', '10.1.2.255'],
    ['nothing at all', '0.0.0.0'],
  ])('gives its second router where the first is %s', (_, router) => {
    expect(leased([router, '10.1.2.5'])).toBe('default via 10.1.2.5 dev eth1')
    expect(leased([router])).toBe('none')
  })

  it('makes no uplink of a static LAN, however old its file', () => {
    const lan = stanza('eth1', { METHOD: 'static', IF_ADDRESS: '10.1.2.2/24' })
    expect(way('', { leases: LEASES, stanzas: [lan] })).toBe('none')
    const dhcp = stanza('eth1', { METHOD: 'dhcp' })
    expect(way('', { leases: LEASES, stanzas: [dhcp] })).toBe('default via 10.1.2.5 dev eth1')
  })

  it('makes none of a static address beside a dynamic one, nor of one that a static interface has without a word', () => {
    const lan = stanza('eth1', { METHOD: 'static', IF_ADDRESS: '10.1.2.2/24' })
    const dhcp = stanza('eth1', { METHOD: 'dhcp' }, { order: 2 })
    expect(way('', { leases: LEASES, stanzas: [lan, dhcp] })).toBe('none')
    const other = stanza('eth1', { METHOD: 'static', IF_ADDRESS: '10.1.2.3/24' })
    expect(way('addr 10.1.2.3/24 dev eth1', { leases: LEASES, stanzas: [other] })).toBe('none')
  })

  it('may name a router outside every subnet', () => {
    expect(leased(['192.0.2.1'])).toBe('default via 192.0.2.1 dev eth1 onlink')
  })

  it('whose address nobody tells counts for what the device carries', () => {
    expect(way('', { leases: [{ address: undefined, routers: ['10.1.2.5'] }] })).toBe(
      'default via 10.1.2.5 dev eth1',
    )
  })

  it('of IPv6 may name a link-local router', () => {
    const leases = [{ address: undefined, routers: ['fe80::1'] }]
    expect(way('', { leases, stanzas: [stanza6('eth1')] })).toMatch(/^default via fe80::1 dev eth1/)
  })

  it('says nothing of IPv6', () => {
    expect(way('', { leases: LEASES, stanzas: [stanza6('eth1')] })).toBe('none')
  })
})

describe('the default that stands in our own table', () => {
  it('counts only where nothing is recorded of the device', () => {
    expect([way(STANDING, { trustsTable: true }), way(STANDING)]).toEqual([
      'default via 10.1.2.6 dev eth1',
      'none',
    ])
  })

  it('counts only while a connected route of today reaches it', () => {
    const gone = STANDING.replace('10.1.2.6 dev', '192.0.2.1 dev').replace('proto 77', 'proto 77 onlink')
    expect(way(gone, { trustsTable: true })).toBe('none')
  })

  it('never counts by a link-local router, which is "reached" long after it has gone', () => {
    const six = `rule from 2001:db8:2::2 lookup ${T1}\nroute default via fe80::1 dev eth1 table ${T1} proto 77`
    const question = { trustsTable: true, stanzas: [stanza6('eth1')] }
    expect(way(six, question)).toBe('none')
    expect(way(six.replace('fe80::1', '2001:db8:2::1'), question)).toBe('default via 2001:db8:2::1 dev eth1')
  })
})

describe('onlink', () => {
  it.each([
    ['10.1.2.254', ''],
    ['10.1.3.1', ' onlink'],
    ['169.254.1.1', ' onlink'],
    ['2001:db8:2::1', ''],
    ['2001:db8:3::1', ' onlink'],
    ['fe80::1', ''],
  ])('for the stanza’s %s: %j', (gateway, onlink) => {
    expect(way('', { stanzas: [stanza('eth1', { IF_GATEWAY: gateway })] })).toBe(
      `default via ${gateway} dev eth1${onlink}`,
    )
  })

  it('is for a gateway behind a router advertisement that does not say on-link', () => {
    const bare = world('link eth1', 'addr 2001:db8:2::2/64 dev eth1 noprefixroute')
    const given = planOf(bare, { stanzas: [stanza6('eth1', { IF_GATEWAY: '2001:db8:2::1' })] })
    expect(routesOf(given, T1)).toContain('default via 2001:db8:2::1 dev eth1 onlink')
  })

  it('is not for the gateway of an address that is yet to come', () => {
    const yetToCome = stanza('eth1', { IF_ADDRESS: '10.1.3.2/24', IF_GATEWAY: '10.1.3.1' }, FRESH)
    const plan = planOf(world(PAGE), { stanzas: [yetToCome] })
    expect(routesOf(plan, T1)).toContain('default via 10.1.3.1 dev eth1')
  })
})

describe('the other end of a link', () => {
  const link = (words: string, question: Question = {}) => {
    const plan = planOf(world(words), { stanzas: [stanza('eth1')], ...question })
    return routesOf(plan, T1).filter((line) => line.startsWith('default'))
  }
  const TUNNEL = 'link eth1 pointopoint\naddr 10.8.0.2/24 dev eth1'
  const WAY = ['default dev eth1 scope link']

  it.each([
    ['a PPP link', 'link eth1 pointopoint ppp\naddr 10.9.0.2 peer 10.9.0.1 dev eth1', [stanza('eth1')], WAY],
    [
      'a peer behind any other device',
      'link eth1\naddr 10.9.0.2 peer 10.9.0.1 dev eth1',
      [stanza('eth1')],
      WAY,
    ],
    [
      'a peer behind a tunnel',
      'link eth1 pointopoint\naddr 10.8.0.2 peer 10.8.0.1 dev eth1',
      [stanza('eth1')],
      [],
    ],
    ['a tunnel', TUNNEL, [stanza('eth1')], []],
    ['a tunnel with `mptcp on`', TUNNEL, [stanza('eth1', { IF_MPTCP: 'on' })], []],
    ['a tunnel with an option', TUNNEL, [stanza('eth1', { IF_MPTCP_ENDPOINT: 'backup' })], WAY],
    ['method ppp', TUNNEL, [stanza('eth1', { METHOD: 'ppp' })], WAY],
    ['method wvdial', TUNNEL, [stanza('eth1', { METHOD: 'wvdial' })], WAY],
    ['pointopoint', TUNNEL, [stanza('eth1', { IF_ADDRESS: '10.8.0.2', IF_POINTOPOINT: '10.8.0.1' })], WAY],
    ['a tunnel with a default of somebody’s', `${TUNNEL}\nroute default dev eth1`, [stanza('eth1')], WAY],
    [
      'a tunnel with a gateway',
      TUNNEL,
      [stanza('eth1', { IF_GATEWAY: '10.8.0.1' })],
      ['default via 10.8.0.1 dev eth1'],
    ],
  ])('is the way out of %s or not', (_, words, stanzas, defaults) => {
    expect(link(words, { stanzas })).toEqual(defaults)
  })
})
