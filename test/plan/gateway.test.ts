import { describe, expect, it, vi } from 'vitest'
import type { Event } from '../../src/ask/environment.ts'
import { chooseNextHop, type GatewayQuery } from '../../src/plan/gateway.ts'
import type { Snapshot } from '../../src/words/state.ts'
import { byHand, snapshot } from '../captured.ts'

/** eth1's way out in a kernel, where the table is 1001 and the leases are as given. */
function choose(seen: Snapshot, changes: Partial<GatewayQuery> = {}, event: Event = byHand()) {
  const family = changes.family ?? 'inet'
  const addresses = seen.addresses.filter((other) => other.family === family && other.device === 'eth1')
  return chooseNextHop({
    event,
    snapshot: seen,
    family,
    addresses,
    table: 1001,
    leases: () => [],
    ...changes,
  })
}

const PLAIN = snapshot('endpoints')
const LEASE = { address: '10.1.2.2', gateway: '10.1.2.253' }

describe('the first that answers', () => {
  const everything = {
    IF_MPTCP_GATEWAY: '10.1.2.10',
    IF_GATEWAY: '10.1.2.11',
    IF_GATEWAYS: '10.1.2.12 10.1.2.13',
  }
  const { IF_MPTCP_GATEWAY: _, ...stanza } = everything
  const { IF_GATEWAY: __, ...list } = stanza
  const leases = () => [LEASE]

  it.each([
    ['mptcp-gateway', byHand(everything), 'dual-stack', '10.1.2.10'],
    ['IF_GATEWAY', byHand(stanza), 'dual-stack', '10.1.2.11'],
    ['the first of IF_GATEWAYS', byHand(list), 'dual-stack', '10.1.2.12'],
    ["main's default route", byHand(), 'dual-stack', '10.1.2.1'],
    ["main's multipath default route", byHand(), 'multipath', '10.1.2.1'],
    ['the DHCP lease', byHand(), 'one-uplink', '10.1.2.253'],
  ])('is %s', (_, event, kernel, gateway) => {
    expect(choose(snapshot(kernel), { leases }, event)).toEqual({ gateway, onlink: false })
  })

  it('is the default of our own table where nothing else answers, or of the table that the stanza leaves', () => {
    expect(choose(snapshot('one-uplink'))?.gateway).toBe('10.1.2.1')
    expect(choose(snapshot('one-uplink'), { table: 1002 })?.gateway).toBe('10.1.2.1')
  })

  it('is nothing at all on a LAN', () => {
    expect(choose(PLAIN)).toBeUndefined()
  })

  it('is nothing for "none", whatever else answers', () => {
    expect(
      choose(snapshot('dual-stack'), { leases }, byHand({ ...stanza, IF_MPTCP_GATEWAY: 'none' })),
    ).toBeUndefined()
  })

  it('is of the family that is asked for', () => {
    const event = byHand({ IF_MPTCP_GATEWAY: '10.1.2.10', IF_GATEWAYS: '10.1.2.12 2001:db8:2::9' })
    expect(choose(snapshot('dual-stack'), { family: 'inet6' }, event)?.gateway).toBe('2001:db8:2::9')
    expect(choose(snapshot('dual-stack'), { family: 'inet6' })?.gateway).toBe('2001:db8:2::1')
  })
})

describe("main's default route", () => {
  const seen = snapshot('dual-stack')
  const [route] = seen.foreignRoutes.filter(
    ({ family, destination }) => family === 'inet' && destination === 'default',
  )
  const others = seen.foreignRoutes.filter((other) => other !== route)
  const withDefaults = (...changes: object[]) => ({
    ...seen,
    foreignRoutes: [...others, ...changes.flatMap((change) => (route ? [{ ...route, ...change }] : []))],
  })

  it('is the one with the lowest metric', () => {
    const [high, low] = [
      { metric: 300, gateway: '10.1.2.9' },
      { metric: 100, gateway: '10.1.2.8' },
    ]
    expect(choose(withDefaults(high, low, high))?.gateway).toBe('10.1.2.8')
  })

  it('counts in main alone', () => {
    expect(choose(withDefaults({ table: 1001 }))).toBeUndefined()
  })

  it('without a gateway leads to the link itself', () => {
    expect(choose(withDefaults({ gateway: undefined }))).toEqual({ gateway: undefined, onlink: false })
  })
})

describe('the DHCP lease', () => {
  it('counts while the device carries its address', () => {
    expect(choose(PLAIN, { leases: () => [{ ...LEASE, address: '10.7.7.7' }] })).toBeUndefined()
    expect(choose(PLAIN, { leases: () => [{ ...LEASE, address: '10.7.7.7' }, LEASE] })?.gateway).toBe(
      '10.1.2.253',
    )
  })

  it('is not looked for where something before it answers, nor for IPv6', () => {
    const leases = vi.fn(() => [LEASE])
    choose(PLAIN, { leases }, byHand({ IF_GATEWAY: '10.1.2.1' }))
    choose(snapshot('dual-stack'), { leases })
    choose(snapshot('temporary'), { leases, family: 'inet6' })
    choose(snapshot('temporary'), { leases })
    expect(leases).not.toHaveBeenCalled()
  })
})

describe('a point-to-point link', () => {
  it.each([
    ['a peer address', 'peer', 'inet'],
    ['an IPv6 peer address', 'peer', 'inet6'],
    ['a tunnel', 'tunnel', 'inet'],
  ] as const)('of %s needs no gateway', (_, kernel, family) => {
    expect(choose(snapshot(kernel), { family })).toEqual({ gateway: undefined, onlink: false })
  })

  it('takes one that is given', () => {
    expect(choose(snapshot('peer'), {}, byHand({ IF_GATEWAY: '10.9.0.1' }))).toEqual({
      gateway: '10.9.0.1',
      onlink: false,
    })
  })
})

describe('a gateway outside every subnet of the device is onlink', () => {
  it.each([
    ['10.1.2.254', 'endpoints', false],
    ['10.1.3.1', 'endpoints', true],
    ['169.254.1.1', 'endpoints', true],
    ['10.8.1.254', 'peer', false],
    ['10.9.0.1', 'peer', false],
    ['10.9.0.9', 'peer', true],
    ['2001:db8:2::1', 'dual-stack', false],
    ['2001:db8:3::1', 'dual-stack', true],
    ['fe80::1', 'dual-stack', false],
  ])('%s in %s: %s', (gateway, kernel, onlink) => {
    const family = gateway.includes(':') ? 'inet6' : 'inet'
    expect(choose(snapshot(kernel), { family }, byHand({ IF_MPTCP_GATEWAY: gateway }))).toEqual({
      gateway,
      onlink,
    })
  })
})
