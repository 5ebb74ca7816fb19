import { expect, it } from 'vitest'
import { remember, rememberLately } from '../../src/words/memo.ts'

it('remember asks once for each key, whatever the answer', () => {
  const asked: number[] = []
  const half = remember((key: number) => {
    asked.push(key)
    return key % 2 === 0 ? key / 2 : undefined
  })
  expect([4, 3, 4, 3, 6].map(half)).toEqual([2, undefined, 2, undefined, 3])
  expect(asked).toEqual([4, 3, 6])
})

it('rememberLately asks once for each text, and forgets what was not asked for in 8,192 others', () => {
  const asked: string[] = []
  const length = rememberLately((text) => {
    asked.push(text)
    return text.length
  })
  expect(['a', 'bc', 'a'].map(length)).toEqual([1, 2, 1])
  expect(asked).toEqual(['a', 'bc'])
  for (let i = 0; i < 8192; i += 1) {
    expect(length(`text ${i}`)).toBe(`text ${i}`.length)
  }
  asked.length = 0
  expect(['a', 'text 8191', 'text 8000'].map(length)).toEqual([1, 9, 9])
  expect(asked).toEqual(['a'])
})
