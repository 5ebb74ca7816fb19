/**
 * Writes every form of rule, route and endpoint by a batch and by a shell, reads it back, and deletes it. Wants a network
 * namespace with eth0 (10.1.1.2/24, 2001:db8:1::2/64), eth1 (10.1.2.2/24, 2001:db8:2::2/64) and the veth a@b, all up.
 * Prints a line for each form that does not come back as it was written.
 */
import { spawnSync } from 'node:child_process'
import { isDeepStrictEqual } from 'node:util'
import { applyInOrder } from '../../src/kernel/apply.ts'
import { formatCommand } from '../../src/kernel/command.ts'
import { createEdge } from '../../src/kernel/edge.ts'
import { readSnapshot } from '../../src/kernel/read.ts'
import type { Change, Endpoint, Hop, Route, Rule, Snapshot } from '../../src/words/state.ts'

const edge = createEdge(process.env)
const read = () => readSnapshot(['inet', 'inet6'], ['eth0', 'eth1'], [], edge)

const hop = (gateway?: string, device = 'eth0', more: Partial<Hop> = {}): Hop => ({
  ...{ gateway, device, onlink: false, weight: 1 },
  ...more,
})
const BASE: Route = {
  ...{ family: 'inet', table: 1001, type: 1, destination: 'default', tos: 0, metric: 0, protocol: 77 },
  ...{ scope: 0, hops: [hop('10.1.1.1')], attributes: [], preference: 'medium' },
  ...{ source: undefined, behind: false, strange: undefined },
}
const BASE6: Route = { ...BASE, family: 'inet6', metric: 1024, hops: [hop('fe80::1')] }
const four = (changes: Partial<Route>): Route => ({ ...BASE, ...changes })
const six = (changes: Partial<Route>): Route => ({ ...BASE6, ...changes })

const METRICS = [
  ...[
    'advmss 1360',
    'congctl lock cubic',
    'cwnd lock 5',
    'fastopen_no_cookie 1',
    'features ecn',
    'hoplimit 9',
  ],
  ...['initcwnd 20', 'initrwnd 7', 'mtu lock 1400', 'quickack 1', 'reordering 4', 'rto_min 5ms', 'rtt 20ms'],
  ...['rttvar 8ms', 'ssthresh 7', 'window 3000'],
]

const ROUTES: readonly Route[] = [
  four({}),
  four({ table: 254, metric: 50 }),
  four({ hops: [hop('192.0.2.1', 'eth0', { onlink: true })] }),
  four({ hops: [hop(undefined)], scope: 253 }),
  four({ hops: [hop(undefined)] }),
  four({ destination: '10.1.1.0/24', hops: [hop(undefined)], scope: 253 }),
  four({ destination: '203.0.113.7', hops: [hop(undefined)], scope: 200 }),
  four({ tos: 16 }),
  four({ destination: '192.168.9.0/24', tos: 8, metric: 7 }),
  four({ hops: [hop('fe80::1')] }),
  four({ destination: '192.168.9.0/24', hops: [hop('fe80::1', 'eth1', { onlink: true })] }),
  four({ hops: [hop('10.1.1.1', 'eth0', { weight: 3 }), hop('10.1.1.9')] }),
  four({ hops: [hop('fe80::1'), hop('192.0.2.1', 'eth1', { onlink: true, weight: 256 })] }),
  four({ hops: [hop(undefined), hop(undefined, 'eth1')], scope: 253 }),
  four({ attributes: METRICS }),
  four({ attributes: ['mtu 1400'], hops: [hop('10.1.1.1'), hop('10.1.2.1', 'eth1')] }),
  four({ destination: '192.168.9.0/24', hops: [hop(undefined, 'a@b')], scope: 253 }),
  ...[6, 7, 8, 9].map((type) => four({ type, hops: [] })),
  six({}),
  six({ table: 254, metric: 50 }),
  six({ hops: [hop('2001:db8:99::1', 'eth0', { onlink: true })] }),
  six({ destination: 'fe80::/64', hops: [hop(undefined)] }),
  six({ destination: '2001:db8:7::7', hops: [hop(undefined, 'a@b')] }),
  six({ preference: 'high' }),
  six({ preference: 'low', metric: 7 }),
  six({ destination: '2001:db8:9::/48', source: '2001:db8:8::/64' }),
  six({ attributes: METRICS }),
  ...[6, 7, 8, 9].map((type) => six({ type, hops: [] })),
]

