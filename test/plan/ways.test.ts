import { describe, expect, it } from 'vitest'
import { deriveTable } from '../../src/words/table.ts'
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
  type Variables,
  world,
} from './worlds.ts'

/** A second subnet behind the same port, with a gateway of its own. */
const TWO = world(PAGE, 'addr 10.1.3.2/24 dev eth1')
const FIRST = { IF_ADDRESS: '10.1.2.2/24', IF_GATEWAY: '10.1.2.1' }
const SECOND = { IF_ADDRESS: '10.1.3.2/24', IF_GATEWAY: '10.1.3.1' }
const H = deriveTable('eth1', '10.1.3.1')

/** Each address with its table's default and the table: `10.1.2.2 via 10.1.2.1 T1`. */
function goes(snapshot = TWO, question: Question = {}): string[] {
  const plan = planOf(snapshot, question)
  const names = new Map([
    [T1, 'T1'],
    [H, 'H'],
  ])
  const sources = plan.wanted.rules.filter(({ kind }) => kind === 'source')
  const told = sources.map(({ from, family, table }) => {
    const out = plan.wanted.routes.find(
      (route) => route.family === family && route.table === table && route.destination === 'default',
    )
    const via = out === undefined ? 'nowhere' : `via ${out.hops[0]?.gateway}`
    return `${from} ${via} ${names.get(table) ?? table}`
  })
  return plan.refused.size > 0 ? [refusedOf(plan)] : told.sort()
}

const of = (...stanzas: [string, Variables, object?][]) => ({
  stanzas: stanzas.map(([iface, variables, changes], i) =>
    stanza(iface, variables, { order: i + 1, ...changes }),
  ),
})

describe('two gateways on one device', () => {
  const both = ['10.1.2.2 via 10.1.2.1 T1', '10.1.3.2 via 10.1.3.1 H']

  it.each([
    ['two stanzas', of(['eth1', FIRST], ['eth1', SECOND])],
    ['a stanza and an alias', of(['eth1', FIRST], ['eth1:1', SECOND])],
    ['an alias that was up first', of(['eth1:1', SECOND], ['eth1', FIRST])],
  ])('of %s are two ways, each with its table', (_, question) => {
    expect(goes(TWO, question)).toEqual(both)
  })

  it('are a way each where only the alias is up: it never takes the table of the first', () => {
    const all = ['10.1.2.2 via 10.1.3.1 H', '10.1.3.2 via 10.1.3.1 H']
    expect(goes(TWO, of(['eth1:1', SECOND]))).toEqual(all)
    const main = world(PAGE, 'addr 10.1.3.2/24 dev eth1', 'route default via 10.1.3.1 dev eth1 metric 9')
    expect(goes(main, of(['eth1:1', SECOND]))).toEqual(all)
  })

  it('are one way where they are the same, with the options of the first', () => {
    const same = { IF_ADDRESS: '10.1.3.2/24', IF_GATEWAY: '10.1.2.1', IF_MPTCP_TABLE: '7' }
    expect(goes(TWO, of(['eth1', FIRST], ['eth1:1', same]))).toEqual([
      '10.1.2.2 via 10.1.2.1 T1',
      '10.1.3.2 via 10.1.2.1 T1',
    ])
  })

  it('have the options of the stanza that names them, though main has the default too', () => {
    const main = world(PAGE, 'addr 10.1.3.2/24 dev eth1', 'route default via 10.1.3.1 dev eth1 metric 9')
    expect(goes(main, of(['eth1:1', { ...SECOND, IF_MPTCP_TABLE: '7' }]))).toContain(
      '10.1.3.2 via 10.1.3.1 7',
    )
  })

  it('of the other family are its own affair', () => {
    const six = world(PAGE, 'addr 2001:db8:2::2/64 dev eth1')
    const stanzas = [stanza('eth1', FIRST), stanza6('eth1', { IF_GATEWAY: '2001:db8:2::1' })]
    expect(goes(six, { stanzas })).toEqual(['10.1.2.2 via 10.1.2.1 T1', '2001:db8:2::2 via 2001:db8:2::1 T1'])
  })
})

