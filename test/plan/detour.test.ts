import { describe, expect, it } from 'vitest'
import type { Exit } from '../../src/plan/dead.ts'
import { detoursOf } from '../../src/plan/detour.ts'
import {
  commandsOf,
  ETH0,
  ETH1,
  hostOf,
  PAGE,
  planOf,
  type Question,
  stanza,
  stanza6,
  T0,
  T1,
  world,
} from './worlds.ts'

const UP0 = stanza('eth0', { IF_ADDRESS: '10.1.1.2/24', IF_GATEWAY: '10.1.1.1' })
const UP1 = stanza('eth1', { IF_ADDRESS: '10.1.2.2/24', IF_MPTCP_GATEWAY: '10.1.2.1' }, { order: 2 })
const DEVICES = ['eth0', 'eth1']
const DEAD0: Question = { devices: DEVICES, stanzas: [UP0, UP1], deaths: ['eth0'], whole: true }

/** Main without the default of the page. */
const BARE = PAGE.replace(/ *route default.*\n/, '')

/** The page's default with a metric that others can be better than. */
const WORSE = `${BARE} route default via 10.1.1.1 dev eth0 metric 9`

/** The tables that what no source rule decides goes by, in a run for all devices. */
function detour(lines: readonly string[], question: Question = {}): number[] {
  const { wanted } = planOf(world(...lines), { ...DEAD0, ...question })
  const rules = wanted.rules.filter(({ kind }) => kind === 'detour')
  return rules.filter(({ suppress }) => suppress === undefined).map(({ table }) => table)
}

describe('while main’s default leads through a dead uplink', () => {
  it('a living one’s table comes before main, behind main’s specific routes', () => {
    const { wanted } = planOf(world(PAGE, ETH0, ETH1), DEAD0)
    expect(wanted.rules.filter(({ kind }) => kind === 'detour')).toEqual([
      { kind: 'detour', family: 'inet', from: 'all', table: 254, priority: 32764, suppress: 7 },
      { kind: 'detour', family: 'inet', from: 'all', table: T1, priority: 32765, suppress: undefined },
    ])
  })

  it('it is a run’s that sees to all devices', () => {
    expect(detour([PAGE, ETH0, ETH1], { whole: false })).toEqual([])
  })

  it.each([
    ['the dead one’s is another’s metric', ['route default via 10.1.2.1 dev eth1 metric 100'], [T1]],
    ['of several hops', ['route default nexthop via 10.1.2.1 dev eth1 nexthop via 10.1.1.1 dev eth0'], [T1]],
    ['by a gateway of which no stanza speaks', ['route default via 10.1.1.254 dev eth0'], [T1]],
    ['without a gateway', ['route default dev eth0'], [T1]],
    ['of several that the kernel prefers alike', ['route default via 10.1.2.1 dev eth1'], [T1]],
  ])('also where it is %s', (_, lines, tables) => {
    const isBest = lines.some((line) => line.includes('eth0'))
    expect(detour([isBest ? BARE : PAGE, ...lines])).toEqual(tables)
  })

  it.each([
    ['leads through a living one', [BARE, 'route default via 10.1.2.1 dev eth1']],
    ['of a living one is the best', [WORSE, 'route default via 10.1.2.1 dev eth1']],
    [
      'is of a device that is no uplink',
      [BARE, 'link wg0', 'route default dev wg0 metric 5', 'route default via 10.1.1.1 dev eth0 metric 6'],
    ],
    ['is none', [BARE]],
    [
      'is an error',
      [BARE, 'route unreachable default metric 5', 'route default via 10.1.1.1 dev eth0 metric 6'],
    ],
    ['is for one type of service', [BARE, 'route default via 10.1.1.1 dev eth0 tos 0x10']],
  ])('and not where main’s default %s', (_, lines) => {
    expect(detour(lines)).toEqual([])
  })

  it('an uplink beside it on the same device is another one', () => {
    const way = stanza('eth0:1', { IF_ADDRESS: '10.1.3.2/24', IF_GATEWAY: '10.1.3.1' }, { order: 3 })
    const lines = [BARE, 'addr 10.1.3.2/24 dev eth0', 'route default via 10.1.3.1 dev eth0']
    expect(detour(lines, { stanzas: [UP0, UP1, way] })).toEqual([])
    expect(detour([PAGE, 'addr 10.1.3.2/24 dev eth0'], { stanzas: [UP0, UP1, way] })).toEqual([T1])
  })

  it('is none where main’s default behind a pulled cable’s is an error, which would go before what is specific', () => {
    const ERROR = 'route unreachable default metric 500'
    const out = ['link eth0 no-carrier group 77', 'setting eth0 inet 1']
    const { notices } = planOf(world(PAGE, ERROR, ...out), DEAD0)
    expect(detour([PAGE, ERROR, ...out])).toEqual([])
    expect(notices).toContain(
      "main's default of inet is no way (metric 500), and would answer before main's specific routes do: what no rule by source address decides is not led round a dead uplink",
    )
    expect(detour([PAGE, ERROR])).toEqual([T1])
    expect(detour([PAGE, ERROR, ...out.slice(0, 1), 'setting eth0 inet 0'])).toEqual([T1])
    expect(planOf(world(PAGE, ERROR, ...out), { ...DEAD0, deaths: [] }).notices.join()).not.toContain('led')
  })

  it('is none where all are dead, or nobody is', () => {
    expect(detour([PAGE, ETH0, ETH1], { deaths: ['eth0', 'eth1'] })).toEqual([])
    expect(detour([PAGE, ETH0, ETH1], { deaths: [] })).toEqual([])
    expect(detour([PAGE, ETH0, ETH1], { deaths: ['eth1'] })).toEqual([])
  })
})

