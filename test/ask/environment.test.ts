import { describe, expect, it } from 'vitest'
import type { StanzaAddress } from '../../src/ask/addresses.ts'
import type { Event } from '../../src/ask/environment.ts'
import { isUnderManager, parseEnvironment } from '../../src/ask/environment.ts'
import { byHand, environment, environments, event, refusalOf } from '../captured.ts'

/** The addresses of all stanzas of a run. */
function addressesOf({ stanzas }: Event): StanzaAddress[] {
  return stanzas.flatMap(({ addresses }) => addresses)
}

function gatewaysOf({ stanzas }: Event): string[] {
  return stanzas.flatMap(({ gateways }) => gateways.map(({ text }) => text))
}

const V4 = { family: 'inet', text: '10.1.2.2', subnet: '10.1.2.0/24', peer: undefined }
const V6 = { family: 'inet6', text: '2001:db8:2::2', subnet: '2001:db8:2::/64', peer: undefined }

describe('an environment of the real ifupdown', () => {
  it.each([
    ['static', ['inet'], [V4], ['10.1.2.1']],
    ['netmask', ['inet'], [V4], []],
    ['netmask-length', ['inet'], [{ ...V4, subnet: '10.1.0.0/20' }], []],
    ['inet6-without-prefix', ['inet6'], [{ ...V6, subnet: undefined }], []],
    ['dhcp', ['inet'], [], []],
    ['auto', ['inet6'], [], []],
    [
      'pointopoint',
      ['inet'],
      [{ family: 'inet', text: '10.9.0.2', subnet: '10.9.0.1', peer: '10.9.0.1' }],
      [],
    ],
    ['options', ['inet'], [V4], []],
  ])('%s', (name, families, addresses, gateways) => {
    const up = event(environment(name))
    expect(up).toMatchObject({ direction: 'up', device: 'eth1', alias: false, families, notices: [] })
    expect(up).toMatchObject({ iface: 'eth1', door: 'ifupdown', byHand: false, bare: false })
    expect([addressesOf(up), gatewaysOf(up)]).toMatchObject([addresses, gateways])
  })

  it('runs the hook once for each stanza', () => {
    const ups = environments('two-stanzas')
      .slice(0, 2)
      .map((env) => event(env))
    expect(ups.map((up) => addressesOf(up)[0]?.text)).toEqual(['10.1.2.2', '10.1.3.2'])
    expect(ups.map(({ stanzas }) => stanzas[0]?.options.gateway)).toEqual([
      { family: 'inet', text: '10.1.2.1' },
      undefined,
    ])
  })

  it('runs the hook once for each family', () => {
    const ups = environments('dual-stack')
      .slice(0, 2)
      .map((env) => event(env))
    expect(ups.map((up) => [up.families, addressesOf(up)])).toEqual([
      [['inet'], [V4]],
      [['inet6'], [V6]],
    ])
  })

  it('names an alias by the device in front of the colon', () => {
    const [, up] = environments('alias')
    const alias = event(up ?? {})
    expect(alias).toMatchObject({ device: 'eth1', alias: true, iface: 'eth1:1' })
    expect(addressesOf(alias)).toMatchObject([{ text: '10.1.2.3' }])
  })

  it('acts on one of the runs of ifup -a: neither lo nor the meta run', () => {
    const runs = environments('all').map((env) =>
      parseEnvironment(env['MODE'] === 'start' ? 'up' : 'down', env),
    )
    expect(runs.map((run) => ('idle' in run ? run.idle : run.device))).toEqual([
      'IFACE is "lo"',
      'eth1',
      'IFACE is "--all"',
      'eth1',
      'IFACE is "lo"',
      'IFACE is "--all"',
    ])
  })

  it('acts on "mptcp off" too, as something may stand', () => {
    expect(event(environment('off')).stanzas).toMatchObject([{ options: { off: true }, configured: false }])
  })

  it('takes nothing from the stanza on the way down, as it may have been edited', () => {
    const down = { ...environments('options').at(-1), IF_ADDRESS: 'rubbish', IF_MPTCP_TABLE: '254' }
    expect(event(down, 'down')).toMatchObject({
      direction: 'down',
      stanzas: [],
    })
  })

  it('awaits the address of a router advertisement alone, and on up alone', () => {
    const awaits = ['static', 'dhcp', 'auto'].map((name) => event(environment(name)).awaitsAddress)
    expect(awaits).toEqual([false, false, true])
    expect(event(environments('auto').at(-1) ?? {}, 'down').awaitsAddress).toBe(false)
  })
})

