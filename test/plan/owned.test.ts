import { describe, expect, it } from 'vitest'
import { isOnlyOn, ownedState } from '../../src/plan/owned.ts'
import type { Address, Rule, Snapshot } from '../../src/words/state.ts'
import { deriveTable } from '../../src/words/table.ts'
import { byHand, event, snapshot } from '../captured.ts'

const SEEN = snapshot('one-uplink')
const ADDRESS = SEEN.addresses.find(({ local }) => local === '10.1.2.2') as Address

function rule(from: string, table: number, changes: Partial<Rule> = {}): Rule {
  return {
    kind: 'source',
    family: from.includes(':') ? 'inet6' : 'inet',
    from,
    table,
    priority: 31000,
    ...changes,
  }
}

function owned(seen: Snapshot, direction: 'up' | 'down', iface = 'eth1', more: Record<string, string> = {}) {
  return ownedState(event({ IFACE: iface, ...more }, direction), seen, [])
}

const rulesOf = (state: { readonly rules: readonly Rule[] }) =>
  state.rules.map(({ from, table }) => `${from} ${table}`)

describe('ownedState', () => {
  it.each(['up', 'down'] as const)('is on %s all that mptcp_up has made for the device', (direction) => {
    const { rules, routes, endpoints, group } = owned(SEEN, direction)
    expect([rules.length, routes.length, endpoints.length, group]).toEqual([4, 5, 2, 77])
  })

  it('is of the family of the stanza', () => {
    const { rules, routes, endpoints } = owned(SEEN, 'down', 'eth1', { ADDRFAM: 'inet6' })
    expect([...rules, ...routes].every(({ family }) => family === 'inet6')).toBe(true)
    expect(endpoints.map(({ address }) => address)).toEqual(['2001:db8:2::2'])
  })

  it('leaves the rules and endpoints of other devices alone', () => {
    const other = { ...ADDRESS, device: 'eth0', local: '10.1.1.2' }
    const seen = {
      ...SEEN,
      addresses: [...SEEN.addresses, other],
      rules: [...SEEN.rules, rule('10.1.1.2', 1000)],
      endpoints: [
        ...SEEN.endpoints,
        { id: 9, address: '10.1.1.2', device: 'eth0', flags: ['subflow'] as const },
      ],
    }
    for (const direction of ['up', 'down'] as const) {
      expect(rulesOf(owned(seen, direction))).not.toContain('10.1.1.2 1000')
      expect(owned(seen, direction).endpoints).toHaveLength(2)
    }
  })

  it('leaves endpoints alone whose address has no rule of ours on down, and takes over those of the device on up', () => {
    const seen = snapshot('endpoints')
    expect(owned(seen, 'down').endpoints).toEqual([])
    expect(owned(seen, 'up').endpoints.map(({ address }) => address)).toEqual(['10.1.2.2'])
  })
})

describe('orphans', () => {
  const orphans = [
    rule('10.7.7.7', 7),
    rule('10.1.2.9', 1001),
    rule('10.1.2.9', 254, { kind: 'companion', priority: 30999 }),
  ]
  const endpoint = { id: 9, address: '10.7.7.7', device: undefined, flags: ['subflow'] as const }
  const seen: Snapshot = {
    ...SEEN,
    rules: [...SEEN.rules, ...orphans],
    endpoints: [...SEEN.endpoints, endpoint],
  }

  it.each(['eth1', 'eth1:1'])('go on down of %s, with their endpoints', (iface) => {
    const { rules, endpoints } = owned(seen, 'down', iface)
    expect(rules).toEqual(expect.arrayContaining(orphans))
    expect(endpoints).toContain(endpoint)
  })

  it("go on up where they lead to the device's table, with their companions", () => {
    expect(rulesOf(owned(seen, 'up'))).toEqual(expect.arrayContaining(['10.1.2.9 1001', '10.1.2.9 254']))
    expect(rulesOf(owned(seen, 'up'))).not.toContain('10.7.7.7 7')
  })

  it('go on up where they lead to the table that the device would get: it was pulled and is back', () => {
    const back = { ...snapshot('empty'), rules: [rule('10.1.2.9', deriveTable('eth1'))] }
    expect(owned(back, 'up').rules).toHaveLength(1)
  })

  it('go on up where they lead to a table that the run is about to use', () => {
    const used = ownedState(byHand(), seen, [{ family: 'inet', table: 7 }])
    expect(rulesOf(used)).toContain('10.7.7.7 7')
    expect(rulesOf(ownedState(byHand(), seen, [{ family: 'inet6', table: 7 }]))).not.toContain('10.7.7.7 7')
  })

  it('go on up where the stanza names their address', () => {
    expect(rulesOf(owned(seen, 'up', 'eth1', { IF_ADDRESS: '10.7.7.7' }))).toContain('10.7.7.7 7')
  })

  it('go on down of a device that is not there any more', () => {
    const gone = { ...snapshot('no-device'), rules: [rule('10.1.2.2', 1001)] }
    expect(owned(gone, 'down').rules).toHaveLength(1)
  })
})

describe('down of an alias', () => {
  it('keeps the rules and routes of what the device still carries', () => {
    expect(owned(SEEN, 'down', 'eth1:1')).toMatchObject({ rules: [], routes: [], endpoints: [] })
  })

  it('takes the route of a subnet that the device does not carry any more', () => {
    const [route] = SEEN.routes.filter(({ destination }) => destination === '10.1.2.0/24')
    const stale = route ? [{ ...route, destination: '10.1.3.0/24' }] : []
    const state = owned({ ...SEEN, routes: [...SEEN.routes, ...stale] }, 'down', 'eth1:1')
    expect(state.routes).toEqual(stale)
  })

  it('takes everything when the device carries nothing any more', () => {
    expect(owned({ ...SEEN, addresses: [] }, 'down', 'eth1:1')).toMatchObject({
      rules: SEEN.rules,
      routes: SEEN.routes,
    })
  })
})

describe('an address on two devices', () => {
  const twice = { ...SEEN, addresses: [...SEEN.addresses, { ...ADDRESS, device: 'eth0' }] }

  it('is on neither alone', () => {
    expect([isOnlyOn(SEEN, '10.1.2.2'), isOnlyOn(twice, '10.1.2.2'), isOnlyOn(SEEN, '10.7.7.7')]).toEqual([
      true,
      false,
      false,
    ])
  })

  it('has the rule of the device whose table it leads to', () => {
    expect(rulesOf(owned(twice, 'down'))).toContain('10.1.2.2 1001')
    const elsewhere = { ...twice, device: 'eth0', routes: [] }
    expect(rulesOf(ownedState(event({ IFACE: 'eth0' }, 'down'), elsewhere, []))).not.toContain(
      '10.1.2.2 1001',
    )
  })
})

it('shows the limit of subflows and the group as they stand', () => {
  expect(ownedState(byHand(), snapshot('no-device'), [])).toMatchObject({ group: undefined, subflows: 2 })
})
