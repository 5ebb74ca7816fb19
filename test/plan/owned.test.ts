import { describe, expect, it } from 'vitest'
import type { Host } from '../../src/plan/host.ts'
import { isEndpointOf, isMarked, isOrphanEndpoint, ownedRoutes, ownedSources } from '../../src/plan/owned.ts'
import type { Endpoint } from '../../src/words/state.ts'
import { ETH0, ETH1, FRESH, hostOf, PAGE, stanza, T0, T1, world } from './worlds.ts'

const BOTH = ['inet6', 'inet'] as const

function sources(host: Host, device: string, orphans = false): string[] {
  return ownedSources(host, { devices: [device], families: BOTH, orphans }).map(
    ({ from, table }) => `${from} ${table}`,
  )
}

describe('a source rule is of a device', () => {
  it('through which our routes in its table lead', () => {
    const host = hostOf(world(PAGE, ETH0, ETH1))
    expect([sources(host, 'eth0'), sources(host, 'eth1')]).toEqual([[`10.1.1.2 ${T0}`], [`10.1.2.2 ${T1}`]])
  })

  it('of its family', () => {
    const host = hostOf(world(PAGE, ETH1))
    expect(ownedSources(host, { devices: ['eth1'], families: ['inet6'], orphans: false })).toEqual([])
  })

  it('that alone has its address, wherever it leads', () => {
    const host = hostOf(world(PAGE, 'rule from 10.1.2.2 lookup 900'))
    expect([sources(host, 'eth0'), sources(host, 'eth1')]).toEqual([[], ['10.1.2.2 900']])
  })

  it.each([
    ['whose name gives the table', [], [`10.7.7.7 ${T1}`]],
    [
      'whose record asks for the table',
      [stanza('eth1', { IF_MPTCP_TABLE: '900' })],
      [`10.7.7.7 ${T1}`, '10.7.7.7 900'],
    ],
    [
      'but not by what the run itself asks for',
      [stanza('eth1', { IF_MPTCP_TABLE: '900' }, FRESH)],
      [`10.7.7.7 ${T1}`],
    ],
  ])('%s, where the table is empty: it was pulled and is back', (_, stanzas, expected) => {
    const rules = `rule from 10.7.7.7 lookup ${T1}\nrule from 10.7.7.7 lookup 900 priority 31001`
    expect(sources(hostOf(world(PAGE, rules), { stanzas }), 'eth1')).toEqual(expected)
  })

  it('whose stanza has gone with the run', () => {
    const gone = [stanza('eth1', { IF_MPTCP_TABLE: '900' })]
    expect(sources(hostOf(world(PAGE, 'rule from 10.7.7.7 lookup 900'), { gone }), 'eth1')).toEqual([
      '10.7.7.7 900',
    ])
  })

  it('and never of one that only asks for the table of a live rule', () => {
    const host = hostOf(world(PAGE, 'link eth0 down', 'rule from 10.1.1.2 lookup 900'), {
      stanzas: [stanza('eth1', { IF_MPTCP_TABLE: '900' }, FRESH)],
    })
    expect([sources(host, 'eth1'), sources(host, 'eth0')]).toEqual([[], ['10.1.1.2 900']])
  })

  it('and never of one that lays claim to the table beside the one that has the address', () => {
    const stanzas = ['eth0', 'eth1'].map((iface) => stanza(iface, { IF_MPTCP_TABLE: '900' }))
    const host = hostOf(world(PAGE, 'rule from 10.1.1.2 lookup 900'), { stanzas })
    expect([sources(host, 'eth1'), sources(host, 'eth0')]).toEqual([[], ['10.1.1.2 900']])
  })

  it('that has lost its address to another one: the rule leads to its table', () => {
    const moved = world('link eth0', 'link eth1', 'addr 10.1.2.2/24 dev eth0', ETH1)
    expect(sources(hostOf(moved), 'eth1')).toEqual([`10.1.2.2 ${T1}`])
  })
})

