import { describe, expect, it } from 'vitest'
import { formatCommand } from '../../src/kernel/command.ts'
import { diffState } from '../../src/plan/diff.ts'
import type { Snapshot, State } from '../../src/words/state.ts'
import { ETH1, T1, world } from './worlds.ts'

const SIX = `
  rule from 2001:db8:2::2 lookup ${T1}
  companion from 2001:db8:2::2
  barrier from 2001:db8:2::2
  setting eth1 inet6 1 ours
  route 2001:db8:2::/64 dev eth1 table ${T1} proto 77
  route default via fe80::1 dev eth1 table ${T1} proto 77
  endpoint 2001:db8:2::2 id 254 subflow dev eth1
`
const EMPTY = `
  link eth1
  setting eth1 inet6 0
`

/** All of a world as the state that is ours. */
function stateOf(...lines: string[]): State {
  const { rules, routes, endpoints, links, limits, settings }: Snapshot = world(...lines)
  const groups = new Map(links.map(({ name, group }) => [name, group]))
  return { rules, routes, endpoints, limits, settings, groups }
}

const commands = (owned: State, wanted: State) => diffState(owned, wanted).map(formatCommand)
const short = (texts: string[]) =>
  texts.map((text) =>
    text.replaceAll(`${T1}`, 'T1').replace(/ suppress_prefixlength (\d) suppress_ifgroup 77/, '/$1'),
  )

describe('diffState', () => {
  it('is empty between a state and itself', () => {
    expect(commands(stateOf(ETH1, SIX), stateOf(ETH1, SIX))).toEqual([])
  })

  it('adds routes before the rules that lead to them and endpoints last, one family after the other', () => {
    expect(short(commands(stateOf(EMPTY), stateOf(ETH1, SIX, 'limits 3 0')))).toEqual([
      'ip link set dev eth1 group 77',
      'ip mptcp limits set subflows 3 add_addr_accepted 0',
      'ip -6 route add 2001:db8:2::/64 dev eth1 table T1 protocol 77',
      'ip -6 route add default via fe80::1 dev eth1 table T1 protocol 77',
      'ip -6 rule add from 2001:db8:2::2 lookup main/4 priority 30999 protocol 77',
      'ip -6 rule add from 2001:db8:2::2 lookup T1 priority 31000 protocol 77',
      'ip -6 rule add from 2001:db8:2::2 unreachable priority 31001 protocol 77',
      'ip mptcp endpoint add 2001:db8:2::2 id 254 dev eth1 subflow',
      'ip route add 10.1.2.0/24 dev eth1 scope link table T1 protocol 77',
      'ip route add default via 10.1.2.1 dev eth1 table T1 protocol 77',
      'ip rule add from 10.1.2.2 lookup main/7 priority 30999 protocol 77',
      'ip rule add from 10.1.2.2 lookup T1 priority 31000 protocol 77',
      'ip rule add from 10.1.2.2 unreachable priority 31001 protocol 77',
      'ip mptcp endpoint add 10.1.2.2 id 255 dev eth1 subflow',
      'sysctl -w net.ipv6.conf.eth1.ignore_routes_with_linkdown=1',
    ])
  })

  it('takes endpoints away first, barriers and companions before their source rules, then routes, and the group last', () => {
    expect(short(commands(stateOf(ETH1, SIX), stateOf(EMPTY)))).toEqual([
      'sysctl -w net.ipv6.conf.eth1.ignore_routes_with_linkdown=0',
      'ip mptcp endpoint delete id 255',
      'ip mptcp endpoint delete id 254',
      'ip -6 rule delete from 2001:db8:2::2 unreachable priority 31001 protocol 77',
      'ip -6 rule delete from 2001:db8:2::2 lookup main/4 priority 30999 protocol 77',
      'ip -6 rule delete from 2001:db8:2::2 lookup T1 priority 31000 protocol 77',
      'ip -6 route delete default via fe80::1 dev eth1 metric 1024 table T1 protocol 77',
      'ip -6 route delete 2001:db8:2::/64 dev eth1 metric 1024 table T1 protocol 77',
      'ip rule delete from 10.1.2.2 unreachable priority 31001 protocol 77',
      'ip rule delete from 10.1.2.2 lookup main/7 priority 30999 protocol 77',
      'ip rule delete from 10.1.2.2 lookup T1 priority 31000 protocol 77',
      'ip route delete default via 10.1.2.1 dev eth1 table T1 protocol 77',
      'ip route delete 10.1.2.0/24 dev eth1 scope link table T1 protocol 77',
      'ip link set dev eth1 group 0',
    ])
  })

  it('adds the new rules before it deletes the old ones when the table changes', () => {
    expect(short(commands(stateOf(ETH1), stateOf(ETH1.replaceAll(`${T1}`, '5'))))).toEqual([
      'ip route add 10.1.2.0/24 dev eth1 scope link table 5 protocol 77',
      'ip route add default via 10.1.2.1 dev eth1 table 5 protocol 77',
      'ip rule add from 10.1.2.2 lookup 5 priority 31000 protocol 77',
      'ip rule delete from 10.1.2.2 lookup T1 priority 31000 protocol 77',
      'ip route delete default via 10.1.2.1 dev eth1 table T1 protocol 77',
      'ip route delete 10.1.2.0/24 dev eth1 scope link table T1 protocol 77',
    ])
  })
})