describe('what decides instead of main’s default', () => {
  const HALVES = ['route 0.0.0.0/1 dev tun0', 'route 128.0.0.0/1 dev tun0']

  it('are half defaults of a VPN: nothing is led past it', () => {
    expect(detour([PAGE, 'link tun0', ...HALVES])).toEqual([])
    expect(detour([PAGE, 'link tun0', ...HALVES.slice(0, 1)])).toEqual([])
    expect(detour([PAGE, 'link tun0', 'route 10.0.0.0/8 dev tun0'])).toEqual([T1])
  })

  it('are none where they lead to no host of the internet', () => {
    const groups = ['link br0', 'route 224.0.0.0/4 dev br0', 'route 240.0.0.0/4 dev br0']
    expect(detour([PAGE, ...groups])).toEqual([T1])
    expect(planOf(world(PAGE, ...groups), DEAD0).notices.join()).not.toContain('VPN')
    expect(detour([PAGE, ...groups, 'route 192.0.0.0/2 dev br0'])).toEqual([])
  })

  it('are none through the dead uplink itself', () => {
    const halves = HALVES.map((line) => line.replace('dev tun0', 'via 10.1.1.1 dev eth0'))
    expect(detour([PAGE, ...halves])).toEqual([T1])
  })

  it('count as the default where there is none, and before it where they lead to the dead one', () => {
    const half = 'route 0.0.0.0/1 via 10.1.1.1 dev eth0'
    const living = 'route 0.0.0.0/1 via 10.1.2.1 dev eth1 metric 5'
    expect(detour([BARE, half])).toEqual([T1])
    expect(detour([BARE, half, living])).toEqual([T1])
    expect(detour([BARE, living])).toEqual([])
    expect(detour([BARE, half, 'route default via 10.1.2.1 dev eth1'])).toEqual([T1])
    expect(detour([BARE, half, 'link tun0', 'route 128.0.0.0/1 dev tun0'])).toEqual([])
  })

  it('where there is no default, a living uplink’s may share in it', () => {
    const halves = ['route 0.0.0.0/1 via 10.1.1.1 dev eth0', 'route 128.0.0.0/1 via 10.1.2.1 dev eth1']
    expect(detour([BARE, ...halves])).toEqual([T1])
    expect(detour([PAGE, ...halves])).toEqual([])
  })

  it('are rules of others, by their place', () => {
    const lines = [
      'foreign from all lookup 51820 priority 32764',
      'foreign not from all fwmark 0xca6c priority 32763',
    ]
    expect(detour([PAGE, ...lines])).toEqual([T1])
  })
})

describe('the default that mptcp-metric adds', () => {
  const metric = (text: string, device = 'eth0') =>
    stanza(device, { IF_MPTCP_GATEWAY: device === 'eth0' ? '10.1.1.1' : '10.1.2.1', IF_MPTCP_METRIC: text })

  it('of a living uplink is a way as good as another', () => {
    expect(detour([WORSE], { stanzas: [UP0, metric('5', 'eth1')] })).toEqual([])
    expect(detour([PAGE], { stanzas: [UP0, metric('5', 'eth1')] })).toEqual([T1])
  })

  it('of the dead one goes: nothing is to be led round it, unless nothing is left', () => {
    const other = 'route default via 10.1.2.1 dev eth1 metric 100'
    expect(detour([BARE, other], { stanzas: [metric('5'), UP1] })).toEqual([])
    expect(detour([BARE], { stanzas: [metric('5'), UP1] })).toEqual([T1])
  })

  it('goes when the detour is in, and is back before that goes', () => {
    const ours = 'route default via 10.1.1.1 dev eth0 proto 77 metric 5'
    const question = { ...DEAD0, stanzas: [metric('5'), UP1] }
    const steps = (commands: readonly string[]) =>
      commands.flatMap((text) => {
        const [, step] =
          /^ip (mptcp endpoint \w+|rule \w+ from all lookup \w+|route \w+ default .*metric)/.exec(text) ?? []
        return step ?? []
      })
    expect(steps(commandsOf(planOf(world(BARE, ETH0, ETH1, ours), question)))).toEqual([
      'mptcp endpoint delete',
      'rule add from all lookup main',
      `rule add from all lookup ${T1}`,
      'route delete default via 10.1.1.1 dev eth0 metric',
    ])
    const left = ETH0.replace(/ *endpoint.*\n/, '')
    expect(
      steps(commandsOf(planOf(world(BARE, left, ETH1, `detour inet ${T1}`), { ...question, deaths: [] }))),
    ).toEqual([
      'route add default via 10.1.1.1 dev eth0 metric',
      'mptcp endpoint add',
      `rule delete from all lookup ${T1}`,
      'rule delete from all lookup main',
    ])
  })
})

