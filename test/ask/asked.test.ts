import { describe, expect, it } from 'vitest'
import { type Asked, askedDown, askedUp, parseRecords } from '../../src/ask/asked.ts'
import type { RecordedStanza, Records } from '../../src/ask/records.ts'
import type { Edge } from '../../src/words/edge.ts'
import { byHand, type Environment, event } from '../captured.ts'

const NOW = new Date(1_000_000)
const EDGE = { now: () => NOW } as Edge

function record(changes: Partial<RecordedStanza> = {}): RecordedStanza {
  return {
    ...{
      iface: 'eth1',
      family: 'inet',
      address: '10.1.2.2',
      order: 1,
      door: 'ifupdown',
      mac: undefined,
      leaving: undefined,
    },
    variables: { METHOD: 'static', IF_ADDRESS: '10.1.2.2/24', IF_MPTCP_TABLE: '7' },
    ...changes,
  }
}

const records = (...stanzas: RecordedStanza[]): Records => ({
  stanzas,
  down: [],
  leases: [],
  notices: [],
  outdated: [],
})
const ifup = (env: Environment) => event({ IFACE: 'eth1', PHASE: 'post-up', ADDRFAM: 'inet', ...env })
const up = (env: Environment, ...stanzas: RecordedStanza[]) => askedUp(ifup(env), records(...stanzas), EDGE)
const shown = ({ stanzas }: Asked) =>
  stanzas.map(({ iface, family, addresses, order, fresh, options }) =>
    [
      iface,
      family,
      addresses[0]?.text ?? '-',
      order,
      fresh ? 'fresh' : 'recorded',
      options.table ?? '-',
    ].join(' '),
  )

const STATIC = { METHOD: 'static', IF_ADDRESS: '10.1.2.2/24' }
const OTHER = record({
  address: '10.1.3.2',
  order: 2,
  variables: { IF_ADDRESS: '10.1.3.2/24', IF_MPTCP_TABLE: '8' },
})

describe('up', () => {
  it('acts on its own stanza and on the records that it does not replace', () => {
    const asked = up(STATIC, record(), OTHER, record({ iface: 'eth0' }))
    expect(shown(asked)).toEqual([
      'eth1 inet 10.1.2.2 1 fresh -',
      'eth1 inet 10.1.3.2 2 recorded 8',
      'eth0 inet 10.1.2.2 1 recorded 7',
    ])
    expect(asked.gone).toMatchObject([{ iface: 'eth1', options: { table: 7 } }])
    expect(asked.recorded).toMatchObject([
      { address: '10.1.2.2', order: 1, variables: STATIC, door: 'ifupdown' },
    ])
  })

  it('is behind those that were there before', () => {
    expect(up({ IF_ADDRESS: '10.1.4.2/24' }, record(), OTHER).recorded).toMatchObject([
      { address: '10.1.4.2', order: 3 },
    ])
    expect(up({ METHOD: 'dhcp' }).recorded).toMatchObject([{ address: undefined, order: 1 }])
  })

  it('for both families records two, and each replaces its own', () => {
    const both = askedUp(
      event({ IFACE: 'eth1', PHASE: 'up', IF_ADDRESSES: '10.1.2.2/24 2001:db8:2::2/64' }),
      records(record()),
      EDGE,
    )
    expect(both.recorded.map(({ family, address, order }) => `${family} ${address} ${order}`)).toEqual([
      'inet6 2001:db8:2::2 2',
      'inet 10.1.2.2 1',
    ])
  })

  it('names a record whose values do not parse, and leaves it out', () => {
    const bad = record({ iface: 'eth0', variables: { IF_GATEWAY: 'gw' } })
    const asked = up(STATIC, bad)
    expect([asked.stanzas.length, asked.notices]).toEqual([
      1,
      [
        'the record of eth0 is ignored: gateway "gw" is not an IP address (set by IF_GATEWAY, as ifupdown gave it)',
      ],
    ])
  })
})