describe('an endpoint', () => {
  const END = 'endpoint 10.1.2.2 id 255'
  const between = (before: string, after: string) =>
    commands(
      stateOf(EMPTY, ...(before ? [`${END} ${before}`] : [])),
      stateOf(EMPTY, ...(after ? [`${END} ${after}`] : [])),
    ).map((text) => text.replace('ip mptcp endpoint ', ''))

  it.each([
    ['subflow dev eth1', 'subflow backup dev eth1', ['change id 255 backup']],
    ['subflow backup dev eth1', 'subflow dev eth1', ['change id 255 nobackup']],
    ['subflow backup dev eth1', 'subflow fullmesh dev eth1', ['change id 255 nobackup fullmesh']],
    ['subflow fullmesh dev eth1', 'subflow backup fullmesh dev eth1', ['change id 255 backup fullmesh']],
    ['backup signal dev eth1', 'signal backup dev eth1', []],
    ['subflow dev eth1', 'signal dev eth1', ['delete id 255', 'add 10.1.2.2 id 255 dev eth1 signal']],
    ['subflow dev eth1', 'subflow dev eth7', ['delete id 255', 'add 10.1.2.2 id 255 dev eth7 subflow']],
    ['implicit dev eth1', 'subflow dev eth1', ['delete id 255', 'add 10.1.2.2 id 255 dev eth1 subflow']],
  ])('from "%s" to "%s"', (before, after, expected) => {
    expect(between(before, after)).toEqual(expected)
  })

  it('that takes the place of another comes after that one has gone', () => {
    const before = stateOf(EMPTY, 'endpoint 10.1.1.2 id 255 subflow dev eth0')
    expect(commands(before, stateOf(EMPTY, `${END} subflow dev eth1`))).toEqual([
      'ip mptcp endpoint delete id 255',
      'ip mptcp endpoint add 10.1.2.2 id 255 dev eth1 subflow',
    ])
  })
})

describe('limits and groups', () => {
  it('that are not wanted or not known stay', () => {
    const none = { ...stateOf(EMPTY), limits: undefined, groups: new Map() }
    expect(commands(stateOf(ETH1), { ...stateOf(ETH1), limits: undefined, groups: new Map() })).toEqual([])
    expect(commands({ ...none }, { ...none, limits: { subflows: 3, addAddrAccepted: 0 } })).toEqual([])
  })

  it('change together', () => {
    const wanted = { ...stateOf(EMPTY), limits: { subflows: 2, addAddrAccepted: 3 } }
    expect(commands(stateOf(EMPTY), wanted)).toEqual(['ip mptcp limits set subflows 2 add_addr_accepted 3'])
  })
})
