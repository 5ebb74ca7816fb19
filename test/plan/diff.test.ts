import { describe, expect, it } from 'vitest'
import { formatCommand } from '../../src/kernel/command.ts'
import { diffState, invertChanges } from '../../src/plan/diff.ts'
import { ownedState } from '../../src/plan/owned.ts'
import type { Change, Endpoint, State } from '../../src/words/state.ts'
import { byHand, plan, snapshot } from '../captured.ts'

const NOTHING: State = { rules: [], routes: [], endpoints: [], group: 0, subflows: 2 }
const FULL: State = { ...ownedState(byHand(), snapshot('one-uplink'), []), subflows: 2 }
const ENDPOINTS = FULL.endpoints.map((endpoint): Endpoint => ({ ...endpoint, id: undefined }))
const commands = (owned: State, wanted: State) => diffState('eth1', owned, wanted).map(formatCommand)
const kinds = (changes: readonly Change[]) =>
  changes.map((change) => ('verb' in change ? `${change.verb} ${change.kind}` : change.kind))

describe('diffState', () => {
  it('is empty between a state and itself', () => {
    expect(diffState('eth1', FULL, { ...FULL, subflows: undefined })).toEqual([])
  })

  it('adds routes before the rules that lead to them and endpoints last, one family after the other', () => {
    expect(commands(NOTHING, { ...FULL, endpoints: ENDPOINTS, subflows: 3 })).toEqual([
      'ip link set dev eth1 group 77',
      'ip mptcp limits set subflows 3',
      'ip -6 route add 2001:db8:2::/64 dev eth1 table 1001 protocol 77',
      'ip -6 route add fe80::/64 dev eth1 table 1001 protocol 77',
      'ip -6 route add default via 2001:db8:2::1 dev eth1 table 1001 protocol 77',
      'ip -6 rule add from 2001:db8:2::2 lookup main suppress_prefixlength 0 suppress_ifgroup 77 priority 30999 protocol 77',
      'ip -6 rule add from 2001:db8:2::2 lookup 1001 priority 31000 protocol 77',
      'ip mptcp endpoint add 2001:db8:2::2 dev eth1 subflow',
      'ip route add 10.1.2.0/24 dev eth1 scope link table 1001 protocol 77',
      'ip route add default via 10.1.2.1 dev eth1 table 1001 protocol 77',
      'ip rule add from 10.1.2.2 lookup main suppress_prefixlength 0 suppress_ifgroup 77 priority 30999 protocol 77',
      'ip rule add from 10.1.2.2 lookup 1001 priority 31000 protocol 77',
      'ip mptcp endpoint add 10.1.2.2 dev eth1 subflow',
    ])
  })

  it('takes endpoints, rules and routes away in this order, and the group last', () => {
    const gone = diffState('eth1', FULL, { ...NOTHING, subflows: undefined })
    expect(kinds(gone)).toEqual([
      ...['delete endpoint', 'delete rule', 'delete rule', 'delete route', 'delete route', 'delete route'],
      ...['delete endpoint', 'delete rule', 'delete rule', 'delete route', 'delete route', 'group'],
    ])
    const gateways = gone.flatMap((change) => (change.kind === 'route' ? (change.route.gateway ?? '-') : []))
    expect(gateways).toEqual(['2001:db8:2::1', '-', '-', '10.1.2.1', '-'])
    // The companion first: the source rule tells whose an orphaned companion is.
    expect(gone.flatMap((change) => (change.kind === 'rule' ? change.rule.kind : []))).toEqual([
      ...['companion', 'source', 'companion', 'source'],
    ])
  })

  it('adds the new rules before it deletes the old ones when the table changes', () => {
    const event = byHand({ ADDRFAM: 'inet', IF_GATEWAY: '10.1.2.1', IF_MPTCP_TABLE: '2002' })
    const { owned, wanted } = plan(event, 'one-uplink')
    expect(commands(owned, wanted)).toEqual([
      expect.stringMatching(/^ip route add 10.1.2.0\/24 dev eth1 .*table 2002/),
      expect.stringMatching(/^ip route add default .*table 2002/),
      'ip rule add from 10.1.2.2 lookup 2002 priority 31000 protocol 77',
      'ip rule delete from 10.1.2.2 lookup 1001 priority 31000 protocol 77',
      expect.stringMatching(/^ip route delete .*table 1001/),
      expect.stringMatching(/^ip route delete .*table 1001/),
    ])
  })

  it('replaces a route whose gateway has changed', () => {
    const routes = FULL.routes.map((route) =>
      route.gateway === '10.1.2.1' ? { ...route, gateway: '10.1.2.9' } : route,
    )
    expect(commands(FULL, { ...FULL, routes, subflows: undefined })).toEqual([
      'ip route replace default via 10.1.2.9 dev eth1 table 1001 protocol 77',
    ])
  })

  it('replaces a route that has come to be onlink', () => {
    const routes = FULL.routes.map((route) =>
      route.gateway === '10.1.2.1' ? { ...route, onlink: true } : route,
    )
    const apart = kinds(diffState('eth1', FULL, { ...FULL, routes, subflows: undefined }))
    // The kernel shows onlink only while the gateway is outside: nothing has to change for one that is reached both ways.
    expect([[], ['replace route']]).toContainEqual(apart)
  })

  it('moves an endpoint to the device that came back under another name', () => {
    const endpoints = FULL.endpoints.slice(0, 1).map((endpoint) => ({ ...endpoint, device: 'eth7' }))
    expect(
      commands(FULL, { ...FULL, endpoints: [...endpoints, ...FULL.endpoints.slice(1)], subflows: undefined }),
    ).toEqual(['ip mptcp endpoint delete id 1', 'ip mptcp endpoint add 10.1.2.2 dev eth7 subflow'])
  })

  it('takes an endpoint away before it comes with other flags, whatever their order', () => {
    const flags = (...flags: Endpoint['flags']) => ENDPOINTS.map((endpoint) => ({ ...endpoint, flags }))
    const owned = {
      ...FULL,
      endpoints: FULL.endpoints.map((endpoint) => ({ ...endpoint, flags: ['signal', 'backup'] as const })),
    }
    const keep = { ...FULL, subflows: undefined }
    expect(commands(owned, { ...keep, endpoints: flags('backup', 'signal') })).toEqual([])
    expect(commands(owned, { ...keep, endpoints: flags('backup') })).toEqual([
      ...['ip mptcp endpoint delete id 2', 'ip mptcp endpoint add 2001:db8:2::2 dev eth1 backup'],
      ...['ip mptcp endpoint delete id 1', 'ip mptcp endpoint add 10.1.2.2 dev eth1 backup'],
    ])
  })
})

describe('invertChanges', () => {
  it('takes every change back, last first', () => {
    const up = diffState('eth1', NOTHING, { ...FULL, subflows: 3 })
    const back = invertChanges(up)
    expect(invertChanges(back)).toEqual(up)
    expect(kinds(back).slice(0, 3)).toEqual(['delete endpoint', 'delete rule', 'delete rule'])
    expect(back.slice(-2).map(formatCommand)).toEqual([
      'ip mptcp limits set subflows 2',
      'ip link set dev eth1 group 0',
    ])
  })

  it('puts a replaced route back', () => {
    const [route] = FULL.routes
    const old = route && { ...route, gateway: '10.1.2.7' }
    const change = route && old && ({ kind: 'route', verb: 'replace', route, old } as const)
    expect(change && invertChanges([change])).toEqual([
      { kind: 'route', verb: 'replace', route: old, old: route },
    ])
  })
})