describe('an environment of the real ifupdown-ng', () => {
  it('is one run for both families', () => {
    const up = event(environment('ng-dual-stack'))
    expect(up.stanzas).toMatchObject([
      { family: 'inet6', addresses: [V6] },
      { family: 'inet', addresses: [V4] },
    ])
    expect(new Set(gatewaysOf(up))).toEqual(new Set(['2001:db8:2::1', '10.1.2.1']))
  })

  it('has the options too', () => {
    expect(event(environment('ng-options')).stanzas[0]?.options).toMatchObject({
      gateway: { text: '10.1.2.1' },
      table: 100,
    })
  })

  it('is idle for lo', () => {
    const [lo, eth1] = environments('ng-all').map((env) => parseEnvironment('up', env))
    expect([lo, eth1]).toMatchObject([
      { idle: 'IFACE is "lo"' },
      { device: 'eth1', variables: { METHOD: 'none' } },
    ])
  })
})

// ifupdown2, as its addons/usercmds.py and ifupdown/ifupdownmain.py write it.
it.each([
  ['inet,inet,inet6', ['inet6', 'inet']],
  ['inet,inet6', ['inet6', 'inet']],
  ['inet,inet', ['inet']],
  ['', ['inet6', 'inet']],
])('ADDRFAM %j of ifupdown2 is %j', (ADDRFAM, families) => {
  expect(byHand({ ADDRFAM }).families).toEqual(families)
})

describe('does nothing', () => {
  it.each([
    ['up', { IFACE: '', PHASE: 'post-up' }, 'IFACE is ""'],
    ['up', { IFACE: 'lo' }, 'IFACE is "lo"'],
    ['up', { IFACE: 'lo:1' }, 'IFACE is "lo:1"'],
    ['up', { IFACE: '--all', ADDRFAM: 'meta' }, 'IFACE is "--all"'],
    ['up', { IFACE: 'dummy0', METHOD: 'loopback' }, 'the method is loopback'],
    ['up', { IFACE: 'eth1', ADDRFAM: 'meta' }, 'the address family is "meta"'],
    ['up', { IFACE: 'can0', ADDRFAM: 'can' }, 'the address family is "can"'],
    ['up', { IFACE: 'eth1', ADDRFAM: 'x25,ipx' }, 'the address family is "x25,ipx"'],
    ['up', { IFACE: 'eth1', MODE: 'stop' }, 'MODE is "stop"'],
    ['down', { IFACE: 'eth1', MODE: 'start' }, 'MODE is "start"'],
    ['down', { IFACE: 'eth1', MODE: '--all' }, 'MODE is "--all"'],
  ] as const)('%s with %j', (direction, env, idle) => {
    expect(parseEnvironment(direction, env)).toEqual({ idle })
  })
})

describe('by hand', () => {
  it('needs IFACE alone', () => {
    expect(byHand()).toMatchObject({
      ...{ device: 'eth1', families: ['inet6', 'inet'], notices: [] },
      ...{ byHand: true, bare: true, door: 'hand', variables: {} },
    })
    expect(byHand({ IF_MPTCP_TABLE: '70' })).toMatchObject({
      bare: false,
      variables: { IF_MPTCP_TABLE: '70' },
    })
  })

  it.each([
    ['up', {}, 'IFACE is not set: IFACE=eth1 mptcp_up'],
    ['down', { IFACE: '' }, 'IFACE is not set: IFACE=eth1 mptcp_down'],
    [
      'up',
      { SUDO_COMMAND: '/etc/network/if-up.d/mptcp_up' },
      'IFACE is not set: sudo drops what stands before it: sudo IFACE=eth1 mptcp_up',
    ],
  ] as const)('%s with %j is refused: an interface has to be named', (program, env, message) => {
    expect(refusalOf(() => parseEnvironment(program, env))).toBe(`Refusal: ${message}`)
  })

  it('takes forty IPv6 addresses of ifupdown-ng', () => {
    const addresses = Array.from({ length: 40 }, (_, i) => `2001:db8:1234:5678:9abc:def0:1234:${i + 1}/64`)
    expect(addressesOf(byHand({ IF_ADDRESSES: addresses.join(' ') }))).toHaveLength(40)
  })

  it.each([
    [{ IF_ADDRESS: '10.1.2.2/24', IF_NETMASK: '255.0.0.0' }, [V4]],
    [{ IF_ADDRESS: '10.1.2.2' }, [{ ...V4, subnet: undefined }]],
    [{ IF_ADDRESS: '10.1.2.2', IF_NETMASK: '' }, [{ ...V4, subnet: undefined }]],
    [{ IF_ADDRESS: '2001:DB8:2:0::2/64' }, [V6]],
    [{ IF_ADDRESS: '10.1.2.2/24', IF_ADDRESSES: '10.1.2.2/24 2001:db8:2::2/64' }, [V6, V4]],
    [{ IF_ADDRESS: ' 10.1.2.2/24 ' }, [V4]],
    [
      { IF_ADDRESS: '10.9.0.2', IF_POINTOPOINT: '10.9.0.1' },
      [{ text: '10.9.0.2', subnet: '10.9.0.1', peer: '10.9.0.1' }],
    ],
    [
      { IF_ADDRESS: '10.8.0.2/24', IF_POINTOPOINT: '10.8.1.7' },
      [{ text: '10.8.0.2', subnet: '10.8.1.0/24', peer: '10.8.1.7' }],
    ],
    [
      { IF_ADDRESSES: '10.1.2.2/24 2001:db8:2::2/64', IF_POINTOPOINT: '10.1.2.1' },
      [V6, { peer: '10.1.2.1' }],
    ],
  ])('reads %j', (env, addresses) => {
    expect(addressesOf(byHand(env))).toMatchObject(addresses)
  })

  it('tells of options that there are none of', () => {
    expect(byHand({ IF_MPTCP_GATWAY: '10.1.2.1' }).notices).toEqual([
      'there is no option mptcp-gatway: it has no effect',
    ])
  })
})

