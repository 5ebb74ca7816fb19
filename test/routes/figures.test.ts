import { describe, expect, it } from 'vitest'
import {
  drawBar,
  formatBytes,
  formatCount,
  formatDuration,
  formatMilliseconds,
  formatRate,
  isUtf8,
} from '../../src/routes/figures.ts'

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [0.4, '0 B'],
    [999, '999 B'],
    [999.6, '1.0 kB'],
    [1234, '1.2 kB'],
    [9949, '9.9 kB'],
    [9951, '10 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [18_900_000, '19 MB'],
    [4.2e18, '4200 PB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
    expect(formatRate(bytes)).toBe(`${text}/s`)
  })
})

describe('formatMilliseconds', () => {
  it.each([
    [0.025, '0.03 ms'],
    [0.997, '1.0 ms'],
    [4.04, '4.0 ms'],
    [9.96, '10 ms'],
    [56.4, '56 ms'],
    [999.6, '1.0 s'],
    [1234, '1.2 s'],
    [30_000, '30 s'],
  ])('%d is %s', (time, text) => {
    expect(formatMilliseconds(time)).toBe(text)
  })
})

describe('formatDuration', () => {
  it.each([
    [-5000, '0 s'],
    [0, '0 s'],
    [499, '0 s'],
    [59_600, '1 min'],
    [12_000, '12 s'],
    [192_000, '3 min 12 s'],
    [3_600_000, '1 h'],
    [3_601_000, '1 h'],
    [7_512_000, '2 h 5 min'],
    [273_600_000, '3 d 4 h'],
  ])('%d is %s', (time, text) => {
    expect(formatDuration(time)).toBe(text)
  })
})

describe('formatCount', () => {
  it('has the noun in its number', () => {
    expect([0, 1, 2].map((count) => formatCount(count, 'uplink'))).toEqual([
      '0 uplinks',
      '1 uplink',
      '2 uplinks',
    ])
  })
})

describe('drawBar', () => {
  it.each([
    [0, '    '],
    [0.001, '#   '],
    [0.5, '##  '],
    [1, '####'],
    [7, '####'],
  ])('%d of four columns is %j', (share, bar) => {
    expect(drawBar(share, 4, '#')).toBe(bar)
  })
})

describe('isUtf8', () => {
  it.each([
    [{ LANG: 'de_DE.UTF-8' }, true],
    [{ LANG: 'C.utf8' }, true],
    [{ LANG: 'de_DE.UTF-8', LC_ALL: 'C' }, false],
    [{ LANG: 'C', LC_CTYPE: 'C.UTF-8' }, true],
    [{ LANG: 'de_DE.UTF-8', LC_ALL: '' }, true],
    [{}, false],
  ])('%j: %s', (env, expected) => {
    expect(isUtf8(env)).toBe(expected)
  })
})
