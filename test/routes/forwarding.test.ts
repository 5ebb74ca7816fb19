import { describe, expect, it } from 'vitest'
import { describeChanges } from '../../src/routes/changes.ts'
import { nftFaults, standingMark } from '../../src/routes/forwarding.ts'
import { attribute } from '../../src/routes/status/attribute.ts'
import { forwardWords } from '../../src/routes/status/forward.ts'
import { findRows } from '../../src/routes/status/rows.ts'
import { subjectOf } from '../../src/routes/subject.ts'
import { T1, world } from '../plan/worlds.ts'
import { stepOf } from './check/points.ts'
import { FORWARDED, forwarding, STANDING } from './forwarded.ts'
import { statusOf } from './status/host.ts'

const step = (lines: readonly string[] = STANDING, facts = {}) =>
  stepOf(world(...lines), FORWARDED, [], forwarding(facts))
const [, , , first = '', second = ''] = STANDING
const WITHOUT = STANDING.slice(0, -1)

describe('a pair of rules by mark', () => {
  it('is of the uplink that has the mark, whether it stands or not', () => {
    const { changes, ...rest } = step(WITHOUT)
    expect(changes).toHaveLength(2)
    for (const change of changes) {
      expect(subjectOf(change, { ...rest })).toEqual({ family: 'inet', device: 'eth1', table: T1 })
    }
    const rows = findRows({ ...rest, changes })
    expect([...attribute(changes, rows, { ...rest, changes }).ofRow.keys()]).toEqual([rows[1]])
  })

  it('is told once', () => {
    const missing = step(WITHOUT)
    expect(describeChanges(missing.changes, missing)).toEqual([
      "no rules for its mark 0x2000000/0x7f000000: replies of what is forwarded leave by main's default",
    ])
    const left = stepOf(world(...STANDING), undefined, [], forwarding())
    expect(describeChanges(left.changes, left)).toEqual([
      'rules for the mark 0x1000000/0x7f000000 are left over',
      'rules for the mark 0x2000000/0x7f000000 are left over',
    ])
  })

  it('tells the mark of a table', () => {
    expect([first, second].every((line) => line.startsWith('mark '))).toBe(true)
    expect(standingMark('inet', T1, step().host)).toEqual({ value: 0x2000000, mask: 0x7f000000 })
    expect(standingMark('inet6', T1, step().host)).toBeUndefined()
    expect(standingMark('inet', undefined, step().host)).toBeUndefined()
  })
})

it('the table is the host’s, and told by itself', () => {
  expect(nftFaults(step())).toEqual([])
  const missing = step(STANDING, { standing: { owner: 'nobody' } })
  expect(nftFaults(missing)).toEqual([
    { what: 'the nft table "inet mptcp_routes" is missing: what is forwarded is not marked', isLeft: false },
  ])
  expect(attribute(missing.changes, findRows(missing), missing)).toMatchObject({ ofNobody: [] })
  const left = stepOf(world(...STANDING.slice(0, 3)), undefined, [], forwarding())
  expect(nftFaults(left)).toEqual([{ what: 'the nft table "inet mptcp_routes" is left over', isLeft: true }])
})

it('status tells each uplink’s mark, and all in a line', () => {
  const status = statusOf(STANDING, { stanzas: FORWARDED })
  expect(status.uplinks.map(({ forward }) => forward?.value)).toEqual([0x1000000, 0x2000000])
  expect(forwardWords(status)).toEqual([
    'Forwarding: replies leave as requests came in, by eth0 IPv4 (mark 0x1000000/0x7f000000) and eth1 IPv4 (mark 0x2000000/0x7f000000)',
  ])
  expect(forwardWords(statusOf(STANDING.slice(0, 3)))).toEqual([])
})
