import { describe, expect, it } from 'vitest'
import { checkMptcp, type MptcpFacts } from '../../../src/routes/check/mptcp.ts'
import { world } from '../../plan/worlds.ts'
import { complain, NO_PROBES, SOUND } from './points.ts'

function complaintsOf(lines: readonly string[], more: Partial<MptcpFacts> = {}): string[] {
  const facts = {
    snapshot: world(...SOUND, ...lines),
    ...{ known: true, named: true, counters: new Map(), probes: NO_PROBES },
    ...more,
  }
  return complain(checkMptcp(facts))
}

const counters = (...pairs: [string, number][]) => ({ counters: new Map(pairs) })
const CURE = 'nstat -az | grep MPTcp, and watch: mptcp-routes top'

describe('checkMptcp', () => {
  it('has nothing to say against a sound host', () => {
    expect(complaintsOf([], counters(['MPJoinSynTx', 3], ['MPJoinSynAckRx', 2]))).toEqual([])
  })

  it('names a kernel without it, and one where it is off', () => {
    expect(complaintsOf([], { known: false })).toEqual([
      'fail the kernel has no Multipath TCP, so only tables and rules are made | a kernel of Linux 5.6 or later with CONFIG_MPTCP',
    ])
    expect(complaintsOf(['mptcp off'])).toEqual([
      'fail Multipath TCP is off in the kernel, so only tables and rules are made | sysctl -w net.mptcp.enabled=1',
    ])
  })

  it("cures a path manager of user space by the kernel's own switch", () => {
    const what = 'warn the path manager is in user space, which does not look at endpoints: none is made'
    expect(complaintsOf(['mptcp userspace'])).toEqual([`${what} | sysctl -w net.mptcp.path_manager=kernel`])
    expect(complaintsOf(['mptcp userspace'], { named: false })).toEqual([
      `${what} | sysctl -w net.mptcp.pm_type=0`,
    ])
  })

  it('compares the limit with the endpoints that start subflows', () => {
    expect(complaintsOf(['limits 1 4'])).toEqual([
      'warn limits: subflows 1, add_addr_accepted 4, for 2 endpoints | ip mptcp limits set subflows 2 add_addr_accepted 4',
    ])
    expect(complaintsOf(['addr 10.1.3.2/24 dev eth1', 'endpoint 10.1.3.2 id 1 signal'])).toEqual([])
  })

  it('says so where they are not told', () => {
    expect(complaintsOf([], { snapshot: { ...world(...SOUND), limits: undefined } })).toEqual([
      'warn the limits and endpoints of Multipath TCP are not told | sudo mptcp-routes check',
    ])
  })

  const OWNERS = 'see: ip mptcp endpoint; NetworkManager, mptcpd or a script of this host may have made it'

  /** An endpoint of others with the id 3, whose subflows take the route. */
  const strange = (lines: readonly string[], way?: string) =>
    complaintsOf(['limits 8 0', ...lines], {
      probes: { strangers: new Map([[3, way === undefined ? undefined : world('link wg0', way).routes[0]]]) },
    })

  it('judges endpoints of others by the way of their subflows, and tells who may know more', () => {
    const lines = ['link wg0', 'addr 10.9.0.9/32 dev wg0', 'endpoint 10.9.0.9 id 3 subflow']
    expect(strange(lines, 'route default via 10.1.1.1 dev eth0')).toEqual([
      `warn endpoint 10.9.0.9 (id 3) of somebody else: its subflows leave via 10.1.1.1 dev eth0 instead of by wg0 | ${OWNERS}`,
    ])
    expect(strange(lines, 'route default dev wg0')).toEqual([])
    const named = [...lines.slice(0, 2), 'endpoint 10.9.0.9 id 3 subflow dev eth1']
    expect(strange(named, 'route default via 10.1.2.1 dev eth1')).toEqual([])
    expect(strange(named, 'route default dev wg0')[0]).toContain('leave dev wg0 instead of by eth1')
  })

  it('has nothing against one that reaches a network of its own, nor against an address of the host', () => {
    const endpoint = 'endpoint 10.9.0.9 id 3 subflow'
    expect(strange(['link wg0', 'addr 10.9.0.9/32 dev wg0', endpoint])).toEqual([])
    const onHost = ['addr 10.9.0.9/32 dev lo', endpoint]
    expect(strange(onHost, 'route default via 10.1.1.1 dev eth0')).toEqual([])
  })

  it('lets an address be announced that no device has, as behind NAT, and none start a subflow', () => {
    expect(strange(['endpoint 203.0.113.9 id 3 signal'])).toEqual([])
    expect(strange(['endpoint 10.9.0.9 id 3 subflow'])).toEqual([
      `warn endpoint 10.9.0.9 (id 3) of somebody else is for an address that no device has, so that its subflows do not start | ${OWNERS}`,
    ])
  })

  it('reads from the counters what failed', () => {
    const answered: [string, number][] = [
      ['MPJoinSynTx', 9],
      ['MPJoinSynAckRx', 1],
    ]
    expect(
      complaintsOf([], counters(...answered, ['MPJoinSynTxConnectErr', 4], ['MPJoinNoTokenFound', 2])),
    ).toEqual([
      `warn joins of further paths failed: 4 found no way to the peer (MPJoinSynTxConnectErr) and 2 of peers were for a connection that is not here: they may have met another server (MPJoinNoTokenFound) | ${CURE}`,
    ])
    expect(complaintsOf([], counters(['MPJoinSynTx', 5]))).toEqual([
      `warn none of 5 joins of further paths was answered (MPJoinSynTx, MPJoinSynAckRx) | ${CURE}`,
    ])
    expect(complaintsOf([], counters(['MPCapableSYNTX', 7]))).toEqual([
      `warn none of 7 peers answered with Multipath TCP (MPCapableSYNTX, MPCapableSYNACKRX) | ${CURE}`,
    ])
  })
})
