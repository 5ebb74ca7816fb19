import { describe, expect, it } from 'vitest'
import type { Address, Rule, Snapshot } from '../../src/words/state.ts'
import { deriveTable } from '../../src/words/table.ts'
import { byHand, environment, event, refusalOf, snapshot, uplink } from '../captured.ts'

const PLAIN = snapshot('endpoints')
const STANDING = snapshot('one-uplink')
const named = (...names: [string, number][]) => ({ tableNames: () => new Map(names) })
const tableOf = (...args: Parameters<typeof uplink>) =>
  uplink(...args).rules.find(({ kind }) => kind === 'source')?.table

describe('the table, first that answers', () => {
  it.each([
    ['mptcp-table as a number', { IF_MPTCP_TABLE: '100' }, STANDING, 100],
    ['mptcp-table as a name', { IF_MPTCP_TABLE: 'wan' }, STANDING, 300],
    ["the one that our rules for the device's addresses use", {}, STANDING, 1001],
    ["rt_tables' name of the interface", {}, PLAIN, 200],
  ])('is %s', (_, env, seen, table) => {
    expect(tableOf('inet', byHand(env), seen, named(['eth1', 200], ['wan', 300]))).toBe(table)
  })

  it("is derived from the device's name, also for an alias", () => {
    expect(tableOf('inet', byHand(), PLAIN)).toBe(deriveTable('eth1'))
    expect(tableOf('inet', event({ IFACE: 'eth1:1' }), PLAIN)).toBe(deriveTable('eth1'))
  })

  it('is not one that rt_tables calls main', () => {
    expect(tableOf('inet', byHand(), PLAIN, named(['eth1', 254]))).toBe(deriveTable('eth1'))
  })

  it("is that of the stanza's own address before that of another", () => {
    const [rule] = STANDING.rules.filter(({ family, kind }) => family === 'inet' && kind === 'source')
    const own: Rule[] = rule ? [{ ...rule, from: '10.1.3.2', table: 1002 }] : []
    const { rules } = uplink('inet', byHand({ IF_ADDRESS: '10.1.3.2/24' }), {
      ...STANDING,
      rules: [...STANDING.rules, ...own],
    })
    expect(rules.filter(({ kind }) => kind === 'source').map(({ table }) => table)).toEqual([1001, 1002])
  })

  it('of an alias without options follows the first stanza', () => {
    const rules = uplink(
      'inet',
      event(environment('alias', { IFACE: 'eth1:1', IF_ADDRESS: '10.1.2.3' })),
      STANDING,
    ).rules
    expect(rules.filter(({ kind }) => kind === 'source').map(({ from, table }) => [from, table])).toEqual([
      ['10.1.2.2', 1001],
      ['10.1.2.3', 1001],
    ])
  })
})

describe('a table that it cannot have', () => {
  const other: Address = { ...(STANDING.addresses.at(-1) as Address), local: '10.1.1.2', device: 'eth0' }
  const theirs: Rule = { kind: 'source', family: 'inet', from: '10.1.1.2', table: 100, priority: 31000 }
  const withTheirs = (changes: Partial<Rule> = {}): Snapshot => ({
    ...PLAIN,
    addresses: [...PLAIN.addresses, other],
    rules: [{ ...theirs, ...changes }],
  })
  const message = (env: Record<string, string>, seen: Snapshot, names: [string, number][] = []) =>
    refusalOf(() => uplink('inet', byHand(env), seen, named(...names)))
  const SETTER = '(set by IF_MPTCP_TABLE in the environment)'

  it.each([
    [[], 'is not in rt_tables'],
    [[['wan', 254]], 'is table 254, which is not free for use'],
    [[['wan', 0]], 'is table 0, which is not free for use'],
  ] as [[string, number][], string][])('by name %j', (names, why) => {
    expect(message({ IF_MPTCP_TABLE: 'wan' }, PLAIN, names)).toBe(
      `Refusal: mptcp-table "wan" ${why}: name it in /etc/iproute2/rt_tables or give a number ${SETTER}`,
    )
  })

  it("because another device's rules of ours use it", () => {
    expect(message({ IF_MPTCP_TABLE: '100' }, withTheirs())).toBe(
      `Refusal: mptcp-table "100" is in use by eth0 (rule from 10.1.1.2): choose another with mptcp-table ${SETTER}`,
    )
  })

  it('even if nobody has asked for it', () => {
    const table = deriveTable('eth1')
    expect(message({}, withTheirs({ table }))).toBe(
      `Refusal: mptcp-table "${table}" is in use by eth0 (rule from 10.1.1.2): choose another with mptcp-table (not set)`,
    )
  })

  it.each([
    ['of another family', { family: 'inet6' as const }],
    ['of a companion', { kind: 'companion' as const }],
    ['of an address that is gone', { from: '10.7.7.7' }],
    ['of the device itself', { from: '10.1.2.2' }],
  ])('but not because of a rule %s', (_, changes) => {
    expect(message({ IF_MPTCP_TABLE: '100' }, withTheirs(changes))).toBe('not refused')
  })
})

