import { describe, expect, it } from 'vitest'
import { commandsOf, ETH1, PAGE, planOf, stanza, world } from './worlds.ts'

const GIVEN = { IF_ADDRESS: '10.1.2.2/24', IF_MPTCP_GATEWAY: '10.1.2.1' }
const OFF = { stanzas: [stanza('eth1', { ...GIVEN, IF_MPTCP: 'off' })] }
const SIX = 'addr 2001:db8:2::2/64 dev eth1'

type Question = Parameters<typeof planOf>[1]

const plan = (lines: readonly string[], question: Question = {}) =>
  planOf(world(PAGE, ...lines), { stanzas: [stanza('eth1', GIVEN)], ...question })

/** The settings that a run for eth1 would make, `ipv4 eth1 1`. */
const settings = (lines: readonly string[], question: Question = {}) =>
  commandsOf(plan(lines, question)).flatMap((text) => {
    const [, family, device, value] = /^sysctl -w net\.(ipv.)\.conf\.(.+)\.\w+=(.)$/.exec(text) ?? []
    return family === undefined ? [] : [`${family} ${device} ${value}`]
  })

describe('routes do not count while the cable is out', () => {
  it.each<[string, string[], string[]]>([
    ['of an uplink', ['setting eth1 inet 0'], ['ipv4 eth1 1']],
    ['which is so already', ['setting eth1 inet 1 ours'], []],
    ['which an admin has seen to', ['setting eth1 inet 1'], []],
    ['after somebody has put it back', ['setting eth1 inet 0 ours'], ['ipv4 eth1 1']],
    [
      'in families that lead out alone',
      ['setting eth1 inet 0', SIX, 'setting eth1 inet6 0'],
      ['ipv4 eth1 1'],
    ],
    ['of no other device', ['setting eth0 inet 0', 'setting eth1 inet 0'], ['ipv4 eth1 1']],
    ['where that can be set', ['setting eth1 inet 0 fixed'], []],
    ['where that is known', [], []],
  ])('%s', (_, lines, made) => {
    expect(settings(lines)).toEqual(made)
  })

  it('of a device that is yet to come, in a plan ahead', () => {
    const ahead = [stanza('eth7', { IF_ADDRESS: '10.7.7.2/24', IF_GATEWAY: '10.7.7.1' }, { fresh: true })]
    expect(settings([], { devices: ['eth7'], stanzas: ahead })).toEqual(['ipv4 eth7 1'])
  })

  it('is told once a device where it cannot be', () => {
    const stuck = ['setting eth1 inet 0 fixed', 'setting eth1 inet6 0 fixed', 'setting eth0 inet 0 fixed']
    expect(plan(stuck).notices).toEqual([expect.stringMatching(/ignore_routes_with_linkdown .* read-only/)])
    expect(plan(stuck, OFF).notices).toEqual([])
  })
})

describe('they count again', () => {
  it.each<[string, string[], Question, string[]]>([
    ['of what is no uplink any more', ['setting eth1 inet 1 ours'], OFF, ['ipv4 eth1 0']],
    ['but where an admin has seen to it', ['setting eth1 inet 1'], OFF, []],
    [
      'for the record’s sake, where somebody has put it back',
      ['setting eth1 inet 0 ours'],
      OFF,
      ['ipv4 eth1 0'],
    ],
    ['in the families of the run', ['setting eth1 inet 1 ours'], { ...OFF, families: ['inet6'] }, []],
    ['of the devices of the run', ['setting eth0 inet 1 ours'], OFF, []],
    [
      'of a device that has lost its addresses, where orphans go',
      ['link eth2', 'setting eth2 inet6 1 ours', 'setting eth0 inet 1 ours'],
      { ...OFF, orphans: true },
      ['ipv6 eth2 0'],
    ],
  ])('%s', (_, lines, question, made) => {
    expect(settings([ETH1, ...lines], question)).toEqual(made)
  })
})
