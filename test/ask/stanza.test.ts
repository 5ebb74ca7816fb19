import { describe, expect, it } from 'vitest'
import {
  deviceOf,
  gatewayVariable,
  isAlias,
  ownGateway,
  parseStanzas,
  wayNames,
} from '../../src/ask/stanza.ts'
import { environment, refusalOf } from '../captured.ts'

const BOTH = ['inet6', 'inet'] as const
const setter = (variable: string) => `set by ${variable}`
const SPEAKER = { iface: 'eth1:1', door: 'ifupdown', order: 3, fresh: true, leaving: false, setter }
const parse = (env: NodeJS.ProcessEnv, families: readonly ('inet' | 'inet6')[] = ['inet']) =>
  parseStanzas(env, families, SPEAKER)

describe('a stanza', () => {
  it('has its speaker’s words, and its own', () => {
    expect(parse(environment('options'))).toMatchObject([
      {
        ...{
          iface: 'eth1:1',
          device: 'eth1',
          door: 'ifupdown',
          order: 3,
          fresh: true,
          leaving: false,
          family: 'inet',
        },
        ...{ method: 'static', pointToPoint: false, configured: true },
        ...{ addresses: [{ text: '10.1.2.2' }], options: { table: 100, priority: 500 } },
      },
    ])
  })

  it('of both families is two, each with what is its own', () => {
    const [six, four] = parse(environment('ng-dual-stack'), BOTH)
    expect(six).toMatchObject({
      family: 'inet6',
      addresses: [{ text: '2001:db8:2::2' }],
      gateways: [{ text: '2001:db8:2::1' }],
    })
    expect(four).toMatchObject({ family: 'inet', addresses: [{ text: '10.1.2.2' }] })
    expect(four?.gateways.map(({ text }) => text)).toContain('10.1.2.1')
  })

  it.each([
    [{ METHOD: 'ppp' }, true],
    [{ METHOD: 'wvdial' }, true],
    [{ IF_ADDRESS: '10.9.0.2', IF_POINTOPOINT: '10.9.0.1' }, true],
    [{ METHOD: 'tunnel' }, false],
    [{}, false],
  ])('%j says that the other end is the way out: %s', (env, pointToPoint) => {
    expect(parse(env)[0]?.pointToPoint).toBe(pointToPoint)
  })

  it('is refused whose mptcp-gateway is of no family of its own, or no host’s', () => {
    expect(refusalOf(() => parse({ IF_MPTCP_GATEWAY: '2001:db8::1' }))).toBe(
      `Refusal: mptcp-gateway "2001:db8::1" is not an address of the stanza's family, inet (set by IF_MPTCP_GATEWAY)`,
    )
    expect(refusalOf(() => parse({ IF_MPTCP_GATEWAY: '224.0.0.1' }))).toBe(
      'Refusal: mptcp-gateway "224.0.0.1" is not the address of a host (set by IF_MPTCP_GATEWAY)',
    )
    expect(refusalOf(() => parse({ IF_MPTCP_GATEWAY: '2001:db8::1' }, BOTH))).toBe('not refused')
  })
})

describe('its own gateway', () => {
  const own = (env: NodeJS.ProcessEnv) =>
    parse(env, BOTH).map((stanza) => {
      const gateway = ownGateway(stanza)
      return `${typeof gateway === 'object' ? gateway.text : gateway} by ${gatewayVariable(stanza)}`
    })

  it.each([
    [{}, 'undefined by IF_GATEWAY', 'undefined by IF_GATEWAY'],
    [{ IF_GATEWAY: '10.1.2.1' }, 'undefined by IF_GATEWAY', '10.1.2.1 by IF_GATEWAY'],
    [{ IF_GATEWAYS: '10.1.2.1 10.1.2.9 fe80::1' }, 'fe80::1 by IF_GATEWAY', '10.1.2.1 by IF_GATEWAY'],
    [
      { IF_GATEWAY: '10.1.2.1', IF_MPTCP_GATEWAY: '10.1.2.9' },
      'undefined by IF_GATEWAY',
      '10.1.2.9 by IF_MPTCP_GATEWAY',
    ],
    [
      { IF_GATEWAY: '10.1.2.1', IF_MPTCP_GATEWAY: 'fe80::1' },
      'fe80::1 by IF_MPTCP_GATEWAY',
      '10.1.2.1 by IF_GATEWAY',
    ],
    [{ IF_GATEWAY: '10.1.2.1', IF_MPTCP_GATEWAY: 'none' }, 'none by IF_GATEWAY', 'none by IF_GATEWAY'],
  ])('of %j', (env, six, four) => {
    expect(own(env)).toEqual([six, four])
  })
})

it.each([
  [{}, []],
  [{ IF_GATEWAYS: '10.1.2.1 10.1.2.9' }, ['10.1.2.1', '10.1.2.9']],
  [{ IF_GATEWAY: '10.1.2.1', IF_MPTCP_GATEWAY: '10.1.2.9' }, ['10.1.2.9', '10.1.2.1']],
  [{ IF_MPTCP_GATEWAY: 'none' }, ['none']],
])('%j may make ways by the names of %j', (env, names) => {
  expect(parse(env).map(wayNames)).toEqual([names])
})

it.each([
  ['eth1', 'eth1', false],
  ['eth1:1', 'eth1', true],
  ['x:y:z', 'x', true],
])('%s is of device %s, an alias: %s', (iface, device, alias) => {
  expect([deviceOf(iface), isAlias(iface)]).toEqual([device, alias])
})
