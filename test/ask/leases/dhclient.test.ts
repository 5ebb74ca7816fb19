import { describe, expect, it } from 'vitest'
import { dhclientLease, parseDhclientLeases } from '../../../src/ask/leases/dhclient.ts'
import { edgeOf, readLease } from './edge.ts'

const PLAIN = readLease('dhclient-plain')
const CLASSLESS = readLease('dhclient-classless')
const FROM = "dhclient's lease file"
const PLAIN_LEASE = { address: '10.1.2.55', routers: ['10.1.2.1'], from: FROM }
const END = endOf(PLAIN)
const BEFORE = new Date(END.getTime() - 1000)

/** When the first lease of the text is over. */
function endOf(text: string): Date {
  const [, date = '', time = ''] = /expire \d (\S+) (\S+);/.exec(text) ?? []
  return new Date(`${date.replaceAll('/', '-')}T${time}Z`)
}

describe('parseDhclientLeases', () => {
  const parse = (text: string, now = BEFORE) => parseDhclientLeases(text, 'eth1', now)
  const expiring = (when: string) => PLAIN.replace(/expire .*/, `expire ${when}`)
  const naming = (routers: string) => PLAIN.replace('routers 10.1.2.1', `routers ${routers}`)

  it('finds the router of a real lease', () => {
    expect(parse(PLAIN)).toEqual(PLAIN_LEASE)
  })

  it('finds all routers, in the order of the server', () => {
    const text = readLease('dhclient-released').split('\n}\n', 1).join('').concat('\n}\n')
    expect(parse(text, new Date(endOf(text).getTime() - 1000))?.routers).toEqual(['10.1.2.1', '10.1.2.254'])
  })

  it('has no lease once it was given back, though the first was for longer', () => {
    const released = readLease('dhclient-released')
    expect(parse(released, new Date(endOf(released).getTime() - 1000))).toBeUndefined()
  })

  it('ignores a lease from its last second on', () => {
    expect(parse(PLAIN, END)).toBeUndefined()
  })

  it.each([
    ['never;', PLAIN_LEASE],
    [`epoch ${END.getTime() / 1000}; # Mon Nov 23`, PLAIN_LEASE],
    [`epoch ${BEFORE.getTime() / 1000}; # Mon Nov 23`, undefined],
    ['epoch soon;', undefined],
    ['soon;', undefined],
    [';', undefined],
    ['1 2099/01/01;', undefined],
  ])('reads "expire %s"', (when, lease) => {
    expect(parse(expiring(when))).toEqual(lease)
  })

  it('takes the last lease, as dhclient appends', () => {
    expect(parse(PLAIN + naming('10.1.2.254'))?.routers).toEqual(['10.1.2.254'])
  })

  it.each([
    ['is over', expiring('1 2020/01/01 00:00:00;'), undefined],
    ['names no router', PLAIN.replace(/ *option routers.*\n/, ''), []],
  ])('does not fall back to an earlier lease where the last one %s', (_, last, routers) => {
    expect(parse(PLAIN + last)?.routers).toEqual(routers)
  })

  it('passes over the leases of other devices', () => {
    const other = naming('10.9.9.9').replace('"eth1"', '"eth10"')
    expect(parse(PLAIN + other)).toEqual(PLAIN_LEASE)
    expect(parseDhclientLeases(PLAIN, 'eth0', BEFORE)).toBeUndefined()
    expect(parseDhclientLeases(PLAIN.replace('"eth1"', '"a;b"'), 'a;b', BEFORE)).toEqual(PLAIN_LEASE)
  })

  it('passes over a lease that dhclient is writing', () => {
    expect(parse(PLAIN + naming('10.9.9.9').slice(0, -3))).toEqual(PLAIN_LEASE)
    expect(parse(naming('10.9.9.9').slice(0, -3) + PLAIN)).toEqual(PLAIN_LEASE)
  })

  it('follows classless routes instead of the router option (RFC 3442)', () => {
    expect(parse(CLASSLESS)?.routers).toEqual(['10.1.2.254'])
  })

  it.each([
    ['hold no default', '16,10,7,10,1,2,7'],
    ['have a default on the link', '0,0,0,0,0'],
    ['are cut off', '0,10,1,2,254,16,10'],
  ])('names no router where the classless routes %s', (_, octets) => {
    const text = CLASSLESS.replace(/16,10,7,.*;/, `${octets};`)
    expect(parse(text)).toEqual({ ...PLAIN_LEASE, routers: [] })
  })

  it('is not fooled by what a server puts into a string', () => {
    const text = PLAIN.replace('"lab"', '"x; option routers 10.6.6.6; }"')
    expect(parse(text)).toEqual(PLAIN_LEASE)
  })

  it.each([
    ['no address', PLAIN.replace(/ *fixed-address.*\n/, '')],
    ['an address that is none', PLAIN.replace('fixed-address 10.1.2.55', 'fixed-address 10.1.2.555')],
    ['an IPv6 address', PLAIN.replace('fixed-address 10.1.2.55', 'fixed-address 2001:db8::1')],
    ['a value without an end', PLAIN.replace('10.1.2.55;', '10.1.2.55')],
    ['half a lease, as dhclient is writing it', PLAIN.slice(0, -3)],
    ['an empty lease', 'lease {\n}\n'],
    ['nothing', ''],
    ['rubbish', 'lease {{{ interface "eth1"'],
  ])('finds nothing in %s', (_, text) => {
    expect(parse(text)).toBeUndefined()
  })
})

describe('dhclientLease', () => {
  const own = '/var/lib/dhcp/dhclient.eth1.leases'
  const shared = '/var/lib/dhcp/dhclient.leases'
  const find = (files: Record<string, string>) =>
    dhclientLease('eth1', edgeOf({ files, now: BEFORE }).edge)?.routers

  it('reads the file of the device, as ifupdown names it, before that of all', () => {
    expect(find({ [own]: PLAIN, [shared]: CLASSLESS })).toEqual(['10.1.2.1'])
  })

  it('reads the file of all where the other has no lease in force', () => {
    expect(find({ [shared]: CLASSLESS })).toEqual(['10.1.2.254'])
    expect(find({ [own]: PLAIN.replace(/expire .*/, 'expire epoch 0;'), [shared]: CLASSLESS })).toEqual([
      '10.1.2.254',
    ])
  })

  it('has none without a file', () => {
    expect(find({})).toBeUndefined()
  })
})