describe('of several that are alive', () => {
  const T2 = 4000
  const THIRD = ['link eth2', 'addr 10.1.3.2/24 dev eth2']
  const up = (device: string, net: number, order: number, options = {}) =>
    stanza(device, { IF_MPTCP_GATEWAY: `10.1.${net}.1`, ...options }, { order })
  const best = (lines: string[], ...stanzas: ReturnType<typeof up>[]) =>
    detour([PAGE, ...THIRD, ...lines], {
      devices: ['eth0', 'eth1', 'eth2'],
      stanzas: [UP0, ...stanzas],
    })
  const TABLE = { IF_MPTCP_TABLE: `${T2}` }

  it('the one that main prefers is taken', () => {
    const lines = [
      'route default via 10.1.2.1 dev eth1 metric 20',
      'route default via 10.1.3.1 dev eth2 metric 10',
    ]
    expect(best(lines, up('eth1', 2, 2, { IF_MPTCP_METRIC: '3' }), up('eth2', 3, 3, TABLE))).toEqual([T2])
    expect(best(lines.slice(0, 1), up('eth1', 2, 3), up('eth2', 3, 2, TABLE))).toEqual([T1])
  })

  it('else the lowest mptcp-metric, else who was asked for first', () => {
    const metric = (text: string) => ({ ...TABLE, IF_MPTCP_METRIC: text })
    expect(best([], up('eth1', 2, 2, { IF_MPTCP_METRIC: '60' }), up('eth2', 3, 3, metric('50')))).toEqual([
      T2,
    ])
    expect(best([], up('eth1', 2, 2), up('eth2', 3, 3, metric('50')))).toEqual([T2])
    expect(best([], up('eth1', 2, 3), up('eth2', 3, 2, TABLE))).toEqual([T2])
    expect(best([], up('eth1', 2, 2), up('eth2', 3, 3, TABLE))).toEqual([T1])
  })
})

/** How often a plan for so many uplinks, half of them dead, looks at one of them. */
function countLooks(count: number): number {
  let looks = 0
  const exitOf = (i: number): Exit => ({
    get device() {
      looks += 1
      return `up${i}`
    },
    ...{ family: 'inet', table: i + 1, uplink: undefined },
    hops: [{ gateway: '10.0.0.1', device: `up${i}`, onlink: false, weight: 1 }],
  })
  const exits = Array.from({ length: count }, (_, i) => exitOf(i))
  const lines = exits.map((_, i) => `route default via 10.0.0.1 dev up${i} metric ${i + 1}`)
  const half = Math.ceil(count / 2)
  const known = { dead: exits.slice(0, half), living: exits.slice(half) }
  expect(detoursOf(hostOf(world(...lines)), known, true).wanted).toHaveLength(2)
  return looks
}

it('a plan looks at each of many uplinks as often as at each of few', () => {
  expect(countLooks(80)).toBe(8 * countLooks(10))
})

