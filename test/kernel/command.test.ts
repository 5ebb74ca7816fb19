import { describe, expect, it } from 'vitest'
import { familyOption, formatCommand, formatLine, isCarriable, toBatches } from '../../src/kernel/command.ts'
import type {
  Change,
  Endpoint,
  EndpointFlag,
  Family,
  Hop,
  IpChange,
  Route,
  Rule,
  Setting,
} from '../../src/words/state.ts'

const RULE: Rule = {
  ...{ kind: 'source', family: 'inet', from: '10.1.2.2', table: 1001, priority: 31000 },
  suppress: undefined,
}
const COMPANION: Rule = { ...RULE, kind: 'companion', table: 254, priority: 30999, suppress: 7 }
const hop = (gateway?: string, more: Partial<Hop> = {}): Hop => ({
  ...{ gateway, device: 'eth1', onlink: false, weight: 1 },
  ...more,
})
const ROUTE: Route = {
  ...{
    family: 'inet',
    table: 1001,
    type: 1,
    destination: 'default',
    tos: 0,
    metric: 0,
    protocol: 77,
    scope: 0,
  },
  ...{ hops: [hop('10.1.2.1')], attributes: [], preference: 'medium' },
  ...{ source: undefined, behind: false, strange: undefined },
}
const ROUTE6: Route = { ...ROUTE, family: 'inet6', metric: 1024, hops: [hop('2001:db8:2::1')] }
const ENDPOINT: Endpoint = {
  ...{ id: 250, address: '10.1.2.2', port: undefined, device: 'eth1', flags: ['signal', 'backup'] },
  implicit: false,
}

const setting = (value: 0 | 1, changes: Partial<Setting> = {}): Change => ({
  kind: 'setting',
  setting: { family: 'inet', device: 'eth1', value, ours: value === 1, link: undefined, ...changes },
})
const add = (route: Route): IpChange => ({ kind: 'route', verb: 'add', route })
const remove = (route: Route): IpChange => ({ kind: 'route', verb: 'delete', route })
const rule = (changes: Partial<Rule> = {}, verb: 'add' | 'delete' = 'add'): IpChange => ({
  ...{ kind: 'rule', verb },
  rule: { ...RULE, ...changes },
})
const endpoint = (changes: Partial<Endpoint> = {}, verb: 'add' | 'delete' = 'add'): IpChange => ({
  ...{ kind: 'endpoint', verb },
  endpoint: { ...ENDPOINT, ...changes },
})
const flags = (standing: readonly EndpointFlag[], ...words: string[]): IpChange => ({
  ...{ kind: 'flags', words },
  endpoint: { ...ENDPOINT, flags: standing },
})
const LIMITS: IpChange = { kind: 'limits', limits: { subflows: 3, addAddrAccepted: 1 } }
const GROUP: IpChange = { kind: 'group', device: 'eth1', group: 77 }