describe('an orphan', () => {
  const host = hostOf(
    world(PAGE, ETH1, 'rule from 10.7.7.7 lookup 900', 'rule from 2001:db8:7::7 lookup 901'),
  )

  it('goes with a run that takes orphans, in both families', () => {
    const scope = { devices: ['eth1'], families: ['inet'], orphans: true } as const
    expect(ownedSources(host, scope).map(({ from }) => from)).toEqual([
      '10.1.2.2',
      '10.7.7.7',
      '2001:db8:7::7',
    ])
    expect(sources(host, 'eth1')).toEqual([`10.1.2.2 ${T1}`])
  })
})

describe('routes', () => {
  const shown = (lines: string, families: readonly ('inet' | 'inet6')[] = BOTH) =>
    ownedRoutes(hostOf(world(PAGE, lines)), 'eth1', families, new Set([`inet6 ${T1}`])).map(
      ({ destination, hops }) => `${destination} ${hops.map(({ gateway }) => gateway ?? '-')}`,
    )

  it('are those of our protocol through the device, in every table and in main', () => {
    const lines = `${ETH1}\n${ETH0}\nroute default via 10.1.2.1 dev eth1 metric 50 proto 77\nroute default via 10.1.2.3 dev eth1 table 5 proto 4`
    expect(shown(lines)).toEqual(['10.1.2.0/24 -', 'default 10.1.2.1', 'default 10.1.2.1'])
    expect(shown(lines, ['inet6'])).toEqual([])
  })

  it('may stand behind somebody else’s hop, whose protocol the dump then shows', () => {
    const hops = 'nexthop via fe80::9 dev eth1 weight 1 nexthop via fe80::1 dev eth1 weight 1'
    expect(shown(`route default ${hops} table ${T1} proto 4 metric 1024`)).toEqual(['default fe80::1'])
    expect(shown(`route default ${hops} table 900 proto 4 metric 1024`)).toEqual([])
  })
})

describe('endpoints', () => {
  const endpoint = (changes: Partial<Endpoint> = {}): Endpoint => ({
    ...{ id: 255, address: '10.1.2.2', port: undefined, device: 'eth1', flags: ['subflow'], implicit: false },
    ...changes,
  })

  it.each([
    [{ id: 248 }, true],
    [{ id: 247 }, false],
    [{ id: 1 }, false],
    [{ port: 99 }, false],
    [{ implicit: true }, false],
    [{ flags: ['signal', 'backup'] as const }, true],
  ])('%j bear our mark: %s', (changes, marked) => {
    expect(isMarked(endpoint(changes))).toBe(marked)
  })

  const host = hostOf(world(PAGE))

  it.each([
    ['with its address’s rule', {}, ['10.1.2.2'], true],
    ['without a rule of ours', {}, [], false],
    ['of another device', { device: 'eth0' }, ['10.1.2.2'], false],
    ['of one that was pulled', { device: 'if7' }, ['10.1.2.2'], true],
    ['of one that was pulled, without a rule', { device: 'if7' }, [], false],
    ['of no device', { device: undefined }, ['10.1.2.2'], false],
    ['whose address is nowhere: it has lost its rule', { address: '10.7.7.7' }, [], true],
    ['without our mark', { id: 3 }, ['10.1.2.2'], false],
  ])('%s are the device’s or not', (_, changes, ruled, owned) => {
    expect(isEndpointOf(host, endpoint(changes), 'eth1', new Set(ruled))).toBe(owned)
  })

  it.each([
    ['whose address and device are gone', { address: '10.7.7.7', device: 'if7' }, [], true],
    ['whose orphaned rule goes', { address: '10.7.7.7', device: 'eth0' }, ['10.7.7.7'], true],
    ['whose address is gone, and no more', { address: '10.7.7.7', device: 'eth0' }, [], false],
    ['whose address is there', { device: 'if7' }, ['10.1.2.2'], false],
    ['without our mark', { id: 3, address: '10.7.7.7', device: 'if7' }, ['10.7.7.7'], false],
  ])('%s are orphans or not', (_, changes, orphaned, orphan) => {
    expect(isOrphanEndpoint(host, endpoint(changes), new Set(orphaned))).toBe(orphan)
  })
})
