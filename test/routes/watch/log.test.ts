import { describe, expect, it } from 'vitest'
import {
  addEntries,
  type Entry,
  formatEntry,
  INFO,
  type Log,
  takeLines,
  WARNING,
} from '../../../src/routes/watch/log.ts'

const about = (device: string | undefined, text: string, level: Entry['level'] = INFO): Entry => ({
  device,
  level,
  text,
})
const texts = ({ lines }: { lines: readonly Entry[] }) => lines.map(({ text }) => text)
const EMPTY: Log = new Map()

describe('lines of a device', () => {
  it('the first is written at once', () => {
    expect(texts(takeLines(addEntries(EMPTY, [about('eth0', 'one')]), 500))).toEqual(['one'])
  })

  it('what follows within a second becomes one line', () => {
    const first = takeLines(addEntries(EMPTY, [about('eth0', 'one')]), 500)
    const log = addEntries(addEntries(first.log, [about('eth0', 'two')]), [about('eth0', 'three')])
    const early = takeLines(log, 1499)
    expect([texts(early), early.next]).toEqual([[], 1500])
    expect(texts(takeLines(early.log, 1500))).toEqual(['two; three'])
  })

  it('does not keep another device waiting', () => {
    const first = takeLines(addEntries(EMPTY, [about('eth0', 'one')]), 500)
    expect(texts(takeLines(addEntries(first.log, [about('eth1', 'two')]), 501))).toEqual(['two'])
  })

  it('says what repeats once, with a count, and of many the worst', () => {
    const many = ['a', 'b', 'c', 'd', 'a'].map((text) => about('eth0', text))
    const log = addEntries(EMPTY, [...many, about('eth0', 'bad', WARNING)])
    const { lines } = takeLines(log, 0)
    expect(lines).toEqual([about('eth0', 'bad; a (2 times); b; and 2 more', WARNING)])
  })

  it('holds no more than it says', () => {
    const many = Array.from({ length: 1000 }, (_, i) => about('eth0', `${i}`))
    expect(addEntries(EMPTY, many).get('eth0')?.entries).toHaveLength(3)
  })
})

it('what is about no device is written at once, each by itself', () => {
  const log = addEntries(EMPTY, [about(undefined, 'one'), about(undefined, 'two')])
  expect(texts(takeLines(log, 0))).toEqual(['one', 'two'])
})

it('a journal is told the level, a person the program', () => {
  const entry = about('eth0', 'one', WARNING)
  expect([true, false].map((isJournal) => formatEntry(entry, 'mptcp-routes', isJournal))).toEqual([
    '<4>eth0: one\n',
    'mptcp-routes: eth0: one\n',
  ])
  expect(formatEntry(about(undefined, 'two'), 'mptcp-routes', true)).toBe('<6>two\n')
})
