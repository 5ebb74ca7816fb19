import { describe, expect, it } from 'vitest'
import { parseDhclientLeases, parseDhcpcdLease } from '../../src/ask/lease.ts'
import { readFixture } from '../captured.ts'

const PLAIN = readFixture('leases/dhclient-plain')
const CLASSLESS = readFixture('leases/dhclient-classless')
const ROUTER = { address: expect.stringMatching(/^10\.1\.2\.5\d$/), gateway: '10.1.2.1' }
const EXPIRE = /expire \d (.*);/.exec(PLAIN)?.[1] ?? ''
const END = new Date(`${EXPIRE.replaceAll('/', '-')}Z`)
const BEFORE = new Date(END.getTime() - 1000)

describe('parseDhclientLeases', () => {
  const parse = (text: string, now = BEFORE) => parseDhclientLeases(text, 'eth1', now)
  const expiring = (when: string) => PLAIN.replace(/expire .*/, `expire ${when}`)

  it('finds the router of a real lease', () => {
    expect(parse(PLAIN)).toEqual(ROUTER)
  })

  it('ignores a lease from its last second on', () => {
    expect(parse(PLAIN, END)).toBeUndefined()
  })

  it.each([
    ['never;', ROUTER],
    [`epoch ${END.getTime() / 1000}; # Mon Nov 23`, ROUTER],
    [`epoch ${BEFORE.getTime() / 1000}; # Mon Nov 23`, undefined],
  ])('reads "expire %s"', (when, lease) => {
    expect(parse(expiring(when))).toEqual(lease)
  })

  it('takes the last lease, as dhclient appends', () => {
    const renewed = PLAIN.replace('routers 10.1.2.1', 'routers 10.1.2.254')
    expect(parse(PLAIN + renewed)?.gateway).toBe('10.1.2.254')
  })

  it('does not fall back to an earlier lease when the last one is over', () => {
    expect(parse(PLAIN + expiring('1 2020/01/01 00:00:00;'))).toBeUndefined()
  })

  it('passes over the leases of other devices', () => {
    expect(
      parse(PLAIN + PLAIN.replace('"eth1"', '"eth10"').replace('routers 10.1.2.1', 'routers 10.9.9.9')),
    ).toEqual(ROUTER)
    expect(parseDhclientLeases(PLAIN, 'eth0', BEFORE)).toBeUndefined()
  })

  it('follows classless routes instead of the router option (RFC 3442)', () => {
    expect(parse(CLASSLESS, new Date('2020-01-01'))?.gateway).toBe('10.1.2.254')
  })

  it('has no gateway where the classless routes hold no default', () => {
    expect(
      parse(CLASSLESS.replace(/16,10,7,.*;/, '16,10,7,10,1,2,7;'), new Date('2020-01-01')),
    ).toBeUndefined()
  })

  it('takes the first of several routers', () => {
    expect(parse(PLAIN.replace('routers 10.1.2.1', 'routers 10.1.2.3,10.1.2.1'))?.gateway).toBe('10.1.2.3')
  })

  it.each([
    ['no router', PLAIN.replace(/ *option routers.*\n/, '')],
    ['no address as router', PLAIN.replace('routers 10.1.2.1', 'routers gw.example')],
    ['an unset router', PLAIN.replace('routers 10.1.2.1', 'routers 0.0.0.0')],
    ['half a lease, as dhclient is writing it', PLAIN.slice(0, -20)],
    ['nothing', ''],
    ['rubbish', 'lease {{{ interface "eth1"'],
    [
      'an option of the same name on one line',
      'lease {\n  interface "eth1";\n  x "option routers 10.1.2.1";\n}\n',
    ],
  ])('finds nothing in %s', (_, text) => {
    expect(parse(text)).toBeUndefined()
  })
})

describe('parseDhcpcdLease', () => {
  const plain = readFixture('leases/dhcpcd-plain')
  const classless = readFixture('leases/dhcpcd-classless')
  const quoted = (text: string) => text.replace(/^(\w+)='?([^'\n]*)'?$/gm, "$1='$2'")

  it.each([
    ['as captured', plain],
    ['quoted', quoted(plain)],
    ['with the prefix new_', quoted(plain).replace(/^(ip_address|routers)/gm, 'new_$1')],
  ])('finds the router of a real lease %s', (_, text) => {
    expect(parseDhcpcdLease(text)).toEqual(ROUTER)
  })

  it.each([
    ['as captured', classless],
    ['quoted', quoted(classless)],
  ])('follows classless routes instead of the router %s', (_, text) => {
    expect(parseDhcpcdLease(text)?.gateway).toBe('10.1.2.254')
  })

  it('has no gateway where the classless routes hold no default', () => {
    expect(parseDhcpcdLease(quoted(classless).replace(/ 0\.0\.0\.0\/0 \S+'/, "'"))).toBeUndefined()
  })

  it('takes the first of several routers', () => {
    expect(parseDhcpcdLease(quoted(plain).replace("routers='", "routers='10.1.2.3 "))?.gateway).toBe(
      '10.1.2.3',
    )
  })

  it.each([
    '',
    'dhcpcd_lease_dump: No such file or directory\n',
    "ip_address='10.1.2.50'\n",
    "routers='10.1.2.1'\n",
  ])('finds nothing in %j', (text) => {
    expect(parseDhcpcdLease(text)).toBeUndefined()
  })
})
