import { describe, expect, it } from 'vitest'
import { applyAll, applyInOrder, describeFailures } from '../../src/kernel/apply.ts'
import { formatLine } from '../../src/kernel/command.ts'
import type { Outcome } from '../../src/words/edge.ts'
import type { Change, Endpoint, IpChange, Route, Rule } from '../../src/words/state.ts'
import { readDialogues, stage } from '../captured.ts'

const RULE: Rule = {
  ...{ kind: 'source', family: 'inet', from: '10.1.2.2', table: 1001, priority: 31000 },
  suppress: undefined,
}
const rule = (from: string, verb: 'add' | 'delete' = 'add'): IpChange => ({
  ...{ kind: 'rule', verb },
  rule: { ...RULE, from, family: from.includes(':') ? 'inet6' : 'inet' },
})
const [ONE, TWO, THREE, SIX] = ['10.1.2.2', '10.1.2.3', '10.1.2.4', '2001:db8:2::2'].map((from) =>
  rule(from),
) as [IpChange, IpChange, IpChange, IpChange]

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
  hops: [{ gateway: '10.1.2.1', device: 'eth1', onlink: false, weight: 1 }],
  ...{ attributes: [], preference: 'medium', source: undefined, behind: false, strange: undefined },
}
const route = (verb: 'add' | 'delete', more: Partial<Route> = {}): IpChange => ({
  ...{ kind: 'route', verb },
  route: { ...ROUTE, ...more },
})
const ENDPOINT: Endpoint = {
  ...{ id: 255, address: '10.1.2.2', port: undefined, device: 'eth1', flags: ['subflow'] },
  implicit: false,
}
const removal = (address: string, id: number): IpChange => ({
  ...{ kind: 'endpoint', verb: 'delete' },
  endpoint: { ...ENDPOINT, address, id },
})

function captured(name: string): Outcome {
  const dialogue = readDialogues('refusals')[name]
  return { status: dialogue?.status ?? 0, stdout: '', stderr: dialogue?.stderr.join('\n') ?? '' }
}

/** What `ip` leaves behind that was refused lines, by number. */
function refused(lines: Record<number, string>): Outcome {
  const stderr = Object.entries(lines).map(([line, words]) => `${words}\nCommand failed -:${line}\n`)
  return { status: 1, stdout: '', stderr: stderr.join('') }
}

function apply(how: 'in order' | 'all', changes: IpChange[], ...outcomes: Partial<Outcome>[]) {
  const set = stage({ outcomes })
  const done: Change[] = []
  const failures = how === 'all' ? applyAll(set.edge, changes) : applyInOrder(set.edge, changes, done)
  return { done, writes: set.writes, failures: failures.map(({ change, words }) => [change, words]) }
}

it('writes one batch a family and gives what went through', () => {
  const { done, writes, failures } = apply('in order', [SIX, ONE, TWO])
  expect(writes).toEqual([`-6\n${formatLine(SIX)}`, `\n${formatLine(ONE)}\n${formatLine(TWO)}`])
  expect([done, failures]).toEqual([[SIX, ONE, TWO], []])
})

it('tells ip the family where it would take another', () => {
  const change = route('add', { hops: [{ gateway: 'fe80::1', device: 'eth1', onlink: false, weight: 1 }] })
  expect(apply('in order', [ONE, change]).writes).toEqual([`-4\n${formatLine(ONE)}\n${formatLine(change)}`])
})

it('writes nothing where nothing changes', () => {
  expect(apply('in order', []).writes).toEqual([])
  expect(apply('all', []).writes).toEqual([])
})

/** Deletions, each with what the kernel says where there is nothing to delete. */
const GONE: readonly [string, IpChange, string][] = [
  ['a rule', rule('10.1.2.2', 'delete'), 'RTNETLINK answers: No such file or directory'],
  ['a route', route('delete'), 'RTNETLINK answers: No such process'],
  ['a table', route('delete'), 'Error: FIB table does not exist.'],
  ['an IPv6 table', route('delete'), 'Error: ipv6: FIB table does not exist.'],
  ['a device', route('delete'), 'Cannot find device "eth1"'],
  ['an endpoint', removal('10.1.2.2', 255), 'Error: address not found.'],
]

