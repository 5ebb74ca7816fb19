import { expect, it } from 'vitest'
import { EMPTY_PLAN } from '../src/plan/wanted.ts'
import { type Step, settle } from '../src/settle.ts'
import type { Edge, Outcome } from '../src/words/edge.ts'
import type { Change } from '../src/words/state.ts'
import { refusalOf, snapshot, stage } from './captured.ts'

const SNAPSHOT = snapshot('one-uplink')
const [ONE, TWO, THREE] = ['eth0', 'eth1', 'eth2'].map((device): Change => {
  return { kind: 'group', device, group: 77 }
}) as [Change, Change, Change]

const refused = (line: number): Partial<Outcome> => ({
  status: 2,
  stderr: `RTNETLINK answers: File exists\nCommand failed -:${line}\n`,
})

interface Way {
  readonly outcomes?: readonly Partial<Outcome>[]
  readonly goesOn?: boolean
  readonly dryRun?: boolean
}

/** Settles turns that plan these changes, the last of them for every further turn. */
function run(turns: readonly (readonly Change[])[], way: Way = {}) {
  const { outcomes = [], goesOn = false, dryRun = false } = way
  const { edge, writes } = stage({ outcomes })
  const commands: string[] = []
  const undone: unknown[] = []
  const begun: number[] = []
  let planned = 0
  const next = (): Step => {
    planned += 1
    return { snapshot: SNAPSHOT, plan: EMPTY_PLAN, changes: turns[planned - 1] ?? turns.at(-1) ?? [] }
  }
  const refusal = refusalOf(() =>
    settle({
      ...{ edge, dryRun, goesOn, next },
      command: (text) => commands.push(text),
      undone: ({ change, words }) => undone.push([change, words]),
      begin: (_, turn) => begun.push(turn),
    }),
  )
  return { refusal, commands, undone, begun, batches: writes.map((write) => write.split('\n').length - 1) }
}

it('is over after one turn where nothing is refused, or nothing is to be done', () => {
  expect(run([[ONE, TWO]])).toEqual({
    undone: [],
    refusal: 'not refused',
    commands: ['ip link set dev eth0 group 77', 'ip link set dev eth1 group 77'],
    begun: [1],
    batches: [2],
  })
  expect(run([[]])).toEqual({ refusal: 'not refused', commands: [], undone: [], begun: [1], batches: [] })
})

it('plans anew after a refusal, up to three times', () => {
  expect(run([[ONE, TWO], [TWO], []], { outcomes: [refused(2), refused(1)] })).toMatchObject({
    refusal: 'not refused',
    begun: [1, 2, 3],
    batches: [2, 1],
  })
  expect(run([[ONE]], { outcomes: [refused(1), refused(1), refused(1)] })).toMatchObject({
    refusal: 'Refusal: the kernel refused "ip link set dev eth0 group 77": File exists',
    begun: [1, 2, 3],
  })
})

it('names what the last turn met', () => {
  const outcomes = [refused(1), refused(1), refused(1)]
  expect(run([[ONE], [TWO], [THREE]], { outcomes }).refusal).toContain('dev eth2 group 77": File exists')
})

it('goes on past what is refused where it is told to, from the second turn on', () => {
  const { edge, writes } = stage({ outcomes: [refused(1), refused(1), refused(1)] })
  const options: string[] = []
  const ip: Edge['ip'] = (args, input) => {
    options.push(args.join(' '))
    return edge.ip(args, input)
  }
  const step = { snapshot: SNAPSHOT, plan: EMPTY_PLAN, changes: [ONE, TWO] }
  const work = { edge: { ...edge, ip }, dryRun: false, goesOn: true, undone: () => {} }
  expect(() => settle({ ...work, command: () => {}, next: () => step, begin: () => {} })).toThrow('dev eth0')
  expect([writes.length, options]).toEqual([3, ['-batch -', '-force -batch -', '-force -batch -']])
})

it('tells the changes of a dry run and makes none', () => {
  expect(run([[ONE, TWO]], { dryRun: true })).toMatchObject({
    commands: ['ip link set dev eth0 group 77', 'ip link set dev eth1 group 77'],
    begun: [1],
    batches: [],
  })
})

it('tells of a setting that cannot be made, which keeps nothing else', () => {
  const setting = { family: 'inet', device: 'eth0', value: 1, ours: true, link: undefined } as const
  const change: Change = { kind: 'setting', setting }
  expect(run([[ONE, change]])).toMatchObject({
    ...{ refusal: 'not refused', begun: [1], batches: [1] },
    undone: [[change, 'ENOENT']],
  })
})
