import { describe, expect, it } from 'vitest'
import { checkMainDefault, type DefaultFacts } from '../../../src/routes/check/main-default.ts'
import type { Family } from '../../../src/words/state.ts'
import { world } from '../../plan/worlds.ts'
import { complain, NO_PROBES, SOUND, stepOf } from './points.ts'

interface Told {
  readonly wayless?: readonly (readonly [Family, string])[]
  readonly carrierless?: readonly string[]
  readonly ignoring?: readonly string[]
}

function complaintsOf(
  lines: readonly string[],
  { wayless = [], carrierless = [], ignoring = [] }: Told = {},
) {
  const facts: DefaultFacts = {
    step: stepOf(world(...lines)),
    probes: { ...NO_PROBES, wayless: new Map(wayless), carrierless: new Set(carrierless) },
    ignoring: new Set(ignoring),
  }
  return complain(checkMainDefault(facts))
}

const BARE = SOUND.map((text) => text.replace(/^ *route default via 10\.1\.1\.1 dev eth0$/m, ''))

describe('a host without a default in main', () => {
  const wayless = [['inet', 'Network is unreachable']] as const

  it('is told that what is bound to no address goes nowhere, and what to do', () => {
    expect(complaintsOf(BARE, { wayless })).toEqual([
      'warn main has no default of inet: what is bound to no address gets "Network is unreachable" | mptcp-metric 200 for one uplink, or gateway in the stanza of the first',
    ])
  })

  it('has a way by a table of somebody else', () => {
    expect(complaintsOf(BARE)).toEqual([])
  })

  it('has one that does not count now, or one that is an error: other points tell that', () => {
    expect(complaintsOf([...SOUND], { wayless })).toEqual([])
    expect(complaintsOf([...BARE, 'route unreachable default metric 7'], { wayless })).toEqual([])
  })
})

describe('a default through a dead link', () => {
  const dead = { carrierless: ['eth0'] }
  const cure = 'sysctl -w net.ipv4.conf.eth0.ignore_routes_with_linkdown=1'
  const what = "eth0: main's default of inet leads through it while it has no carrier: new connections fail"

  it('fails where another one could take its place, and how it would', () => {
    expect(complaintsOf([...SOUND, 'route default via 10.1.2.1 dev eth1 metric 50'], dead)).toEqual([
      `fail ${what} | ${cure}`,
    ])
  })

  it('is a warning where there is no other', () => {
    expect(complaintsOf([...SOUND], dead)).toEqual([
      `warn ${what} | mptcp-metric in the stanza of another uplink, and ${cure}`,
    ])
  })

  it('is passed over by the kernel where it is told to, and another link does not matter', () => {
    expect(complaintsOf([...SOUND], { ...dead, ignoring: ['inet eth0'] })).toEqual([])
    expect(complaintsOf([...SOUND], { carrierless: ['eth1'] })).toEqual([])
  })
})
