import { describe, expect, it } from 'vitest'
import { marksIn, nthMark, readMask } from '../../src/ask/forward-mask.ts'
import type { Edge } from '../../src/words/edge.ts'

const read = (text: string | undefined) =>
  readMask({ readFile: () => text } as unknown as Edge, '/etc/x.conf')

describe('readMask', () => {
  it.each([
    ['no file', undefined, 0x7f000000],
    ['a file without it', '# nothing\n[eth0]\nmptcp = off\n', 0x7f000000],
    ['one in hexadecimal', 'mptcp-forward-mask = 0x00ff0000', 0xff0000],
    ['one with a comment behind it', 'mptcp-forward-mask = 0x7f ; ours', 0x7f],
    ['one in decimal', '\uFEFF  mptcp-forward-mask=448\r\n[eth0]', 448],
    ['all bits but one', 'mptcp-forward-mask = 0xFFFFFFFE', 0xfffffffe],
    ['the highest bits', 'mptcp-forward-mask = 0xe0000000', 0xe0000000],
    ['none of a section, whose fault the parser tells', '[eth0]\nmptcp-forward-mask = 7', 0x7f000000],
  ])('takes %s', (_, text, mask) => {
    expect(read(text)).toEqual({ mask, problems: [] })
  })

  it.each([
    ['0', 'is no mask: give a number from 0x7 to 0xfffffffe'],
    ['0xffffffff', 'is no mask'],
    ['0x100000000', 'is no mask'],
    ['-1', 'is no mask'],
    ['ff', 'is no mask'],
    ['', 'is no mask'],
    ['0x500', 'has a gap'],
    ['0x80000001', 'has a gap'],
    ['0x3', 'has room for 3 of at least 4 marks: give three bits side by side or more'],
  ])('refuses %j', (value, why) => {
    const { mask, problems } = read(`\nmptcp-forward-mask = ${value}`)
    expect(mask).toBeUndefined()
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(`mptcp-forward-mask "${value}" ${why}`)
    expect(problems[0]).toMatch(/ \(\/etc\/x\.conf:2\)$/)
  })

  it('refuses a second one, whose word would not be known', () => {
    expect(read('mptcp-forward-mask = 7\nmptcp-forward-mask = 7').problems).toEqual([
      'mptcp-forward-mask "7" is given a second time (/etc/x.conf:2)',
    ])
  })
})

it.each([
  [0x7f000000, 127, 0x1000000, 0x7f000000],
  [0x7, 7, 1, 7],
  [0xe0000000, 7, 0x20000000, 0xe0000000],
  [0xfffffffe, 2147483647, 2, 0xfffffffe],
])('the mask %i holds %i marks', (mask, most, first, last) => {
  expect([marksIn(mask), nthMark(mask, 1), nthMark(mask, most)]).toEqual([most, first, last])
})
