import { describe, expect, it } from 'vitest'
import { quote } from '../../src/words/refusal.ts'

describe('quote', () => {
  it.each([
    ['plain', '"plain"'],
    ['', '""'],
    ['two\nlines\r', '"two\\nlines\\r"'],
    ['say "yes"', '"say \\"yes\\""'],
    ['\u001b[31mred', '"\\u001b[31mred"'],
    ['\u009b\u202e\u2028', '"\\u009b\\u202e\\u2028"'],
    ['straße', '"stra\\u00dfe"'],
    ['x'.repeat(60), `"${'x'.repeat(60)}"`],
    ['x'.repeat(5000), `"${'x'.repeat(60)}…"`],
  ])('shows $1 in plain characters on one line', (value, shown) => {
    expect(quote(value)).toBe(shown)
  })
})
