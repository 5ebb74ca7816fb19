import { describe, expect, it } from 'vitest'
import { parseLinks, parseNames } from '../../src/kernel/links.ts'
import { refusalOf, snapshot } from '../captured.ts'

const link = (kernel: string, index: number) => snapshot(kernel).links.find((one) => one.index === index)
const parse = (names: string[], ...lines: string[]) =>
  parseLinks({ asked: 'ip link show', lines, error: undefined }, () => new Set(names))

describe('links', () => {
  it('are all devices, with their groups', () => {
    expect(snapshot('one-uplink').links).toEqual([
      { ...DEFAULTS, index: 1, name: 'lo' },
      { ...DEFAULTS, index: 2, name: 'eth0', mac: '02:00:00:00:00:00', carrier: false },
      { ...DEFAULTS, index: 3, name: 'eth1', mac: '02:00:00:00:00:01', group: 77 },
    ])
  })

  const DEFAULTS = {
    ...{ altnames: [], up: true, group: 0, pointToPoint: false, ppp: false },
    ...{ carrier: true, mac: undefined },
  }

  it('know tunnels, which have no hardware address', () => {
    const tunnel = snapshot('tunnel').links.find(({ name }) => name === 'eth1')
    expect(tunnel).toMatchObject({ pointToPoint: true, ppp: false, mac: undefined, up: true })
  })

  it('know PPP by its type', () => {
    const [ppp] = parse(
      [],
      '7: ppp0: <POINTOPOINT,MULTICAST,NOARP,UP,LOWER_UP> mtu 1492 qdisc fq state UNKNOWN mode DEFAULT group 0 qlen 3\\    link/[512] promiscuity 0 ',
    )
    expect(ppp).toMatchObject({ ppp: true, pointToPoint: true, mac: undefined })
  })

  it('have altnames, behind an alias of several lines', () => {
    expect(link('names', 2)).toMatchObject({ name: 'eth0', altnames: ['lan', 'wan#é'] })
  })

  it('have the names that the kernel knows them by', () => {
    const names = snapshot('names').links.map(({ name }) => name)
    expect(names.filter((name) => !/^n\d$/.test(name))).toEqual([
      ...['lo', 'eth0', 'eth1', 'a@b', 'we#rd', "it's", 'b\\s', '(é€)', 'dev', 'x@', 'scope'],
    ])
    expect(names.filter((name) => /^n\d$/.test(name))).toHaveLength(8)
  })

  const line = (name: string) =>
    `4: ${name}: <UP> mtu 1500 group 0 qlen 1000\\    link/[1] 02:00:00:00:00:04 brd ff`

  it.each([
    ['eth0', [], 'eth0'],
    ['eth0@p0', ['eth0', 'p0'], 'eth0'],
    ['eth0@if7', ['eth0'], 'eth0'],
    ['a@b', ['a@b'], 'a@b'],
    ['a@b@c', ['a@b', 'c'], 'a@b'],
    ['a@b@c', ['a', 'b@c'], 'a'],
    ['gone@p0', ['p0'], 'gone'],
  ])('%s among %j is %s', (text, names, name) => {
    expect(parse(names, line(text))[0]?.name).toBe(name)
  })

  it('are refused where a line is none, outside of an alias', () => {
    const stray = (before: string) => refusalOf(() => parse([], before, ' two lines'))
    expect(stray(line('eth0'))).toMatch(/"ip link show" answered " two lines", which is not understood/)
    expect(stray(`${line('eth0')}\\    alias of`)).toBe('not refused')
    expect(refusalOf(() => parse([], '4: eth0: <UP> mtu 1500'))).toMatch(/not understood/)
  })
})

it('names of /proc/net/dev stand before a colon', () => {
  const text =
    'Inter-|   Receive\n face |bytes    packets\n    lo:       0\n  a@b: 1 2\n(é€): 3\nveryl0ngname123: 4 5\n'
  expect([...parseNames(text)]).toEqual(['lo', 'a@b', '(é€)', 'veryl0ngname123'])
})
