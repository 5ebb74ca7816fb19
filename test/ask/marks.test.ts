import { describe, expect, it } from 'vitest'
import { readMarks, writeMarks } from '../../src/ask/marks.ts'
import { hostWith } from '../fake-host.ts'

const PATH = '/run/mptcp-routes/4-4026531840.marks'
const GIVEN = [
  { device: 'eth0', family: 'inet', table: 100, mark: { value: 0x1000000, mask: 0x7f000000 } },
  { device: 'wan-ü', family: 'inet6', table: 4294967295, mark: { value: 0xe0000000, mask: 0xe0000000 } },
] as const
const NONE = { given: [], standing: false }

describe('the marks that were given', () => {
  it('are read as they were written', () => {
    const { edge } = hostWith()
    writeMarks(edge, { given: GIVEN, standing: true })
    expect(readMarks(edge)).toEqual({ given: GIVEN, standing: true })
  })

  it('are none before any was', () => {
    expect(readMarks(hostWith().edge)).toEqual(NONE)
  })

  it.each([
    ['of another boot', JSON.stringify({ boot: 'other', standing: true, given: GIVEN })],
    ['that is no JSON', '{'],
    ['that is null', 'null'],
    ['that is a list', '[]'],
  ])('a file %s says nothing', (_, text) => {
    const { edge, disk } = hostWith()
    disk.files.set(PATH, text)
    expect(readMarks(edge)).toEqual(NONE)
  })

  it('are those that make sense', () => {
    const { edge, disk } = hostWith()
    writeMarks(edge, { given: GIVEN, standing: true })
    const value = JSON.parse(disk.files.get(PATH) ?? '')
    const [first] = GIVEN
    const { mark } = first
    value.given.push({}, null, { ...first, mark: null }, { ...first, family: 'bridge' })
    value.given.push(...['x', '7', 254, -1, 1.5, 2 ** 32].map((table) => ({ ...first, table })))
    value.given.push(
      ...['', 'eth0"; flush ruleset; #', 'a b', 'a\nb', 'e*', 'a/b', 'eth0:1', 7].map((device) => ({
        ...first,
        device,
      })),
    )
    value.given.push(
      ...[0, -1, 0x1000001, 2 ** 32, 1.5, '16777216'].map((one) => ({
        ...first,
        mark: { ...mark, value: one },
      })),
    )
    value.given.push(
      ...[0, -1, 2 ** 32 + 0x1000000, '2130706432'].map((mask) => ({ ...first, mark: { ...mark, mask } })),
    )
    disk.files.set(PATH, JSON.stringify(value))
    expect(readMarks(edge).given).toEqual(GIVEN)
  })

  it('cost nothing where there is no room', () => {
    const { edge, disk } = hostWith()
    disk.writable = false
    writeMarks(edge, { given: GIVEN, standing: true })
    expect(readMarks(edge)).toEqual(NONE)
  })
})
