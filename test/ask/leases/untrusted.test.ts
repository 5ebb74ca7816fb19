/** Text of any size from anybody: no parser throws, passes it on, or takes more than linear time. */
import { isIP, isIPv4 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseWord } from '../../../src/ask/door.ts'
import { parseDhclientLeases } from '../../../src/ask/leases/dhclient.ts'
import { parseDhcpcdLease } from '../../../src/ask/leases/dhcpcd.ts'
import type { Lease } from '../../../src/ask/leases/lease.ts'
import { parseNetworkdLease } from '../../../src/ask/leases/networkd.ts'
import { parseNetworkManagerState } from '../../../src/ask/leases/networkmanager.ts'
import { parseClasslessRoutes, parseRouters } from '../../../src/ask/leases/routes.ts'
import { readLease } from './edge.ts'

const NOW = new Date(0)
const PARSERS: Readonly<Record<string, (text: string) => Lease | undefined>> = {
  dhclient: (text) => parseDhclientLeases(text, 'eth1', NOW),
  dhcpcd: parseDhcpcdLease,
  NetworkManager: (text) => parseNetworkManagerState(text, NOW),
  networkd: parseNetworkdLease,
}

const value = fc.oneof(
  fc.ipV4(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('never', 'epoch 7', '1 2099/01/01 00:00:00', '"eth1"', 'dhcp', '10.1.1.1,10.1.1.2'),
  fc.array(fc.nat(300), { maxLength: 20 }).map((octets) => octets.join(' ')),
  fc.tuple(fc.ipV4(), fc.nat(40), fc.ipV4()).map(([to, width, via]) => `${to}/${width} ${via}`),
)
const statement = fc.constantFrom(
  ...['interface', 'fixed-address', 'expire', 'option routers', 'option rfc3442-classless-static-routes'],
)
const assignment = fc.constantFrom(
  ...['reason', 'protocol', 'ip_address', 'routers', 'classless_static_routes'],
  ...['ADDRESS', 'ROUTER', 'CLASSLESS_ROUTES'],
  ...['dhcp4.ip_address', 'dhcp4.routers', 'dhcp4.expiry', 'dhcp4.rfc3442_classless_static_routes'],
)
const line = fc.oneof(
  fc.constantFrom('lease {', 'lease {', '}', '}', '', '[dhcp4]', 'protocol=dhcp', '  interface "eth1";'),
  fc.tuple(statement, value).map(([name, text]) => `  ${name} ${text};`),
  fc.tuple(assignment, value).map(([name, text]) => `${name}=${text}`),
  value,
)
const text = fc.array(line, { maxLength: 40 }).map((lines) => lines.join('\n'))

const SEED = { seed: 3442, numRuns: 1000 }

describe.each(Object.entries(PARSERS))('the parser for %s', (_, parse) => {
  it('gives addresses or nothing', () => {
    fc.assert(
      fc.property(text, (input) => {
        const lease = parse(input)
        const given = lease === undefined ? [] : [lease.address, ...lease.routers]
        expect(given.filter((address) => !isIPv4(address ?? ''))).toEqual([])
      }),
      SEED,
    )
  })
})

describe('the parsers of options', () => {
  it('give routers that a packet can be sent to, or nothing', () => {
    fc.assert(
      fc.property(value, (input) => {
        expect(parseRouters(input).filter((router) => !isIPv4(router) || router === '0.0.0.0')).toEqual([])
      }),
      SEED,
    )
  })

  it('read what is written by RFC 3442, in octets and in pairs', () => {
    const route = fc.record({ to: fc.ipV4(), width: fc.integer({ min: 0, max: 32 }), router: fc.ipV4() })
    fc.assert(
      fc.property(fc.array(route, { minLength: 1, maxLength: 9 }), (routes) => {
        const octets = routes.flatMap(({ to, width, router }) => [
          width,
          ...to.split('.').slice(0, Math.ceil(width / 8)),
          ...router.split('.'),
        ])
        const pairs = routes.map(({ to, width, router }) => `${to}/${width} ${router}`).join(' ')
        const read = parseClasslessRoutes(octets.join(','))
        expect(read).toEqual(parseClasslessRoutes(pairs))
        expect(read.map(({ router }) => router)).toEqual(routes.map(({ router }) => router))
        expect(read.map(({ prefix }) => Number(prefix.split('/')[1]))).toEqual(
          routes.map(({ width }) => width),
        )
      }),
      SEED,
    )
  })
})

/** Each makes a text of about so many characters. */
const LARGE: Readonly<Record<string, (size: number) => string>> = {
  'blank lines': (size) => '\n'.repeat(size),
  blanks: (size) => ' '.repeat(size),
  'blank lines in a lease': (size) => `lease {\n${'\n'.repeat(size)}  interface "eth1";\n}\n`,
  'leases without an end': (size) => repeat('lease {\n  interface "eth1";\n', size),
  'heads of leases': (size) => repeat('lease {\n', size),
  'leases of another device': (size) => repeat(readLease('dhclient-plain').replace('eth1', 'eth0'), size),
  braces: (size) => repeat('\n}', size),
  'a value without an end': (size) => `lease {\n  interface "eth1";\n  expire ${repeat('1/', size)}\n}\n`,
  'a date without an end': (size) => `lease {\n  interface "eth1";\n  expire ${repeat('1 1/', size)};\n}\n`,
  'many routers': (size) =>
    `protocol=dhcp\nip_address=10.1.1.2\nADDRESS=10.1.1.2\nrouters=${repeat('10.1.1.1 ', size)}`,
  'many classless routes': (size) =>
    `protocol=dhcp\nip_address=10.1.1.2\nclassless_static_routes=${repeat('10.7.0.0/16 10.1.1.1 ', size)}`,
  'many octets': (size) => `ADDRESS=10.1.1.2\nCLASSLESS_ROUTES=${repeat('0 10 1 1 1 ', size)}`,
  slashes: (size) => `ADDRESS=10.1.1.2\nCLASSLESS_ROUTES=${repeat('/', size)}`,
  'blocks of dhcpcd': (size) => repeat('reason=BOUND\nprotocol=ra\n', size),
  'equals signs': (size) => repeat('=', size),
  'a line without an end': (size) => repeat('a', size),
}

function repeat(piece: string, size: number): string {
  return piece.repeat(Math.ceil(size / piece.length))
}

/** The best of three, in milliseconds. */
function time(work: () => void): number {
  return Math.min(
    ...[1, 2, 3].map(() => {
      const start = performance.now()
      work()
      return performance.now() - start
    }),
  )
}

describe.each(Object.entries(LARGE))('%s', (_, make) => {
  const [small, large] = [make(100_000), make(1_000_000)]

  it.each(Object.entries(PARSERS))('cost the parser for %s no more than linear time', (_, parse) => {
    // Ten times the text may cost forty times as much, quadratic time a hundred; below 5 ms all is noise.
    expect(time(() => parse(large))).toBeLessThan(
      40 *
        Math.max(
          5,
          time(() => parse(small)),
        ),
    )
  })
})

describe('what a door hands over', () => {
  it('becomes addresses of its family, one name, and messages of a line', () => {
    const family = fc.constantFrom('inet', 'inet6')
    fc.assert(
      fc.property(family, value, value, value, value, (ADDRFAM, address, routers, classless, provider) => {
        const word = parseWord('up', {
          ...{ MPTCP_DOOR: 'dhclient', IFACE: 'eth1', ADDRFAM, IF_PROVIDER: provider },
          ...{ IF_ADDRESS: address, IF_GATEWAY: routers, IF_CLASSLESS_ROUTES: classless },
        })
        const { lease, notices = [] } = 'idle' in word ? { lease: undefined } : word
        const given = lease === undefined ? [] : [lease.address ?? '::', ...lease.routers]
        expect(given.filter((one) => isIP(one) === 0)).toEqual([])
        expect(notices.filter((notice) => notice.includes('\n') || notice.length > 500)).toEqual([])
      }),
      SEED,
    )
  })
})