describe('applyInOrder', () => {
  it('stops at the first failure', () => {
    const { done, failures } = apply('in order', [ONE, TWO, THREE], captured('stop'))
    expect([done, failures]).toEqual([[ONE], [[TWO, 'File exists']]])
  })

  it('does not go on to the other family', () => {
    const { done, writes } = apply('in order', [SIX, ONE], refused({ 1: 'Error: x' }))
    expect([done, writes.length]).toEqual([[], 1])
  })

  it.each(GONE)('goes on behind %s that is gone', (_, change, words) => {
    const { done, writes, failures } = apply('in order', [ONE, change, TWO], refused({ 2: words }))
    expect([done, failures]).toEqual([[ONE, change, TWO], []])
    expect(writes[1]).toBe(`\n${formatLine(TWO)}`)
  })

  it('stops behind what is gone at what is refused', () => {
    const changes = [rule('10.1.2.9', 'delete'), ONE, TWO, THREE]
    const { done, failures } = apply(
      'in order',
      changes,
      refused({ 1: 'RTNETLINK answers: No such file or directory' }),
      refused({ 2: 'RTNETLINK answers: File exists' }),
    )
    expect([done, failures]).toEqual([changes.slice(0, 2), [[TWO, 'File exists']]])
  })

  it('takes the same words for a failure where something was to be made', () => {
    const { failures } = apply('in order', [route('add')], refused({ 1: 'Cannot find device "eth1"' }))
    expect(failures).toEqual([[route('add'), 'Cannot find device "eth1"']])
  })

  it('holds all changes of an ip that has ended without a word for done, as nobody knows how far it came', () => {
    expect(apply('in order', [ONE, TWO], captured('exit'))).toMatchObject({
      done: [ONE, TWO],
      failures: [[ONE, expect.stringContaining("flags mustn't have both signal and fullmesh")]],
    })
    expect(apply('in order', [ONE, TWO], { status: 1 })).toMatchObject({
      ...{ done: [ONE, TWO], failures: [[ONE, 'no reason given']] },
    })
  })

  it('holds a batch for done that has been cut off by the limit of time', () => {
    const set = stage()
    const done: Change[] = []
    const stopped = {
      ...set.edge,
      ip: () => {
        throw new Error('10 s')
      },
    }
    expect(() => applyInOrder(stopped, [ONE, TWO], done)).toThrow('10 s')
    expect(done).toEqual([ONE, TWO])
  })
})

describe('applyAll', () => {
  it('goes on past failures and reports each', () => {
    const { writes, failures } = apply('all', [ONE, TWO, THREE, SIX], captured('user'))
    expect(writes.map((text) => text.split('\n')[0])).toEqual(['-force', '-6 -force'])
    expect(failures).toEqual([
      [ONE, 'Operation not permitted'],
      [TWO, 'Operation not permitted'],
    ])
  })

  it.each(GONE)('counts %s that is gone as deleted', (_, change, words) => {
    expect(apply('all', [change], refused({ 1: words })).failures).toEqual([])
  })

  it('leaves the rule by which an endpoint is ours where the endpoint cannot be deleted', () => {
    const changes = [removal('10.1.2.2', 1), removal('10.1.2.3', 2), ONE, TWO]
    const { writes } = apply('all', changes, refused({ 1: 'Error: x' }))
    expect(writes).toEqual([
      '-force\nmptcp endpoint delete id 1\nmptcp endpoint delete id 2',
      `-force\n${formatLine(TWO)}`,
    ])
  })

  it('reports an ip that names no line', () => {
    expect(apply('all', [ONE, TWO], captured('exit')).failures).toEqual([
      [ONE, expect.stringContaining('flags')],
    ])
  })

  it.each([
    ['Error: a word too many\nUsage: ip rule add\n  from ADDRESS\n', 'a word too many'],
    ['\n', 'no reason given'],
  ])('says one line of what such an ip says: %j', (stderr, words) => {
    expect(apply('all', [ONE], { status: 1, stdout: '', stderr }).failures).toEqual([[ONE, words]])
  })
})

describe('describeFailures', () => {
  it("names each command and the kernel's words", () => {
    expect(
      describeFailures([
        { change: ONE, words: 'File exists' },
        { change: SIX, words: 'No such device' },
      ]),
    ).toBe(
      'the kernel refused "ip rule add from 10.1.2.2 lookup 1001 priority 31000 protocol 77": File exists; the kernel refused "ip -6 rule add from 2001:db8:2::2 lookup 1001 priority 31000 protocol 77": No such device',
    )
  })

  it.each([
    [5, 5, /: no$/],
    [6, 5, /; and 1 more$/],
    [900, 5, /; and 895 more$/],
  ])('of %i names %i', (count, named, end) => {
    const text = describeFailures(Array.from({ length: count }, () => ({ change: ONE, words: 'no' })))
    expect(text.match(/the kernel refused/g)).toHaveLength(named)
    expect(text).toMatch(end)
  })

  it('sends an ordinary user to root', () => {
    expect(describeFailures([{ change: ONE, words: 'Operation not permitted' }])).toMatch(
      /not permitted \(run it as root\)$/,
    )
  })
})
