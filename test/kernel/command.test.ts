import { describe, expect, it } from 'vitest'
import { familyOption, formatCommand, formatLine, toBatches } from '../../src/kernel/command.ts'
import type { Change, Endpoint, Family, Route, Rule } from '../../src/words/state.ts'

const RULE: Rule = { kind: 'source', family: 'inet', from: '10.1.2.2', table: 1001, priority: 31000 }
const COMPANION: Rule = { ...RULE, kind: 'companion', table: 254, priority: 30999 }
const ROUTE: Route = {
  ...{ family: 'inet', table: 1001, destination: 'default', gateway: '10.1.2.1' },
  ...{ device: 'eth1', metric: 0, onlink: false },
}
const ROUTE6: Route = { ...ROUTE, family: 'inet6', gateway: '2001:db8:2::1', metric: 1024 }
const ENDPOINT: Endpoint = { id: 7, address: '10.1.2.2', device: 'eth1', flags: ['signal', 'backup'] }

const add = (route: Route): Change => ({ kind: 'route', verb: 'add', route })
const rule = (changes: Partial<Rule> = {}, verb: 'add' | 'delete' = 'add'): Change => ({
  kind: 'rule',
  verb,
  rule: { ...RULE, ...changes },
})
const endpoint = (changes: Partial<Endpoint> = {}, verb: 'add' | 'delete' = 'add'): Change => ({
  kind: 'endpoint',
  verb,
  endpoint: { ...ENDPOINT, ...changes },
})
const LIMIT: Change = { kind: 'subflows', limit: 3, old: 2 }
const GROUP: Change = { kind: 'group', device: 'eth1', group: 77, old: 0 }

it.each<[Change, string]>([
  [rule(), 'ip rule add from 10.1.2.2 lookup 1001 priority 31000 protocol 77'],
  [rule({}, 'delete'), 'ip rule delete from 10.1.2.2 lookup 1001 priority 31000 protocol 77'],
  [
    rule(COMPANION),
    'ip rule add from 10.1.2.2 lookup main suppress_prefixlength 0 suppress_ifgroup 77 priority 30999 protocol 77',
  ],
  [
    rule({ family: 'inet6', from: '2001:db8:2::2' }),
    'ip -6 rule add from 2001:db8:2::2 lookup 1001 priority 31000 protocol 77',
  ],
  [add(ROUTE), 'ip route add default via 10.1.2.1 dev eth1 table 1001 protocol 77'],
  [
    { kind: 'route', verb: 'replace', route: ROUTE, old: ROUTE },
    'ip route replace default via 10.1.2.1 dev eth1 table 1001 protocol 77',
  ],
  [
    { kind: 'route', verb: 'delete', route: ROUTE },
    'ip route delete default via 10.1.2.1 dev eth1 table 1001 protocol 77',
  ],
  [
    add({ ...ROUTE, table: 254, metric: 50 }),
    'ip route add default via 10.1.2.1 dev eth1 metric 50 table main protocol 77',
  ],
  [
    add({ ...ROUTE, onlink: true }),
    'ip route add default via 10.1.2.1 dev eth1 onlink table 1001 protocol 77',
  ],
  [
    add({ ...ROUTE, destination: '10.1.2.0/24', gateway: undefined }),
    'ip route add 10.1.2.0/24 dev eth1 scope link table 1001 protocol 77',
  ],
  [add({ ...ROUTE, gateway: undefined }), 'ip route add default dev eth1 scope link table 1001 protocol 77'],
  // iproute2 asks for the family of a gateway that is not the destination's (RFC 5549).
  [
    add({ ...ROUTE, gateway: 'fe80::1' }),
    'ip route add default via inet6 fe80::1 dev eth1 table 1001 protocol 77',
  ],
  // Without a metric the kernel deletes the IPv6 route with the lowest.
  [
    { kind: 'route', verb: 'delete', route: ROUTE6 },
    'ip -6 route delete default via 2001:db8:2::1 dev eth1 metric 1024 table 1001 protocol 77',
  ],
  [add(ROUTE6), 'ip -6 route add default via 2001:db8:2::1 dev eth1 table 1001 protocol 77'],
  [
    add({ ...ROUTE6, destination: 'fe80::/64', gateway: undefined }),
    'ip -6 route add fe80::/64 dev eth1 table 1001 protocol 77',
  ],
  [
    add({ ...ROUTE6, metric: 50, table: 254 }),
    'ip -6 route add default via 2001:db8:2::1 dev eth1 metric 50 table main protocol 77',
  ],
  [endpoint(), 'ip mptcp endpoint add 10.1.2.2 dev eth1 signal backup'],
  [endpoint({ address: '2001:db8:2::2' }), 'ip mptcp endpoint add 2001:db8:2::2 dev eth1 signal backup'],
  [endpoint({ device: undefined, flags: ['subflow'] }), 'ip mptcp endpoint add 10.1.2.2 subflow'],
  [endpoint({}, 'delete'), 'ip mptcp endpoint delete id 7'],
  [GROUP, 'ip link set dev eth1 group 77'],
  [LIMIT, 'ip mptcp limits set subflows 3'],
])('%#: a change is a command that a shell can run', (change, command) => {
  expect(formatCommand(change)).toBe(command)
  expect(formatLine(change)).toBe(command.replace(/^ip (-6 )?/, ''))
})

describe('toBatches', () => {
  const six = rule({ family: 'inet6', from: '2001:db8:2::2' })
  const six2 = endpoint({ address: '2001:db8:2::2' })
  const cut = (changes: Change[]) =>
    toBatches(changes).map(({ family, changes }): [Family, number] => [family, changes.length])

  it.each<[string, Change[], [Family, number][]]>([
    ['nothing', [], []],
    ['one family', [rule(), endpoint(), add(ROUTE)], [['inet', 3]]],
    [
      'IPv6 before IPv4',
      [GROUP, LIMIT, six, six2, rule()],
      [
        ['inet6', 4],
        ['inet', 1],
      ],
    ],
    [
      'what has no family goes with its neighbours',
      [rule(), LIMIT, six, GROUP],
      [
        ['inet', 2],
        ['inet6', 2],
      ],
    ],
    ['no family at all', [GROUP, LIMIT], [['inet', 2]]],
  ])('%s', (_, changes, batches) => {
    expect(cut(changes)).toEqual(batches)
    expect(toBatches(changes).flatMap((batch) => batch.changes)).toEqual(changes)
  })
})

it.each([
  ['inet6', ['-6']],
  ['inet', []],
] as const)('%s is %j on the command line', (family, words) => {
  expect(familyOption(family)).toEqual(words)
})
