import { describe, expect, it } from 'vitest'
import { event } from './captured.ts'
import { change, hostWith, IFUP, ifup, PAGE, run, stateOf } from './fake-host.ts'
import { type Intercept, refuseAlways } from './fake-kernel/interpose.ts'

const SIX = 'addr add 2001:db8:2::2/64 dev eth1 nodad'
const DUAL = { ...IFUP, ADDRFAM: '', IF_ADDRESSES: '2001:db8:2::2/64', IF_GATEWAYS: '2001:db8:2::1' }

/** The refusal of one command, and of nothing on the way back. */
const NOTHING_LEFT = /^Refusal: the kernel refused "[^"]*": Operation not permitted \(run it as root\)$/

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
  for (const position of all.filter((line) => !line.startsWith('sysctl ')).keys()) {
    const host = start()
    const state = stateOf(host)
    const { refusal } = run(host, event({ ...IFUP, ...asked }), { intercept: refuseAlways(position + 1) })
    expect([position, refusal, stateOf(host)]).toEqual([position, expect.stringMatching(NOTHING_LEFT), state])
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

  it('with a detour that nobody needs any more', () => {
    const detour = [
      'rule add from all lookup main suppress_prefixlength 7 priority 32764 protocol 77',
      'rule add from all lookup 70 priority 32765 protocol 77',
    ]
    leavesNothing(detour, [], {})
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

describe('where ip gives a batch up and names no line,', () => {
  const words = 'argument "fullmesh" is wrong: flags mustn\'t have both signal and fullmesh'
  const FURTHER = Array.from({ length: 3 }, (_, i) => `addr add 10.1.2.${i + 3}/24 dev eth1`)

  /** What stands before the endpoints has gone through by then. */
  const giveUp = (intercept: Intercept) => {
    const host = hostWith(...PAGE, ...FURTHER)
    const before = stateOf(host)
    const ip: typeof host.edge.ip = (args, input) =>
      input.startsWith('mptcp endpoint add')
        ? { status: 255, stdout: '', stderr: `Error: ${words}\n` }
        : host.edge.ip(args, input)
    const { refusal, lines } = run(host, ifup(), { edge: { ip }, intercept })
    expect(lines.filter((line) => line.startsWith('rule add'))).toHaveLength(12)
    return { refusal, isAsBefore: stateOf(host) === before }
  }

  it('all goes that went through, and one command is named', () => {
    const { refusal, isAsBefore } = giveUp(() => 'pass')
    expect([refusal.match(/the kernel refused/g)?.length, isAsBefore]).toEqual([1, true])
    expect(refusal).toContain(words)
  })

  it('no more than five are named that cannot be taken back', () => {
    const { refusal } = giveUp((line) => (/ delete | group 0/.test(line) ? 'refuse' : 'pass'))
    const [, rest = ''] = refusal.split('; while taking back: ')
    expect(rest.match(/the kernel refused/g)).toHaveLength(5)
    expect(rest).toMatch(/; and 10 more \(run it as root\)$/)
  })
})

it('takes back what every one of its rounds has done', () => {
  const host = hostWith(...PAGE, 'route add default via 10.1.2.1 dev eth1 metric 9')
  const before = stateOf(host)
  const moves = ['10.1.2.9', '10.1.2.8']
  const intercept: Intercept = (line) => {
    if (!line.startsWith('mptcp')) {
      return 'pass'
    }
    // The router moves between two rounds, so that each makes another default.
    const gateway = moves.shift()
    if (gateway !== undefined) {
      change(host, `route replace default via ${gateway} dev eth1 metric 9`)
    }
    return 'refuse'
  }
  const { refusal, lines } = run(host, ifup({ IF_MPTCP_GATEWAY: '' }), { intercept })
  expect(refusal).toContain('the kernel refused "ip mptcp endpoint add')
  expect(lines.filter((line) => / (add|append) default /.test(line))).toHaveLength(3)
  change(host, 'route replace default via 10.1.2.1 dev eth1 metric 9')
  expect(stateOf(host)).toBe(before)
})
