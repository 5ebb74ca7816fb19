import { describe, expect, it } from 'vitest'
import { EMPTY_PLAN } from '../../src/plan/wanted.ts'
import {
  commandsOf,
  ETH0,
  ETH1,
  endpointsOf,
  FRESH,
  PAGE,
  planOf,
  refusedOf,
  routesOf,
  rulesOf,
  stanza,
  T0,
  T1,
  world,
} from './worlds.ts'

const GIVEN0 = { IF_ADDRESS: '10.1.1.2/24', IF_GATEWAY: '10.1.1.1' }
const GIVEN1 = { IF_ADDRESS: '10.1.2.2/24', IF_MPTCP_GATEWAY: '10.1.2.1' }
const RECORDS = [stanza('eth0', GIVEN0), stanza('eth1', GIVEN1)]

describe('up', () => {
  it('is the page’s second uplink', () => {
    const plan = planOf(world(PAGE), { stanzas: [stanza('eth1', GIVEN1, FRESH)] })
    expect([
      rulesOf(plan),
      routesOf(plan, T1),
      endpointsOf(plan),
      [...plan.wanted.groups],
      plan.notices,
    ]).toEqual([
      ['30999 10.1.2.2 main/7', `31000 10.1.2.2 ${T1}`, '31001 10.1.2.2 unreachable'],
      ['10.1.2.0/24 dev eth1 scope link', 'default via 10.1.2.1 dev eth1'],
      ['10.1.2.2 255 eth1 subflow'],
      [['eth1', 77]],
      [],
    ])
  })

  it('of several devices is one plan', () => {
    const plan = planOf(world(PAGE), { devices: ['eth0', 'eth1'], stanzas: RECORDS })
    expect([rulesOf(plan).length, endpointsOf(plan), plan.wanted.groups.size]).toEqual([
      6,
      ['10.1.1.2 255 eth0 subflow', '10.1.2.2 254 eth1 subflow'],
      2,
    ])
    expect(
      commandsOf(planOf(world(PAGE, ETH0, ETH1), { devices: ['eth0', 'eth1'], stanzas: RECORDS })),
    ).toEqual([])
  })

  it('refuses one device and leaves it as it is; the others are planned', () => {
    const bad = [stanza('eth0', { ...GIVEN0, IF_MPTCP_TABLE: 'wan' }), stanza('eth1', GIVEN1)]
    const plan = planOf(world(PAGE, ETH0), { devices: ['eth0', 'eth1'], stanzas: bad })
    expect(refusedOf(plan, 'eth0')).toContain('mptcp-table "wan" is not in rt_tables')
    expect(commandsOf(plan).filter((text) => text.includes('eth0') || text.includes('10.1.1.2'))).toEqual([])
    expect(rulesOf(plan)).toContain(`31000 10.1.2.2 ${T1}`)
  })

  it('wants nothing of a device that is down, and takes away what stands', () => {
    const down = planOf(world(PAGE, ETH1, 'link eth1 group 77 down'), { stanzas: RECORDS })
    expect(rulesOf(down).filter((text) => text.includes('10.1.2.2'))).toEqual([])
    expect(commandsOf(down)).toContain('ip mptcp endpoint delete id 255')
  })

  it('does not depend on what it removes: the repeat writes nothing', () => {
    // Without a record, our own table names a gateway that only the run's stanza can change.
    const changed = { stanzas: [stanza('eth1', { IF_GATEWAY: '10.1.2.9' }, FRESH)], trustsTable: true }
    expect(commandsOf(planOf(world(PAGE, ETH1), changed))).toEqual([
      `ip route append default via 10.1.2.9 dev eth1 table ${T1} protocol 77`,
      `ip route delete default via 10.1.2.1 dev eth1 table ${T1} protocol 77`,
    ])
    expect(commandsOf(planOf(world(PAGE, ETH1.replace('via 10.1.2.1', 'via 10.1.2.9')), changed))).toEqual([])
  })

  it('takes what the device’s name claims, as when it was pulled and is back with another address', () => {
    const back = world(
      'link eth1',
      'addr 10.1.3.2/24 dev eth1',
      `rule from 10.1.2.2 lookup ${T1}`,
      'companion from 10.1.2.2',
    )
    const plan = planOf(back, { stanzas: [stanza('eth1', { IF_GATEWAY: '10.1.3.1' })] })
    expect(commandsOf(plan).filter((text) => text.includes('rule delete'))).toHaveLength(2)
  })
})