const RULE: Rule = {
  ...{ kind: 'source', family: 'inet', from: '10.1.1.2', table: 1001, priority: 31000 },
  suppress: undefined,
}
const MARK = { value: 0x1000000, mask: 0x7f000000 }
const RULES: readonly Rule[] = [
  RULE,
  { ...RULE, table: 4294967295, priority: 2 },
  { ...RULE, kind: 'companion', table: 254, priority: 30999, suppress: 7 },
  { ...RULE, kind: 'companion', table: 254, priority: 30999, suppress: 0 },
  { ...RULE, family: 'inet6', from: '2001:db8:1::2' },
  { ...RULE, family: 'inet6', from: '2001:db8:1::2', kind: 'companion', table: 254, suppress: 4 },
  { ...RULE, kind: 'barrier', table: 0, priority: 31001 },
  { ...RULE, family: 'inet6', from: '2001:db8:1::2', kind: 'barrier', table: 0, priority: 31001 },
  { ...RULE, kind: 'detour', from: 'all', table: 254, priority: 32764, suppress: 7 },
  { ...RULE, kind: 'detour', from: 'all', priority: 32765 },
  { ...RULE, kind: 'mark', from: 'all', table: 254, priority: 30999, suppress: 7, mark: MARK },
  { ...RULE, kind: 'mark', from: 'all', mark: MARK },
  { ...RULE, family: 'inet6', kind: 'mark', from: 'all', mark: MARK },
]

const ENDPOINT: Endpoint = {
  ...{ id: 255, address: '10.1.1.2', port: undefined, device: 'eth0', flags: ['subflow'] },
  implicit: false,
}
const ENDPOINTS: readonly Endpoint[] = [
  ENDPOINT,
  { ...ENDPOINT, id: 248, address: '2001:db8:1::2', device: undefined, flags: ['signal', 'backup'] },
  { ...ENDPOINT, flags: ['subflow', 'backup', 'fullmesh'] },
  { ...ENDPOINT, flags: [] },
  { ...ENDPOINT, port: 8080, flags: ['signal'] },
]

let failures = 0
let forms = 0

function expect(what: string, seen: unknown, wanted: unknown) {
  forms += 1
  if (!isDeepStrictEqual(seen, wanted)) {
    failures += 1
    console.log(`${what}\n  is     ${JSON.stringify(seen)}\n  wanted ${JSON.stringify(wanted)}`)
  }
}

const byBatch = (change: Change) =>
  applyInOrder(edge, [change], [])
    .map(({ words }) => words)
    .join()
const byShell = (change: Change) =>
  spawnSync('sh', ['-c', formatCommand(change)], { encoding: 'utf8' }).stderr

type Topic = 'routes' | 'rules' | 'endpoints'

/** What the snapshot has that the other has not. */
function news(topic: Topic, before: Snapshot, after: Snapshot): unknown[] {
  const all: readonly unknown[] = after[topic]
  const old: readonly unknown[] = before[topic]
  return all.filter((item) => !old.some((other) => isDeepStrictEqual(item, other)))
}

function comesBack(topic: Topic, item: unknown, toChange: (verb: 'add' | 'delete') => Change) {
  for (const write of [byBatch, byShell]) {
    const before = read()
    const command = formatCommand(toChange('add'))
    expect(command, write(toChange('add')), '')
    expect(command, news(topic, before, read()), [item])
    expect(formatCommand(toChange('delete')), write(toChange('delete')), '')
    expect(formatCommand(toChange('delete')), read(), before)
  }
}