describe('an address that no stanza names', () => {
  it('goes the way whose connected route holds it', () => {
    const vip = world(
      PAGE,
      'addr 10.1.3.2/24 dev eth1',
      'addr 10.1.3.7/24 dev eth1',
      'addr 10.1.2.7/24 dev eth1',
    )
    expect(goes(vip, of(['eth1', FIRST], ['eth1:1', SECOND]))).toEqual([
      '10.1.2.2 via 10.1.2.1 T1',
      '10.1.2.7 via 10.1.2.1 T1',
      '10.1.3.2 via 10.1.3.1 H',
      '10.1.3.7 via 10.1.3.1 H',
    ])
  })

  it('goes the first way where no connected route tells', () => {
    const vip = world(PAGE, 'addr 10.1.3.2/24 dev eth1', 'addr 192.0.2.7/32 dev eth1')
    expect(goes(vip, of(['eth1:1', SECOND], ['eth1', FIRST]))).toContain('192.0.2.7 via 10.1.2.1 T1')
  })

  it('goes the way that a stanza without a gateway has, too', () => {
    const { IF_ADDRESS } = SECOND
    expect(goes(TWO, of(['eth1', FIRST], ['eth1:1', { IF_ADDRESS }]))).toContain('10.1.3.2 via 10.1.2.1 T1')
  })
})

describe('mptcp-gateway none', () => {
  const NONE = { IF_ADDRESS: '10.1.3.2/24', IF_MPTCP_GATEWAY: 'none' }
  const N = deriveTable('eth1', 'none')

  it('leaves rules and main’s routes', () => {
    const plan = planOf(world(PAGE), { stanzas: [stanza('eth1', { IF_MPTCP_GATEWAY: 'none' })] })
    expect([plan.wanted.rules.length, routesOf(plan, T1), plan.wanted.endpoints]).toEqual([
      2,
      ['10.1.2.0/24 dev eth1 scope link'],
      [],
    ])
    expect(plan.details).toEqual(['no inet gateway: rules and connected routes only'])
  })

  it('of an alias is about its own address alone, in a table of its own', () => {
    expect(goes(TWO, of(['eth1', FIRST], ['eth1:1', NONE]))).toEqual([
      '10.1.2.2 via 10.1.2.1 T1',
      `10.1.3.2 nowhere ${N}`,
    ])
  })

  it('of an alias holds where the device has no other way', () => {
    expect(goes(TWO, of(['eth1', { IF_ADDRESS: '10.1.2.2/24' }], ['eth1:1', NONE]))).toContain(
      `10.1.3.2 nowhere ${N}`,
    )
  })

  it('of two aliases is one table', () => {
    const three = world(PAGE, 'addr 10.1.3.2/24 dev eth1', 'addr 10.1.4.2/24 dev eth1')
    const other = { ...NONE, IF_ADDRESS: '10.1.4.2/24' }
    expect(goes(three, of(['eth1', FIRST], ['eth1:1', NONE], ['eth1:2', other]))).toEqual([
      '10.1.2.2 via 10.1.2.1 T1',
      `10.1.3.2 nowhere ${N}`,
      `10.1.4.2 nowhere ${N}`,
    ])
  })
})

describe('a device without a way out', () => {
  it.each([
    ['gets nothing', {}, []],
    ['gets nothing for `mptcp on`', { IF_MPTCP: 'on' }, []],
    ['gets rules where its stanza has an option', { IF_MPTCP_PRIORITY: '500' }, ['10.1.2.2 nowhere T1']],
  ])('%s', (_, variables, told) => {
    expect(goes(world(PAGE), of(['eth1', variables]))).toEqual(told)
  })

  it('gets rules where an alias has an option', () => {
    expect(goes(TWO, of(['eth1:1', { IF_ADDRESS: '10.1.3.2/24', IF_MPTCP_TABLE: '7' }]))).toContain(
      '10.1.3.2 nowhere T1',
    )
  })
})

