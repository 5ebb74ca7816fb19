import { describe, expect, it } from 'vitest'
import { deriveTable } from '../src/words/table.ts'
import { byHand, event } from './captured.ts'
import { change, hostWith, IFUP, ifdown, ifup, PAGE, recordsOf, run, stateOf } from './fake-host.ts'
import { killBefore, refuseAlways, refuseOnce, rivalBefore } from './fake-kernel/interpose.ts'

const T1 = deriveTable('eth1')
const PICTURE = [
  'link set dev eth1 group 77',
  `route add 10.1.2.0/24 dev eth1 scope link table ${T1} protocol 77`,
  `route add default via 10.1.2.1 dev eth1 table ${T1} protocol 77`,
  'rule add from 10.1.2.2 lookup main suppress_prefixlength 7 suppress_ifgroup 77 priority 30999 protocol 77',
  `rule add from 10.1.2.2 lookup ${T1} priority 31000 protocol 77`,
  'mptcp endpoint add 10.1.2.2 id 255 dev eth1 subflow',
]
const SIX = 'addr add 2001:db8:2::2/64 dev eth1 nodad'
const DUAL = { ...IFUP, ADDRFAM: '', IF_ADDRESSES: '2001:db8:2::2/64', IF_GATEWAYS: '2001:db8:2::1' }

describe('up', () => {
  it('makes the picture, tells each command before it runs, and writes nothing when it is repeated', () => {
    const host = hostWith(...PAGE)
    expect(run(host, ifup())).toEqual({
      refusal: 'not refused',
      told: [],
      commands: PICTURE.map((line) => `ip ${line}`),
      lines: PICTURE,
    })
    expect(run(host, ifup())).toEqual({ refusal: 'not refused', told: [], commands: [], lines: [] })
  })

  it('works for both families at once', () => {
    const host = hostWith(...PAGE, SIX)
    expect(run(host, event(DUAL)).lines).toEqual([
      'link set dev eth1 group 77',
      ...[
        `route add 2001:db8:2::/64 dev eth1 table ${T1} protocol 77`,
        `route add fe80::/64 dev eth1 table ${T1} protocol 77`,
        `route add default via 2001:db8:2::1 dev eth1 table ${T1} protocol 77`,
        'rule add from 2001:db8:2::2 lookup main suppress_prefixlength 4 suppress_ifgroup 77 priority 30999 protocol 77',
        `rule add from 2001:db8:2::2 lookup ${T1} priority 31000 protocol 77`,
        'mptcp endpoint add 2001:db8:2::2 id 255 dev eth1 subflow',
      ],
      ...PICTURE.slice(1).map((line) => line.replace('id 255', 'id 254')),
    ])
    expect(run(host, event(DUAL)).lines).toEqual([])
  })

  it('leaves eth0’s live picture alone', () => {
    const host = hostWith(...PAGE)
    run(host, ifup({ IFACE: 'eth0', IF_ADDRESS: '10.1.1.2', IF_MPTCP_GATEWAY: '10.1.1.1' }))
    const before = stateOf(host)
    run(host, ifup())
    run(host, ifdown())
    expect(stateOf(host)).toBe(before)
  })

  it('is content where a rival has done the same work meanwhile', () => {
    const host = hostWith(...PAGE)
    const rival = rivalBefore(3, () => run(host, ifup()))
    expect(run(host, ifup(), { intercept: rival }).refusal).toBe('not refused')
    expect(run(host, ifup()).lines).toEqual([])
  })

  it('gives up after three turns and takes back what all of them did', () => {
    for (const position of PICTURE.keys()) {
      const host = hostWith(...PAGE)
      const before = stateOf(host)
      const { refusal } = run(host, ifup(), { intercept: refuseAlways(position + 1) })
      expect(refusal).toBe(
        `Refusal: the kernel refused "ip ${PICTURE[position]}": Operation not permitted (run it as root)`,
      )
      expect(stateOf(host)).toBe(before)
    }
  })

  it('goes on where a second turn succeeds', () => {
    for (const position of PICTURE.keys()) {
      const host = hostWith(...PAGE)
      expect(run(host, ifup(), { intercept: refuseOnce(position + 1) }).refusal).toBe('not refused')
      expect(run(host, ifup()).lines).toEqual([])
    }
  })

  it('ends, after a kill at any point, in the wanted state with the next run', () => {
    const whole = hostWith(...PAGE)
    run(whole, ifup())
    for (const position of PICTURE.keys()) {
      const host = hostWith(...PAGE)
      run(host, ifup(), { intercept: killBefore(position + 1) })
      run(host, ifup())
      expect(stateOf(host)).toBe(stateOf(whole))
    }
  })

  it('tells its notices once, whatever the turns', () => {
    const asked = ifup({ IF_MPTCP_METRIC: '50', IF_MPTCP_GATEWAY: 'none' })
    expect(run(hostWith(...PAGE), asked, { intercept: refuseOnce(1) }).told).toEqual([
      'mptcp-metric "50" has no effect: there is no inet gateway (set by IF_MPTCP_METRIC in the iface stanza)',
      '(no inet gateway: rules and connected routes only)',
    ])
  })

  it('refuses a device that is not there, before it writes', () => {
    const gone = run(hostWith(), ifup())
    expect([gone.refusal, gone.lines]).toEqual([
      'Refusal: there is no device "eth1" (the interface that ifup names)',
      [],
    ])
    expect(run(hostWith(), byHand()).refusal).toBe(
      'Refusal: there is no device "eth1" (set by IFACE in the environment)',
    )
  })

  it('waits for pppd, which makes the device', () => {
    expect(run(hostWith(), ifup({ IFACE: 'dsl', METHOD: 'ppp' }))).toMatchObject({
      refusal: 'not refused',
      told: ['(pppd has not made the device yet: run mptcp_up from /etc/ppp/ip-up.d)'],
    })
  })

  it('knows a device by its altname', () => {
    const host = hostWith(...PAGE, 'link property add dev eth1 altname uplink')
    expect(run(host, ifup({ IFACE: 'uplink' })).lines).toEqual(PICTURE)
    expect(run(host, ifup()).lines).toEqual([])
  })

  it('names a device that a batch of ip cannot carry', () => {
    const host = hostWith(...PAGE)
    expect(run(host, ifup({ IFACE: '#1' }))).toMatchObject({
      refusal:
        'Refusal: interface "#1" has a character that a batch of ip cannot carry: give the interface another name (the interface that ifup names)',
      lines: [],
    })
  })

  it('follows a gateway that changes, and keeps the table', () => {
    const host = hostWith(...PAGE)
    run(host, ifup({ IF_MPTCP_TABLE: '70' }))
    expect(run(host, ifup({ IF_MPTCP_TABLE: '70', IF_MPTCP_GATEWAY: '10.1.2.9' })).lines).toEqual([
      'route append default via 10.1.2.9 dev eth1 table 70 protocol 77',
      'route delete default via 10.1.2.1 dev eth1 table 70 protocol 77',
    ])
  })

  it('with "mptcp off" takes away what stands', () => {
    const host = hostWith(...PAGE)
    const before = stateOf(host)
    run(host, ifup())
    expect(run(host, ifup({ IF_MPTCP: 'off' })).refusal).toBe('not refused')
    expect(stateOf(host)).toBe(before)
    expect(run(host, byHand({ ADDRFAM: 'inet' })).lines).toEqual([])
  })
})