for (const route of ROUTES) {
  comesBack('routes', route, (verb) => ({ kind: 'route', verb, route }))
}
for (const rule of RULES) {
  comesBack('rules', rule, (verb) => ({ kind: 'rule', verb, rule }))
}
for (const endpoint of ENDPOINTS) {
  comesBack('endpoints', endpoint, (verb) => ({ kind: 'endpoint', verb, endpoint }))
}

// Siblings: the second is a route of its own, and goes alone.
const FIRST = six({ preference: 'high' })
const SECOND = six({ hops: [hop('fe80::2', 'eth1')], preference: 'low' })
const siblings = read()
byBatch({ kind: 'route', verb: 'add', route: FIRST })
expect('append', byBatch({ kind: 'route', verb: 'append', route: SECOND }), '')
expect('append', news('routes', siblings, read()), [FIRST, { ...SECOND, behind: true }])
expect('delete', byBatch({ kind: 'route', verb: 'delete', route: FIRST }), '')
expect('delete', news('routes', siblings, read()), [SECOND])
byBatch({ kind: 'route', verb: 'delete', route: SECOND })

// Where attributes or scope differ, a replacement leaves one route.
const REPLACED = four({ hops: [hop('10.1.1.9')], attributes: ['mtu lock 1300'] })
byBatch({ kind: 'route', verb: 'add', route: BASE })
expect('replace', byBatch({ kind: 'route', verb: 'replace', route: REPLACED }), '')
expect('replace', news('routes', siblings, read()), [REPLACED])
byBatch({ kind: 'route', verb: 'delete', route: REPLACED })

// `change` sets both flags at once: what is not said about stays.
byBatch({ kind: 'endpoint', verb: 'add', endpoint: { ...ENDPOINT, flags: ['subflow', 'fullmesh'] } })
const meshed: Endpoint = { ...ENDPOINT, flags: ['subflow', 'fullmesh'] }
expect('backup', byBatch({ kind: 'flags', endpoint: meshed, words: ['backup'] }), '')
expect('backup', read().endpoints, [{ ...ENDPOINT, flags: ['subflow', 'backup', 'fullmesh'] }])
const both: Endpoint = { ...ENDPOINT, flags: ['subflow', 'backup', 'fullmesh'] }
expect('nofullmesh', byShell({ kind: 'flags', endpoint: both, words: ['nofullmesh', 'backup'] }), '')
expect('nofullmesh', read().endpoints, [{ ...ENDPOINT, flags: ['subflow', 'backup'] }])
byBatch({ kind: 'endpoint', verb: 'delete', endpoint: ENDPOINT })

// What is gone already counts as deleted, and what stands behind it in the batch is done.
const done: Change[] = []
const gone: Change[] = [
  { kind: 'endpoint', verb: 'delete', endpoint: ENDPOINT },
  { kind: 'rule', verb: 'delete', rule: RULE },
  { kind: 'route', verb: 'delete', route: BASE },
  { kind: 'route', verb: 'delete', route: four({ table: 254 }) },
  { kind: 'route', verb: 'delete', route: four({ hops: [hop(undefined, 'eth9')] }) },
  { kind: 'limits', limits: { subflows: 5, addAddrAccepted: 3 } },
  { kind: 'group', device: 'eth1', group: 77 },
]
expect('gone', applyInOrder(edge, gone, done), [])
expect('gone', done, gone)
const { limits, links } = read()
expect('limits', limits, { subflows: 5, addAddrAccepted: 3 })
expect('group', links.find(({ name }) => name === 'eth1')?.group, 77)

console.log(failures === 0 ? `all of ${forms} as written` : `${failures} of ${forms} not as written`)
