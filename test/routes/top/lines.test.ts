import { stripVTControlCharacters } from 'node:util'
import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { drawView } from '../../../src/routes/top/lines.ts'
import { compareSamples, readSample, type View } from '../../../src/routes/top/sample.ts'
import type { Screen } from '../../../src/routes/top/screen.ts'
import { capturedSource, UPLINKS } from './captured.ts'

const source = capturedSource()
const first = compareSamples(undefined, readSample(source))
const second = compareSamples(first, readSample(source))

const PLAIN = pc.createColors(false)
const SCREEN: Screen = { width: 80, height: 24, skip: 0, unicode: true, colors: PLAIN }
const draw = (view: View, screen: Partial<Screen> = {}) => drawView(view, { ...SCREEN, ...screen })

describe('drawView', () => {
  it('shows uplinks, connections, busiest first, and their paths', () => {
    expect(draw(second).lines.slice(0, 15)).toEqual([
      '2 uplinks, 6 connections, 10 paths  full bar: 2.3 MB/s                  14:05:02',
      '',
      'UPLINK  PATHS        IN                OUT           ADDRESSES',
      'eth0        6  2.3 MB/s  ▇▇▇▇▇▇▇  2.1 MB/s  ▇▇▇▇▇▇   10.1.1.2 2001:db8:1::2',
      'eth1        4    98 B/s  ▇        6.4 kB/s  ▇        10.1.2.2 2001:db8:2::2',
      '',
      'CONNECTION               UPLINK        IN       OUT      RTT  RESENT  STATE',
      '203.0.113.2:5201                 2.2 MB/s     0 B/s',
      '├ 10.1.1.2:56316         eth0    2.2 MB/s     0 B/s    64 ms',
      '└ 10.1.2.2:44683         eth1       0 B/s     0 B/s  0.03 ms          backup',
      '203.0.113.2:5203                    0 B/s  1.8 MB/s              251  plain TCP',
      '└ 10.1.1.2:60808         eth0       0 B/s  1.8 MB/s    66 ms     251',
      '[2001:db8:ffff::2]:5202             0 B/s  165 kB/s              129',
      '├ [2001:db8:1::2]:56204  eth0       0 B/s  133 kB/s    65 ms       8',
      '└ [2001:db8:2::2]:50237  eth1       0 B/s   32 kB/s    43 ms     121  no answer',
    ])
  })

  it('has no rates at first, and no bars', () => {
    expect(draw(first).lines.slice(0, 5)).toEqual([
      '2 uplinks, 6 connections, 10 paths                                      14:05:00',
      '',
      'UPLINK  PATHS  IN           OUT           ADDRESSES',
      'eth0        6                             10.1.1.2 2001:db8:1::2',
      'eth1        4                             10.1.2.2 2001:db8:2::2',
    ])
  })

  it('leaves out on a narrow screen what can be spared, not what is wrong', () => {
    const { lines } = draw(second, { width: 60 })
    expect(lines[2]).toBe('UPLINK  PATHS        IN               OUT')
    expect(lines[6]).toBe('CONNECTION             UPLINK        IN       OUT  STATE')
    expect(lines.join('\n')).toMatch(/plain TCP.*no answer/s)
  })

  it.each([50, 60, 80, 160])('fits %d columns and any height', (width) => {
    for (const height of [1, 5, 10, 24, 200]) {
      const { lines } = draw(second, { width, height })
      expect(lines.length).toBeLessThanOrEqual(height)
      expect(Math.max(...lines.map((line) => line.length)), lines.join('\n')).toBeLessThanOrEqual(width)
    }
  })

  it('is ASCII where the terminal shows no more', () => {
    const text = draw(second, { unicode: false, width: 60 }).lines.join('\n')
    expect(text).toMatch(/^[\n -~]+$/)
    expect(text).toContain('######')
  })

  it('has colours where they are asked for, on the same text', () => {
    const coloured = draw(second, { colors: pc.createColors(true) }).lines
    expect(coloured.join('')).toContain('\x1b[33mplain TCP')
    expect(coloured.map((line) => stripVTControlCharacters(line).trimEnd())).toEqual(draw(second).lines)
  })

  it('scrolls the connections, and tells what is above and below', () => {
    const at = (skip: number) => draw(second, { height: 12, skip })
    expect(at(0).lines.slice(7)).toEqual([...draw(second).lines.slice(7, 11), '0 more above, 12 below'])
    expect(at(3).lines.slice(7)).toEqual([...draw(second).lines.slice(10, 14), '3 more above, 9 below'])
    expect(at(Number.MAX_SAFE_INTEGER).lines.at(-1)).toBe('12 more above, 0 below')
    expect([
      at(3).skip,
      at(Number.MAX_SAFE_INTEGER).skip,
      draw(second, { height: 50, skip: 3 }).skip,
    ]).toEqual([3, 12, 0])
  })

  it('says what is not there', () => {
    const empty = { ...second, uplinks: [], connections: [] }
    expect(draw(empty).lines.slice(1)).toEqual(['', 'no uplink', '', 'no Multipath TCP connection'])
  })

  it('names a path by the address of the peer where it is another, and one that is on no uplink', () => {
    const [connection] = second.connections
    const flow = connection?.subflows[1]
    if (connection === undefined || flow === undefined) {
      throw new Error('the capture has no such connection')
    }
    const strange = {
      ...flow,
      state: 'SYN-SENT',
      rtt: undefined,
      local: { ...flow.local, address: '192.0.2.9', device: undefined },
      peer: { ...flow.peer, address: '198.51.100.2' },
    }
    const view = { ...second, connections: [{ ...connection, state: 'CLOSE-WAIT', subflows: [strange] }] }
    expect(draw(view, { width: 90 }).lines.slice(7)).toEqual([
      '203.0.113.2:5201                                                     close-wait',
      '└ 192.0.2.9:59247 → 198.51.100.2:5201  none                          backup syn-sent',
    ])
  })

  it('marks a device that is dead, and a family of one', () => {
    const told = (...dead: readonly string[]) =>
      draw({
        ...second,
        uplinks: UPLINKS.map((one) => ({ ...one, dead: dead.includes(`${one.device} ${one.family}`) })),
      })
        .lines.slice(3, 5)
        .map((line) => line.slice(0, 16).trim())
    expect(told('eth1 inet', 'eth1 inet6')[1]).toMatch(/^eth1 dead /)
    expect(told('eth0 inet6')[0]).toMatch(/^eth0 IPv6 dead/)
    expect(told()[0]).toMatch(/^eth0 +\d/)
  })

  it('obeys no escape in the name of a device', () => {
    const uplink = { device: 'e\x1b[2J', family: 'inet', addresses: [], dead: false } as const
    const view = { ...second, uplinks: [uplink] }
    expect(draw(view).lines[3]?.startsWith('e?[2J ')).toBe(true)
  })
})
