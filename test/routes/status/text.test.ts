import { createColors } from 'picocolors'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { formatStatus } from '../../../src/routes/status/text.ts'
import { ETH0, ETH1, PAGE, stanza, T1 } from '../../plan/worlds.ts'
import { SOUND, STANZAS } from '../check/points.ts'
import { statusOf, type Told, without } from './host.ts'

const SIX = `
  addr 2001:db8:1::2/64 dev eth0
  addr 2001:db8:1:2:3:4:5:6/64 dev eth0
  route default via 2001:db8:1::1 dev eth0
`
const STANZAS_OF_BOTH = [
  ...STANZAS,
  stanza('eth0', { ADDRFAM: 'inet6', IF_ADDRESS: '2001:db8:1::2' }, { door: 'dhclient' }),
]

const draw = (lines: readonly string[], width: number, told: Told = {}, env = { LANG: 'C.UTF-8' }) =>
  formatStatus(statusOf(lines, told), { width, colors: createColors(false), env })

describe.each([60, 80, 160])('%i columns', (width) => {
  it('hold everything', () => {
    const settings = ['setting eth0 inet 1 ours', 'setting eth0 inet6 1', 'setting eth1 inet 1 ours']
    const lines = without([...SOUND, SIX, ...settings, 'limits 1 0'], /rule from 10\.1\.2\.2/)
    const text = draw(lines, width, { stanzas: STANZAS_OF_BOTH, counters: { MPJoinRejected: 3 } })
    expect(Math.max(...text.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(width)
    expect(text).toMatchSnapshot()
  })
})

describe('formatStatus', () => {
  it('cuts nothing where there is no edge', () => {
    const text = draw([...SOUND, SIX], Number.POSITIVE_INFINITY, { stanzas: STANZAS_OF_BOTH })
    expect(text).toContain('2001:db8:1::2 2001:db8:1:2:3:4:5:6')
    expect(text).not.toContain('…')
  })

  it('has a mark of its own for a terminal that knows ASCII alone', () => {
    expect(draw([...SOUND, SIX], 60, { stanzas: STANZAS_OF_BOTH }, { LANG: 'C' })).toMatch(/^[ -~\n]*$/)
  })

  it('tells what is led round a dead uplink', () => {
    const text = draw([...SOUND, `detour inet ${T1}`], 999, { deaths: ['eth0'] })
    expect(text).toMatch(/^eth0 +IPv4 +dead /m)
    expect(text).toContain('eth0 IPv4: dead since 20:51:07: no carrier\n')
    expect(text).toContain(
      `note: what no rule by source address decides goes by eth1 in IPv4 (table ${T1}): main's default leads to a dead uplink\n`,
    )
  })

  it('knows of no dead uplink where the service has ended and left a detour', () => {
    expect(draw([...SOUND, `detour inet ${T1}`], 999)).toContain(
      `note: what no rule by source address decides goes by eth1 in IPv4 (table ${T1}): left over, as nothing that is known calls for it any more\n`,
    )
  })

  it('paints states on a terminal', () => {
    const told = statusOf([PAGE, ETH0])
    const text = formatStatus(told, { width: 80, colors: createColors(true), env: {} })
    expect(text).toContain('\x1b[32mup\x1b[39m')
    expect(text).toContain('\x1b[33mincomplete\x1b[39m')
  })

  it('says so where there is nothing', () => {
    expect(draw([PAGE], 80, { stanzas: [] })).toMatch(/^no uplink: neither a record nor the configuration/)
  })

  it('obeys no device name', () => {
    const name = 'e\x1b[31m'
    const text = draw([ETH1.replaceAll('eth1', name), PAGE.replaceAll('eth1', name)], 80, { stanzas: [] })
    expect(text).not.toContain('\x1b')
    expect(text).toContain('e?[31m')
  })

  it('tells in a line what a pulled cable does', () => {
    const line = (...lines: string[]) => /^Pulled cable: .*$/m.exec(draw([...SOUND, ...lines], 200))?.[0]
    expect(line('setting eth0 inet 1 ours', 'setting eth1 inet 1 ours')).toBe(
      'Pulled cable: routes through eth0 and eth1 stop counting, and nothing bound to their addresses leaves by another uplink',
    )
    expect(line('setting eth0 inet 1', 'setting eth1 inet 0')).toBe(
      'Pulled cable: routes through eth0 (not set by us) stop counting, and nothing bound to their addresses leaves by another uplink',
    )
    expect(line('setting eth0 inet 0', 'setting eth1 inet 0')).toBeUndefined()
  })

  it.each([
    [{}, 'mptcp off', /Multipath TCP: off \(sysctl net\.mptcp\.enabled\)/],
    [{}, 'mptcp userspace', /path manager in user space/],
    [{}, 'endpoint 10.1.1.9 id 3 signal', /3 endpoints \(1 not ours\)/],
    [
      { counters: { MPJoinRejected: 1, MPJoinNoTokenFound: 2 } },
      '',
      /; 3 joins failed since the host started/,
    ],
    [{ connections: [] }, '', /; no connection now$/m],
  ])('tells of Multipath TCP: %j %s', (told: Told, line, expected) => {
    expect(draw([...SOUND, line], 200, told)).toMatch(expected)
  })
})