describe('up by hand', () => {
  const hand = (env: Environment, ...stanzas: RecordedStanza[]) =>
    askedUp(byHand({ ADDRFAM: 'inet', ...env }), records(...stanzas), EDGE)

  it('with IFACE alone asks again for what is recorded, and records nothing', () => {
    const asked = hand({}, record(), OTHER)
    expect(shown(asked)).toEqual(['eth1 inet 10.1.2.2 1 recorded 7', 'eth1 inet 10.1.3.2 2 recorded 8'])
    expect([asked.recorded, asked.gone]).toEqual([[], []])
  })

  it('with IFACE alone is a stanza of its own where nothing is recorded', () => {
    expect(shown(hand({}))).toEqual(['eth1 inet - 1 fresh -'])
    const other = askedUp(byHand(), records(record()), EDGE)
    expect(shown(other)).toEqual(['eth1 inet6 - 2 fresh -', 'eth1 inet 10.1.2.2 1 recorded 7'])
  })

  it('puts its values over those of the interface’s first stanza', () => {
    const asked = hand({ IF_MPTCP_ENDPOINT: 'backup' }, OTHER, record())
    expect(asked.recorded).toMatchObject([
      {
        address: '10.1.2.2',
        order: 1,
        door: 'ifupdown',
        variables: { IF_MPTCP_ENDPOINT: 'backup', IF_MPTCP_TABLE: '7', METHOD: 'static' },
      },
    ])
    expect(shown(asked)).toEqual(['eth1 inet 10.1.2.2 1 fresh 7', 'eth1 inet 10.1.3.2 2 recorded 8'])
    expect(asked.stanzas[0]?.options.endpoint).toEqual(['subflow', 'backup'])
  })

  it('with an address is about that one', () => {
    const asked = hand({ IF_ADDRESS: '10.1.3.2/24', IF_MPTCP_TABLE: '9' }, record(), OTHER)
    expect(shown(asked)).toEqual(['eth1 inet 10.1.3.2 2 fresh 9', 'eth1 inet 10.1.2.2 1 recorded 7'])
  })

  it('says who set a value: the environment, and the record’s door for what stood', () => {
    const asked = hand({ IF_MPTCP_METRIC: '5' }, record(), record({ iface: 'eth0', door: 'dhclient' }))
    expect(asked.stanzas.map(({ setter }) => setter('IF_X'))).toEqual([
      'set by IF_X in the environment',
      'set by IF_X, as dhclient gave it',
    ])
  })
})

describe('an interface that is being taken down', () => {
  const leaving = (age: number) => record({ leaving: NOW.getTime() - age })
  const isLeaving = (asked: { stanzas: readonly { leaving: boolean }[] }) =>
    asked.stanzas.map((one) => one.leaving)

  it('is so for a minute, whatever the clock does', () => {
    const ages = [0, 59_999, 60_000, -59_999, -60_000]
    expect(ages.map((age) => isLeaving(parseRecords(records(leaving(age)), NOW))[0])).toEqual([
      true,
      true,
      false,
      true,
      false,
    ])
  })

  it('is so no more with an up, of all its stanzas; not with a run by hand that only repeats', () => {
    const second = { ...OTHER, leaving: NOW.getTime() }
    expect(isLeaving(up(STATIC, leaving(0), second))).toEqual([false, false])
    expect(isLeaving(askedUp(byHand({ ADDRFAM: 'inet' }), records(leaving(0)), EDGE))).toEqual([true])
    expect(isLeaving(up(STATIC, { ...second, iface: 'eth0' }))).toEqual([false, true])
  })
})

describe('down', () => {
  const SIX = record({
    family: 'inet6',
    address: '2001:db8:2::2',
    variables: { IF_ADDRESS: '2001:db8:2::2/64' },
  })
  const ALIAS = { ...OTHER, iface: 'eth1:1' }
  const ifdown = (env: Environment) => {
    const down = event({ IFACE: 'eth1', PHASE: 'post-down', ADDRFAM: 'inet', ...env }, 'down')
    const asked = askedDown(down, records(record(), ALIAS, SIX, record({ iface: 'eth0' })), EDGE)
    expect(asked.recorded).toEqual([])
    return [asked.gone, asked.stanzas].map((list) => list.map(({ iface, family }) => `${iface} ${family}`))
  }

  it.each([
    [
      'of the interface takes its aliases along',
      {},
      ['eth1 inet', 'eth1:1 inet'],
      ['eth1 inet6', 'eth0 inet'],
    ],
    [
      'of an alias takes that',
      { IFACE: 'eth1:1' },
      ['eth1:1 inet'],
      ['eth1 inet', 'eth1 inet6', 'eth0 inet'],
    ],
    ['of the other family', { ADDRFAM: 'inet6' }, ['eth1 inet6'], ['eth1 inet', 'eth1:1 inet', 'eth0 inet']],
    ['of both', { ADDRFAM: '' }, ['eth1 inet', 'eth1:1 inet', 'eth1 inet6'], ['eth0 inet']],
    [
      'by NetworkManager',
      { METHOD: 'NetworkManager' },
      ['eth1 inet', 'eth1:1 inet', 'eth1 inet6'],
      ['eth0 inet'],
    ],
  ])('%s', (_, env, gone, stay) => {
    expect(ifdown(env)).toEqual([gone, stay])
  })
})
