import { describe, expect, it } from 'vitest'
import { limitsOf } from '../../src/plan/parts.ts'
import type { Plan } from '../../src/plan/wanted.ts'
import {
  commandsOf,
  ETH0,
  ETH1,
  endpointsOf,
  PAGE,
  planOf,
  routesOf,
  stanza,
  stanza6,
  T0,
  T1,
  world,
} from './worlds.ts'

const UP0 = stanza('eth0', { IF_ADDRESS: '10.1.1.2/24', IF_GATEWAY: '10.1.1.1' })
const UP1 = stanza('eth1', { IF_ADDRESS: '10.1.2.2/24', IF_MPTCP_GATEWAY: '10.1.2.1' })
const BOTH = { devices: ['eth0', 'eth1'], stanzas: [UP0, UP1] }
const STANDING = world(PAGE, ETH0, ETH1)

/** Which of the uplinks are dead, and which of those are left for it. */
function dead({ dead: deaths }: Plan): string[] {
  return [...deaths].map(
    ([{ device, family, avoided }, { why }]) => `${device} ${family} ${avoided ? 'avoided' : 'used'}: ${why}`,
  )
}

describe('a dead uplink', () => {
  it('has no endpoint while another is alive, and keeps its table and its rules', () => {
    const plan = planOf(STANDING, { ...BOTH, deaths: ['eth1'] })
    expect(dead(plan)).toEqual(['eth1 inet avoided: no carrier'])
    expect(endpointsOf(plan)).toEqual(['10.1.1.2 254 eth0 subflow'])
    const commands = commandsOf(plan).filter((text) => !/unreachable|sysctl/.test(text))
    expect(commands).toEqual(['ip mptcp endpoint delete id 255'])
    expect(plan.details).toEqual(['IPv4 is dead, no carrier: nothing starts from it'])
    expect(plan.subjects.get(plan.details[0] ?? '')).toEqual(['eth1'])
  })

  it('has no default in main, whose metric is free for it when it is back', () => {
    const metric = stanza('eth1', { IF_MPTCP_GATEWAY: '10.1.2.1', IF_MPTCP_METRIC: '50' })
    const snapshot = world(PAGE, ETH0, ETH1, 'route default via 10.1.2.1 dev eth1 proto 77 metric 50')
    const alive = planOf(snapshot, { devices: ['eth1'], stanzas: [UP0, metric] })
    const plan = planOf(snapshot, { devices: ['eth1'], stanzas: [UP0, metric], deaths: ['eth1'] })
    expect(routesOf(alive, 254)).toEqual(['default via 10.1.2.1 dev eth1 metric 50'])
    expect(routesOf(plan, 254)).toEqual([])
    expect(routesOf(plan, T1)).toEqual(routesOf(alive, T1))
  })

  it('lowers no limit', () => {
    const plan = planOf(world(PAGE, ETH0, ETH1, 'limits 2 0'), { ...BOTH, deaths: ['eth1'] })
    expect(plan.wanted.limits).toEqual({ subflows: 2, addAddrAccepted: 0 })
    expect(limitsOf(STANDING, [], { endpoints: [], evicted: [], waiting: [], left: [], kept: [] })).toBe(
      undefined,
    )
  })

  it('leaves its places among the endpoints to others', () => {
    const many = Array.from({ length: 9 }, (_, i) => `addr 10.1.1.${20 + i}/24 dev eth0`)
    const snapshot = world(PAGE, ...many)
    const served = (deaths: string[]) => planOf(snapshot, { ...BOTH, deaths }).wanted.endpoints
    expect(served([]).filter(({ device }) => device === 'eth0')).toHaveLength(7)
    expect(served(['eth1']).filter(({ device }) => device === 'eth0')).toHaveLength(8)
  })

  it('is one of a device, a family and a table', () => {
    const six = ['addr 2001:db8:1::2/64 dev eth0', 'addr 2001:db8:2::2/64 dev eth1']
    const question = {
      devices: ['eth0', 'eth1'],
      stanzas: [
        ...[UP0, UP1],
        stanza6('eth0', { IF_MPTCP_GATEWAY: '2001:db8:1::1' }),
        stanza6('eth1', { IF_MPTCP_GATEWAY: '2001:db8:2::1' }),
      ],
    }
    const avoided = (...deaths: string[]) => dead(planOf(world(PAGE, ...six), { ...question, deaths }))
    expect(avoided('eth1 inet6')).toEqual(['eth1 inet6 avoided: no carrier'])
    expect(avoided('eth1 inet', 'eth0 inet6')).toEqual([
      'eth0 inet6 avoided: no carrier',
      'eth1 inet avoided: no carrier',
    ])
    expect(avoided('eth1 inet 100')).toEqual([])
    expect(avoided('eth9')).toEqual([])
  })

  it('is one of two ways of a device', () => {
    const ways = [
      stanza('eth1', { IF_ADDRESS: '10.1.2.2/24', IF_MPTCP_GATEWAY: '10.1.2.1' }),
      stanza('eth1:1', { IF_ADDRESS: '10.1.3.2/24', IF_MPTCP_GATEWAY: '10.1.3.1' }, { order: 2 }),
    ]
    const snapshot = world(PAGE, 'addr 10.1.3.2/24 dev eth1')
    expect(endpointsOf(planOf(snapshot, { stanzas: ways, deaths: ['eth1'] }))).toEqual([
      '10.1.3.2 255 eth1 subflow',
    ])
  })
})