describe('in IPv6', () => {
  const SIX = ['addr 2001:db8:1::2/64 dev eth0', 'addr 2001:db8:2::2/64 dev eth1']
  const question: Question = {
    devices: DEVICES,
    stanzas: [
      stanza6('eth0', { IF_MPTCP_GATEWAY: 'fe80::1' }),
      stanza6('eth1', { IF_MPTCP_GATEWAY: 'fe80::1' }, { order: 2 }),
    ],
    deaths: ['eth0 inet6'],
  }
  const by = (device: string, rest = '') =>
    `route default via fe80::1 dev ${device} metric 1024 proto 9${rest}`

  it('it has a length of its own, and a family', () => {
    const { wanted } = planOf(world(BARE, ...SIX, by('eth0')), { ...DEAD0, ...question })
    expect(wanted.rules.filter(({ kind }) => kind === 'detour')).toEqual([
      { kind: 'detour', family: 'inet6', from: 'all', table: 254, priority: 32764, suppress: 4 },
      { kind: 'detour', family: 'inet6', from: 'all', table: T1, priority: 32765, suppress: undefined },
    ])
  })

  it('the better router preference wins, and of two alike the kernel takes any', () => {
    expect(detour([BARE, ...SIX, by('eth0', ' pref high'), by('eth1')], question)).toEqual([T1])
    expect(detour([BARE, ...SIX, by('eth0', ' pref low'), by('eth1')], question)).toEqual([])
    expect(detour([BARE, ...SIX, by('eth1'), by('eth0')], question)).toEqual([T1])
  })

  it('2000::/3 is a default, and half defaults of a VPN are others than in IPv4', () => {
    const half = (destination: string, device: string) =>
      `route ${destination} via fe80::1 dev ${device} metric 1024 proto 9`
    const lines = [BARE, ...SIX, 'link tun0']
    expect(detour([...lines, half('2000::/3', 'eth0')], question)).toEqual([T1])
    expect(detour([...lines, by('eth0'), half('2000::/4', 'tun0')], question)).toEqual([])
    expect(detour([...lines, by('eth0'), half('::/3', 'tun0')], question)).toEqual([])
    expect(detour([...lines, by('eth0'), half('8000::/1', 'tun0')], question)).toEqual([])
    expect(detour([...lines, by('eth0'), half('f000::/4', 'tun0')], question)).toEqual([T1])
  })
})

describe('a detour that stands', () => {
  const detourBy = (table: number) => `detour inet ${table}`
  const changes = (lines: readonly string[], question: Question) =>
    commandsOf(planOf(world(...lines), { stanzas: [UP1], ...question })).filter((text) =>
      text.includes('from all'),
    )
  const LED = [PAGE, ETH0, ETH1, detourBy(T1)]
  const GONE = [
    `ip rule delete from all lookup ${T1} priority 32765 protocol 77`,
    'ip rule delete from all lookup main suppress_prefixlength 7 priority 32764 protocol 77',
  ]

  it('stays as it is in a run for one device', () => {
    expect(changes(LED, { deaths: ['eth0'] })).toEqual([])
    expect(changes(LED, { devices: ['eth0'], stanzas: [UP0], deaths: ['eth0'] })).toEqual([])
  })

  it.each([
    ['nobody knows of a death any more', { deaths: [] }],
    ['its uplink is dead, too', { deaths: ['eth0', 'eth1'] }],
    ['its uplink goes', { deaths: ['eth0'], stanzas: [] }],
    ['its uplink is off', { deaths: ['eth0'], stanzas: [stanza('eth1', { IF_MPTCP: 'off' })] }],
  ])('goes in any run where %s', (_, question) => {
    expect(changes(LED, question)).toEqual(GONE)
    expect(changes(LED, { devices: ['eth0', 'eth1'], ...question, whole: true })).toEqual(GONE)
  })

  it('goes where its table is empty, and the living one’s takes its place in a run for all', () => {
    const lost = [PAGE, ETH0, ETH1, detourBy(100)]
    expect(changes(lost, { deaths: ['eth0'] })).toHaveLength(2)
    expect(changes(lost, DEAD0)).toEqual([
      `ip rule add from all lookup ${T1} priority 32765 protocol 77`,
      'ip rule delete from all lookup 100 priority 32765 protocol 77',
    ])
  })

  it('is put right where half of it is gone', () => {
    const half = world(...LED)
    const halves = half.rules.filter(({ kind }) => kind !== 'detour')
    const [first, second] = half.rules.filter(({ kind }) => kind === 'detour')
    const changed = (rules: typeof half.rules, question: Question) =>
      commandsOf(planOf({ ...half, rules: [...halves, ...rules] }, { stanzas: [UP1], ...question }))
        .filter((text) => text.includes('from all'))
        .map((text) => text.split(' ')[2])
    expect([changed([first as never], DEAD0), changed([second as never], DEAD0)]).toEqual([['add'], ['add']])
    expect(changed([first as never], { deaths: ['eth0'] })).toEqual(['delete'])
  })

  it('of a device that the run for all leaves as it is leads on, and its uplink counts', () => {
    const question = { ...DEAD0, devices: ['eth0'], stanzas: [UP0, UP1] }
    expect(changes(LED, question)).toEqual([])
    expect(changes(LED, { ...DEAD0, devices: ['eth1'], stanzas: [UP0, UP1] })).toEqual([])
    expect(changes([PAGE, ETH0, ETH1, detourBy(T0)], { ...question, deaths: ['eth0'] })).toHaveLength(2)
  })
})
