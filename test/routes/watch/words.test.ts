import { describe, expect, it } from 'vitest'
import { EMPTY_PLAN } from '../../../src/plan/wanted.ts'
import { HOST } from '../../../src/routes/watch/decide.ts'
import type { Look, Made } from '../../../src/routes/watch/look.ts'
import {
  changeEntries,
  NOTHING_SAID,
  noticeEntries,
  refusalEntries,
} from '../../../src/routes/watch/words.ts'
import { Refusal } from '../../../src/words/refusal.ts'

const NOBODY: ReadonlySet<string> = new Set()

function lookWith(refused: Record<string, string>, plan: Look['plan'] = EMPTY_PLAN): Look {
  const refusals = Object.entries(refused).map(([device, text]) => [device, new Refusal(text)] as const)
  return { plan, named: [], made: [], undone: [], refused: new Map(refusals) }
}

/** What each look says, one after the other. */
function story(looks: readonly (readonly [Look, ReadonlySet<string>])[]): string[][] {
  let said = NOTHING_SAID
  return looks.map(([look, held]) => {
    const next = refusalEntries(said, look, held)
    said = next.said
    return next.entries.map(({ device, text }) => `${device ?? ''}: ${text}`)
  })
}

describe('refusals', () => {
  it('are said once, when they change, and when they end', () => {
    const held = new Set(['eth1'])
    expect(
      story([
        [lookWith({ eth1: 'no' }), NOBODY],
        [lookWith({}), held],
        [lookWith({ eth1: 'no' }), NOBODY],
        [lookWith({ eth1: 'never' }), NOBODY],
        [lookWith({}), NOBODY],
        [lookWith({}), NOBODY],
      ]),
    ).toEqual([['eth1: no'], [], [], ['eth1: never'], ['eth1: what was refused is no more'], []])
  })

  it('of a plan are said like those of the kernel', () => {
    const plan = { ...EMPTY_PLAN, refused: new Map([['eth1', new Refusal('no such table')]]) }
    expect(story([[lookWith({}, plan), NOBODY]])).toEqual([['eth1: no such table']])
  })

  it('do not end because the host cannot be read', () => {
    const blind: Look = { ...lookWith({ [HOST]: 'blind' }), plan: undefined }
    expect(
      story([
        [lookWith({ eth1: 'no' }), NOBODY],
        [blind, NOBODY],
        [lookWith({ eth1: 'no' }), NOBODY],
      ]),
    ).toEqual([['eth1: no'], [': blind'], [': what was refused is no more']])
  })
})

it('notices are said once as long as they hold', () => {
  const first = noticeEntries(NOTHING_SAID, ['a', 'b', 'a'])
  const second = noticeEntries(first.said, ['b'])
  const third = noticeEntries(second.said, ['a', 'b'])
  expect([first, second, third].map(({ entries }) => entries.map(({ text }) => text))).toEqual([
    ['a', 'b'],
    [],
    ['a'],
  ])
})

it('changes are told by their device, with the first command and what came before', () => {
  const group = (device: string): Made => ({ device, change: { kind: 'group', device, group: 77 } })
  const limits: Made = {
    device: HOST,
    change: { kind: 'limits', limits: { subflows: 3, addAddrAccepted: 0 } },
  }
  expect(changeEntries([group('eth0'), group('eth1'), limits, group('eth0')], 'SIGHUP')).toEqual([
    { device: 'eth0', level: 6, text: 'ip link set dev eth0 group 77 and 1 more, after SIGHUP' },
    { device: 'eth1', level: 6, text: 'ip link set dev eth1 group 77, after SIGHUP' },
    { device: undefined, level: 6, text: 'ip mptcp limits set subflows 3 add_addr_accepted 0, after SIGHUP' },
  ])
  expect(changeEntries([group('eth0')], undefined)[0]?.text).toContain(', at the regular look')
})
