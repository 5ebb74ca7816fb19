import { describe, expect, it } from 'vitest'
import type { Edge } from '../../src/kernel/ip.ts'
import {
  createLookups,
  isReadable,
  readSnapshot,
  waitForAddress,
  waitForDetection,
} from '../../src/kernel/read.ts'
import {
  byHand,
  environment,
  event,
  readDialogues,
  readFixture,
  refusalOf,
  type Scene,
  snapshot,
  stage,
} from '../captured.ts'

const INET = { ADDRFAM: 'inet' }
const INET6 = { ADDRFAM: 'inet6' }
const NO_IPV6 = { files: { '/proc/net/if_inet6': undefined } }

describe('a dump that the kernel could not finish in one piece', () => {
  const interrupted = (times: number) => {
    const { edge } = stage({ kernel: 'dual-stack' })
    let left = times
    const ip: Edge['ip'] = (args, input) => {
      const outcome = edge.ip(args, input)
      left -= 1
      return left < 0
        ? outcome
        : { ...outcome, stdout: '', stderr: 'Dump was interrupted and may be inconsistent.\n' }
    }
    return { ...edge, ip }
  }

  it('is asked for again', () => {
    expect(readSnapshot(byHand(INET), interrupted(3))).toEqual(readSnapshot(byHand(INET), interrupted(0)))
  })

  it('is never taken for the whole', () => {
    expect(refusalOf(() => readSnapshot(byHand(INET), interrupted(99)))).toMatch(/change too fast to be read/)
  })
})

describe('readSnapshot', () => {
  it('is what the kernel shows', () => {
    expect(readSnapshot(byHand(), stage({ kernel: 'dual-stack' }).edge)).toEqual(snapshot('dual-stack'))
  })

  it.each([
    ['up', {}, {}, ['inet6', 'inet']],
    ['up', INET, {}, ['inet']],
    ['up', INET6, {}, ['inet6']],
    ['up', {}, NO_IPV6, ['inet']],
    ['up', INET6, NO_IPV6, ['inet6']],
    ['down', INET, {}, ['inet']],
    ['down', INET6, {}, ['inet6', 'inet']],
    ['down', INET6, NO_IPV6, ['inet']],
  ] as const)(
    'on %s with %j and %j takes one ip process for each of %j',
    (direction, env, scene, families) => {
      const set = stage(scene)
      readSnapshot(byHand(env, direction), set.edge)
      expect(set.reads).toEqual(families)
    },
  )

  it.each([
    ['1\n', true],
    ['0\n', false],
    [undefined, false],
  ])('MPTCP is on where the kernel says %j: %s', (text, enabled) => {
    const set = stage({ files: { '/proc/sys/net/mptcp/enabled': text } })
    expect(readSnapshot(byHand(), set.edge).mptcpEnabled).toBe(enabled)
  })

  it('names the package where ip does not know an option', () => {
    const stderr = readDialogues('refusals')['option']?.stderr.join('\n') ?? ''
    const edge: Edge = { ...stage().edge, ip: () => ({ status: 255, stdout: '', stderr }) }
    expect(refusalOf(() => readSnapshot(byHand(INET), edge))).toBe(
      'Refusal: "ip -N -j -force -batch -" failed: Option "-X" is unknown, try "ip -help".: apt-get install iproute2 (5.10 or later)',
    )
  })
})

it.each([
  [{}, 'inet6', false],
  [INET6, 'inet6', true],
  [{}, 'inet', true],
] as const)('without IPv6 in the kernel a stanza with %j reads %s: %s', (env, family, readable) => {
  expect(isReadable(family, byHand(env), stage(NO_IPV6).edge)).toBe(readable)
})

describe('waiting', () => {
  const line = (flags: string, name = 'eth1', scope = '00') =>
    `20010db8000200000000000000000002 03 40 ${scope} ${flags} ${name.padStart(8)}\n`
  const tentative = line('40')
  const settled = line('80')
  const slept = (wait: typeof waitForDetection, text: string | undefined, onSleep?: Scene['onSleep']) => {
    const set = stage({ files: { '/proc/net/if_inet6': text }, ...(onSleep && { onSleep }) })
    wait(byHand(), set.edge)
    return set.slept()
  }

  it.each([
    ['an address in detection', tentative, 5000],
    ['a settled address', settled, 0],
    ['an address whose detection has failed', line('48'), 0],
    ['another device', line('40', 'eth10'), 0],
    ['a link-local address', line('40', 'eth1', '20'), 0],
    ['no address', '', 0],
    ['no IPv6', undefined, 0],
  ])('for the end of detection of %s takes at most %3$i ms', (_, text, milliseconds) => {
    expect(slept(waitForDetection, text)).toBe(milliseconds)
  })

  it.each([
    ['an address in detection', tentative, 0],
    ['a link-local address alone', line('80', 'eth1', '20'), 5000],
  ])('for a global address with %s takes at most %3$i ms', (_, text, milliseconds) => {
    expect(slept(waitForAddress, text)).toBe(milliseconds)
  })

  it('ends when the kernel is done', () => {
    const onSleep: Scene['onSleep'] = (milliseconds, files) => {
      files['/proc/net/if_inet6'] = milliseconds >= 200 ? settled : tentative
    }
    expect(slept(waitForDetection, tentative, onSleep)).toBe(200)
    expect(slept(waitForAddress, '', onSleep)).toBe(50)
  })
})

describe('createLookups', () => {
  it("finds names in iproute2's directories, the admin's last", () => {
    const { tableNames } = createLookups(
      'eth1',
      stage({
        files: {
          '/usr/share/iproute2/rt_tables': '254 main\n100 wan\n',
          '/etc/iproute2/rt_tables': '200 wan\n',
          '/etc/iproute2/rt_tables.d/isp.conf': '300 isp\n',
          '/etc/iproute2/rt_tables.d/isp.conf.bak': '301 isp\n',
        },
      }).edge,
    )
    expect([...tableNames()]).toEqual([
      ['main', 254],
      ['wan', 200],
      ['isp', 300],
    ])
  })

  const FILE = '/var/lib/dhcp/dhclient.eth1.leases'
  const files = { [FILE]: readFixture('leases/dhclient-plain') }
  const now = new Date(0)

  it("finds dhclient's lease of the device", () => {
    expect(createLookups('eth1', stage({ files, now }).edge).leases()).toMatchObject([
      { gateway: '10.1.2.1' },
    ])
    expect(createLookups('eth0', stage({ files, now }).edge).leases()).toEqual([])
    expect(createLookups('eth1', stage({ files, now: new Date('9999-01-01') }).edge).leases()).toEqual([])
  })

  it("finds dhcpcd's after it", () => {
    const dhcpcd = "ip_address='10.1.2.50'\nrouters='10.1.2.7'\n"
    const gateways = createLookups('eth1', stage({ files, now, dhcpcd }).edge)
      .leases()
      .map(({ gateway }) => gateway)
    expect(gateways).toEqual(['10.1.2.1', '10.1.2.7'])
  })

  it('serves the run of a real dhcp stanza', () => {
    const seen = stage({ files, now, kernel: 'empty' })
    expect(createLookups(event(environment('dhcp')).device, seen.edge).leases()).toHaveLength(1)
  })
})