describe('where all are dead', () => {
  it('it is as if none was, and that is told', () => {
    const plan = planOf(STANDING, { ...BOTH, deaths: ['eth0', 'eth1'], whole: true })
    expect(commandsOf(plan)).toEqual(commandsOf(planOf(STANDING, { ...BOTH, whole: true })))
    expect(dead(plan)).toEqual(['eth0 inet used: no carrier', 'eth1 inet used: no carrier'])
    expect(plan.details[0]).toBe(
      'IPv4 is dead, no carrier: no other uplink is alive, so it is used all the same',
    )
  })

  it('an uplink of the other family is no help', () => {
    const six = stanza6('eth0', { IF_MPTCP_GATEWAY: '2001:db8:1::1' })
    const snapshot = world(PAGE, 'addr 2001:db8:1::2/64 dev eth0')
    const plan = planOf(snapshot, { devices: ['eth0', 'eth1'], stanzas: [six, UP1], deaths: ['eth1'] })
    expect(dead(plan)).toEqual(['eth1 inet used: no carrier'])
  })

  it.each([
    ['without a way out', stanza('eth0', { IF_MPTCP_GATEWAY: 'none' })],
    ['that its manager is taking down', stanza('eth0', { IF_GATEWAY: '10.1.1.1' }, { leaving: true })],
    ['that is off', stanza('eth0', { IF_MPTCP: 'off' })],
  ])('one %s is none that is alive', (_, other) => {
    const plan = planOf(STANDING, { devices: ['eth0', 'eth1'], stanzas: [other, UP1], deaths: ['eth1'] })
    expect(dead(plan)).toEqual(['eth1 inet used: no carrier'])
  })
})

describe('a run for one device', () => {
  const alone = (deaths: string[], ...lines: string[]) =>
    dead(planOf(world(PAGE, ...lines), { stanzas: [UP1], deaths }))

  it('sees by what stands whether another is alive', () => {
    expect(alone(['eth1'], ETH0, ETH1)).toEqual(['eth1 inet avoided: no carrier'])
    expect(alone(['eth1'], ETH1)).toEqual(['eth1 inet used: no carrier'])
    expect(alone(['eth1', 'eth0'], ETH0, ETH1)).toEqual(['eth1 inet used: no carrier'])
  })

  it('takes neither rules without a way nor a table without rules for an uplink', () => {
    const rule = `rule from 10.1.1.2 lookup ${T0}`
    const route = `route default via 10.1.1.1 dev eth0 table ${T0} proto 77`
    expect([alone(['eth1'], rule), alone(['eth1'], route)]).toEqual([
      ['eth1 inet used: no carrier'],
      ['eth1 inet used: no carrier'],
    ])
    expect(alone(['eth1'], rule, route)).toEqual(['eth1 inet avoided: no carrier'])
  })

  it('knows its own by its plan, not by what stands', () => {
    expect(alone(['eth0'], ETH0, ETH1)).toEqual([])
    expect(endpointsOf(planOf(STANDING, { stanzas: [UP1], deaths: ['eth0'] }))).toHaveLength(1)
  })
})
