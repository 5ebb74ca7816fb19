import { describe, expect, it } from 'vitest'
import { formatQuestions, LINKS, parseAnswers, parseFailures } from '../../src/kernel/batch.ts'
import { readDialogues, refusalOf } from '../captured.ts'

const REFUSALS = readDialogues('refusals')
const failuresOf = (name: string) => [...parseFailures(REFUSALS[name]?.stderr.join('\n') ?? '')]

describe('parseFailures', () => {
  it("numbers each failed line and keeps the kernel's own words", () => {
    expect(failuresOf('force')).toEqual([
      [1, 'Nexthop has invalid gateway.'],
      [2, 'No such file or directory'],
      [3, 'address not found.'],
      [4, 'Cannot find device "eth7"'],
      [6, 'No such process'],
      [7, 'FIB table does not exist.'],
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
  const LO = '1: lo: <LOOPBACK,UP> mtu 65536 group 0\n'
  const ETH0 = '2: eth0: <UP> mtu 1500 group 0\n'
  const parse = (questions: string[], stdout: string, stderr = '') =>
    parseAnswers('ip -6', questions, stdout, stderr).map(({ lines, error }) => error ?? lines)

  it('takes what stands between two sentinels for one answer', () => {
    expect(formatQuestions(['a', 'b'])).toBe('link show dev lo\na\nlink show dev lo\nb\nlink show dev lo\n')
    expect(parse(['a', 'b'], `${LO}one\ntwo\n${LO}${LO}`)).toEqual([['one', 'two'], []])
    expect(parseAnswers('ip -6', ['rule show'], `${LO}${LO}`, '')[0]?.asked).toBe('ip -6 rule show')
  })

  it.each([
    ['first', `${LO}${ETH0}`],
    ['last', `${ETH0}${LO}`],
  ])('finds lo among the links, where it is the %s', (_, links) => {
    const all = parse(['a', LINKS, 'b'], `${LO}one\n${LO}${links}${LO}two\n${LO}`)
    expect(all).toEqual([['one'], links.trim().split('\n'), ['two']])
  })

  it('gives the words of a refused question, and none of the lines that it has printed', () => {
    const stdout = `${LO}half\n${LO}${LO}whole\n${LO}`
    expect(
      parse(['a', LINKS, 'c'], stdout, 'Error: no a\nCommand failed -:2\nno links\nCommand failed -:4\n'),
    ).toEqual(['no a', 'no links', ['whole']])
  })

  it.each([
    ['nothing at all', ''],
    ['one answer too few', `${LO}one\n${LO}`],
    ['one answer too many', `${LO}one\n${LO}two\n${LO}three\n${LO}`],
    ['something before the first question', `null\n${LO}one\n${LO}two\n${LO}`],
    ['something behind the last answer', `${LO}one\n${LO}two\n${LO}[]\n`],
    ['an end that is cut off', `${LO}one\n${LO}two\n${LO.trim()}`],
    ['JSON', '[]\n[{}]\n'],
  ])('refuses %s', (_, stdout) => {
    expect(refusalOf(() => parse(['a', 'b'], stdout))).toBe(
      'Refusal: the answers of ip -6 do not fit what was asked, "a", "b": iproute2 6.1 or later is needed',
    )
  })

  it('refuses links without lo', () => {
    expect(refusalOf(() => parse([LINKS], `${LO}${ETH0}${LO}`))).toMatch(
      /do not fit what was asked, "link show"/,
    )
  })
})
