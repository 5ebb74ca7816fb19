import { describe, expect, it } from 'vitest'
import { deriveTable } from '../../src/words/table.ts'
import {
  ETH0,
  ETH1,
  FRESH,
  PAGE,
  planOf,
  type Question,
  refusedOf,
  rulesOf,
  stanza,
  T0,
  T1,
  type Variables,
  world,
} from './worlds.ts'

const STATIC = { IF_ADDRESS: '10.1.2.2/24', IF_GATEWAY: '10.1.2.1' }
const at = (table: number) => ETH1.replaceAll(`${T1}`, `${table}`)

/** The table of eth1's addresses, or why there is none. */
function table(
  lines: string,
  variables: Variables = {},
  question: Question = {},
): number | string | undefined {
  const plan = planOf(world(PAGE, lines), {
    stanzas: [stanza('eth1', { ...STATIC, ...variables }, FRESH)],
    ...question,
  })
  return plan.refused.size > 0
    ? refusedOf(plan)
    : plan.wanted.rules.find(({ kind }) => kind === 'source')?.table
}

describe('the first that answers', () => {
  const names = { tableNames: { eth1: 200, wan: 300 } }

  it.each([
    ['mptcp-table by number', table(at(1001), { IF_MPTCP_TABLE: '100' }, names), 100],
    ['mptcp-table by name', table(at(1001), { IF_MPTCP_TABLE: 'wan' }, names), 300],
    ['the one that our rules use already', table(at(1001), {}, names), 1001],
    ['rt_tables’ name of the device', table('', {}, names), 200],
    ['the derived one', table(''), T1],
  ])('is %s', (_, found, expected) => {
    expect(found).toBe(expected)
  })

  it('is not one that rt_tables calls main', () => {
    expect(table('', {}, { tableNames: { eth1: 254 } })).toBe(T1)
  })

  it.each([
    ['rule', 'foreign from all lookup 200'],
    ['route', 'route 10.7.0.0/16 dev eth0 table 200'],
  ])('is not one that rt_tables names, while a foreign %s uses it', (_, line) => {
    expect(table(line, {}, names)).toBe(T1)
  })

  it('stays with a gateway that changes', () => {
    expect(table(at(1001), { IF_GATEWAY: '10.1.2.9' })).toBe(1001)
  })
})

describe('the table of a further way', () => {
  const FURTHER = { IF_ADDRESS: '10.1.3.2/24', IF_GATEWAY: '10.1.3.1' }
  const H = deriveTable('eth1', '10.1.3.1')
  const TWO = 'addr 10.1.3.2/24 dev eth1'
  const further = (lines: string, variables: Variables = {}) => {
    const stanzas = [stanza('eth1', STATIC), stanza('eth1:1', { ...FURTHER, ...variables }, { order: 2 })]
    const plan = planOf(world(PAGE, TWO, lines), { stanzas })
    const rule = plan.wanted.rules.find(({ kind, from }) => kind === 'source' && from === '10.1.3.2')
    return plan.refused.size > 0 ? refusedOf(plan) : rule?.table
  }
  const settled = (where: number) => `
    rule from 10.1.3.2 lookup ${where}
    route default via 10.1.3.9 dev eth1 table ${where} proto 77
  `

  it('hashes name and gateway', () => {
    expect(further('')).toBe(H)
    expect(H).not.toBe(deriveTable('eth1', '10.1.3.9'))
  })

  it('stays with a gateway that changes, and is what the stanza says', () => {
    expect(further(settled(5))).toBe(5)
    expect(further(settled(5), { IF_MPTCP_TABLE: '9' })).toBe(9)
  })

  it('is not that of the first, though the address had come to stand there', () => {
    expect(further(settled(T1))).toBe(H)
    const alone = planOf(world(PAGE, TWO, settled(T1)), { stanzas: [stanza('eth1:1', FURTHER)] })
    expect(rulesOf(alone)).toContain(`31000 10.1.3.2 ${H}`)
  })

  it('is left by the first, whose addresses went there while it was not there itself', () => {
    for (const asked of [{}, { IF_MPTCP_TABLE: '9' }]) {
      const where = 'IF_MPTCP_TABLE' in asked ? 9 : H
      const together = `rule from 10.1.2.2 lookup ${where}\n${settled(where)}`
      expect(further(together, asked)).toBe(where)
    }
  })

  it('cannot be asked to be that of the first', () => {
    expect(further('', { IF_MPTCP_TABLE: `${T1}` })).toBe(
      `mptcp-table "${T1}" is the table of another way out of the device (set by IF_MPTCP_TABLE)`,
    )
  })
})