describe('an endpoint of the first version or of somebody else', () => {
  it('without our mark stays and is enough', () => {
    const host = hostWith(...PAGE, 'mptcp endpoint add 10.1.2.2 id 9 dev eth1 subflow')
    expect(run(host, ifup()).lines).toEqual(PICTURE.slice(0, -1))
  })
})

describe('duplicate address detection', () => {
  const tentative = SIX.replace(' nodad', '')
  const asked = event({ IFACE: 'eth1', ADDRFAM: 'inet6', PHASE: 'post-up', IF_GATEWAY: '2001:db8:2::1' })

  it('is waited for with rules and routes in, and ends with an endpoint', () => {
    const host = hostWith(...PAGE, tentative)
    const { told, lines } = run(host, asked)
    expect([told, lines.at(-1)]).toEqual([[], 'mptcp endpoint add 2001:db8:2::2 id 255 dev eth1 subflow'])
    expect(lines.slice(0, -1).some((line) => line.startsWith('rule add'))).toBe(true)
  })

  it('is waited for without the lock', () => {
    const host = hostWith(...PAGE, tentative)
    const held: number[] = []
    const sleep = (milliseconds: number) => {
      held.push(host.disk.locked.size)
      host.edge.sleep(milliseconds)
    }
    run(host, asked, { edge: { sleep } })
    expect(new Set(held)).toEqual(new Set([0]))
  })

  it('that does not end leaves the address without an endpoint, and says so', () => {
    let slept = 0
    const sleep = (milliseconds: number) => {
      slept += milliseconds
    }
    const { told } = run(hostWith(...PAGE, tentative), asked, { edge: { sleep } })
    expect([slept, told]).toEqual([
      5000,
      ['address 2001:db8:2::2 gets no endpoint: duplicate address detection has failed or is not over'],
    ])
  })

  it('is not waited for in a dry run, nor on the way down', () => {
    const sleep = () => {
      throw new Error('slept')
    }
    const host = hostWith(...PAGE, tentative)
    expect(run(host, asked, { dryRun: true, edge: { sleep } }).refusal).toBe('not refused')
    expect(run(host, ifdown({ ADDRFAM: 'inet6' }), { edge: { sleep } }).refusal).toBe('not refused')
  })
})

