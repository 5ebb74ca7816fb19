import { describe, expect, it } from 'vitest'
import type { Stanza } from '../../src/ask/stanza.ts'
import { absentNotices, carriedAddresses } from '../../src/plan/carried.ts'
import { FRESH, hostOf, PAGE, stanza, world } from './worlds.ts'

const carried = (snapshot: ReturnType<typeof world>, stanzas: readonly Stanza[] = []) =>
  carriedAddresses(hostOf(snapshot), 'eth1', 'inet', stanzas)
const SEEN = world(
  PAGE,
  'addr 10.1.2.3/24 dev eth1',
  'addr 2001:db8:2::2/64 dev eth1',
  'addr 169.254.7.7/16 dev eth1 scope link',
)

describe('what a device carries', () => {
  it('is what the kernel shows of global scope and of the family, each with the stanza that names it', () => {
    const named = stanza('eth1:1', { IF_ADDRESS: '10.1.2.3/24' })
    expect(carried(SEEN, [named])).toMatchObject([
      { local: '10.1.2.2', named: undefined, shown: true },
      { local: '10.1.2.3', named, shown: true },
    ])
  })

  it('has an address once that the kernel shows twice, as with two prefix lengths', () => {
    expect(carried(world(PAGE, 'addr 10.1.2.2/28 dev eth1'))).toHaveLength(1)
  })

  it('has what the run’s own stanza gives and the kernel does not show, and not what a record gives', () => {
    const variables = { IF_ADDRESSES: '10.1.2.2/24 10.1.3.2/24' }
    expect(carried(world(PAGE), [stanza('eth1', variables, FRESH)])).toMatchObject([
      { local: '10.1.2.2', shown: true },
      { local: '10.1.3.2', shown: false, device: 'eth1', temporary: false, tentative: false },
    ])
    expect(carried(world(PAGE), [stanza('eth1', variables)])).toHaveLength(1)
  })

  it('does not take an address of another scope for one that is not there', () => {
    const scoped = world('link eth1', 'addr 10.1.2.2/24 dev eth1 scope link')
    expect(carried(scoped, [stanza('eth1', { IF_ADDRESS: '10.1.2.2/24' }, FRESH)])).toEqual([])
  })

  it('goes by the run’s own stanza where two name an address, else by the one that was there first', () => {
    const variables = { IF_ADDRESS: '10.1.2.2/24' }
    const [first, second] = [stanza('eth1', variables), stanza('eth1:1', variables)]
    const own = stanza('eth1:2', variables, FRESH)
    expect(carried(world(PAGE), [first, second])[0]?.named).toBe(first)
    expect(carried(world(PAGE), [first, second, own])[0]?.named).toBe(own)
  })
})

it('tells of each address that only the stanza knows, and who gave it', () => {
  const given = stanza('eth1', { IF_ADDRESSES: '10.1.2.2/24 10.1.3.2/24' }, FRESH)
  expect(absentNotices(carried(world(PAGE), [given]))).toEqual([
    'address "10.1.3.2" is not on the device: used as given, until mptcp-routes next looks at the host (set by IF_ADDRESS)',
  ])
})
