import { describe, expect, it } from 'vitest'
import { devicesOfRule, stanzaFor } from '../../src/plan/speaker.ts'
import type { Rule } from '../../src/words/state.ts'
import { ETH0, ETH1, hostOf, PAGE, stanza, T1, world } from './worlds.ts'

const SEEN = world(PAGE, ETH0, ETH1)

describe('who speaks for a rule', () => {
  const rule = (from: string, table: number) => world(`rule from ${from} lookup ${table}`).rules[0] as Rule

  it.each([
    ['routes in its table', rule('10.7.7.7', T1), ETH1, ['eth1']],
    ['the name that gives the table', rule('10.7.7.7', T1), '', ['eth1']],
    ['who has the address', rule('10.1.1.2', 900), '', ['eth0']],
    ['nobody', rule('10.7.7.7', 900), '', []],
  ])('is told by %s', (_, one, lines, devices) => {
    expect(devicesOfRule(hostOf(world(PAGE, lines)), one)).toEqual(devices)
  })

  it('is the stanza that names its address, else the first', () => {
    const stanzas = [stanza('eth1'), stanza('eth1:1', { IF_ADDRESS: '10.1.2.2' })]
    const host = hostOf(SEEN, { stanzas })
    expect(stanzaFor(host, rule('10.1.2.2', T1))?.iface).toBe('eth1:1')
    expect(stanzaFor(host, rule('10.1.2.9', T1))?.iface).toBe('eth1')
    expect(stanzaFor(hostOf(SEEN), rule('10.1.2.2', T1))).toBeUndefined()
  })
})