describe('rules', () => {
  const shown = (...args: Parameters<typeof uplink>) =>
    uplink(...args).rules.map(({ from, table, priority }) => `${priority} ${from} ${table}`)
  const T1 = deriveTable('eth1')

  it.each([
    [{}, [`30999 10.1.2.2 254`, `31000 10.1.2.2 ${T1}`]],
    [{ IF_MPTCP_PRIORITY: '2' }, ['1 10.1.2.2 254', `2 10.1.2.2 ${T1}`]],
    [{ IF_MPTCP_MAIN_ROUTES: 'ignore' }, [`31000 10.1.2.2 ${T1}`]],
  ])('for %j', (env, rules) => {
    expect(shown('inet', byHand(env), PLAIN)).toEqual(rules)
  })

  it('for every address of the device, temporary ones included', () => {
    expect(new Set(uplink('inet6', byHand(), snapshot('temporary')).rules.map(({ from }) => from)).size).toBe(
      2,
    )
  })

  it('keep the table and the priority that they have where the stanza is silent', () => {
    const rules = STANDING.rules.map((rule) => ({ ...rule, priority: rule.priority - 30000 }))
    expect(shown('inet', byHand(), { ...STANDING, rules })).toEqual([
      '999 10.1.2.2 254',
      '1000 10.1.2.2 1001',
    ])
  })

  it("of another stanza's address keep table, priority and companion", () => {
    const env = {
      IF_ADDRESS: '10.1.3.2/24',
      IF_MPTCP_TABLE: '7',
      IF_MPTCP_PRIORITY: '500',
      IF_MPTCP_MAIN_ROUTES: 'ignore',
    }
    expect(shown('inet', byHand(env), STANDING)).toEqual([
      ...['30999 10.1.2.2 254', '31000 10.1.2.2 1001'],
      '500 10.1.3.2 7',
    ])
  })

  it('are none where the device carries nothing of the family', () => {
    expect(uplink('inet', byHand(), snapshot('temporary'))).toMatchObject({
      rules: [],
      routes: [],
      notices: [],
    })
  })
})

describe('routes and notices', () => {
  it("leave somebody else's route in its place, and say so", () => {
    const { routes, notices } = uplink('inet', byHand({ IF_GATEWAY: '10.1.2.1' }), snapshot('foreign'))
    expect(routes.map(({ destination, table }) => `${destination} ${table}`)).toEqual(['10.1.2.0/24 1001'])
    expect(notices).toEqual([
      'table 1001 has a route of another program to default via 10.1.2.9: left as it is',
    ])
  })

  it('say that a metric has no effect without a gateway', () => {
    expect(uplink('inet', byHand({ IF_MPTCP_METRIC: '50' }), PLAIN).notices).toEqual([
      `mptcp-metric "50" has no effect: there is no inet gateway (set by IF_MPTCP_METRIC in the environment)`,
    ])
  })
})
