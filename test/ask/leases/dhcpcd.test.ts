import { describe, expect, it } from 'vitest'
import { dhcpcdLease, parseDhcpcdLease } from '../../../src/ask/leases/dhcpcd.ts'
import { edgeOf, readLease } from './edge.ts'

const PLAIN = readLease('dhcpcd-plain')
const CLASSLESS = readLease('dhcpcd-classless')
const LINK_LOCAL = 'reason=IPV4LL\ninterface=eth1\nprotocol=ipv4ll\nip_address=169.254.7.7\n'
const leaseWith = (routers: string[]) => ({ address: '10.1.2.55', routers, from: 'dhcpcd' })

describe('parseDhcpcdLease', () => {
  it.each([
    ['one router', 'dhcpcd-plain', ['10.1.2.1']],
    ['two routers', 'dhcpcd-routers', ['10.1.2.1', '10.1.2.254']],
    ['classless routes', 'dhcpcd-classless', ['10.1.2.254']],
    ["classless routes under Microsoft's number", 'dhcpcd-microsoft', ['10.1.2.254']],
  ])('reads a real lease with %s', (_, name, routers) => {
    expect(parseDhcpcdLease(readLease(name))).toEqual(leaseWith(routers))
  })

  it('names no router where the classless routes hold no default', () => {
    expect(parseDhcpcdLease(CLASSLESS.replace(/ 0\.0\.0\.0\/0 \S+/, ''))).toEqual(leaseWith([]))
  })

  it('is not the address that dhcpcd gave itself', () => {
    expect(parseDhcpcdLease(PLAIN + LINK_LOCAL)).toEqual(leaseWith(['10.1.2.1']))
    expect(parseDhcpcdLease(LINK_LOCAL + PLAIN)).toEqual(leaseWith(['10.1.2.1']))
    expect(parseDhcpcdLease(LINK_LOCAL)).toBeUndefined()
  })

  it('takes what dhcpcd.conf puts in the place of an option', () => {
    expect(parseDhcpcdLease(`${PLAIN}routers=10.1.2.9\n`)).toEqual(leaseWith(['10.1.2.9']))
  })

  it.each(['', 'dhcpcd is not running\n', '=\n\n=', PLAIN.replace('protocol=dhcp', 'protocol=ra')])(
    'finds nothing in %j',
    (text) => {
      expect(parseDhcpcdLease(text)).toBeUndefined()
    },
  )
})

describe('dhcpcdLease', () => {
  const LEASE = '/var/lib/dhcpcd/eth1.lease'
  const PID = '/run/dhcpcd/eth1.pid'
  const ask = (paths: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const files = Object.fromEntries(paths.map((path) => [path, '']))
    const { edge, asked } = edgeOf({ files, dhcpcd: PLAIN })
    return { lease: dhcpcdLease('eth1', edge, env), asked }
  }

  it.each([
    ['one for all devices', [LEASE, '/run/dhcpcd/pid']],
    ['one for the device', [LEASE, PID]],
    ['one for the device and IPv4', [LEASE, '/run/dhcpcd/eth1-4.pid']],
    ['one on a wireless network', ['/var/lib/dhcpcd/eth1-Caf\\351.lease', PID]],
  ])('asks a daemon that has written a lease: %s', (_, paths) => {
    expect(ask(paths)).toEqual({ lease: leaseWith(['10.1.2.1']), asked: ['eth1'] })
  })

  it.each([
    ['is none', []],
    ['has ended', [LEASE, '/run/dhcpcd/eth1-4.sock']],
    ['has no lease for the device', ['/run/dhcpcd/pid', '/run/dhcpcd/sock']],
    ['has leases for other devices', ['/run/dhcpcd/pid', '/var/lib/dhcpcd/eth10.lease']],
    ['serves another device', [LEASE, '/run/dhcpcd/eth10.pid', '/run/dhcpcd/eth10-4.pid']],
    ['has an IPv6 lease alone', ['/run/dhcpcd/pid', '/var/lib/dhcpcd/eth1.lease6']],
  ])('does not ask where the daemon %s', (_, paths) => {
    expect(ask(paths)).toEqual({ lease: undefined, asked: [] })
  })

  it.each([
    [{ reason: 'BOUND', interface: 'eth1', protocol: 'dhcp', interface_order: 'eth1' }],
    [{ reason: 'PREINIT', interface: 'eth1', protocol: 'link', interface_order: '' }],
    [{ MPTCP_DOOR: 'dhcpcd' }],
  ])('does not ask from inside a hook of dhcpcd: %j', (env) => {
    expect(ask([LEASE, PID], env)).toEqual({ lease: undefined, asked: [] })
  })

  it("asks from inside dhclient's script, and from another door", () => {
    expect(ask([LEASE, PID], { reason: 'BOUND', interface: 'eth1' }).asked).toEqual(['eth1'])
    expect(ask([LEASE, PID], { MPTCP_DOOR: 'dhclient' }).asked).toEqual(['eth1'])
  })
})
