import { describe, expect, it } from 'vitest'
import { parseAddresses, parseGateways } from '../../src/ask/addresses.ts'
import { refusalOf } from '../captured.ts'

const BOTH = ['inet6', 'inet'] as const
const setter = (variable: string) => `set by ${variable}`
const addresses = (env: NodeJS.ProcessEnv, families: readonly ('inet' | 'inet6')[] = BOTH) =>
  parseAddresses(env, families, setter)
const gateways = (env: NodeJS.ProcessEnv, families: readonly ('inet' | 'inet6')[] = BOTH) =>
  parseGateways(env, families, setter).map(({ text }) => text)

const V4 = { family: 'inet', text: '10.1.2.2', subnet: '10.1.2.0/24', peer: undefined }
const V6 = { family: 'inet6', text: '2001:db8:2::2', subnet: '2001:db8:2::/64', peer: undefined }

describe('addresses', () => {
  it.each([
    [{}, []],
    [{ IF_ADDRESS: '10.1.2.2/24', IF_NETMASK: '255.0.0.0' }, [V4]],
    [{ IF_ADDRESS: '10.1.2.2', IF_NETMASK: '255.255.255.0' }, [V4]],
    [{ IF_ADDRESS: '10.1.2.2', IF_NETMASK: '20' }, [{ ...V4, subnet: '10.1.0.0/20' }]],
    [{ IF_ADDRESS: '10.1.2.2' }, [{ ...V4, subnet: undefined }]],
    [{ IF_ADDRESS: '10.1.2.2', IF_NETMASK: '' }, [{ ...V4, subnet: undefined }]],
    [{ IF_ADDRESS: ' 10.1.2.2/24 ' }, [V4]],
    [{ IF_ADDRESS: '2001:DB8:2:0::2/64' }, [V6]],
    [{ IF_ADDRESS: '2001:db8:2::2/64', IF_ADDRESSES: '2001:db8:2::2/64 10.1.2.2/24' }, [V6, V4]],
    [
      { IF_ADDRESS: '10.9.0.2', IF_POINTOPOINT: '10.9.0.1' },
      [{ family: 'inet', text: '10.9.0.2', subnet: '10.9.0.1', peer: '10.9.0.1' }],
    ],
    [
      { IF_ADDRESS: '10.8.0.2/24', IF_POINTOPOINT: '10.8.1.7' },
      [{ family: 'inet', text: '10.8.0.2', subnet: '10.8.1.0/24', peer: '10.8.1.7' }],
    ],
    [
      { IF_ADDRESSES: '10.1.2.2/24 2001:db8:2::2/64', IF_POINTOPOINT: '10.1.2.1' },
      [{ ...V4, peer: '10.1.2.1' }, V6],
    ],
  ])('of %j', (env, expected) => {
    expect(addresses(env)).toEqual(expected)
  })

  it.each(['0.0.0.0', '0.0.0.0/0', '::', '::/0'])(
    'are none for %s, as some say that a device carries none',
    (IF_ADDRESS) => {
      expect(addresses({ IF_ADDRESS })).toEqual([])
    },
  )

  it('may be forty of IPv6', () => {
    const many = Array.from(
      { length: 40 },
      (_, i) => `2001:db8:1234:5678:9abc:def0:1234:${(i + 0x1000).toString(16)}/64`,
    )
    expect(addresses({ IF_ADDRESS: many[0], IF_ADDRESSES: `${many.join(' ')} ` })).toHaveLength(40)
  })
})

it('gateways are IF_GATEWAY and then the list, in order', () => {
  expect(gateways({ IF_GATEWAY: '10.1.2.1', IF_GATEWAYS: '2001:db8:2::1 10.1.2.3 ' })).toEqual([
    ...['10.1.2.1', '2001:db8:2::1', '10.1.2.3'],
  ])
})

describe('refused with the option, its value and who set it:', () => {
  const read = (env: NodeJS.ProcessEnv, families: readonly ('inet' | 'inet6')[]) =>
    refusalOf(() => [addresses(env, families), gateways(env, families)])

  it.each([
    [{ IF_ADDRESS: 'dhcp' }, 'address "dhcp" is not an IP address', 'IF_ADDRESS'],
    [{ IF_ADDRESS: '10.1.2.2/24/24' }, 'address "10.1.2.2/24/24" is not an IP address', 'IF_ADDRESS'],
    [{ IF_ADDRESS: '-6' }, 'address "-6" is not an IP address', 'IF_ADDRESS'],
    [{ IF_ADDRESS: '10.1.2.2/33' }, 'address "10.1.2.2/33" has no prefix length of its family', 'IF_ADDRESS'],
    [{ IF_ADDRESSES: '10.1.2.2/24 x' }, 'addresses "x" is not an IP address', 'IF_ADDRESSES'],
    [
      { IF_ADDRESS: '10.1.2.2', IF_NETMASK: '255.0.255.0' },
      'netmask "255.0.255.0" is not a netmask of the address',
      'IF_NETMASK',
    ],
    [
      { IF_ADDRESS: '10.1.2.2', IF_NETMASK: '64' },
      'netmask "64" is not a netmask of the address',
      'IF_NETMASK',
    ],
    [{ IF_GATEWAY: 'gw' }, 'gateway "gw" is not an IP address', 'IF_GATEWAY'],
    [{ IF_GATEWAYS: '10.1.2.1 gw' }, 'gateways "gw" is not an IP address', 'IF_GATEWAYS'],
    [{ IF_GATEWAY: 'fe80::1%eth1' }, 'gateway "fe80::1%eth1" is not an IP address', 'IF_GATEWAY'],
    [{ IF_POINTOPOINT: '10.1.2.1/32' }, 'pointopoint "10.1.2.1/32" is not an IP address', 'IF_POINTOPOINT'],
    ...[
      '0.0.0.0',
      '255.255.255.255',
      '224.0.0.1',
      '127.0.0.1',
      '::',
      'ff02::1',
      '::1',
      '::ffff:10.1.2.1',
    ].map((text): [NodeJS.ProcessEnv, string, string] => [
      { IF_GATEWAY: text },
      `gateway "${text}" is not the address of a host`,
      'IF_GATEWAY',
    ]),
    [{ IF_ADDRESS: '127.0.0.5/8' }, 'address "127.0.0.5/8" is not the address of a host', 'IF_ADDRESS'],
    [
      { IF_ADDRESS: '10.1.2.2\nrule flush' },
      'address "10.1.2.2\\nrule flush" is more than one line: give the option once',
      'IF_ADDRESS',
    ],
    [
      { IF_ADDRESS: '1'.repeat(5000) },
      `address "${'1'.repeat(60)}…" is too long: 5000 characters`,
      'IF_ADDRESS',
    ],
  ] as [NodeJS.ProcessEnv, string, string][])('%j', (env, message, variable) => {
    expect(read(env, BOTH)).toBe(`Refusal: ${message} (set by ${variable})`)
  })

  it.each([
    ['IF_ADDRESS', '2001:db8::2'],
    ['IF_GATEWAY', '2001:db8::1'],
    ['IF_POINTOPOINT', '2001:db8::1'],
  ])('%s of another family than the stanza’s', (variable, text) => {
    expect(read({ [variable]: text }, ['inet'])).toBe(
      `Refusal: ${variable.slice(3).toLowerCase()} "${text}" is not an address of the stanza's family, inet (set by ${variable})`,
    )
  })
})
