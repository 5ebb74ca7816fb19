import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type Column, drawTable } from '../../src/routes/table-text.ts'

const COLUMNS: readonly Column[] = [
  { title: 'UPLINK' },
  { title: 'ADDRESSES', least: 10 },
  { title: 'IN', align: 'right' },
  { title: 'NOTE', least: 4, dispensable: 2 },
  { title: 'METRIC', dispensable: 1 },
]

const ROWS = [
  ['eth0', '10.1.1.2', '0 B/s', '', '100'],
  ['wwan0', '2001:db8:1234:5678::abcd:2', '18.9 MB/s', 'no default in its table', ''],
]

const draw = (width: number, rows = ROWS) => drawTable(COLUMNS, rows, width)

describe('drawTable', () => {
  it('sets columns where there is room', () => {
    expect(draw(160)).toEqual([
      'UPLINK  ADDRESSES                          IN  NOTE                     METRIC',
      'eth0    10.1.1.2                        0 B/s                           100',
      'wwan0   2001:db8:1234:5678::abcd:2  18.9 MB/s  no default in its table',
    ])
  })

  it('cuts the widest that may be cut, and marks it', () => {
    expect(draw(66)).toEqual([
      'UPLINK  ADDRESSES                  IN  NOTE                 METRIC',
      'eth0    10.1.1.2                0 B/s                       100',
      'wwan0   2001:db8:1234:567…  18.9 MB/s  no default in its …',
    ])
  })

  it('leaves out what can be spared, last first', () => {
    expect(draw(43)[0]).toBe('UPLINK  ADDRESSES          IN  NOTE  METRIC')
    expect(draw(40)).toEqual([
      'UPLINK  ADDRESSES             IN  METRIC',
      'eth0    10.1.1.2           0 B/s  100',
      'wwan0   2001:db8:123…  18.9 MB/s',
    ])
    expect(draw(30)[0]).toBe('UPLINK  ADDRESSES           IN')
  })

  it('leaves out what can be spared rather than cut what is good to read, and cuts it in the end', () => {
    const columns = COLUMNS.map((column) => (column.title === 'ADDRESSES' ? { ...column, good: 24 } : column))
    expect(drawTable(columns, ROWS, 52)[0]).toMatch(/^UPLINK {2}ADDRESSES +IN {2}METRIC$/)
    expect(draw(52)[0]).toContain('NOTE')
    expect(drawTable(columns, ROWS, 30)[2]).toBe(draw(30)[2])
  })

  it.each([29, 40, 60, 80, 160])('fits %d columns', (width) => {
    expect(Math.max(...draw(width).map((line) => line.length))).toBeLessThanOrEqual(width)
  })

  it('counts columns on the screen, not characters: colours and wide letters', () => {
    const rows = [['\x1b[31meth0\x1b[39m', '接続', '1', '', '']]
    const plain = drawTable(COLUMNS, rows, 80).map((line) => stripVTControlCharacters(line))
    expect(plain[1]).toBe('eth0    接続        1')
  })

  it('has the titles as they are asked for, and another mark of a cut', () => {
    const lines = drawTable(COLUMNS, ROWS, 66, { cutMark: '~', title: (text) => `\x1b[1m${text}\x1b[22m` })
    expect(lines[0]).toContain('\x1b[1mIN\x1b[22m')
    expect(lines[2]).toContain('2001:db8:1234:567~')
  })

  it('is the titles alone where there is no row', () => {
    expect(draw(80, [])).toEqual(['UPLINK  ADDRESSES  IN  NOTE  METRIC'])
  })
})
