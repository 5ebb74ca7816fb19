import { describe, expect, it } from 'vitest'
import {
  contains,
  isEdgeOf,
  isHost,
  isIpv6,
  isLinkLocal,
  isUniqueLocal,
  isUnspecified,
  parseIp,
  parseNetmask,
  subnetOf,
} from '../../src/words/address.ts'

describe('parseIp', () => {
  it.each([
    ['10.1.2.2', 'inet', '10.1.2.2'],
    ['2001:DB8:0:0::2', 'inet6', '2001:db8::2'],
    ['2001:db8:0:1:1:1:1:1', 'inet6', '2001:db8:0:1:1:1:1:1'],
    ['::', 'inet6', '::'],
  ])('prints %s as the kernel does', (text, family, printed) => {
    expect(parseIp(text)).toEqual({ family, text: printed })
  })

  it.each([
    ...[
      '',
      '10.1',
      '167838210',
      '0x0a.1.2.2',
      '010.1.2.2',
      '10.1.2.256',
      '10.1.2.2/24',
      ' 10.1.2.2',
      '10.1.2.2\n',
    ],
    ...['fe80::1%eth1', '2001:db8::2::3', '2001:db8::2/64', '2001:db8::g', 'host.example', '-6'],
  ])('refuses %j', (text) => {
    expect(parseIp(text)).toBeUndefined()
  })
})

describe('parseNetmask', () => {
  it.each([
    ['255.255.255.0', 'inet', 24],
    ['0.0.0.0', 'inet', 0],
    ['255.255.255.255', 'inet', 32],
    ['20', 'inet', 20],
    ['', 'inet', 32],
    ['', 'inet6', 128],
    ['64', 'inet6', 64],
    ['255.0.255.0', 'inet', undefined],
    ['33', 'inet', undefined],
    ['129', 'inet6', undefined],
    ['255.255.255.0', 'inet6', undefined],
    ['ffff::', 'inet6', undefined],
    ['-1', 'inet', undefined],
    ['2e1', 'inet', undefined],
  ] as const)('reads %j of %s as %s', (text, family, length) => {
    expect(parseNetmask(text, family)).toBe(length)
  })
})

describe('subnetOf', () => {
  it.each([
    ['10.1.2.2', 24, '10.1.2.0/24'],
    ['10.1.2.255', 31, '10.1.2.254/31'],
    ['10.1.2.2', 32, undefined],
    ['10.1.2.2', 0, undefined],
    ['2001:db8:2::2', 64, '2001:db8:2::/64'],
    ['2001:db8:2::2', 128, undefined],
    ['2001:db8:2::2', 0, undefined],
  ])('%s with %i bits is in %s', (text, length, subnet) => {
    expect(subnetOf({ family: isIpv6(text) ? 'inet6' : 'inet', text }, length)).toBe(subnet)
  })
})

it.each([
  ['10.1.2.0/24', '10.1.2.254', true],
  ['10.1.2.0/24', '10.1.3.1', false],
  ['2001:db8:2::/64', '2001:db8:2::1', true],
  ['2001:db8:2::/64', '2001:db8:3::1', false],
  ['2001:db8:2::/64', '10.1.2.1', false],
  ['10.1.2.0/24', 'fe80::1', false],
])('%s contains %s: %s', (subnet, address, held) => {
  expect(contains(subnet, address)).toBe(held)
})

it.each([
  ['fe80::1', true, false],
  ['febf::1', true, false],
  ['169.254.7.7', true, false],
  ['fd00::1', false, true],
  ['fc00::1', false, true],
  ['2001:db8::1', false, false],
  ['10.1.1.1', false, false],
])('%s is link-local: %s, unique-local: %s', (address, link, unique) => {
  expect([isLinkLocal(address), isUniqueLocal(address)]).toEqual([link, unique])
})

it.each([
  ['10.1.2.0/24', '10.1.2.0', true],
  ['10.1.2.0/24', '10.1.2.255', true],
  ['10.1.2.0/24', '10.1.2.1', false],
  ['10.1.2.0/24', '10.1.3.255', false],
  ['10.1.2.0/30', '10.1.2.3', true],
  ['10.1.2.0/31', '10.1.2.0', false],
  ['10.1.2.0', '10.1.2.0', false],
  ['2001:db8:2::/64', '2001:db8:2::', false],
  ['2001:db8:2::/64', '10.1.2.0', false],
  ['10.1.2.0/24', '2001:db8::', false],
])('of %s, %s is the network or broadcast address: %s', (subnet, text, edge) => {
  expect(isEdgeOf(subnet, { family: isIpv6(text) ? 'inet6' : 'inet', text })).toBe(edge)
})

it.each([
  ['10.1.2.1', true],
  ['fe80::1', true],
  ['fd00::1', true],
  ['192.168.8.1', true],
  ['100.64.0.1', true],
  ['0.0.0.0', false],
  ['255.255.255.255', false],
  ['224.0.0.1', false],
  ['127.0.0.1', false],
  ['::', false],
  ['::1', false],
  ['ff02::1', false],
  ['::ffff:10.1.2.1', false],
])('%s can be a host: %s', (text, host) => {
  expect(isHost({ family: isIpv6(text) ? 'inet6' : 'inet', text })).toBe(host)
})

it.each([
  ['0.0.0.0', true],
  ['0.0.0.0/0', true],
  ['::/64', true],
  ['0.0.0.1', false],
  ['rubbish', false],
  ['', false],
])('%j is unspecified: %s', (text, unspecified) => {
  expect(isUnspecified(text)).toBe(unspecified)
})
