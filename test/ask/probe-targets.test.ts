import { describe, expect, it } from 'vitest'
import { findTargets, formatTarget, type TargetQuery } from '../../src/ask/probe-targets.ts'

function read(words: string, query: Partial<TargetQuery> = {}) {
  const { targets, faults, isForOther } = findTargets({
    ...{ words: words.split(' '), family: 'inet', device: 'eth0', gateways: ['10.1.1.1'] },
    whyNobody: (address) => (address === '10.1.1.2' ? "is this host's own address" : undefined),
    ...query,
  })
  return {
    targets: targets.map(formatTarget),
    faults: faults.map(({ value, why }) => `${value} ${why}`),
    isForOther,
  }
}

const SIX = { family: 'inet6', gateways: ['fe80::1'] } as const

describe('whom to ask', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:443', '192.0.2.1:443'],
    ['gateway', '10.1.1.1'],
    ['gateway 10.1.1.1 192.0.2.1 192.0.2.1:1', '10.1.1.1 192.0.2.1 192.0.2.1:1'],
    ['2001:db8::1 192.0.2.1 [2001:db8::1]:443', '192.0.2.1'],
  ])('%s', (words, targets) => {
    expect(read(words)).toEqual({ targets: targets.split(' '), faults: [], isForOther: false })
  })

  it.each([
    ['2001:DB8:0::1', '2001:db8::1'],
    ['[2001:db8::1]:443', '[2001:db8::1]:443'],
    ['gateway', 'fe80::1%eth0'],
    ['fe80::2 [fe80::2]:443', 'fe80::2%eth0 [fe80::2%eth0]:443'],
  ])('%s in IPv6', (words, targets) => {
    expect(read(words, SIX)).toEqual({ targets: targets.split(' '), faults: [], isForOther: false })
  })

  it('every router of a way that has several', () => {
    expect(read('gateway', { gateways: ['10.1.1.1', '10.1.1.3'] }).targets).toEqual(['10.1.1.1', '10.1.1.3'])
  })
})

const NAME = 'is no IP address; names are not resolved, as their resolver may be behind the dead uplink'
const PORT = 'has no port from 1 to 65535 behind its last colon'
const HOST = 'is not the address of a host'
const ZONE = "has a zone: leave it out, the uplink's device is meant"

describe('what is wrong', () => {
  it.each([
    ['example.net', NAME],
    ['192.0.2.7,192.0.2.9', 'has a comma: put blanks between targets'],
    ['example.net:443', NAME],
    ['192.0.2.256', NAME],
    ['192.0.2', NAME],
    ['192.0.2.0/24', NAME],
    ['2001:db8::1:99999', NAME],
    ['[192.0.2.1', NAME],
    ['Gateway', NAME],
    ['192.0.2.1:0', PORT],
    ['192.0.2.1:65536', PORT],
    ['192.0.2.1:', PORT],
    ['192.0.2.1:http', PORT],
    ['[2001:db8::1]:x', PORT],
    ['0.0.0.0', HOST],
    ['127.0.0.1', HOST],
    ['224.0.0.1', HOST],
    ['255.255.255.255', HOST],
    ['::', HOST],
    ['fe80::1%eth0', ZONE],
    ['[fe80::1%eth0]:80', ZONE],
    ['none', 'stands among other words: leave it out, or them'],
    ['10.1.1.2', "is this host's own address"],
    ['10.1.1.2:80', "is this host's own address"],
  ])('%s is told, and the other words count', (word, why) => {
    expect(read(`192.0.2.1 ${word}`)).toEqual({
      targets: ['192.0.2.1'],
      faults: [`${word} ${why}`],
      isForOther: false,
    })
  })

  it('the router of a link that has none', () => {
    const why = 'has no router to ask: the way out is the other end of the link; give an address behind it'
    expect(read('gateway', { gateways: [] })).toEqual({
      targets: [],
      faults: [`gateway ${why}`],
      isForOther: false,
    })
  })

  it('a router of the other family', () => {
    const why = 'is fe80::1, which has no inet address: give an address behind it'
    expect(read('gateway', { gateways: ['fe80::1'] }).faults).toEqual([`gateway ${why}`])
  })

  it('no word for the family, where there are words for the other', () => {
    expect(read('2001:db8::1')).toEqual({ targets: [], faults: [], isForOther: true })
    expect(read('192.0.2.1', SIX).isForOther).toBe(true)
    expect(read('gateway 2001:db8::1').isForOther).toBe(false)
    expect(read('example.net').isForOther).toBe(false)
  })
})
