import { describe, expect, it } from 'vitest'
import { parseAnswers, parseFailures } from '../../src/kernel/batch.ts'
import { readDialogues } from '../captured.ts'

const REFUSALS = readDialogues('refusals')
const failuresOf = (name: string) => [...parseFailures(REFUSALS[name]?.stderr.join('\n') ?? '')]

describe('parseFailures', () => {
  it("numbers each failed line and keeps the kernel's own words", () => {
    expect(failuresOf('force')).toEqual([
      [1, 'Nexthop has invalid gateway.'],
      [2, 'No such file or directory'],
      [3, 'address not found.'],
      [4, 'Cannot find device "eth7"'],
    ])
  })

  it('reads where ip has stopped', () => {
    expect(failuresOf('stop')).toEqual([[2, 'File exists']])
  })

  it('reads what an ordinary user is told', () => {
    expect(failuresOf('user')).toEqual([
      [1, 'Operation not permitted'],
      [2, 'Operation not permitted'],
    ])
  })

  it.each(['option', 'exit'])('finds no line where ip itself has ended (%s)', (name) => {
    expect(failuresOf(name)).toEqual([])
  })

  it('joins the words of one failure, and has some where there are none', () => {
    const text = 'Error: argument "x" is wrong.\nDump terminated\n\nCommand failed -:1\nCommand failed -:12\n'
    expect([...parseFailures(text)]).toEqual([
      [1, 'argument "x" is wrong.; Dump terminated'],
      [12, 'no reason given'],
    ])
  })
})

describe('parseAnswers', () => {
  it('pairs lines with answers past the ones that failed', () => {
    const { input = [], stdout = [], stderr = [] } = readDialogues('no-device')['inet'] ?? {}
    const answers = parseAnswers(input, stdout.join('\n'), stderr.join('\n'))
    expect(answers.map(({ line }) => line)).toEqual(input)
    expect(answers[4]).toEqual({
      line: 'link show dev eth1',
      output: undefined,
      error: 'Device "eth1" does not exist.',
    })
    expect(answers[6]?.output).toMatch(/subflows \d/)
  })

  it('gives an empty answer where ip has said nothing', () => {
    expect(parseAnswers(['rule show'], '', '')).toEqual([{ line: 'rule show', output: '', error: undefined }])
  })
})
