import { describe, expect, it } from 'vitest'
import { checkWhatIsInTheWay, type WayFacts } from '../../../src/routes/check/in-the-way.ts'
import { world } from '../../plan/worlds.ts'
import { complain, SOUND, say, stepOf } from './points.ts'

function factsOf(lines: readonly string[], changes: Partial<WayFacts> = {}): WayFacts {
  return {
    step: stepOf(world(...lines)),
    filters: new Map([
      ['eth0', 0],
      ['eth1', 0],
      ['all', 0],
    ]),
    watched: false,
    ...changes,
  }
}

const complaintsOf = (lines: readonly string[], changes: Partial<WayFacts> = {}) =>
  complain(checkWhatIsInTheWay(factsOf([...SOUND, ...lines], changes)))

describe('checkWhatIsInTheWay', () => {
  it('finds nothing on a sound host', () => {
    expect(say(checkWhatIsInTheWay(factsOf(SOUND)))).toEqual(['ok rp_filter: not strict'])
  })

  it("names main's default that is an error", () => {
    const text = SOUND.map((one) => one.replace('route default via 10.1.1.1 dev eth0\n', ''))
    const step = stepOf(world(...text, 'route unreachable default metric 7'))
    expect(complain(checkWhatIsInTheWay({ ...factsOf([]), step }))).toContain(
      "warn main's default of inet is no way (metric 7): rules by source address go before it, so that main's specific routes do not count for uplinks; if it is left over | ip route del unreachable default metric 7",
    )
  })

  it('names half defaults once, and how to take them out', () => {
    const lines = ['link tun0', 'route 0.0.0.0/1 dev tun0', 'route 128.0.0.0/1 dev tun0']
    expect(complaintsOf(lines)).toEqual([
      'warn main sends 0.0.0.0/1 and 128.0.0.0/1 through tun0, as VPN clients do: what is sent from an address of eth0 and eth1 goes beside it; if it is left over | ip route del 0.0.0.0/1 dev tun0 && ip route del 128.0.0.0/1 dev tun0',
    ])
  })

  it('leaves the route of a cluster to its group alone', () => {
    const halves = ['link tun0', 'route 0.0.0.0/1 dev tun0']
    const group = ['link br0', 'route 224.0.0.0/4 dev br0']
    expect(complaintsOf(group)).toEqual([])
    expect(complaintsOf([...halves, ...group])).toEqual(complaintsOf(halves))
  })

  it('counts rp_filter as the kernel does, and knows that strict works with our rules', () => {
    const strict = (eth1: number, all: number) => ({ filters: new Map(Object.entries({ eth1, all })) })
    const told = (changes: Partial<WayFacts>) => say(checkWhatIsInTheWay(factsOf(SOUND, changes)))
    const works = 'ok rp_filter: strict on eth1, which works with these rules'
    expect(told(strict(1, 0))).toEqual([works])
    expect(told(strict(0, 1))).toEqual([works])
    expect(told(strict(1, 2))).toEqual(['ok rp_filter: not strict'])
    const lines = SOUND.map((text) => text.replace(/^ *rule from 10\.1\.2\.2.*$/m, ''))
    expect(complain(checkWhatIsInTheWay(factsOf(lines, strict(1, 0))))).toEqual([
      'fail eth1: rp_filter is strict, and what comes in is dropped while its rules are missing | mptcp-routes apply eth1',
    ])
  })

  it("names a daemon's routes that nobody follows", () => {
    const lines = ['route 172.20.0.0/16 via 10.1.2.1 dev eth1 proto 186']
    const what = 'eth1: main has 1 route of routing daemons through it, and no watcher follows them'
    expect(complaintsOf(lines)).toEqual([
      `warn ${what} | systemctl enable --now mptcp-routes, or run: mptcp-routes watch`,
    ])
    expect(complaintsOf(lines, { watched: true })).toEqual([])
  })

  it('names very many, as the plan does, and that nobody follows them', () => {
    const said = complaintsOf(['crowded eth1 inet'])
    expect(said[0]).toMatch(/^warn eth1: main has very many routes of routing daemons/)
    expect(said[1]).toMatch(/^warn eth1: main has more than 1000 inet routes of routing daemons through eth1/)
    expect(said).toHaveLength(2)
  })

  it('names a link in a group of somebody else', () => {
    expect(complaintsOf(['link eth1 group 5'])).toEqual([
      'warn eth1: the link is in group 5, set by somebody else, and stays there: only uplinks in group 77 are kept apart where two have the same subnet | nothing to do where no two uplinks share a subnet; else ip link set dev eth1 group 77, which changes what firewalls match by the group (iptables -m devgroup, nft iifgroup)',
    ])
  })
})
