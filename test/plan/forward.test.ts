import { describe, expect, it } from 'vitest'
import { printTable } from '../../src/kernel/nft-table.ts'
import type { Forwarding } from '../../src/plan/forward.ts'
import type { MarkedWay } from '../../src/words/forwarding.ts'
import { commandsOf, ETH0, ETH1, PAGE, planOf, type Question, stanza, T0, T1, world } from './worlds.ts'

const MASK = 0x7f000000
const ASKING = { IF_MPTCP_FORWARD: 'yes' }
const FIRST = stanza('eth0', { IF_ADDRESS: '10.1.1.2/24', IF_GATEWAY: '10.1.1.1', ...ASKING })
const SECOND = stanza('eth1', { IF_ADDRESS: '10.1.2.2/24', IF_GATEWAY: '10.1.2.1', ...ASKING })
const BOTH = { devices: ['eth0', 'eth1'], stanzas: [FIRST, SECOND] }

const given = (device: string, table: number, n: number, mask = MASK): MarkedWay => ({
  ...{ device, family: 'inet', table, mark: { value: n * 0x1000000, mask } },
})
const facts = (changes: Partial<Forwarding> = {}): Forwarding => ({
  ...{ mask: MASK, problems: [], given: [], standing: { owner: 'nobody' } },
  ...{ print: printTable, whyNot: () => undefined, ...changes },
})
const plan = (lines: string, question: Question = {}, changes: Partial<Forwarding> = {}) =>
  planOf(world(PAGE, ETH0, ETH1, lines), { ...BOTH, forwarding: facts(changes), ...question })
