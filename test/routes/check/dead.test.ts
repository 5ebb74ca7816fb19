import { describe, expect, it } from 'vitest'
import { checkUplinks } from '../../../src/routes/check/uplinks.ts'
import { NOW, stanza, T1, world } from '../../plan/worlds.ts'
import { complain, IFUPDOWN, NO_PROBES, SOUND, STANZAS, say, stepOf } from './points.ts'

/** The sound host as a dead eth0 leaves it. */
const LED = [...SOUND.map((text) => text.replace(/ *endpoint 10\.1\.1\.2.*\n/, '')), `detour inet ${T1}`]

function findings(lines: readonly string[], deaths: readonly string[], changes = {}, stanzas = STANZAS) {
  const probes = { ...NO_PROBES, ...changes }
  return checkUplinks({
    ifupdown: IFUPDOWN,
    now: NOW,
    watched: true,
    step: stepOf(world(...lines), stanzas, deaths),
    probes,
  })
}

const PING =
  'see whether its router answers: ping -c 1 -I 10.1.1.2 10.1.1.1; if it does, the fault lies behind it'

describe('a dead uplink', () => {
  it('is at fault since then, and that its endpoint is missing is none', () => {
    expect(say(findings(LED, ['eth0']))).toEqual([
      `fail eth0: IPv4 is dead since 20:51:07: no carrier | ${PING}`,
      `ok eth1: 10.1.2.2 goes via 10.1.2.1 (table ${T1})`,
      'ok what no rule by source address decides goes by eth1 in IPv4',
    ])
  })

  it('whose cable is out is told once', () => {
    const carrierless = new Set(['eth0'])
    expect(complain(findings(LED, ['eth0'], { carrierless }))).toEqual([
      'fail eth0: IPv4 is dead since 20:51:07: no carrier | see the cable and what is at its other end',
    ])
    expect(complain(findings(SOUND, [], { carrierless }))).toEqual([
      'warn eth0: no carrier | see the cable and what is at its other end',
    ])
  })

  it('where all are is used all the same', () => {
    const [first] = complain(findings(SOUND, ['eth0', 'eth1']))
    expect(first).toContain(
      'no carrier; no other uplink of IPv4 is alive, so it is used all the same | see whether',
    )
  })

  it('that has no router has a provider', () => {
    const lines = ['link ppp0 group 77 ppp', 'addr 10.9.0.1/32 dev ppp0 peer 10.9.0.2']
    const said = complain(findings([...SOUND, ...lines], ['ppp0'], {}, [...STANZAS, stanza('ppp0')]))
    expect(said[0]).toMatch(/^fail ppp0: IPv4 is dead .* \| ask the provider at the other end of the link$/)
  })
})

describe('a detour', () => {
  it('that is missing is a fault, one that is left over none', () => {
    expect(complain(findings(LED.slice(0, -1), ['eth0']))).toContain(
      `fail no detour round the dead uplink in IPv4: it is to lead by table ${T1} | mptcp-routes apply`,
    )
    expect(complain(findings([...SOUND, `detour inet ${T1}`], []))).toEqual([
      'warn a detour in IPv4 is left over | mptcp-routes apply',
    ])
  })
})