// What of this the kernel takes, and gives back, test/netns/round-trip.bats sees.
it.each<[IpChange, string]>([
  [rule(), 'ip rule add from 10.1.2.2 lookup 1001 priority 31000 protocol 77'],
  [rule({}, 'delete'), 'ip rule delete from 10.1.2.2 lookup 1001 priority 31000 protocol 77'],
  [
    rule(COMPANION),
    'ip rule add from 10.1.2.2 lookup main suppress_prefixlength 7 suppress_ifgroup 77 priority 30999 protocol 77',
  ],
  [
    rule({ ...COMPANION, suppress: 0 }, 'delete'),
    'ip rule delete from 10.1.2.2 lookup main suppress_prefixlength 0 suppress_ifgroup 77 priority 30999 protocol 77',
  ],
  [
    rule({ family: 'inet6', from: '2001:db8:2::2' }),
    'ip -6 rule add from 2001:db8:2::2 lookup 1001 priority 31000 protocol 77',
  ],
  [add(ROUTE), 'ip route add default via 10.1.2.1 dev eth1 table 1001 protocol 77'],
  [
    { kind: 'route', verb: 'replace', route: ROUTE },
    'ip route replace default via 10.1.2.1 dev eth1 table 1001 protocol 77',
  ],
  [
    { kind: 'route', verb: 'append', route: ROUTE6 },
    'ip -6 route append default via 2001:db8:2::1 dev eth1 table 1001 protocol 77',
  ],
  [remove(ROUTE), 'ip route delete default via 10.1.2.1 dev eth1 table 1001 protocol 77'],
  [
    add({ ...ROUTE, table: 254, metric: 50 }),
    'ip route add default via 10.1.2.1 dev eth1 metric 50 table main protocol 77',
  ],
  [
    add({ ...ROUTE, hops: [hop('10.1.2.1', { onlink: true })] }),
    'ip route add default via 10.1.2.1 dev eth1 onlink table 1001 protocol 77',
  ],
  [
    add({ ...ROUTE, destination: '10.1.2.0/24', hops: [hop()], scope: 253 }),
    'ip route add 10.1.2.0/24 dev eth1 scope link table 1001 protocol 77',
  ],
  // ip would take it for one of the link.
  [add({ ...ROUTE, hops: [hop()] }), 'ip route add default dev eth1 scope global table 1001 protocol 77'],
  [
    add({ ...ROUTE, hops: [hop()], scope: 200 }),
    'ip route add default dev eth1 scope 200 table 1001 protocol 77',
  ],
  [add({ ...ROUTE, tos: 16 }), 'ip route add default tos 0x10 via 10.1.2.1 dev eth1 table 1001 protocol 77'],
  // ip asks for the family of a gateway that is not the destination's (RFC 5549), and goes by the gateway for a default.
  [
    add({ ...ROUTE, hops: [hop('fe80::1')] }),
    'ip -4 route add default via inet6 fe80::1 dev eth1 table 1001 protocol 77',
  ],
  [
    add({ ...ROUTE, destination: '10.0.0.0/8', hops: [hop('fe80::1')] }),
    'ip route add 10.0.0.0/8 via inet6 fe80::1 dev eth1 table 1001 protocol 77',
  ],
  [
    add({
      ...{ ...ROUTE, attributes: ['advmss 1300', 'mtu lock 1400'] },
      hops: [hop('10.1.2.1', { weight: 3 }), hop('10.1.2.9', { onlink: true })],
    }),
    'ip route add default advmss 1300 mtu lock 1400 table 1001 protocol 77 nexthop via 10.1.2.1 dev eth1 weight 3 nexthop via 10.1.2.9 dev eth1 weight 1 onlink',
  ],
  // What a deletion tells has to fit, so it tells what there may be two of.
  [
    remove({ ...ROUTE, metric: 7, tos: 8, attributes: ['mtu 1400'] }),
    'ip route delete default tos 0x8 via 10.1.2.1 dev eth1 metric 7 table 1001 protocol 77',
  ],
  [add({ ...ROUTE, type: 7, hops: [] }), 'ip route add unreachable default table 1001 protocol 77'],
  // Without a metric the kernel deletes the IPv6 route with the lowest.
  [
    remove({ ...ROUTE6, preference: 'high' }),
    'ip -6 route delete default via 2001:db8:2::1 dev eth1 metric 1024 table 1001 protocol 77',
  ],
  [add(ROUTE6), 'ip -6 route add default via 2001:db8:2::1 dev eth1 table 1001 protocol 77'],
  [
    add({ ...ROUTE6, destination: 'fe80::/64', hops: [hop()] }),
    'ip -6 route add fe80::/64 dev eth1 table 1001 protocol 77',
  ],
  [
    add({ ...ROUTE6, metric: 50, table: 254, preference: 'high', source: '2001:db8::/32' }),
    'ip -6 route add default from 2001:db8::/32 via 2001:db8:2::1 dev eth1 metric 50 pref high table main protocol 77',
  ],
  [endpoint(), 'ip mptcp endpoint add 10.1.2.2 id 250 dev eth1 signal backup'],
  [
    endpoint({ address: '2001:db8:2::2' }),
    'ip mptcp endpoint add 2001:db8:2::2 id 250 dev eth1 signal backup',
  ],
  [
    endpoint({ device: undefined, port: 99, flags: ['signal'] }),
    'ip mptcp endpoint add 10.1.2.2 port 99 id 250 signal',
  ],
  [endpoint({}, 'delete'), 'ip mptcp endpoint delete id 250'],
  [flags(['subflow'], 'backup'), 'ip mptcp endpoint change id 250 backup'],
  [flags(['subflow', 'backup'], 'nobackup', 'fullmesh'), 'ip mptcp endpoint change id 250 nobackup fullmesh'],
  // What is not named would go.
  [flags(['subflow', 'fullmesh'], 'backup'), 'ip mptcp endpoint change id 250 backup fullmesh'],
  [GROUP, 'ip link set dev eth1 group 77'],
  [LIMITS, 'ip mptcp limits set subflows 3 add_addr_accepted 1'],
])('%#: a change is a command that a shell can run', (change, command) => {
  expect(formatCommand(change)).toBe(command)
  expect(formatLine(change)).toBe(command.replace(/^ip (-[46] )?/, ''))
})