/** The rules and the tables that are to come and to go, without the words that all have in common. */
const changesOf = (...args: Parameters<typeof plan>) =>
  commandsOf(plan(...args))
    .filter((command) => /fwmark|^nft/.test(command))
    .map((command) =>
      command
        .replace(/^ip rule (add|delete) from all fwmark /, '$1 ')
        .replace(' protocol 77', '')
        .replace(/^nft '.*(create|delete) table.*/s, 'nft $1'),
    )

const tableOf = (...ways: MarkedWay[]) => printTable(ways.map((way) => ({ ...way, destinations: undefined })))
const standing = (...ways: MarkedWay[]): Partial<Forwarding> => ({
  ...{ given: ways, standing: { owner: 'ours', table: tableOf(...ways) } },
})
const PAIRS = `mark inet 0x1000000/0x7f000000 lookup ${T0}\nmark inet 0x2000000/0x7f000000 lookup ${T1}`
const WAYS = [given('eth0', T0, 1), given('eth1', T1, 2)]

describe('uplinks that ask for it', () => {
  it('get the lowest marks, a pair of rules each, and a table behind them', () => {
    expect(changesOf('')).toEqual([
      'add 0x1000000/0x7f000000 lookup main suppress_prefixlength 7 priority 30999',
      'add 0x2000000/0x7f000000 lookup main suppress_prefixlength 7 priority 30999',
      `add 0x1000000/0x7f000000 lookup ${T0} priority 31000`,
      `add 0x2000000/0x7f000000 lookup ${T1} priority 31000`,
      'nft create',
    ])
    expect(plan('').wanted.nft).toEqual(tableOf(...WAYS))
    expect(plan('').forward?.given).toEqual(WAYS)
  })

  it('change nothing where all stands', () => {
    expect(changesOf(PAIRS, {}, standing(...WAYS))).toEqual([])
    expect(changesOf(PAIRS, { devices: ['eth1'] }, standing(...WAYS))).toEqual([])
  })

  it('put back a table, or the half of a pair, that somebody has taken', () => {
    expect(changesOf(PAIRS, {}, { given: WAYS })).toEqual(['nft create'])
    expect(changesOf(PAIRS, {}, standing(given('eth0', T0, 1)))).toEqual(['nft create'])
    const half = PAIRS.replace(/lookup \d+$/, 'half')
    expect(changesOf(half, {}, standing(...WAYS))).toEqual([
      `add 0x2000000/0x7f000000 lookup ${T1} priority 31000`,
    ])
  })

  it('go by the priority of their stanza', () => {
    const low = stanza('eth1', { IF_GATEWAY: '10.1.2.1', IF_MPTCP_PRIORITY: '500', ...ASKING })
    expect(changesOf('', { devices: ['eth1'], stanzas: [low] }).slice(0, -1)).toEqual([
      'add 0x1000000/0x7f000000 lookup main suppress_prefixlength 7 priority 499',
      `add 0x1000000/0x7f000000 lookup ${T1} priority 500`,
    ])
  })
})

describe('a mark', () => {
  it('is kept by who was given it, also while it does not stand', () => {
    const ways = [given('eth1', T1, 1), given('eth9', 9, 2), given('eth0', T0, 5)]
    expect(plan('', {}, { given: ways }).forward?.given).toEqual(ways)
    expect(changesOf('', { devices: ['eth0'] }, { given: ways })).toContain(
      `add 0x5000000/0x7f000000 lookup ${T0} priority 31000`,
    )
  })

  it('is told by the rules where there is no file', () => {
    expect(changesOf(PAIRS.split('\n')[1] ?? '', {}, { given: [] })).toContain(
      `add 0x1000000/0x7f000000 lookup ${T0} priority 31000`,
    )
  })

  it('of an uplink that is not there any more is given again when all are', () => {
    const most = Array.from({ length: 127 }, (_, i) =>
      given(i === 6 ? 'eth0' : `old${i}`, i === 6 ? T0 : i, i + 1),
    )
    expect(changesOf('', {}, { given: most })).toContain(
      `add 0x1000000/0x7f000000 lookup ${T1} priority 31000`,
    )
  })

  it('is missing where all are in use, which is told', () => {
    const others = Array.from({ length: 7 }, (_, i) => `mark inet 0x${i + 1}/0x7 lookup ${900 + i}`)
    const { notices, subjects, wanted } = plan(others.join('\n'), { devices: ['eth1'] }, { mask: 7 })
    const text = 'mptcp-forward has no effect: all marks of mptcp-forward-mask are given: widen it'
    expect(notices).toContain(text)
    expect(subjects.get(text)).toEqual(['eth1'])
    expect(wanted.rules.filter(({ kind }) => kind === 'mark')).toEqual([])
  })

  it('of another mask goes, and one of this mask comes that what still stands does not match', () => {
    const old = PAIRS.replaceAll('0x7f000000', '0xf000000')
    const ways = [given('eth0', T0, 1, 0xf000000), given('eth1', T1, 2, 0xf000000)]
    const changes = changesOf(old, {}, standing(...ways))
    expect(changes).toHaveLength(9)
    expect(plan(old, {}, standing(...ways)).wanted.nft).toEqual(
      tableOf(given('eth0', T0, 3), given('eth1', T1, 4)),
    )
  })
})

describe('what is not asked for any more', () => {
  const silent = { ...BOTH, stanzas: [stanza('eth0'), stanza('eth1', { IF_GATEWAY: '10.1.2.1' })] }

  it('goes, the table before its rules', () => {
    expect(changesOf(PAIRS, silent, standing(...WAYS))).toEqual([
      'nft delete',
      `delete 0x1000000/0x7f000000 lookup ${T0} priority 31000`,
      `delete 0x2000000/0x7f000000 lookup ${T1} priority 31000`,
      'delete 0x1000000/0x7f000000 lookup main suppress_prefixlength 7 priority 30999',
      'delete 0x2000000/0x7f000000 lookup main suppress_prefixlength 7 priority 30999',
    ])
  })

  it('of one device leaves the other’s, in the table too', () => {
    const one = { devices: ['eth1'], stanzas: [FIRST, stanza('eth1', { IF_GATEWAY: '10.1.2.1' })] }
    expect(changesOf(PAIRS, one, standing(...WAYS)).map((text) => text.slice(0, 16))).toEqual([
      'delete 0x2000000',
      'delete 0x2000000',
      'nft create',
    ])
    expect(plan(PAIRS, one, standing(...WAYS)).wanted.nft).toEqual(tableOf(given('eth0', T0, 1)))
  })

  it('goes without a mask as well, which is for new marks alone; the other’s stays, in the table too', () => {
    const maskless = { ...standing(...WAYS), mask: undefined, problems: ['mask "x"'] }
    expect(changesOf(PAIRS, silent, maskless)).toHaveLength(5)
    expect(plan(PAIRS, silent, maskless).wanted.nft).toBeUndefined()
    expect(plan(PAIRS, silent, maskless).notices.filter((text) => text.includes('forward'))).toEqual([])
    const one = { devices: ['eth1'], stanzas: [FIRST, stanza('eth1', { IF_GATEWAY: '10.1.2.1' })] }
    expect(changesOf(PAIRS, one, maskless)).toHaveLength(3)
    expect(plan(PAIRS, one, maskless).wanted.nft).toEqual(tableOf(given('eth0', T0, 1)))
    expect(plan(PAIRS, one, maskless).forward?.given).toEqual(WAYS)
  })

  it('belongs to no device any more: an orphan, which goes with those', () => {
    const lines = 'mark inet 0x3000000/0x7f000000 lookup 77'
    const ways = [given('gone0', 77, 3)]
    expect(changesOf(lines, { ...silent, orphans: false }, standing(...ways))).toEqual([])
    expect(changesOf(lines, { ...silent, orphans: true }, standing(...ways))).toHaveLength(3)
  })
})

describe('no forwarding', () => {
  const noticesOf = (...args: Parameters<typeof plan>) => plan(...args).notices

  it.each([
    ['from all fwmark 0x1000000/0xff000000 lookup 100', true],
    ['not from all fwmark 0x4000000 lookup 100', true],
    ['from all fwmark 0/0x40000000 lookup 100', true],
    ['from 10.0.0.0/8 fwmark 0x80000000/0xf0000000 lookup 100', true],
    ['not from all fwmark 0xca6c lookup 51820', false],
    ['from all fwmark 0x80000/0xff0000 lookup 52', false],
    ['from all fwmark 0x100/0x3f00 lookup 1', false],
    ['from all lookup 100', false],
  ])('beside a rule of others “%s”: %s', (rule, collides) => {
    const lines = `${PAIRS}\nforeign ${rule}`
    const notices = noticesOf(lines, {}, standing(...WAYS)).filter((text) => text.includes('mptcp-forward'))
    expect(notices).toHaveLength(collides ? 1 : 0)
    expect(changesOf(lines, {}, standing(...WAYS))).toHaveLength(collides ? 5 : 0)
    if (collides) {
      expect(notices[0]).toContain(`: ${rule}" goes by bits of our mask 0x7f000000`)
    }
  })

  it('beside a table of others, which stays', () => {
    expect(changesOf(PAIRS, {}, { given: WAYS, standing: { owner: 'others' } })).toHaveLength(4)
    expect(noticesOf('', {}, { standing: { owner: 'others' } })).toEqual([
      'mptcp-forward has no effect: nftables has a table "inet mptcp_routes" of somebody else, which is left as it is',
    ])
  })

  it('where nft would not take the table: what stands of it stays, its rules go', () => {
    const changes = { ...standing(given('eth0', T0, 1)), whyNot: () => 'nft: no' }
    expect(changesOf(PAIRS, {}, changes)).toHaveLength(4)
    expect(noticesOf(PAIRS, {}, changes)).toEqual(['mptcp-forward has no effect: nft: no'])
  })

  it.each([
    ['nft does not tell', { standing: { owner: 'untold', why: 'nft: no' } }, 'nft: no'],
    ['the mask is none', { mask: undefined, problems: ['mask "x"'] }, 'mask "x"'],
  ] as const)('is begun where %s, and what stands is kept', (_, changes, why) => {
    const kept = { given: WAYS, ...changes }
    expect(changesOf(PAIRS, {}, kept)).toEqual([])
    expect(changesOf('', {}, kept)).toEqual([])
    expect(noticesOf('', {}, kept)).toEqual([`mptcp-forward has no effect: ${why}`])
    expect(noticesOf(PAIRS, {}, kept)).toEqual([`what stands for mptcp-forward is left as it is: ${why}`])
    expect(changesOf(PAIRS, { stanzas: [FIRST, stanza('eth1')] }, kept)).toHaveLength(2)
  })

  it('where main would answer with an error before its specific routes do', () => {
    const { notices, wanted } = planOf(
      world('link eth1', 'addr 10.1.2.2/24 dev eth1', 'route unreachable default'),
      { stanzas: [SECOND], forwarding: facts() },
    )
    expect(wanted.nft).toBeUndefined()
    expect(notices).toContain(
      "mptcp-forward has no effect: main's default of inet is no way, and would answer before main's specific routes do",
    )
  })

  it('without a way out, and none for a name that nft cannot say', () => {
    const bare = stanza('eth1', { IF_MPTCP_GATEWAY: 'none', ...ASKING })
    expect(plan('', { devices: ['eth1'], stanzas: [bare] }).wanted.nft).toBeUndefined()
    const odd = planOf(world('link a*b', 'addr 10.1.2.2/24 dev a*b'), {
      ...{ devices: ['a*b'], stanzas: [stanza('a*b', { IF_GATEWAY: '10.1.2.1', ...ASKING })] },
      forwarding: facts(),
    })
    expect(odd.notices).toEqual([
      'mptcp-forward has no effect: nft cannot name the device: give the interface another name',
    ])
    expect(odd.uplinks).toHaveLength(1)
  })
})

it('of a device that bears a name since which nft cannot say is left out of the table', () => {
  const renamed = [PAGE, ETH0, ETH1, PAIRS].join('\n').replaceAll('eth1', 'a"b')
  const { wanted } = planOf(world(renamed), {
    ...{ devices: ['eth0'], stanzas: [FIRST], forwarding: facts(standing(...WAYS)) },
  })
  expect(wanted.nft).toEqual(tableOf(given('eth0', T0, 1)))
})

describe('two ways out of one device', () => {
  const further = stanza(
    'eth1:1',
    { IF_ADDRESS: '10.1.3.2/24', IF_GATEWAY: '10.1.3.1', ...ASKING },
    { order: 2 },
  )
  const text = (...stanzas: (typeof further)[]) =>
    planOf(world(PAGE, 'addr 10.1.3.2/24 dev eth1'), { stanzas, forwarding: facts() }).wanted.nft?.text ?? ''

  it('are told apart by the address that was asked', () => {
    expect(text(SECOND, further).match(/ct original ip daddr [^}]*}/g)).toEqual([
      'ct original ip daddr != { 10.1.3.2 }',
      'ct original ip daddr { 10.1.3.2 }',
    ])
  })

  it('of which one does not ask: its connections are nobody’s', () => {
    const quiet = stanza('eth1', { IF_ADDRESS: '10.1.2.2/24', IF_GATEWAY: '10.1.2.1' })
    expect(text(quiet, further).match(/ct original ip daddr [^}]*}/g)).toEqual([
      'ct original ip daddr != { 10.1.2.2 }',
    ])
  })
})
