import { describe, expect, it } from 'vitest'
import type { Event } from '../src/ask/environment.ts'
import { converge, type Report } from '../src/converge.ts'
import { byHand, event, readFixture, refusalOf, type Scene, stage } from './captured.ts'

const UP = byHand({ ADDRFAM: 'inet' })
const DOWN = byHand({ ADDRFAM: 'inet' }, 'down')
const RIVAL = { status: 1, stderr: 'RTNETLINK answers: File exists\nCommand failed -:2\n' }
const TENTATIVE = '20010db8000200000000000000000002 03 40 00 40     eth1\n'

function converged(event: Event, scene: Scene, dryRun = false) {
  const set = stage(scene)
  const told: string[] = []
  const commands: string[] = []
  const report: Report = {
    notice: (text) => told.push(text),
    detail: (text) => told.push(`(${text})`),
    command: (text) => commands.push(text),
  }
  const refusal = refusalOf(() => converge({ event, edge: set.edge, dryRun, report }))
  return { refusal, told, commands, writes: set.writes, reads: set.reads, slept: set.slept() }
}

describe('up', () => {
  it.each([{}, { ADDRFAM: 'inet' }, { ADDRFAM: 'inet6' }, { IF_GATEWAYS: '10.1.2.1 2001:db8:2::1' }])(
    'writes nothing where the wanted state stands (%j)',
    (env) => {
      expect(converged(byHand(env), { kernel: 'one-uplink' })).toMatchObject({
        ...{ refusal: 'not refused', told: [], commands: [], writes: [] },
      })
    },
  )

  it('reads once and writes once a family, and prints each command before it runs', () => {
    const { reads, writes, commands } = converged(byHand(), { kernel: 'dual-stack' })
    expect([reads, writes.length]).toEqual([['inet6', 'inet'], 2])
    const lines = writes.flatMap((text) => text.split('\n').slice(1))
    expect(commands.map((text) => text.replace(/^ip (-6 )?/, ''))).toEqual(lines)
  })

  it('is content where a rival has done the same work meanwhile', () => {
    const scene = { kernel: 'dual-stack', outcomes: [RIVAL], later: { 1: 'one-uplink' } }
    const { refusal, writes, reads } = converged(byHand({ ADDRFAM: 'inet', IF_GATEWAY: '10.1.2.1' }), scene)
    expect([refusal, writes.length, reads.length]).toEqual(['not refused', 1, 2])
  })

  it('gives up after three rounds and takes back what all of them did, last first', () => {
    const { refusal, writes } = converged(UP, { kernel: 'dual-stack', outcomes: [RIVAL, RIVAL, RIVAL] })
    expect(refusal).toMatch(/^Refusal: the kernel refused "ip .*": File exists$/)
    expect(writes).toHaveLength(4)
    expect(writes[3]?.split('\n')).toEqual(['-force', ...Array(3).fill('link set dev eth1 group 0')])
  })

  it('tells its notices once', () => {
    const event = byHand({
      ADDRFAM: 'inet',
      IF_MPTCP_METRIC: '50',
      IF_MPTCP_GATEWAY: 'none',
      IF_MPTCP_ENDPOINT: 'subflow',
    })
    const { told } = converged(event, { kernel: 'dual-stack', outcomes: [RIVAL, RIVAL, RIVAL] })
    expect(told).toEqual([
      'mptcp-metric "50" has no effect: there is no inet gateway (set by IF_MPTCP_METRIC in the environment)',
      '(no inet gateway: rules and connected routes only)',
    ])
  })

  it('looks again at a limit of subflows that it has raised, as a rival may have lowered it meanwhile', () => {
    const event = byHand({ IF_GATEWAYS: '10.1.2.1 2001:db8:2::1' })
    const { writes, reads, refusal } = converged(event, {
      kernel: 'no-limit',
      later: { 1: 'one-uplink', 2: 'one-uplink' },
    })
    expect([refusal, writes.length, reads.length]).toEqual(['not refused', 2, 4])
  })

  it('takes back what an ip has done that ended without naming a line', () => {
    const ended = { status: 255, stderr: 'Error: argument "x" is wrong\n' }
    const { writes } = converged(UP, { kernel: 'dual-stack', outcomes: [ended, ended, ended] })
    expect(writes.at(-1)).toMatch(/^-force\n/)
    expect(writes.at(-1)).toMatch(/rule delete from 10\.1\.2\.2 lookup \d+/)
  })

  it('says what it could not take back', () => {
    const stuck = { status: 1, stderr: 'RTNETLINK answers: No such device\nCommand failed -:1\n' }
    const { refusal } = converged(UP, { kernel: 'dual-stack', outcomes: [RIVAL, RIVAL, RIVAL, stuck] })
    expect(refusal).toMatch(
      /File exists; while taking back: the kernel refused "ip link set .*": No such device$/,
    )
  })

  it('writes nothing more where nothing went through', () => {
    const first = { status: 1, stderr: 'RTNETLINK answers: Operation not permitted\nCommand failed -:1\n' }
    const { refusal, writes } = converged(UP, { kernel: 'dual-stack', outcomes: [first, first, first] })
    expect(refusal).toMatch(/: Operation not permitted \(run it as root\)$/)
    expect(writes).toHaveLength(3)
  })

  it('deletes an endpoint that it added by the id that the kernel gave it', () => {
    const event = byHand({ ADDRFAM: 'inet6,inet' })
    const refused = { status: 1, stderr: 'Error: x\nCommand failed -:1\n' }
    // What was added for IPv6 stands, what follows for IPv4 is refused.
    const outcomes = [{}, refused, refused, refused]
    const { writes } = converged(event, { kernel: 'dual-stack', outcomes, later: { 4: 'one-uplink' } })
    const takenBack = writes.slice(4).join('\n')
    expect(takenBack).toContain('mptcp endpoint delete id 2')
    expect(takenBack).not.toContain('undefined')
  })

  it('refuses a device that is not there, before it writes', () => {
    const { refusal, writes } = converged(event({ IFACE: 'eth1', PHASE: 'post-up' }), { kernel: 'no-device' })
    expect([refusal, writes]).toEqual([
      'Refusal: there is no device "eth1" (set by IFACE in the iface stanza)',
      [],
    ])
  })

  it('refuses it also where the stanza gives an address', () => {
    expect(converged(byHand({ IF_ADDRESS: '10.1.2.2/24' }), { kernel: 'no-device' }).refusal).toContain(
      'there is no device',
    )
  })

  it('finds the gateway of a DHCP lease', () => {
    const lease = readFixture('leases/dhclient-plain').replace(/fixed-address .*;/, 'fixed-address 10.1.2.2;')
    const files = { '/var/lib/dhcp/dhclient.eth1.leases': lease }
    expect(converged(UP, { kernel: 'endpoints', files }).commands).toContainEqual(
      expect.stringMatching(/^ip route add default via 10\.1\.2\.1 dev eth1 table \d+ protocol 77$/),
    )
  })
})

