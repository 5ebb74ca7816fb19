import { describe, expect, it } from 'vitest'
import { parseRules } from '../../src/kernel/rules.ts'
import type { Family, ForeignRule, Rule } from '../../src/words/state.ts'
import { refusalOf, snapshot } from '../captured.ts'

const parse = (family: Family, ...lines: string[]) =>
  parseRules([{ family, answer: { asked: 'ip rule show', lines, error: undefined } }])

describe('rules of ours', () => {
  it('are the two forms of either family', () => {
    const { rules, foreignRules } = snapshot('one-uplink')
    const four = { family: 'inet', from: '10.1.2.2' }
    const six = { family: 'inet6', from: '2001:db8:2::2' }
    expect(rules).toEqual([
      { kind: 'companion', ...six, table: 254, priority: 30999, suppress: 4 },
      { kind: 'source', ...six, table: 1001, priority: 31000, suppress: undefined },
      { kind: 'companion', ...four, table: 254, priority: 30999, suppress: 7 },
      { kind: 'source', ...four, table: 1001, priority: 31000, suppress: undefined },
    ])
    expect(foreignRules.map(({ family, priority }) => [family, priority])).toEqual([
      ['inet6', 0],
      ['inet6', 32766],
      ['inet', 0],
      ['inet', 32766],
      ['inet', 32767],
    ])
  })

  it('are those of the first version too', () => {
    expect(snapshot('foreign').rules.map(({ kind, from, suppress }) => [kind, from, suppress])).toEqual([
      ['barrier', '10.1.2.2', undefined],
      ['companion', '10.1.2.2', 7],
      ['companion', '10.1.2.9', 0],
      ['source', '10.1.2.2', undefined],
    ])
  })

  it.each<[string, Partial<Rule>]>([
    ['31001:\tfrom 10.1.2.2 7 proto 77', { kind: 'barrier', from: '10.1.2.2', table: 0 }],
    ['32765:\tfrom all lookup 1001 proto 77', { kind: 'detour', from: 'all', table: 1001 }],
    [
      '32764:\tfrom all lookup 254 suppress_prefixlength 7 proto 77',
      { kind: 'detour', from: 'all', table: 254, suppress: 7 },
    ],
    [
      '31000:\tfrom all fwmark 0x1000000/0x7f000000 lookup 1001 proto 77',
      { kind: 'mark', table: 1001, mark: { value: 0x1000000, mask: 0x7f000000 } },
    ],
    [
      '30999:\tfrom all fwmark 0x1000000/0x7f000000 lookup 254 suppress_prefixlength 7 proto 77',
      { kind: 'mark', table: 254, suppress: 7, mark: { value: 0x1000000, mask: 0x7f000000 } },
    ],
  ])('are those for what has lost its way: "%s"', (line, rule) => {
    expect(parse('inet', line).rules).toEqual([expect.objectContaining(rule)])
  })

  it.each([
    'from 10.1.2.0/24 lookup 1001 proto 77',
    'from all lookup 1001 proto 77',
    'not from 10.1.2.2 lookup 1001 proto 77',
    'from 10.1.2.2 lookup 1001 proto 4',
    'from 10.1.2.2 lookup 1001 proto 177',
    'from 10.1.2.2 lookup 254 proto 77',
    'from 10.1.2.2 lookup 254 suppress_prefixlength 7 proto 77',
    'from 10.1.2.2 lookup 254 suppress_prefixlength 7 suppress_ifgroup 5 proto 77',
    'from 10.1.2.2 lookup 1001 suppress_prefixlength 7 suppress_ifgroup 77 proto 77',
    'from 10.1.2.2 fwmark 0x7 lookup 1001 proto 77',
    'from 10.1.2.2 unreachable proto 3',
    'from 10.1.2.2 prohibit proto 77',
    'from all unreachable proto 77',
    'from all fwmark 0x7/0xff unreachable proto 77',
    'from 10.1.2.2 lookup 1001 realms 3/4 proto 77',
    'from 10.1.2.2 lookup 1001 proto 77 dscp 4',
    'from 2001:db8::2 lookup 1001 proto 77',
  ])('are not "%s"', (text) => {
    const asShown = text.replace('unreachable', '7').replace('prohibit', '8')
    const { rules, foreignRules } = parse('inet', `31000:\t${asShown}`)
    expect([rules, foreignRules.map((rule) => rule.text)]).toEqual([[], [text]])
  })
})

describe('rules of others', () => {
  const at = (priority: number) => snapshot('foreign').foreignRules.find((rule) => rule.priority === priority)
  const rule = (
    text: string,
    from?: string,
    table?: number,
    plain = true,
  ): Omit<ForeignRule, 'priority'> => ({
    ...{ family: 'inet', text, from, table, plain },
  })

  it.each<[number, ReturnType<typeof rule>]>([
    [100, rule('from 10.1.2.3 lookup [l3mdev-table]', '10.1.2.3', undefined, false)],
    [101, rule('from 10.1.2.3 lookup 5 realms 3/4', '10.1.2.3', 5)],
    [102, rule('from 10.1.2.3 nop', '10.1.2.3')],
    [103, rule('from 10.1.2.3 goto 31000', '10.1.2.3')],
    [105, rule('from all tun_id 5 lookup 9', undefined, 9, false)],
    [106, rule('from 10.1.2.0/24 lookup 4294967295', '10.1.2.0/24', 4294967295)],
    [107, rule('from 10.1.2.3 iif nowhere [detached] lookup 1001', '10.1.2.3', 1001, false)],
    [30000, rule('from 10.1.2.2 lookup 1001 proto 4', '10.1.2.2', 1001)],
    [30002, rule('from 10.1.2.2 to 10.0.0.0/8 lookup 1001 proto 77', '10.1.2.2', 1001, false)],
    [30005, rule('not from 10.1.2.2 lookup 1001 proto 77', '10.1.2.2', 1001, false)],
    [30008, rule('from 10.1.2.2 lookup 254 suppress_prefixlength 0 proto 77', '10.1.2.2', 254, false)],
  ])('the one at %i', (priority, wanted) => {
    expect(at(priority)).toEqual({ priority, ...wanted })
  })
})

it.each([
  ['null'],
  ['{}'],
  ['31000:\tfrom 10.1.2.2 lookup 1001 proto'],
  ['31000: from 10.1.2.2 lookup 1001 proto 77'],
  ['from 10.1.2.2 lookup 1001 proto 77'],
  ['0:\tfrom all lookup local proto kernel'],
  [''],
])('refuses %j', (line) => {
  expect(refusalOf(() => parse('inet', line))).toBe(
    `Refusal: "ip rule show" answered ${JSON.stringify(line)}, which is not understood: iproute2 6.1 or later is needed`,
  )
})

it('refuses where the kernel does not tell', () => {
  const answer = { asked: 'ip -6 rule show', lines: undefined, error: 'Operation not supported' }
  expect(refusalOf(() => parseRules([{ family: 'inet6', answer }]))).toBe(
    'Refusal: the kernel refused "ip -6 rule show": Operation not supported',
  )
})