describe('a table that it cannot have', () => {
  const named = (...names: [string, number][]) =>
    table('', { IF_MPTCP_TABLE: 'wan' }, { tableNames: Object.fromEntries(names) })
  const CURE =
    'write "NUMBER wan" into /etc/iproute2/rt_tables.d/mptcp.conf, or give a number (set by IF_MPTCP_TABLE)'

  it('has a name that is not there, or that is the name of a table not to be used', () => {
    expect(named()).toBe(`mptcp-table "wan" is not in rt_tables: ${CURE}`)
    expect(named(['wan', 254])).toBe(`mptcp-table "wan" is table 254, which is not free for use: ${CURE}`)
  })

  const TAKEN = `is in use by eth0: choose another with mptcp-table`

  it('is another device’s', () => {
    expect(table(ETH0, { IF_MPTCP_TABLE: `${T0}` })).toBe(
      `mptcp-table "${T0}" ${TAKEN} (set by IF_MPTCP_TABLE)`,
    )
  })

  it('is another device’s, though nobody has asked for it', () => {
    expect(table(ETH0.replaceAll(`${T0}`, `${T1}`))).toBe(`mptcp-table "${T1}" ${TAKEN} (not set)`)
  })

  it('is another device’s whose link is down: its rules still stand, its table is empty', () => {
    const down = `link eth0 down\nrule from 10.1.1.2 lookup 100`
    expect(table(down, { IF_MPTCP_TABLE: '100' })).toBe(`mptcp-table "100" ${TAKEN} (set by IF_MPTCP_TABLE)`)
  })

  it.each([
    ['of the other family', 'addr 2001:db8:1::2/64 dev eth0\nrule from 2001:db8:1::2 lookup 100'],
    ['of an address that is gone', 'rule from 10.7.7.7 lookup 100'],
    ['of the device itself', at(100)],
  ])('but not because of a rule %s', (_, lines) => {
    expect(table(lines, { IF_MPTCP_TABLE: '100' })).toBe(100)
  })
})

describe('an address that moves to another device', () => {
  it('blocks nobody: its old rule is that of the table’s device', () => {
    // 10.1.2.2 was on eth1; now eth0 has it, and eth1 another.
    const moved = world(
      'link eth0',
      'link eth1',
      'addr 10.1.2.2/24 dev eth0',
      'addr 10.1.4.2/24 dev eth1',
      at(T1),
    )
    const one = planOf(moved, { stanzas: [stanza('eth1', { IF_GATEWAY: '10.1.4.1' })] })
    expect([refusedOf(one), one.wanted.rules.map(({ from, table: id }) => `${from} ${id}`)]).toEqual([
      'not refused',
      ['10.1.4.2 254', `10.1.4.2 ${T1}`, '10.1.4.2 0'],
    ])
    const other = planOf(moved, { devices: ['eth0'], stanzas: [stanza('eth0', { IF_GATEWAY: '10.1.2.1' })] })
    expect([
      refusedOf(other, 'eth0'),
      other.wanted.rules.map(({ from, table: id }) => `${from} ${id}`),
    ]).toEqual(['not refused', ['10.1.2.2 254', `10.1.2.2 ${T0}`, '10.1.2.2 0']])
  })
})
