import { describe, expect, it } from 'vitest'
import { DEFAULT_FILE } from '../src/ask/configuration-file.ts'
import { parseWord } from '../src/ask/door.ts'
import { follow } from '../src/follow.ts'
import { deriveTable } from '../src/words/table.ts'
import { type Environment, event, refusalOf } from './captured.ts'
import { change, type FakeHost, hostWith, IFUP, ifdown, PAGE, recordsOf, run, stateOf } from './fake-host.ts'
import { interpose, PASS, type Written } from './fake-kernel/interpose.ts'
import { deleteVeth } from './fake-kernel/links.ts'

const T1 = deriveTable('eth1')
const BOUND = {
  MPTCP_DOOR: 'dhclient',
  IFACE: 'eth1',
  ADDRFAM: 'inet',
  IF_ADDRESS: '10.1.2.2',
  IF_GATEWAY: '10.1.2.1',
}
const DHCP = { IFACE: 'eth1', ADDRFAM: 'inet', METHOD: 'dhcp', MODE: 'start', PHASE: 'post-up' }

/** What the word leaves behind besides the host's state. */
function hear(host: FakeHost, direction: 'up' | 'down', changes: Environment = {}, dryRun = false) {
  const word = parseWord(direction, { ...BOUND, ...changes })
  if ('idle' in word) {
    throw new Error(word.idle)
  }
  const written: Written[] = []
  const told: string[] = []
  const ignore = () => {}
  const report = { notice: (text: string) => told.push(text), detail: ignore, command: ignore }
  const edge = interpose(host.edge, PASS, written)
  const refusal = refusalOf(() => follow({ word, edge, env: {}, dryRun, report }))
  return { refusal, told, lines: written.map(({ line }) => line) }
}

function hostOf(configuration = '', ...lines: string[]): FakeHost {
  const host = hostWith(...PAGE, ...lines)
  if (configuration !== '') {
    host.disk.files.set(DEFAULT_FILE, configuration)
  }
  return host
}

/** After an ifup that found no router. */
function dhcpHost(changes: Environment = {}): FakeHost {
  const host = hostOf()
  run(host, event({ ...DHCP, ...changes }))
  return host
}

/** The gateway of each table of ours. */
function gateways({ kernel }: FakeHost): string[] {
  return kernel.routes
    .filter(({ protocol, destination }) => protocol === 77 && destination === 'default')
    .map(({ table, hops }) => `${table} ${hops.map(({ gateway, device }) => gateway ?? device).join(' ')}`)
}

const rules = ({ kernel }: FakeHost) =>
  kernel.rules.flatMap(({ from, protocol, table }) => (protocol === 77 && table !== undefined ? [from] : []))
const leases = (host: FakeHost) => recordsOf(host).leases.map(({ door, routers }) => `${door} ${routers}`)

describe('a lease', () => {
  it('gives the router of a stanza that has none, with the options of that', () => {
    const host = dhcpHost({ IF_MPTCP_TABLE: '70', IF_MPTCP_ENDPOINT: 'backup' })
    expect(gateways(host)).toEqual([])
    expect(hear(host, 'up')).toMatchObject({ refusal: 'not refused', told: [] })
    expect(gateways(host)).toEqual(['70 10.1.2.1'])
    expect(host.kernel.endpoints).toMatchObject([{ address: '10.1.2.2', flags: ['subflow', 'backup'] }])
  })

  it('does not go before the router that the stanza names', () => {
    const host = dhcpHost({ IF_MPTCP_GATEWAY: '10.1.2.7' })
    hear(host, 'up')
    expect(gateways(host)).toEqual([`${T1} 10.1.2.7`])
  })

  it('serves a device that a section names, with the options of that', () => {
    const host = hostOf('[eth*]\nmptcp-table = 71\n')
    hear(host, 'up')
    expect(gateways(host)).toEqual(['71 10.1.2.1'])
    expect(leases(host)).toEqual(['dhclient 10.1.2.1'])
  })

  it('is followed to another router, and once more to nothing new', () => {
    const host = dhcpHost()
    hear(host, 'up')
    hear(host, 'up', { IF_GATEWAY: '10.1.2.9' })
    expect(gateways(host)).toEqual([`${T1} 10.1.2.9`])
    expect(hear(host, 'up', { IF_GATEWAY: '10.1.2.9' }).lines).toEqual([])
  })

  it('is followed to another address', () => {
    const host = dhcpHost()
    hear(host, 'up')
    change(host, 'addr delete 10.1.2.2/24 dev eth1', 'addr add 10.1.2.70/24 dev eth1')
    hear(host, 'up', { IF_ADDRESS: '10.1.2.70' })
    expect(rules(host)).toEqual(['10.1.2.70', '10.1.2.70'])
    expect(host.kernel.endpoints.map(({ address }) => address)).toEqual(['10.1.2.70'])
  })

  it('is known before the stanza is where ifup waits for it', () => {
    const host = hostOf()
    expect(hear(host, 'up', { METHOD: 'dhcp' }).lines).toEqual([])
    run(host, event(DHCP))
    expect(gateways(host)).toEqual([`${T1} 10.1.2.1`])
  })

  it('of an address that the device does not carry does not count', () => {
    const host = dhcpHost()
    hear(host, 'up', { IF_ADDRESS: '10.1.2.99' })
    expect([leases(host), gateways(host)]).toEqual([[], []])
  })

  it('without a word of its address counts for what the device carries', () => {
    const host = dhcpHost()
    hear(host, 'up', { IF_ADDRESS: '' })
    expect(gateways(host)).toEqual([`${T1} 10.1.2.1`])
  })

  it.each([
    ['224.0.0.1', 'is not the address of a host'],
    ['10.1.2.2', "is this host's own address"],
    ['10.1.2.255', 'is the network or broadcast address of 10.1.2.0/24'],
  ])('with the router %s makes no uplink, and says so once', (router, why) => {
    const host = dhcpHost()
    expect(hear(host, 'up', { IF_GATEWAY: router })).toEqual({
      refusal: 'not refused',
      told: [`router "${router}" ${why} (set by IF_GATEWAY, as dhclient gave it)`],
      lines: [],
    })
  })

  it('is left out where the run is dry', () => {
    const host = dhcpHost()
    const before = stateOf(host)
    hear(host, 'up', {}, true)
    expect([stateOf(host), leases(host)]).toEqual([before, []])
  })
})

