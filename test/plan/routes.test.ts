import { describe, expect, it } from 'vitest'
import { carriedAddresses } from '../../src/plan/carried.ts'
import type { NextHop } from '../../src/plan/gateway.ts'
import { foreignTwin, twinNotice, wantedRoutes } from '../../src/plan/routes.ts'
import type { Family, Route, Snapshot } from '../../src/words/state.ts'
import { byHand, snapshot } from '../captured.ts'

const HOP: NextHop = { gateway: '10.1.2.1', onlink: false }

function routes(seen: Snapshot, hop: NextHop | undefined, env = {}, family: Family = 'inet') {
  const event = byHand(env)
  const addresses = carriedAddresses(family, event, seen)
  return wantedRoutes({ family, event, snapshot: seen, addresses, table: 1001, hop })
}

const shown = (list: readonly Route[]) =>
  list.map(
    ({ destination, gateway, table, metric }) =>
      `${destination} via ${gateway} table ${table} metric ${metric}`,
  )

describe('wantedRoutes', () => {
  it('leads to the subnets and to everything else', () => {
    expect(shown(routes(snapshot('endpoints'), HOP))).toEqual([
      '10.1.2.0/24 via undefined table 1001 metric 0',
      'default via 10.1.2.1 table 1001 metric 0',
    ])
  })

  it('leads to the subnets alone where there is no way out', () => {
    expect(shown(routes(snapshot('endpoints'), undefined))).toEqual([
      '10.1.2.0/24 via undefined table 1001 metric 0',
    ])
  })

  it('has fe80::/64 in an IPv6 table, as the companion rule passes over that of main', () => {
    const hop = { gateway: '2001:db8:2::1', onlink: false }
    expect(shown(routes(snapshot('dual-stack'), hop, {}, 'inet6'))).toEqual([
      '2001:db8:2::/64 via undefined table 1001 metric 1024',
      'fe80::/64 via undefined table 1001 metric 1024',
      'default via 2001:db8:2::1 table 1001 metric 1024',
    ])
  })

  it('leads to peers', () => {
    expect(shown(routes(snapshot('peer'), undefined))).toEqual([
      '10.9.0.1 via undefined table 1001 metric 0',
      '10.8.1.0/24 via undefined table 1001 metric 0',
    ])
  })

  it('has one route to a subnet with two addresses', () => {
    const env = { IF_ADDRESSES: '10.1.2.2/24 10.1.2.3/24' }
    expect(shown(routes(snapshot('endpoints'), undefined, env))).toHaveLength(1)
  })

  it('keeps onlink', () => {
    expect(routes(snapshot('endpoints'), { gateway: '192.0.2.1', onlink: true }).at(-1)).toMatchObject({
      onlink: true,
    })
  })

  it.each([
    [HOP, ['default via 10.1.2.1 table 254 metric 50']],
    [{ gateway: undefined, onlink: false } as const, ['default via undefined table 254 metric 50']],
    [undefined, []],
  ])('puts a default with mptcp-metric into main where there is a way out: %j', (hop, main) => {
    const list = routes(snapshot('endpoints'), hop, { IF_MPTCP_METRIC: '50' })
    expect(shown(list.filter(({ table }) => table === 254))).toEqual(main)
  })
})

describe('routes of another stanza of the device', () => {
  const seen = snapshot('one-uplink', ['inet'])
  const elsewhere = {
    ...seen,
    rules: seen.rules.map((rule) => ({ ...rule, table: rule.table === 1001 ? 1002 : rule.table })),
  }
  const [any] = seen.routes
  const theirs = any
    ? [
        { ...any, table: 1002 },
        { ...any, table: 254, metric: 50 },
        { ...any, table: 7 },
      ]
    : []
  const kept = (env: Record<string, string>) =>
    routes({ ...elsewhere, routes: theirs }, undefined, env).filter(
      ({ destination, table }) => destination === any?.destination && table !== 1001,
    )

  it('stay in its table, and in main where this stanza is silent', () => {
    expect(kept({ IF_ADDRESS: '10.1.3.2/24' })).toEqual(theirs.slice(0, 2))
  })

  it('leave main where this stanza has a metric of its own', () => {
    expect(kept({ IF_ADDRESS: '10.1.3.2/24', IF_MPTCP_METRIC: '60' })).toEqual(theirs.slice(0, 1))
  })

  it('do not stay where this stanza speaks for the address', () => {
    expect(kept({ IF_ADDRESS: '10.1.2.2/24', PHASE: 'post-up' })).toEqual([])
  })

  it('stay in main where a run by hand does not say otherwise', () => {
    expect(kept({ IF_ADDRESS: '10.1.2.2/24' })).toEqual(theirs.slice(1, 2))
  })
})

describe("somebody else's route in the place of a wanted one", () => {
  const seen = snapshot('foreign')
  const wanted = routes(seen, HOP).find(({ destination }) => destination === 'default') as Route

  it('is found', () => {
    expect(foreignTwin(wanted, seen)?.gateway).toBe('10.1.2.9')
  })

  it.each([{ metric: 5 }, { table: 1002 }, { destination: '10.1.2.0/24' }, { family: 'inet6' as const }])(
    'is none with other %j',
    (changes) => {
      expect(foreignTwin({ ...wanted, ...changes }, seen)).toBeUndefined()
    },
  )

  it('is told of where it leads elsewhere', () => {
    expect(twinNotice(wanted, foreignTwin(wanted, seen))).toEqual([
      'table 1001 has a route of another program to default via 10.1.2.9: left as it is',
    ])
    expect(twinNotice({ ...wanted, gateway: '10.1.2.9' }, foreignTwin(wanted, seen))).toEqual([])
    expect(twinNotice(wanted, undefined)).toEqual([])
  })
})
