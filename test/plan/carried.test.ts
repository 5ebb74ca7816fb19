import { describe, expect, it } from 'vitest'
import { absentNotices, carriedAddresses, checkHolders } from '../../src/plan/carried.ts'
import { deriveTable } from '../../src/words/table.ts'
import { byHand, refusalOf, snapshot } from '../captured.ts'

const SEEN = snapshot('one-uplink')
const NO_RULES = snapshot('endpoints')

describe('carriedAddresses', () => {
  it('is what the kernel shows of the family on the device, each with its rule', () => {
    expect(carriedAddresses('inet', byHand(), SEEN)).toMatchObject([
      { local: '10.1.2.2', own: true, standing: { table: 1001, priority: 31000, kind: 'source' } },
    ])
    expect(carriedAddresses('inet6', byHand(), SEEN)).toMatchObject([{ local: '2001:db8:2::2' }])
    expect(carriedAddresses('inet', byHand(), snapshot('no-device'))).toEqual([])
  })

  it('adds what the stanza gives and the kernel does not show', () => {
    const event = byHand({ IF_ADDRESSES: '10.1.2.2/24 10.1.3.2/24' })
    expect(carriedAddresses('inet', event, SEEN)).toMatchObject([
      { local: '10.1.2.2' },
      { local: '10.1.3.2', subnet: '10.1.3.0/24', device: 'eth1', temporary: false, tentative: false },
    ])
  })

  it.each([
    ['names it', { IF_ADDRESS: '10.1.2.2' }, SEEN, true],
    ['names none', {}, SEEN, true],
    ['names another, and the address has a rule', { IF_ADDRESS: '10.1.3.2' }, SEEN, false],
    ['names another, and the address has no rule yet', { IF_ADDRESS: '10.1.3.2' }, NO_RULES, false],
  ])('the stanza speaks for an address where it names it or names none: it %s', (_, env, seen, own) => {
    const address = carriedAddresses('inet', byHand(env), seen).find(({ local }) => local === '10.1.2.2')
    expect(address?.own).toBe(own)
  })

  it('has an address once that the kernel shows twice, as with two peers', () => {
    const [address] = NO_RULES.addresses
    const twice = { ...NO_RULES, addresses: address ? [address, { ...address, peer: '10.1.2.9' }] : [] }
    expect(carriedAddresses('inet', byHand(), twice)).toHaveLength(1)
  })
})

describe('an address that is on another device too', () => {
  const shared = { ...SEEN.addresses.find(({ local }) => local === '10.1.2.2'), device: 'eth0' }
  const twice = { ...SEEN, addresses: [...SEEN.addresses, shared as (typeof SEEN.addresses)[number]] }
  const check = (seen: typeof SEEN) =>
    refusalOf(() => checkHolders(carriedAddresses('inet', byHand(), seen), seen, byHand()))

  it('is refused where the rule is the other device’s', () => {
    expect(check({ ...twice, routes: [] })).toBe(
      'Refusal: address "10.1.2.2" is also on eth0, whose rule it has; rules by source address cannot tell the two apart: give one of them another address',
    )
  })

  it('is taken where the rule leads to the table that the device would get: it was pulled and is back', () => {
    const rules = SEEN.rules.map((rule) => ({ ...rule, table: deriveTable('eth1') }))
    expect(check({ ...twice, rules, routes: [] })).toBe('not refused')
  })

  it('is taken where the rule is our own, and where there is none', () => {
    expect([check(twice), check({ ...twice, rules: [] }), check(SEEN)]).toEqual(Array(3).fill('not refused'))
  })
})

it('refuses an address that another device alone carries', () => {
  const seen = snapshot('dual-stack')
  const event = byHand({ IF_ADDRESS: '10.1.1.2/24' })
  expect(refusalOf(() => checkHolders(carriedAddresses('inet', event, seen), seen, event))).toBe(
    'Refusal: address "10.1.1.2" is on eth0, not on eth1 (set by IF_ADDRESS in the environment)',
  )
})

it('tells of each address that only the stanza knows', () => {
  const event = byHand({ IF_ADDRESSES: '10.1.2.2/24 10.1.3.2/24' })
  expect(absentNotices(carriedAddresses('inet', event, SEEN), SEEN, event)).toEqual([
    expect.stringMatching(/^address "10\.1\.3\.2" is not on the device: used as given \(set by IF_ADDRESS/),
  ])
})
