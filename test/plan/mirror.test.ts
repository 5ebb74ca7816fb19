import { describe, expect, it } from 'vitest'
import { mirrorMain } from '../../src/plan/mirror.ts'
import { hostOf, PAGE, planOf, showRoute, stanza, stanza6, world } from './worlds.ts'

const LAN = `
  link eth0
  link eth1
  addr 10.1.2.2/24 dev eth1
  addr 2001:db8:2::2/64 dev eth1
`

/** What eth1's table holds of main, with the notices behind it. */
function mirror(lines: string, mainRoutes: 'keep' | 'ignore' = 'keep'): string[] {
  const host = hostOf(world(LAN, lines))
  const families = ['inet', 'inet6'] as const
  return families.flatMap((family) => {
    const { routes, notices } = mirrorMain({ host, device: 'eth1', family, table: 7, mainRoutes })
    return [...routes.map((route) => showRoute(route, false)), ...notices]
  })
}

const CONNECTED = ['10.1.2.0/24 dev eth1 scope link', '2001:db8:2::/64 dev eth1']

/** What stands besides what is connected. */
function mirrored(...lines: string[]): string[] {
  return mirror(lines.join('\n')).filter((line) => !CONNECTED.includes(line))
}

describe('a route of main’s through the device', () => {
  it('is the kernel’s connected one too, without the metric of its own', () => {
    expect(mirror('')).toEqual(CONNECTED)
  })

  it('is not made up where main has none, and counts where no address has it', () => {
    const bare = world('link eth1', 'addr 10.1.2.2/24 dev eth1 noprefixroute', 'route 10.9.0.0/16 dev eth1')
    const query = {
      host: hostOf(bare),
      device: 'eth1',
      family: 'inet',
      table: 7,
      mainRoutes: 'keep',
    } as const
    expect(mirrorMain(query).routes.map((route) => showRoute(route, false))).toEqual([
      '10.9.0.0/16 dev eth1 scope link',
    ])
  })

  it.each([
    'via 10.1.2.9 dev eth1',
    'via inet6 fe80::1 dev eth1',
    'via 10.7.7.7 dev eth1 onlink',
    'via 10.1.2.9 dev eth1 mtu lock 1400',
    'via 10.1.2.9 dev eth1 advmss lock 1360 congctl lock dctcp initcwnd 20 mtu 1400 rto_min 40ms',
    'via 10.1.2.9 dev eth1 features ecn',
    'via 10.1.2.9 dev eth1 quickack 1',
  ])('is copied with its attributes and locks: %s', (words) => {
    expect(mirrored(`route 10.5.0.0/16 ${words} proto 4`)).toEqual([`10.5.0.0/16 ${words}`])
  })

  it('is copied once for each tos, the default for one included', () => {
    const lines = [
      '10.5.0.0/16 via 10.1.2.9',
      '10.5.0.0/16 tos 0x10 via 10.1.2.8',
      'default tos 0x8 via 10.1.2.7',
    ]
    const routes = lines.map((line) => `${line} dev eth1`)
    expect(mirrored(...routes.map((line) => `route ${line}`))).toEqual(routes)
  })

  it('leaves what is of the moment, of the host or of its maker', () => {
    const words = 'via 10.1.2.9 dev eth1 src 10.1.2.2 metric 300 realm 5 nhid 9 linkdown'
    expect(mirrored(`route 10.5.0.0/16 ${words} proto 16`)).toEqual(['10.5.0.0/16 via 10.1.2.9 dev eth1'])
    expect(mirrored('route 2001:db8:5::/48 via fe80::1 dev eth1 proto 9 metric 600 expires 1790sec')).toEqual(
      ['2001:db8:5::/48 via fe80::1 dev eth1'],
    )
  })

  it.each([
    ['encap ip6 id 5 dst 2001:db8::9', 'encap'],
    ['ttl-propagate enabled', 'ttl-propagate'],
  ])('with a word that is not known is left out, with a notice: %s', (words, word) => {
    expect(mirrored(`route 10.5.0.0/16 via 10.1.2.9 dev eth1 ${words}`)).toEqual([
      `main's route to 10.5.0.0/16 is not copied: "${word}" is not known`,
    ])
  })

  it('for a source prefix is left out, with a notice', () => {
    expect(mirrored('route 2001:db8:5::/48 from 2001:db8:2::/64 via fe80::1 dev eth1')).toEqual([
      `main's route to 2001:db8:5::/48 is not copied: "from" is not known`,
    ])
  })

  it('with a gateway that no connected route reaches any more is left out: it cannot be added', () => {
    expect(mirrored('route 10.5.0.0/16 via 10.7.7.7 dev eth1')).toEqual([])
  })

  it('is neither the default, nor one that leads nowhere, nor another device’s', () => {
    const lines = ['default via 10.1.2.1 dev eth1', 'blackhole 10.5.0.0/16', '10.6.0.0/16 dev eth0']
    expect(mirrored(...lines.map((line) => `route ${line}`))).toEqual([])
  })
})

