import { describe, expect, it } from 'vitest'
import { readMarks, writeMarks } from '../../src/ask/marks.ts'
import { hostWith } from '../fake-host.ts'

const PATH = '/run/mptcp-routes/4-4026531840.marks'
const GIVEN = [
  { device: 'eth0', family: 'inet', table: 100, mark: { value: 0x1000000, mask: 0x7f000000 } },
  { device: 'wan "x"', family: 'inet6', table: 4294967295, mark: { value: 0xe0000000, mask: 0xe0000000 } },
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
    value.given.push({}, null, { ...GIVEN[0], mark: null }, { ...GIVEN[0], table: 'x' })
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