describe('duplicate address detection', () => {
  const event = byHand({ ADDRFAM: 'inet6', IF_GATEWAY: '2001:db8:2::1' })
  const waiting = { kernel: 'tentative', files: { '/proc/net/if_inet6': TENTATIVE } }

  it('is waited for, for 5 s, with rules and routes in', () => {
    const { writes, slept, told, refusal } = converged(event, waiting)
    expect([slept, refusal]).toEqual([5000, 'not refused'])
    expect(writes[0]).toMatch(/rule add from 2001:db8:2::2/)
    expect(told).toEqual([
      'address 2001:db8:2::2 gets no endpoint: duplicate address detection has failed or is not over',
      'address 2001:db8:2::3 gets no endpoint: duplicate address detection has failed or is not over',
    ])
  })

  it('that ends makes an endpoint', () => {
    const { writes, told, slept } = converged(event, {
      ...waiting,
      later: { 1: 'one-uplink', 2: 'one-uplink' },
      onSleep: (_, files) => {
        files['/proc/net/if_inet6'] = ''
      },
    })
    expect([slept, told, writes.length]).toEqual([50, [], 1])
  })

  it('is not waited for in a dry run', () => {
    expect(converged(event, waiting, true)).toMatchObject({ slept: 0, writes: [] })
  })

  it('is not waited for where no address is in it', () => {
    expect(converged(event, { kernel: 'dual-stack', files: waiting.files }).slept).toBe(0)
  })
})