describe('several hops', () => {
  it('through the device stay one route', () => {
    const hops = 'nexthop via 10.1.2.8 dev eth1 weight 3 nexthop via 10.1.2.9 dev eth1 weight 1'
    expect(mirrored(`route 10.5.0.0/16 ${hops}`)).toEqual([`10.5.0.0/16 ${hops}`])
  })

  it('through other devices are left out, and the weight of the last one says nothing', () => {
    const hops = 'nexthop via 10.1.1.9 dev eth0 weight 1 nexthop via 10.1.2.9 dev eth1 weight 3'
    expect(mirrored(`route 10.5.0.0/16 ${hops}`)).toEqual(['10.5.0.0/16 via 10.1.2.9 dev eth1'])
  })

  it('of IPv6 are a route each', () => {
    const hops = 'nexthop via fe80::8 dev eth1 weight 1 nexthop via fe80::9 dev eth1 weight 1'
    expect(mirrored(`route 2001:db8:5::/48 ${hops} metric 1024`)).toEqual([
      '2001:db8:5::/48 via fe80::8 dev eth1',
      '2001:db8:5::/48 via fe80::9 dev eth1',
    ])
  })
})

describe('of several routes to one destination the winner is copied:', () => {
  const to = (words: string) => `route 10.5.0.0/16 ${words} dev eth1`
  const to6 = (words: string) => `route 2001:db8:5::/48 ${words} dev eth1`

  it.each([
    ['the one of the lowest metric', [to('via 10.1.2.8 metric 200'), to('via 10.1.2.9 metric 100')]],
    ['the first in main’s list', [to('via 10.1.2.9'), to('via 10.1.2.8')]],
  ])('%s', (_, lines) => {
    expect(mirrored(...lines)).toEqual(['10.5.0.0/16 via 10.1.2.9 dev eth1'])
  })

  it.each([
    [
      'the best router preference',
      ['via fe80::8 pref low', 'via fe80::9 pref high', 'via fe80::7 pref medium'],
    ],
    [
      'the metric before the preference',
      ['via fe80::8 pref high metric 300', 'via fe80::9 pref low metric 200'],
    ],
  ])('%s', (_, lines) => {
    expect(mirrored(...lines.map(to6))).toEqual(['2001:db8:5::/48 via fe80::9 dev eth1'])
  })
})

describe('mptcp-main-routes ignore', () => {
  it('leaves what is connected', () => {
    const lines = 'route 10.5.0.0/16 via 10.1.2.9 dev eth1\nroute 10.6.0.0/16 dev eth1 proto 188'
    expect(mirror(lines, 'ignore')).toEqual(CONNECTED)
    expect(mirror(lines)).toHaveLength(4)
  })
})

describe('a crowd of a routing daemon’s routes', () => {
  const crowd = world(PAGE, 'crowded eth1 inet')
  const GATEWAY = { IF_ADDRESS: '10.1.2.2/24', IF_GATEWAY: '10.1.2.1' }
  const notices = (options: Record<string, string>) =>
    planOf(crowd, { stanzas: [stanza('eth1', { ...GATEWAY, ...options })] }).notices

  it('is told of with what to do about it', () => {
    expect(notices({})).toEqual([
      'main has more than 1000 inet routes of routing daemons through eth1: none of them is copied into its table (mptcp off leaves the device alone, mptcp-main-routes ignore says that this is meant)',
    ])
  })

  it('is not where the stanza has said what is meant, nor in the other family', () => {
    expect(notices({ IF_MPTCP_MAIN_ROUTES: 'ignore' })).toEqual([])
    const both = world(PAGE, 'addr 2001:db8:2::2/64 dev eth1', 'crowded eth1 inet')
    const six = stanza6('eth1', { IF_GATEWAY: '2001:db8:2::1' })
    expect(planOf(both, { stanzas: [six] }).notices).toEqual([])
  })
})
