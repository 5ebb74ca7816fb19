import { describe, expect, it } from 'vitest'
import { deriveTable } from '../src/words/table.ts'
import { byHand, event } from './captured.ts'
import { hostWith, IFUP, ifdown, ifup, PAGE, recordsOf, run, stateOf, typed } from './fake-host.ts'
import { killBefore, refuseAlways, refuseOnce, rivalBefore } from './fake-kernel/interpose.ts'

const T1 = deriveTable('eth1')
const PICTURE = [
  'link set dev eth1 group 77',
  `route add 10.1.2.0/24 dev eth1 scope link table ${T1} protocol 77`,
  `route add default via 10.1.2.1 dev eth1 table ${T1} protocol 77`,
  'rule add from 10.1.2.2 lookup main suppress_prefixlength 7 suppress_ifgroup 77 priority 30999 protocol 77',
  `rule add from 10.1.2.2 lookup ${T1} priority 31000 protocol 77`,
  'rule add from 10.1.2.2 unreachable priority 31001 protocol 77',
  'mptcp endpoint add 10.1.2.2 id 255 dev eth1 subflow',
]
const SETTING = 'sysctl -w net.ipv4.conf.eth1.ignore_routes_with_linkdown=1'
const SIX = 'addr add 2001:db8:2::2/64 dev eth1 nodad'
const DUAL = { ...IFUP, ADDRFAM: '', IF_ADDRESSES: '2001:db8:2::2/64', IF_GATEWAYS: '2001:db8:2::1' }

describe('up', () => {
  it('makes the picture, tells each command before it runs, and writes nothing when it is repeated', () => {
    const host = hostWith(...PAGE)
    expect(run(host, ifup())).toEqual({
      refusal: 'not refused',
      told: [],
      commands: [...PICTURE, SETTING].map(typed),
      lines: [...PICTURE, SETTING],
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
        'rule add from 2001:db8:2::2 unreachable priority 31001 protocol 77',
        'mptcp endpoint add 2001:db8:2::2 id 255 dev eth1 subflow',
      ],
      ...PICTURE.slice(1).map((line) => line.replace('id 255', 'id 254')),
      ...[SETTING, SETTING.replace('ipv4', 'ipv6')],
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
    for (const position of [...PICTURE, SETTING].keys()) {
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
    expect(run(host, ifup()).lines).toEqual([...PICTURE.slice(0, -1), SETTING])
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
    expect([commands, lines, stateOf(host) === before]).toEqual([[...PICTURE, SETTING].map(typed), [], true])
    expect(recordsOf(host).stanzas).toEqual([])
    run(host, ifdown(), { dryRun: true, edge: { lock } })
    expect(recordsOf(host).down).toEqual([])
  })

  it('plans for a device that need not exist, from what the stanza gives', () => {
    expect(run(hostWith(), ifup(), { dryRun: true })).toMatchObject({
      commands: [...PICTURE, SETTING].map(typed),
      told: [
        'address "10.1.2.2" is not on the device: used as given, until mptcp-routes next looks at the host (set by IF_ADDRESS in the iface stanza)',
      ],
    })
    expect(run(hostWith(), byHand(), { dryRun: true }).refusal).toContain('there is no device "eth1"')
  })
})
