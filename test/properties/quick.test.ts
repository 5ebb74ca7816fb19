/** What is read by a short way is the same as by the long one. */
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, test } from 'vitest'
import { parseRoutes } from '../../src/kernel/routes.ts'
import { contains, parseIp } from '../../src/words/address.ts'
import { runs } from './settings.ts'

const group = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('0', '1', 'a', 'db8', 'ffff', 'fe80', '600e', '') },
  fc.stringMatching(/^[\da-fA-F]{0,5}$/),
)
const octet = fc.oneof(fc.integer({ min: 0, max: 260 }).map(String), fc.constantFrom('00', '010', '0x1', ''))

/** Spellings near the kernel's own, right and wrong. */
const spelling = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.array(group, { minLength: 2, maxLength: 9 }).map((groups) => groups.join(':')),
  fc
    .tuple(fc.array(group, { maxLength: 7 }), fc.array(group, { maxLength: 7 }))
    .map(([before, after]) => `${before.join(':')}::${after.join(':')}`),
  fc.array(octet, { minLength: 3, maxLength: 5 }).map((octets) => octets.join('.')),
)
const withRest = fc
  .tuple(spelling, fc.constantFrom('', '', '', '', '\n', ' ', '%eth0', '/24', '.', ':'))
  .map(([text, rest]) => `${text}${rest}`)

function parseByPackage(text: string) {
  if (!text.includes(':')) {
    return ipaddr.IPv4.isValidFourPartDecimal(text)
      ? { family: 'inet', text: ipaddr.IPv4.parse(text).toString() }
      : undefined
  }
  return !text.includes('%') && ipaddr.IPv6.isValid(text)
    ? { family: 'inet6', text: ipaddr.IPv6.parse(text).toRFC5952String() }
    : undefined
}

describe('addresses', () => {
  test('are what the package takes them for', () => {
    let plain = 0
    fc.assert(
      fc.property(withRest, (text) => {
        const ip = parseByPackage(text)
        plain += Number(ip?.text === text)
        expect(parseIp(text)).toEqual(ip)
      }),
      { numRuns: runs(20_000) },
    )
    expect(plain).toBeGreaterThan(1000)
  })

  test('are in the subnets that the package says, also when asked again', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => parseByPackage(text)?.text ?? '')
    const near = fc.tuple(address, fc.integer({ min: 0, max: 32 })).chain(([one, bits]) => {
      const subnet = `${one}/${bits}`
      const edge = one.includes(':') ? one : String(ipaddr.IPv4.broadcastAddressFromCIDR(subnet))
      return fc.tuple(fc.constant(subnet), fc.oneof(address, fc.constantFrom(one, edge)))
    })
    fc.assert(
      fc.property(near, ([subnet, other]) => {
        const isSame = subnet.includes(':') === other.includes(':')
        const isHeld = isSame && ipaddr.parse(other).match(ipaddr.parseCIDR(subnet))
        expect([contains(subnet, other), contains(subnet, other)]).toEqual([isHeld, isHeld])
      }),
      { numRuns: runs(1000) },
    )
  })
})

const destination = fc.constantFrom(
  'default',
  '10.1.1.0/24',
  '10.1.1.9',
  'fe80::/64',
  '2001:db8::1',
  'x y',
  '-',
)
const part = (word: string, value: fc.Arbitrary<unknown>, weight = 4) =>
  fc.oneof({ weight, arbitrary: value.map((text) => `${word} ${text} `) }, fc.constant(''))

/** As `ip -N -d -o route show` prints them, some with less or more than nearly all have. */
const route = fc
  .tuple(
    fc.constantFrom('1 ', '1 ', '2 ', '7 ', 'unicast '),
    destination.map((text) => `${text} `),
    part('via', fc.constantFrom('10.1.1.1', 'fe80::1', 'inet6 fe80::1')),
    part('dev', fc.constantFrom('eth0', 'via', 'proto', 'table'), 8),
    part('table', fc.constantFrom(254, 100, 255, 'main'), 8),
    part('proto', fc.constantFrom(2, 77, 'static'), 8),
    part('scope', fc.constantFrom(0, 253, 'link'), 8),
    part('src', fc.constant('10.1.1.2'), 1),
    part('metric', fc.constantFrom(0, 100, 1024)),
    part('mtu', fc.constantFrom(1400, 'lock 1400'), 1),
    part('pref', fc.constantFrom('low', 'medium', 'high', 'other')),
  )
  .map((parts) => parts.join(''))

const fixed = fc.constantFrom(
  {},
  { family: 'inet' as const },
  { family: 'inet6' as const, table: 254 },
  { family: 'inet' as const, table: 254, device: 'eth9' },
  { family: 'inet' as const, protocol: 77 },
)

test('a route of plain words is the same as with a word that says nothing of it', () => {
  const read = (line: string, known: object) => {
    try {
      return parseRoutes({ asked: 'ip', lines: [line], error: undefined }, known)
    } catch {
      return 'not understood'
    }
  }
  let plain = 0
  fc.assert(
    fc.property(route, fixed, (line, known) => {
      const long = read(`${line}linkdown `, known)
      plain += Number(long !== 'not understood')
      expect(read(line, known)).toEqual(long)
      expect(read(line.trimEnd(), known)).toEqual(long)
    }),
    { numRuns: runs(20_000) },
  )
  expect(plain).toBeGreaterThan(1000)
})