describe('down', () => {
  const down = (lines: string, stanzas = [stanza('eth0', GIVEN0)]) =>
    planOf(world(PAGE, lines), { stanzas, orphans: true })

  it('is the same with nothing asked for', () => {
    expect(commandsOf(down(ETH1)).map((text) => text.split(' ').slice(0, 4).join(' '))).toEqual([
      ...['ip mptcp endpoint delete', ...Array(3).fill('ip rule delete from')],
      ...['ip route delete default', 'ip route delete 10.1.2.0/24', 'ip link set dev'],
    ])
  })

  it('leaves what is of others', () => {
    const texts = commandsOf(down(`${ETH0}\n${ETH1}`)).join('\n')
    expect(texts).not.toMatch(/eth0|10\.1\.1\.|id 254/)
    const foreign = `foreign from 10.1.2.2 lookup 900\nroute default via 10.1.2.9 dev eth1 table ${T1} proto 4\nendpoint 10.1.2.2 id 3 signal dev eth1`
    expect(commandsOf(down(foreign))).toEqual([])
  })

  it('takes orphans along, with their endpoints and companions, in both families', () => {
    const orphans = `
      rule from 10.7.7.7 lookup 900
      companion from 10.7.7.7
      endpoint 10.7.7.7 id 254 subflow dev eth5
      rule from 2001:db8:7::7 lookup 901
      endpoint 10.8.8.8 id 253 subflow dev if9
    `
    expect(commandsOf(down(orphans)).map((text) => text.replace(/ suppress_.*77 pri/, ' pri'))).toEqual([
      'ip mptcp endpoint delete id 254',
      'ip mptcp endpoint delete id 253',
      'ip -6 rule delete from 2001:db8:7::7 lookup 901 priority 31000 protocol 77',
      'ip rule delete from 10.7.7.7 lookup main priority 30999 protocol 77',
      'ip rule delete from 10.7.7.7 lookup 900 priority 31000 protocol 77',
    ])
  })

  it('works for a device that is gone', () => {
    const gone = world(
      'link eth0',
      'addr 10.1.1.2/24 dev eth0',
      ETH0,
      `rule from 10.1.2.2 lookup ${T1}`,
      'companion from 10.1.2.2',
    )
    expect(commandsOf(planOf(gone, { stanzas: [], orphans: true }))).toHaveLength(2)
  })

  it('of one stanza leaves what is still asked for', () => {
    const rest = stanza('eth1:1', {
      IF_ADDRESS: '10.1.2.3/24',
      IF_GATEWAY: '10.1.2.1',
      IF_MPTCP_TABLE: `${T1}`,
    })
    const two = `addr 10.1.2.3/24 dev eth1\nrule from 10.1.2.3 lookup ${T1}\ncompanion from 10.1.2.3\n${ETH1}`
    const plan = down(two, [rest])
    expect(rulesOf(plan)).toContain(`31000 10.1.2.3 ${T1}`)
    expect(routesOf(plan, T1)).toHaveLength(2)
  })

  it('takes away what stands where a stanza says "mptcp off"', () => {
    const off = planOf(world(PAGE, ETH0, ETH1), {
      stanzas: [stanza('eth0', GIVEN0), stanza('eth1', { ...GIVEN1, IF_MPTCP: 'off' })],
    })
    expect(commandsOf(off)).toEqual(commandsOf(down(`${ETH0}\n${ETH1}`)))
  })
})

it('an empty plan changes nothing', () => {
  expect(commandsOf(EMPTY_PLAN)).toEqual([])
  expect(T0).not.toBe(T1)
})
