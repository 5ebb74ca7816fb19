import { describe, expect, it } from 'vitest'
import { event } from './captured.ts'
import { change, hostWith, IFUP, ifup, PAGE, run, stateOf } from './fake-host.ts'
import { type Intercept, refuseAlways } from './fake-kernel/interpose.ts'

const SIX = 'addr add 2001:db8:2::2/64 dev eth1 nodad'
const DUAL = { ...IFUP, ADDRFAM: '', IF_ADDRESSES: '2001:db8:2::2/64', IF_GATEWAYS: '2001:db8:2::1' }

/** The state after a run of which some line is refused for good is that before, whichever line it is. */
function leavesNothing(lines: readonly string[], before: readonly object[], asked: object): void {
  const start = () => {
    const host = hostWith(...PAGE, ...lines)
    for (const env of before) {
      run(host, event({ ...IFUP, ...env }))
    }
    return host
  }
  const probe = start()
  const { lines: all } = run(probe, event({ ...IFUP, ...asked }))
  expect(all.length).toBeGreaterThan(0)
  for (const position of all.keys()) {
    const host = start()
    const state = stateOf(host)
    const { refusal } = run(host, event({ ...IFUP, ...asked }), { intercept: refuseAlways(position + 1) })
    expect([position, refusal.slice(0, 27), stateOf(host)]).toEqual([
      position,
      'Refusal: the kernel refused',
      state,
    ])
  }
}

describe('a run that fails at any line leaves the kernel as it was,', () => {
  it('with nothing there before', () => {
    leavesNothing([], [], {})
  })

  it('in both families', () => {
    leavesNothing([SIX], [], DUAL)
  })

  it('with another table, gateway and priority before', () => {
    leavesNothing([], [{ IF_MPTCP_TABLE: '70' }], {
      IF_MPTCP_TABLE: '71',
      IF_MPTCP_GATEWAY: '10.1.2.9',
      IF_MPTCP_PRIORITY: '500',
    })
  })

  it('with other flags of an endpoint before', () => {
    leavesNothing([], [{ IF_MPTCP_ENDPOINT: 'signal' }], { IF_MPTCP_ENDPOINT: 'subflow backup' })
  })

  it('with a metric in main', () => {
    leavesNothing([], [{ IF_MPTCP_METRIC: '50' }], { IF_MPTCP_METRIC: '60' })
  })

  it('with another uplink, whose further endpoint gives way', () => {
    const many = Array.from({ length: 7 }, (_, i) => `addr add 10.1.1.${i + 3}/24 dev eth0`)
    const eth0 = { IFACE: 'eth0', IF_ADDRESS: '10.1.1.2', IF_MPTCP_GATEWAY: '10.1.1.1', METHOD: 'dhcp' }
    leavesNothing(many, [eth0], {})
  })

  it('with the limit of subflows raised', () => {
    leavesNothing(['mptcp limits set subflows 0 add_addr_accepted 0'], [], { IF_MPTCP_ENDPOINT: 'fullmesh' })
  })
})

it('says what it could not take back', () => {
  let isBroken = false
  const intercept: Intercept = (line) => {
    isBroken ||= line.startsWith('rule add from 10.1.2.2 lookup main')
    return isBroken ? 'refuse' : 'pass'
  }
  const { refusal } = run(hostWith(...PAGE), ifup(), { intercept })
  expect(refusal).toMatch(/^Refusal: the kernel refused "ip rule add [^"]*": Operation not permitted/)
  expect(refusal).toMatch(/; while taking back: the kernel refused "ip route delete /)
})

it('leaves what a rival has done meanwhile', () => {
  const host = hostWith(...PAGE)
  let isDone = false
  const intercept: Intercept = (line) => {
    if (!isDone) {
      isDone = true
      change(host, 'rule add from 10.1.2.2 lookup 900 priority 100 protocol 3')
    }
    return line.startsWith('mptcp') ? 'refuse' : 'pass'
  }
  expect(run(host, ifup(), { intercept }).refusal).toContain('the kernel refused "ip mptcp')
  expect(host.kernel.rules.filter(({ from }) => from === '10.1.2.2').map(({ table }) => table)).toEqual([900])
})

it('does not try to put an implicit endpoint back, which the kernel alone can make', () => {
  const host = hostWith(...PAGE, 'mptcp endpoint add 10.1.2.2 id 3 dev eth1 implicit')
  const { lines } = run(host, ifup(), { intercept: (line) => (line.includes('id 255') ? 'refuse' : 'pass') })
  expect([lines.includes('mptcp endpoint delete id 3'), host.kernel.endpoints]).toEqual([true, []])
})
