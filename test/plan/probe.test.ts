import { describe, expect, it } from 'vitest'
import { formatTarget } from '../../src/ask/probe-targets.ts'
import type { Stanza } from '../../src/ask/stanza.ts'
import { PAGE, planOf, stanza, stanza6, world } from './worlds.ts'

const BOTH = world(PAGE, 'addr 2001:db8:2::2/64 dev eth1', 'route default via fe80::1 dev eth1')
const VIA = { IF_MPTCP_GATEWAY: '10.1.2.1' }

function probesOf(stanzas: readonly Stanza[], snapshot = BOTH) {
  const { uplinks, notices, subjects } = planOf(snapshot, { stanzas })
  const probes = uplinks.map(({ family, probe }) => [
    family,
    probe?.targets.map(formatTarget),
    probe?.interval,
  ])
  return { probes, notices, subjects }
}

/** The stanza, with the words behind its mptcp-probe. */
const withWords = (one: Stanza, words: string, probeInterval = 5): Stanza => ({
  ...one,
  options: { ...one.options, probe: words.split(' '), probeInterval },
})

const asking = (words: string, interval?: number) => withWords(stanza('eth1', VIA), words, interval)
const asking6 = (words: string, speaker: Partial<Stanza> = {}) =>
  withWords({ ...stanza6('eth1', { IF_MPTCP: 'on' }), configured: true, ...speaker }, words)

describe('the probe of an uplink', () => {
  it('asks its router and others, at the interval', () => {
    const { probes, notices } = probesOf([asking('gateway 192.0.2.1:443', 9)])
    expect(probes).toEqual([['inet', ['10.1.2.1', '192.0.2.1:443'], 9]])
    expect(notices).toEqual([])
  })

  it('is none without the option, and where there is no way out', () => {
    expect(probesOf([stanza('eth1', VIA)]).probes).toEqual([['inet', undefined, undefined]])
    const closed = stanza('eth1', { IF_MPTCP_GATEWAY: 'none', IF_MPTCP_PROBE: 'nonsense' })
    expect(probesOf([closed])).toMatchObject({ probes: [['inet', undefined, undefined]], notices: [] })
  })

  it('that cannot be understood is told, with who set it and the device, and asks the rest', () => {
    const { probes, notices, subjects } = probesOf([asking('192.0.2.1 example.net')])
    expect(probes).toEqual([['inet', ['192.0.2.1'], 5]])
    expect(notices).toEqual([
      'mptcp-probe "example.net" is no IP address; names are not resolved, as their resolver may be behind the dead uplink (set by IF_MPTCP_PROBE)',
    ])
    expect(subjects.get(notices[0] ?? '')).toEqual(['eth1'])
  })

  it('that asks this host itself is told', () => {
    expect(probesOf([asking('10.1.1.2')]).notices).toEqual([
      `mptcp-probe "10.1.1.2" is this host's own address (set by IF_MPTCP_PROBE)`,
    ])
  })

  it.each(['10.1.2.255', '10.1.2.0', '10.1.1.255'])(
    'that asks nobody in particular, %s, is told',
    (target) => {
      const subnet = `${target.split('.').slice(0, 3).join('.')}.0/24`
      expect(probesOf([asking(target)]).notices).toEqual([
        `mptcp-probe "${target}" is the network or broadcast address of ${subnet} (set by IF_MPTCP_PROBE)`,
      ])
    },
  )

  it('may be the wish of the stanza whose address goes that way', () => {
    const second = stanza('eth1', { IF_ADDRESS: '10.1.2.2', IF_MPTCP_PROBE: 'gateway' }, { order: 2 })
    expect(probesOf([stanza('eth1', VIA), second]).probes).toEqual([['inet', ['10.1.2.1'], 5]])
  })
})

describe('words for the other family', () => {
  const missing = (words: string, family: string) => [
    `mptcp-probe "${words}" has no ${family} address (set by IF_MPTCP_PROBE)`,
  ]

  it('are told in a stanza of one family', () => {
    expect(probesOf([asking('2001:db8::1')]).notices).toEqual(missing('2001:db8::1', 'inet'))
    expect(probesOf([asking6('192.0.2.1')]).notices).toEqual(missing('192.0.2.1', 'inet6'))
  })

  it('are in their place in a section, in one run for both, and for a family that nobody asked for', () => {
    const section = { door: 'configuration' }
    expect(probesOf([asking6('192.0.2.1', section)]).notices).toEqual([])
    expect(probesOf([asking('192.0.2.1'), asking6('192.0.2.1')]).notices).toEqual([])
    expect(probesOf([asking6('192.0.2.1', { configured: false })]).notices).toEqual([])
  })
})