it('waits for the address of a router advertisement before it reads', () => {
  const event = byHand({ ADDRFAM: 'inet6', METHOD: 'auto' })
  expect(converged(event, { kernel: 'empty' })).toMatchObject({ slept: 5000, refusal: 'not refused' })
  expect(converged(event, { kernel: 'empty' }, true).slept).toBe(0)
})

describe('a dry run', () => {
  it('prints the commands and changes nothing', () => {
    const { commands, writes } = converged(UP, { kernel: 'dual-stack' }, true)
    expect(commands).toEqual(converged(UP, { kernel: 'dual-stack' }).commands)
    expect([commands.length > 4, writes]).toEqual([true, []])
  })

  it('plans for a device that need not exist', () => {
    const page = byHand({ IF_ADDRESS: '10.1.2.2/24', IF_MPTCP_GATEWAY: '10.1.2.1', IF_MPTCP_TABLE: '1001' })
    expect(converged(page, { kernel: 'no-device' }, true)).toMatchObject({
      refusal: 'not refused',
      commands: [
        'ip link set dev eth1 group 77',
        'ip route add 10.1.2.0/24 dev eth1 scope link table 1001 protocol 77',
        'ip route add default via 10.1.2.1 dev eth1 table 1001 protocol 77',
        'ip rule add from 10.1.2.2 lookup main suppress_prefixlength 0 suppress_ifgroup 77 priority 30999 protocol 77',
        'ip rule add from 10.1.2.2 lookup 1001 priority 31000 protocol 77',
        'ip mptcp endpoint add 10.1.2.2 dev eth1 subflow',
      ],
    })
  })

  it('refuses to plan for one of which nothing is known', () => {
    expect(converged(byHand(), { kernel: 'no-device' }, true).refusal).toContain('there is no device "eth1"')
  })
})

describe('down', () => {
  it('takes everything away', () => {
    const { writes, refusal } = converged(byHand({}, 'down'), { later: { 1: 'one-uplink', 2: 'empty' } })
    expect(refusal).toBe('not refused')
    expect(writes.map((text) => text.split('\n')[0])).toEqual(['-6', ''])
    expect(writes[1]?.split('\n').at(-1)).toBe('link set dev eth1 group 0')
  })

  it('looks again after a failure, then goes on past what is refused, and takes nothing back', () => {
    const refused = { status: 1, stderr: 'RTNETLINK answers: No such process\nCommand failed -:1\n' }
    const { refusal, writes } = converged(DOWN, { outcomes: Array(9).fill(refused) })
    expect(refusal).toMatch(/^Refusal: the kernel refused "ip mptcp endpoint delete id 1": No such process/)
    expect(writes.map((text) => text.split('\n')[0])).toEqual(['', ...Array(4).fill('-force')])
    expect(writes.every((text) => !text.includes(' add '))).toBe(true)
    // The endpoint is ours by its rule.
    expect(writes.at(-1)).not.toContain('rule delete')
    expect(writes.at(-1)).toContain('route delete')
  })

  it('is content where the kernel has emptied the table meanwhile', () => {
    const refused = { status: 1, stderr: 'RTNETLINK answers: No such process\nCommand failed -:4\n' }
    expect(converged(DOWN, { outcomes: [refused], later: { 1: 'empty' } }).refusal).toBe('not refused')
  })

  it('cleans up without the device, and has nothing to do where nothing is left', () => {
    expect(converged(byHand({}, 'down'), { kernel: 'no-device' })).toMatchObject({
      refusal: 'not refused',
      writes: [],
    })
  })
})