describe('nobody has asked', () => {
  it.each([
    ['at all', '', {}],
    ['for this device', '[eth0]\n', {}],
    ['for a device that is not there', '[eth0]\n', { IFACE: 'eth7' }],
    ['any more, after its ifdown', '[eth1]\n', {}],
  ])('%s: nothing is made, nothing is noted', (what, configuration, changes) => {
    const host = hostOf(configuration)
    if (what.includes('ifdown')) {
      run(host, event(DHCP))
      run(host, ifdown())
    }
    const before = stateOf(host)
    expect(hear(host, 'up', changes)).toEqual({ refusal: 'not refused', told: [], lines: [] })
    expect(hear(host, 'down', changes)).toEqual({ refusal: 'not refused', told: [], lines: [] })
    expect([stateOf(host), leases(host)]).toEqual([before, []])
  })
})

describe('a loss', () => {
  it('takes the lease along, and leaves what the stanza asked for', () => {
    const host = dhcpHost({ IF_MPTCP_TABLE: '70' })
    hear(host, 'up')
    change(host, 'addr delete 10.1.2.2/24 dev eth1')
    hear(host, 'down')
    expect([rules(host), gateways(host), host.kernel.endpoints, leases(host)]).toEqual([[], [], [], []])
    change(host, 'addr add 10.1.2.2/24 dev eth1')
    hear(host, 'up')
    expect(gateways(host)).toEqual(['70 10.1.2.1'])
  })

  it('of the one lease is none of the other door’s, nor of the other family', () => {
    const host = dhcpHost()
    hear(host, 'up')
    hear(host, 'down', { MPTCP_DOOR: 'dhcpcd' })
    hear(host, 'down', { ADDRFAM: 'inet6' })
    expect(leases(host)).toEqual(['dhclient 10.1.2.1'])
    expect(gateways(host)).toEqual([`${T1} 10.1.2.1`])
  })

  it('leaves a static stanza’s uplink on the device as it is', () => {
    const host = hostOf()
    run(host, event({ ...IFUP }))
    const before = stateOf(host)
    hear(host, 'down')
    expect(stateOf(host)).toBe(before)
  })

  it('of a device that is gone clears what it had', () => {
    const host = dhcpHost()
    hear(host, 'up')
    deleteVeth(host.kernel, 'eth1')
    hear(host, 'down')
    expect([rules(host), host.kernel.endpoints, leases(host)]).toEqual([[], [], []])
  })
})

it('an ifdown takes the lease along', () => {
  const host = dhcpHost()
  hear(host, 'up')
  run(host, ifdown())
  expect([leases(host), rules(host)]).toEqual([[], []])
})

describe('two words whose runs overtake each other', () => {
  it('a loss that comes late does not take the newer lease', () => {
    const host = dhcpHost()
    hear(host, 'up', { MPTCP_SINCE: '20.5' })
    hear(host, 'down', { MPTCP_SINCE: '20.1' })
    expect(leases(host)).toEqual(['dhclient 10.1.2.1'])
    hear(host, 'down', { MPTCP_SINCE: '20.5' })
    expect(leases(host)).toEqual([])
  })

  it('an older router does not come back', () => {
    const host = dhcpHost()
    hear(host, 'up', { MPTCP_SINCE: '20.5', IF_GATEWAY: '10.1.2.9' })
    hear(host, 'up', { MPTCP_SINCE: '20.1' })
    expect(gateways(host)).toEqual([`${T1} 10.1.2.9`])
  })
})

describe('a line of pppd', () => {
  const STANZA = {
    ...DHCP,
    IFACE: 'dsl-provider',
    METHOD: 'ppp',
    IF_MPTCP_ENDPOINT: 'backup',
    IF_MPTCP_TABLE: '72',
  }
  const LINE = { MPTCP_DOOR: 'pppd', IFACE: 'eth1', IF_GATEWAY: '', IF_PROVIDER: 'dsl-provider' }
  const dialled = (stanza: Environment) => {
    const host = hostOf()
    run(host, event({ ...STANZA, ...stanza }))
    hear(host, 'up', LINE)
    return rules(host)
  }

  it('has the options of the stanza that dialled it', () => {
    expect(dialled({ IF_PROVIDER: 'dsl-provider' })).toEqual(['10.1.2.2', '10.1.2.2'])
    expect(dialled({ IF_PROVIDER: 'another' })).toEqual([])
    expect(dialled({})).toEqual([])
    expect(dialled({ IF_PROVIDER: 'dsl-provider', IF_UNIT: '1' })).toEqual([])
    expect(dialled({ IF_PROVIDER: 'dsl-provider', IF_UNIT: 'eth1' })).toEqual(['10.1.2.2', '10.1.2.2'])
  })
})

it('a configuration that does not parse does not count, and says why', () => {
  const host = hostOf('[eth1]\nmptcp-tabel = 7\n')
  expect(hear(host, 'up')).toMatchObject({
    told: [expect.stringMatching(/^"mptcp-tabel" is no option .*; the configuration does not count$/)],
    lines: [],
  })
})
