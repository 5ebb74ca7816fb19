import { describe, expect, it } from 'vitest'
import { resolveDevice, resolveStanzas, stanzasOf } from '../../src/plan/host.ts'
import { ETH0, ETH1, FRESH, hostOf, PAGE, stanza, T1, world } from './worlds.ts'

const SEEN = world(PAGE, ETH0, ETH1)

describe('altnames', () => {
  const named = world('link eth0 altname lan', 'link lan altname other')

  it.each([
    ['eth0', 'eth0'],
    ['other', 'lan'],
    ['wan', 'wan'],
  ])('%s is %s', (name, device) => {
    expect(resolveDevice(name, named)).toBe(device)
  })

  it('go behind names', () => {
    expect(resolveDevice('lan', named)).toBe('lan')
  })

  it('of stanzas are resolved, the alias stays', () => {
    expect(resolveStanzas([stanza('other:1')], named)).toMatchObject([{ device: 'lan', iface: 'other:1' }])
  })
})

it('the first stanza is the one without an alias that was there before the others', () => {
  const given = [
    stanza('eth1:1', {}, { order: 1 }),
    stanza('eth1', {}, { order: 3 }),
    stanza('eth1', {}, { order: 2, ...FRESH }),
    stanza('eth0'),
  ]
  expect(stanzasOf(hostOf(SEEN, { stanzas: given }), 'eth1', 'inet').map(({ order }) => order)).toEqual([
    2, 3, 1,
  ])
})

describe('look-ups', () => {
  const host = hostOf(world(PAGE, ETH0, ETH1, `route default via 10.1.1.9 dev eth0 table ${T1} proto 4`))

  it('tell who holds an address, and its rules', () => {
    expect([host.holdersOf('10.1.2.2'), host.holdersOf('10.7.7.7')]).toEqual([['eth1'], []])
    expect([host.sourcesOf('10.1.2.2').length, host.companionsOf('10.1.2.2').length]).toEqual([1, 1])
  })

  it('tell what goes through a device, ours apart from main’s', () => {
    expect([host.mainRoutesOf('eth1').length, host.ownRoutesOf('eth1').length]).toEqual([1, 2])
    expect(
      hostOf(world(PAGE, 'route default via 10.1.2.1 dev eth1 metric 5 proto 77')).mainRoutesOf('eth1'),
    ).toHaveLength(1)
  })

  it('tell whose a table is, and what others have in it', () => {
    expect(host.devicesOfTable('inet', T1)).toEqual(['eth1'])
    expect(host.devicesOfTable('inet6', T1)).toEqual([])
    expect(host.foreignRoutesIn('inet', T1)).toHaveLength(1)
  })
})
