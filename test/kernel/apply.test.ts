import { describe, expect, it } from 'vitest'
import { applyAll, applyInOrder, describeFailures } from '../../src/kernel/apply.ts'
import { formatLine } from '../../src/kernel/command.ts'
import type { Outcome } from '../../src/kernel/ip.ts'
import type { Change, Rule } from '../../src/words/state.ts'
import { readDialogues, stage } from '../captured.ts'

const RULE: Rule = { kind: 'source', family: 'inet', from: '10.1.2.2', table: 1001, priority: 31000 }
const rule = (from: string): Change => ({
  kind: 'rule',
  verb: 'add',
  rule: { ...RULE, from, family: from.includes(':') ? 'inet6' : 'inet' },
})
const [ONE, TWO, THREE, SIX] = ['10.1.2.2', '10.1.2.3', '10.1.2.4', '2001:db8:2::2'].map(rule) as [
  Change,
  Change,
  Change,
  Change,
]

function captured(name: string): Outcome {
  const dialogue = readDialogues('refusals')[name]
  return { status: dialogue?.status ?? 0, stdout: '', stderr: dialogue?.stderr.join('\n') ?? '' }
}

function apply(how: 'in order' | 'all', changes: Change[], ...outcomes: Outcome[]) {
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

it('writes nothing where nothing changes', () => {
  expect(apply('in order', []).writes).toEqual([])
})

describe('applyInOrder', () => {
  it('stops at the first failure', () => {
    const { done, failures } = apply('in order', [ONE, TWO, THREE], captured('stop'))
    expect([done, failures]).toEqual([[ONE], [[TWO, 'File exists']]])
  })

  it('does not go on to the other family', () => {
    const { done, writes } = apply('in order', [SIX, ONE], {
      status: 1,
      stdout: '',
      stderr: 'Error: x\nCommand failed -:1',
    })
    expect([done, writes.length]).toEqual([[], 1])
  })

  it('holds all changes of an ip that has ended without a word for done, as nobody knows how far it came', () => {
    expect(apply('in order', [ONE, TWO], captured('exit')).done).toEqual([ONE, TWO])
    expect(apply('in order', [ONE, TWO], { status: 1, stdout: '', stderr: '' }).done).toEqual([ONE, TWO])
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
  const removal = (from: string, id: number): Change => ({
    kind: 'endpoint',
    verb: 'delete',
    endpoint: { id, address: from, device: 'eth1', flags: ['subflow'] },
  })

  it('goes on past failures and reports each', () => {
    const { writes, failures } = apply('all', [ONE, TWO, THREE, SIX], captured('user'))
    expect(writes.map((text) => text.split('\n')[0])).toEqual(['-force', '-6 -force'])
    expect(failures).toEqual([
      [ONE, 'Operation not permitted'],
      [TWO, 'Operation not permitted'],
    ])
  })

  it('leaves the rule by which an endpoint is ours where the endpoint cannot be deleted', () => {
    const refused = { status: 1, stdout: '', stderr: 'Error: x\nCommand failed -:1\n' }
    const { writes } = apply('all', [removal('10.1.2.2', 1), removal('10.1.2.3', 2), ONE, TWO], refused)
    expect(writes).toEqual([
      '-force\nmptcp endpoint delete id 1\nmptcp endpoint delete id 2',
      `-force\n${formatLine(TWO)}`,
    ])
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

  it('sends an ordinary user to root', () => {
    expect(describeFailures([{ change: ONE, words: 'Operation not permitted' }])).toMatch(
      /not permitted \(run it as root\)$/,
    )
  })
})