describe('mptcp off', () => {
  const off = (variables: Variables) => ({ ...variables, IF_MPTCP: 'off' })

  it('is about the addresses that its stanza names', () => {
    expect(goes(TWO, of(['eth1', FIRST], ['eth1:1', off(SECOND)]))).toEqual(['10.1.2.2 via 10.1.2.1 T1'])
    expect(goes(TWO, of(['eth1', off(FIRST)], ['eth1:1', SECOND]))).toEqual(['10.1.3.2 via 10.1.3.1 H'])
  })

  it('is about all that no stanza names, where its own names none', () => {
    const main = world(PAGE, 'route default via 10.1.2.1 dev eth1 metric 9')
    expect(goes(main, of(['eth1', off({ METHOD: 'dhcp' })]))).toEqual([])
  })

  it('is not about the other family', () => {
    const six = world(PAGE, 'addr 2001:db8:2::2/64 dev eth1')
    const stanzas = [stanza('eth1', off(FIRST)), stanza6('eth1', { IF_GATEWAY: '2001:db8:2::1' })]
    expect(goes(six, { stanzas })).toEqual(['2001:db8:2::2 via 2001:db8:2::1 T1'])
  })
})

describe('what stands, where nobody has recorded anything,', () => {
  const standing = (table: number, from: string, gateway: string) => `
    rule from ${from} lookup ${table}
    route default via ${gateway} dev eth1 table ${table} proto 77
  `
  const SECOND_STANDS = standing(H, '10.1.3.2', '10.1.3.1')
  const lan = (...lines: string[]) => world(PAGE, 'addr 10.1.3.2/24 dev eth1', ...lines)
  const unrecorded = (iface: string, variables: Variables) => ({
    stanzas: [stanza(iface, variables, FRESH)],
    trustsTable: true,
  })

  it('is a way: a run for one stanza leaves that of another alone', () => {
    expect(goes(lan(SECOND_STANDS), unrecorded('eth1', FIRST))).toEqual([
      '10.1.2.2 via 10.1.2.1 T1',
      '10.1.3.2 via 10.1.3.1 H',
    ])
    expect(goes(lan(standing(T1, '10.1.2.2', '10.1.2.1')), unrecorded('eth1:1', SECOND))).toEqual([
      '10.1.2.2 via 10.1.2.1 T1',
      '10.1.3.2 via 10.1.3.1 H',
    ])
  })

  it('does not hold the first way’s old gateway', () => {
    const stands = lan(standing(T1, '10.1.2.2', '10.1.2.9'))
    expect(goes(stands, unrecorded('eth1', { IF_GATEWAY: '10.1.2.1' }))).toContain('10.1.2.2 via 10.1.2.1 T1')
    const asked = world(PAGE, standing(7, '10.1.2.2', '10.1.2.9'))
    expect(goes(asked, unrecorded('eth1', { IF_GATEWAY: '10.1.2.1' }))).toEqual(['10.1.2.2 via 10.1.2.1 7'])
  })

  it('takes another address of the same gateway along', () => {
    const more = world(PAGE, 'addr 10.1.3.2/24 dev eth1', 'addr 10.1.3.7/24 dev eth1', SECOND_STANDS)
    const other = { IF_ADDRESS: '10.1.3.7/24', IF_GATEWAY: '10.1.3.1' }
    expect(goes(more, unrecorded('eth1:2', other))).toEqual(
      expect.arrayContaining(['10.1.3.2 via 10.1.3.1 H', '10.1.3.7 via 10.1.3.1 H']),
    )
  })

  it('is no way any more where its gateway cannot be reached, and not where there is a record', () => {
    const lost = world(
      PAGE,
      'addr 10.1.3.2/32 dev eth1',
      SECOND_STANDS.replace('proto 77', 'proto 77 onlink'),
    )
    expect(goes(lost, unrecorded('eth1', FIRST))).not.toContain('10.1.3.2 via 10.1.3.1 H')
    expect(goes(lan(SECOND_STANDS), { ...unrecorded('eth1', FIRST), trustsTable: false })).not.toContain(
      '10.1.3.2 via 10.1.3.1 H',
    )
  })
})

describe('a record', () => {
  it('whose addresses have all left the device is about another time', () => {
    expect(goes(world(PAGE), of(['eth1', SECOND], ['eth1:1', FIRST]))).toEqual([
      `10.1.2.2 via 10.1.2.1 ${deriveTable('eth1', '10.1.2.1')}`,
    ])
  })

  it('that names no address holds for every one', () => {
    expect(goes(world(PAGE), of(['eth1', { IF_MPTCP_TABLE: '7', IF_GATEWAY: '10.1.2.1' }]))).toEqual([
      '10.1.2.2 via 10.1.2.1 7',
    ])
  })
})