describe('METHOD=auto', () => {
  const auto = event({ IFACE: 'eth1', ADDRFAM: 'inet6', METHOD: 'auto', PHASE: 'post-up' })
  const slept = (disabled: string | undefined) => {
    const host = hostWith(...PAGE)
    let time = 0
    const readFile = (path: string) =>
      path === '/proc/sys/net/ipv6/conf/eth1/disable_ipv6' ? disabled : host.edge.readFile(path)
    const sleep = (milliseconds: number) => {
      time += milliseconds
    }
    run(host, auto, { edge: { readFile, sleep } })
    return time
  }

  it('waits for the address of a router advertisement, but not where IPv6 is off on the device', () => {
    expect([slept('0\n'), slept('1\n'), slept(undefined)]).toEqual([5000, 0, 0])
  })
})

describe('a dry run', () => {
  it('tells the commands and changes nothing, no record and no lock either', () => {
    const host = hostWith(...PAGE)
    const before = stateOf(host)
    const lock = () => {
      throw new Error('locked')
    }
    const { commands, lines } = run(host, ifup(), { dryRun: true, edge: { lock } })
    expect([commands, lines, stateOf(host) === before]).toEqual([
      PICTURE.map((line) => `ip ${line}`),
      [],
      true,
    ])
    expect(recordsOf(host).stanzas).toEqual([])
    run(host, ifdown(), { dryRun: true, edge: { lock } })
    expect(recordsOf(host).down).toEqual([])
  })

  it('plans for a device that need not exist, from what the stanza gives', () => {
    expect(run(hostWith(), ifup(), { dryRun: true })).toMatchObject({
      commands: PICTURE.map((line) => `ip ${line}`),
      told: [
        'address "10.1.2.2" is not on the device: used as given (set by IF_ADDRESS in the iface stanza)',
      ],
    })
    expect(run(hostWith(), byHand(), { dryRun: true }).refusal).toContain('there is no device "eth1"')
  })
})

describe('down', () => {
  const upHost = (...lines: string[]) => {
    const host = hostWith(...PAGE, ...lines)
    run(host, ifup())
    return host
  }

  it('takes everything away', () => {
    const host = hostWith(...PAGE)
    const before = stateOf(host)
    run(host, ifup())
    expect(run(host, ifdown()).refusal).toBe('not refused')
    expect(stateOf(host)).toBe(before)
    expect(run(host, ifdown()).lines).toEqual([])
  })

  it('takes everything away when the address is gone, and when the device is', () => {
    const host = upHost()
    change(host, 'addr delete 10.1.2.2/24 dev eth1')
    run(host, ifdown())
    const bare = upHost()
    change(bare, 'link delete dev eth1')
    run(bare, ifdown())
    for (const { kernel } of [host, bare]) {
      expect([kernel.rules.filter(({ protocol }) => protocol === 77), kernel.endpoints]).toEqual([[], []])
    }
  })

  it('takes orphans of the other family along', () => {
    const host = upHost(SIX)
    run(host, event(DUAL))
    change(host, 'addr delete 2001:db8:2::2/64 dev eth1')
    run(host, ifdown())
    expect(host.kernel.rules.filter(({ protocol }) => protocol === 77)).toEqual([])
    expect(host.kernel.endpoints).toEqual([])
  })

  it('goes on past what is refused, says so, and takes nothing back', () => {
    const host = upHost()
    const { refusal, lines } = run(host, ifdown(), { intercept: refuseAlways(1) })
    expect(refusal).toBe(
      'Refusal: the kernel refused "ip mptcp endpoint delete id 255": Operation not permitted (run it as root)',
    )
    expect(lines.filter((line) => line.includes(' add '))).toEqual([])
    // The endpoint is ours by its rule, which stays.
    expect(host.kernel.endpoints).toHaveLength(1)
    expect(host.kernel.rules.some(({ from }) => from === '10.1.2.2')).toBe(true)
    expect(host.kernel.routes.filter(({ protocol }) => protocol === 77)).toEqual([])
  })

  it('is content where a rival has taken it away meanwhile', () => {
    const host = upHost()
    expect(run(host, ifdown(), { intercept: rivalBefore(2, () => run(host, ifdown())) }).refusal).toBe(
      'not refused',
    )
  })

  it('of a device that never was has nothing to do', () => {
    expect(run(hostWith(), ifdown())).toMatchObject({ refusal: 'not refused', lines: [] })
  })
})

describe('leave', () => {
  it('takes endpoints alone, of both families, and nobody gives them back for a minute', () => {
    const host = hostWith(...PAGE, SIX)
    run(host, event(DUAL))
    const left = run(host, ifdown({ PHASE: 'pre-down' }))
    expect(left.lines.sort()).toEqual(['mptcp endpoint delete id 254', 'mptcp endpoint delete id 255'])
    expect(run(host, byHand()).lines).toEqual([])
    host.disk.minutes += 2
    expect(run(host, byHand()).lines).toHaveLength(2)
  })

  it('ends with the next up of the interface', () => {
    const host = hostWith(...PAGE)
    run(host, ifup())
    run(host, ifdown({ PHASE: 'pre-down' }))
    expect(run(host, ifup()).lines).toEqual([PICTURE.at(-1)])
    expect(recordsOf(host).stanzas.map(({ leaving }) => leaving)).toEqual([undefined])
  })
})