it.each([
  [setting(1), 'sysctl -w net.ipv4.conf.eth1.ignore_routes_with_linkdown=1'],
  [setting(0, { family: 'inet6' }), 'sysctl -w net.ipv6.conf.eth1.ignore_routes_with_linkdown=0'],
  [setting(1, { device: 'eth1.7' }), 'sysctl -w net.ipv4.conf.eth1/7.ignore_routes_with_linkdown=1'],
  [setting(1, { device: 'a$b' }), "sysctl -w 'net.ipv4.conf.a$b.ignore_routes_with_linkdown=1'"],
])('%#: a setting is a command of sysctl(8)', (change, command) => {
  expect(formatCommand(change)).toBe(command)
})

it.each([
  ["it's", `'it'\\''s'`],
  ['we#rd', "'we#rd'"],
  ['a b', "'a b'"],
  ['$(x)', "'$(x)'"],
  ['é', "'é'"],
  ['a@b.7', 'a@b.7'],
])('a shell is handed the device %s as %s, a batch as it is', (device, word) => {
  const change: IpChange = { kind: 'group', device, group: 77 }
  expect(formatCommand(change)).toBe(`ip link set dev ${word} group 77`)
  expect(formatLine(change)).toBe(`link set dev ${device} group 77`)
})

it.each([
  ['eth0', true],
  ['a@b', true],
  ["it's", true],
  ['b\\s', true],
  ['(é€)', true],
  ['-6', true],
  ['we#rd', false],
  ["'quoted", false],
  ['"quoted', false],
  ['bs\\', false],
  ['two words', false],
  ['tab\t', false],
  ['line\n', false],
  ['broken\ufffd', false],
])('a batch can carry %j: %s', (device, carriable) => {
  expect(isCarriable(device)).toBe(carriable)
})

describe('toBatches', () => {
  const six = rule({ family: 'inet6', from: '2001:db8:2::2' })
  const six2 = endpoint({ address: '2001:db8:2::2' })
  const cut = (changes: Change[]) =>
    toBatches(changes).map((part): [Family | 'setting' | 'nft', number] =>
      'kind' in part ? [part.kind, 1] : [part.family, part.changes.length],
    )

  it.each<[string, Change[], [Family | 'setting' | 'nft', number][]]>([
    ['nothing', [], []],
    ['one family', [rule(), endpoint(), add(ROUTE), flags([], 'backup')], [['inet', 4]]],
    [
      'IPv6 before IPv4',
      [GROUP, LIMITS, six, six2, rule()],
      [
        ['inet6', 4],
        ['inet', 1],
      ],
    ],
    [
      'what has no family goes with its neighbours',
      [rule(), LIMITS, six, GROUP],
      [
        ['inet', 2],
        ['inet6', 2],
      ],
    ],
    ['no family at all', [GROUP, LIMITS], [['inet', 2]]],
    [
      'a setting is none of them',
      [setting(0), GROUP, six, setting(1), LIMITS],
      [
        ['setting', 1],
        ['inet6', 2],
        ['setting', 1],
        ['inet', 1],
      ],
    ],
  ])('%s', (_, changes, batches) => {
    expect(cut(changes)).toEqual(batches)
    const parts = toBatches(changes)
    expect(parts.flatMap((part): readonly Change[] => ('kind' in part ? [part] : part.changes))).toEqual(
      changes,
    )
  })
})

it.each<[Family, IpChange, string[]]>([
  ['inet6', add(ROUTE6), ['-6']],
  ['inet', add(ROUTE), []],
  ['inet', add({ ...ROUTE, hops: [hop('fe80::1')] }), ['-4']],
])('of %s, ip is told what it needs', (family, change, words) => {
  expect(familyOption({ family, changes: [rule(), change] })).toEqual(words)
})