describe('refuses with the option, the value and who set it', () => {
  const INET = { ADDRFAM: 'inet' }
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
    [{ IF_POINTOPOINT: '10.1.2.1/32' }, 'pointopoint "10.1.2.1/32" is not an IP address', 'IF_POINTOPOINT'],
    [
      { ...INET, IF_ADDRESS: '2001:db8::2' },
      `address "2001:db8::2" is not an address of the stanza's family, inet`,
      'IF_ADDRESS',
    ],
    [
      { ...INET, IF_GATEWAY: '2001:db8::1' },
      `gateway "2001:db8::1" is not an address of the stanza's family, inet`,
      'IF_GATEWAY',
    ],
    [
      { ADDRFAM: 'inet6', IF_MPTCP_GATEWAY: '10.1.2.1' },
      `mptcp-gateway "10.1.2.1" is not an address of the stanza's family, inet6`,
      'IF_MPTCP_GATEWAY',
    ],
    [
      { ...INET, IF_POINTOPOINT: '2001:db8::1' },
      `pointopoint "2001:db8::1" is not an address of the stanza's family, inet`,
      'IF_POINTOPOINT',
    ],
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
    [{ IF_MPTCP_METRIC: 'x' }, 'mptcp-metric "x" must be a number from 1 to 4294967295', 'IF_MPTCP_METRIC'],
  ])('$1', (env, message, variable) => {
    expect(refusalOf(() => byHand(env))).toBe(`Refusal: ${message} (set by ${variable} in the environment)`)
    expect(refusalOf(() => byHand({ ...env, PHASE: 'post-up' }))).toBe(
      `Refusal: ${message} (set by ${variable} in the iface stanza)`,
    )
  })

  it.each(['eth1 eth2', 'eth1\nlink', 'eth/1', '.', '..', ':1', 'a\u0007', 'x'.repeat(128), 'é'.repeat(64)])(
    'interface %j, in both directions',
    (IFACE) => {
      for (const direction of ['up', 'down'] as const) {
        expect(refusalOf(() => event({ IFACE, MODE: '' }, direction))).toMatch(
          /^Refusal: interface ".*" is not a name that a network interface can have \(set by IFACE in the environment\)$/,
        )
      }
      expect(refusalOf(() => event({ IFACE, MODE: '', PHASE: 'post-up' }))).toMatch(
        / \(the interface that ifup names\)$/,
      )
    },
  )

  it.each([
    ...['eth0.100', 'br-lan', 'enx001122334455', 'veth@2', 'fifteen-letters', 'a', '1', 'x:y:z', '_', 'wg+0'],
    ...['-4', 'ethé', 'e*', '"', 'a#b', 'an-altname-may-be-longer-than-a-name'],
  ])('and takes interface %j', (IFACE) => {
    expect(event({ IFACE }).device).toBe(IFACE.split(':')[0])
  })
})

describe('before the addresses go', () => {
  it.each([
    ['pre-down', 'leave'],
    ['down', 'leave'],
    ['post-down', 'down'],
  ])('phase %s is %s', (PHASE, direction) => {
    expect(event({ IFACE: 'eth1', MODE: 'stop', PHASE }, 'down').direction).toBe(direction)
  })

  it("NetworkManager's dispatcher means both families, whatever it says", () => {
    const down = { IFACE: 'eth1', ADDRFAM: 'inet', METHOD: 'NetworkManager', PHASE: 'post-down' }
    expect(event(down, 'down').families).toEqual(['inet6', 'inet'])
    expect(event({ ...down, METHOD: 'dhcp' }, 'down').families).toEqual(['inet'])
  })
})

it.each([
  [{ PHASE: 'post-up' }, true],
  [{ PHASE: '' }, true],
  [{}, false],
])('%j is under a manager: %s', (env, under) => {
  expect(isUnderManager(env)).toBe(under)
})
