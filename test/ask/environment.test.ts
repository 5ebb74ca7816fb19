import { describe, expect, it } from 'vitest'
import { isUnderManager, parseEnvironment } from '../../src/ask/environment.ts'
import { byHand, environment, environments, event, refusalOf } from '../captured.ts'

describe('an environment of the real ifupdown', () => {
  it.each([
    ['static', ['inet'], ['10.1.2.2 10.1.2.0/24'], ['10.1.2.1']],
    ['netmask', ['inet'], ['10.1.2.2 10.1.2.0/24'], []],
    ['netmask-length', ['inet'], ['10.1.2.2 10.1.0.0/20'], []],
    ['inet6-without-prefix', ['inet6'], ['2001:db8:2::2 undefined'], []],
    ['dhcp', ['inet'], [], []],
    ['auto', ['inet6'], [], []],
    ['pointopoint', ['inet'], ['10.9.0.2 10.9.0.1'], []],
    ['options', ['inet'], ['10.1.2.2 10.1.2.0/24'], []],
  ])('%s', (name, families, addresses, gateways) => {
    const up = event(environment(name))
    expect(up).toMatchObject({
      direction: 'up',
      iface: 'eth1',
      device: 'eth1',
      alias: false,
      families,
      notices: [],
    })
    expect(up.stanzas.flatMap((one) => one.addresses.map(({ text, subnet }) => `${text} ${subnet}`))).toEqual(
      addresses,
    )
    expect(up.stanzas.flatMap((one) => one.gateways.map(({ text }) => text))).toEqual(gateways)
  })

  it('runs the hook once for each stanza', () => {
    const ups = environments('two-stanzas')
      .slice(0, 2)
      .map((env) => event(env).stanzas[0])
    expect(ups.map((one) => one?.addresses[0]?.text)).toEqual(['10.1.2.2', '10.1.3.2'])
    expect(ups.map((one) => one?.options.gateway)).toEqual([{ family: 'inet', text: '10.1.2.1' }, undefined])
  })

  it('runs the hook once for each family', () => {
    const ups = environments('dual-stack')
      .slice(0, 2)
      .map((env) => event(env))
    expect(ups.map(({ families }) => families)).toEqual([['inet'], ['inet6']])
  })

  it('names an alias by the device in front of the colon', () => {
    const [, up] = environments('alias')
    expect(event(up ?? {})).toMatchObject({ iface: 'eth1:1', device: 'eth1', alias: true })
  })

  it('acts on one of the runs of ifup -a: neither lo nor the meta run', () => {
    const runs = environments('all').map((env) =>
      parseEnvironment(env['MODE'] === 'start' ? 'up' : 'down', env),
    )
    expect(runs.map((run) => ('idle' in run ? run.idle : run.device))).toEqual([
      ...['IFACE is "lo"', 'eth1', 'IFACE is "--all"', 'eth1', 'IFACE is "lo"', 'IFACE is "--all"'],
    ])
  })

  it('says "mptcp off": up takes away what stands', () => {
    expect(event(environment('off')).stanzas).toMatchObject([{ options: { off: true } }])
  })

  it('takes nothing from the stanza on the way down, as it may have been edited', () => {
    const edited = { IF_ADDRESS: 'rubbish', IF_MPTCP_TABLE: '254', IF_MPTCP: 'off', IF_MPTCP_TABEL: 'x' }
    const down = { ...environments('options').at(-1), ...edited }
    expect(event(down, 'down')).toMatchObject({ direction: 'down', stanzas: [], notices: [] })
  })

  it('awaits the address of a router advertisement alone, and on up alone', () => {
    const awaits = ['static', 'dhcp', 'auto'].map((name) => event(environment(name)).awaitsAddress)
    expect(awaits).toEqual([false, false, true])
    expect(event(environments('auto').at(-1) ?? {}, 'down').awaitsAddress).toBe(false)
  })
})

describe('an environment of the real ifupdown-ng', () => {
  it('is one run for both families', () => {
    const { families, stanzas } = event(environment('ng-dual-stack'))
    expect([families, stanzas.map(({ addresses }) => addresses[0]?.text)]).toEqual([
      ['inet6', 'inet'],
      ['2001:db8:2::2', '10.1.2.2'],
    ])
  })

  it('has the options too', () => {
    expect(event(environment('ng-options')).stanzas[1]?.options).toMatchObject({
      gateway: { text: '10.1.2.1' },
      table: 100,
    })
  })

  it('is idle for lo', () => {
    const [lo, eth1] = environments('ng-all').map((env) => parseEnvironment('up', env))
    expect([lo, eth1]).toMatchObject([{ idle: 'IFACE is "lo"' }, { device: 'eth1' }])
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
    ['up', { PHASE: 'post-up' }, 'IFACE is ""'],
    ['down', { IFACE: '', PHASE: 'post-down' }, 'IFACE is ""'],
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

describe('the direction', () => {
  it.each([
    ['up', 'post-up', 'up'],
    ['up', 'up', 'up'],
    ['up', undefined, 'up'],
    ['down', 'post-down', 'down'],
    ['down', 'pre-down', 'leave'],
    ['down', 'down', 'leave'],
    ['down', undefined, 'down'],
    ['down', '', 'down'],
  ] as const)('of %s in phase %s is %s', (program, phase, direction) => {
    const env = { IFACE: 'eth1', ...(phase === undefined ? {} : { PHASE: phase }) }
    expect(event(env, program).direction).toBe(direction)
  })
})

it('NetworkManager’s dispatcher tells of IPv4 alone when both families go down, and of each when they come', () => {
  const env = { METHOD: 'NetworkManager', ADDRFAM: 'inet', PHASE: 'post-down' }
  expect([byHand(env, 'down').families, byHand(env).families]).toEqual([['inet6', 'inet'], ['inet']])
})

describe('by hand', () => {
  it('needs IFACE alone: what was asked before is asked again', () => {
    expect(byHand()).toMatchObject({
      device: 'eth1',
      families: ['inet6', 'inet'],
      byHand: true,
      bare: true,
      door: 'hand',
      notices: [],
    })
  })

  it.each([
    [{}, true],
    [{ ADDRFAM: 'inet' }, true],
    [{ IF_METRIC: '5' }, true],
    [{ IF_MPTCP_METRIC: ' ' }, true],
    [{ IF_MPTCP_TABLE: '7' }, false],
    [{ IF_GATEWAY: '10.1.2.1' }, false],
    [{ PHASE: 'post-up' }, false],
  ])('with %j is bare: %s', (env, bare) => {
    expect(byHand(env).bare).toBe(bare)
  })

  it.each(['up', 'down'] as const)(
    'an empty IFACE of %s is an error that says so, and how sudo loses it',
    (program) => {
      const refused = (env: NodeJS.ProcessEnv) => refusalOf(() => parseEnvironment(program, env))
      expect(refused({})).toBe(`Refusal: IFACE is not set: IFACE=eth1 mptcp_${program}`)
      expect(refused({ IFACE: '', SUDO_COMMAND: '/etc/network/if-up.d/mptcp_up' })).toBe(
        `Refusal: IFACE is not set: sudo drops what stands before it: sudo IFACE=eth1 mptcp_${program}`,
      )
    },
  )

  it('tells of options that there are none of', () => {
    expect(byHand({ IF_MPTCP_GATWAY: '10.1.2.1' }).notices).toEqual([
      'there is no option mptcp-gatway: it has no effect',
    ])
  })
})

it('keeps the variables that a stanza says, for the record', () => {
  const env = {
    ...environment('static'),
    IF_MPTCP_TABLE: '7',
    IF_MPTCP_METRIC: '',
    PATH: '/bin',
    IF_MPTCPIZE: 'x',
  }
  expect(Object.keys(event(env).variables).sort()).toEqual([
    'IF_ADDRESS',
    'IF_GATEWAY',
    'IF_MPTCP_TABLE',
    'IF_NETMASK',
    'METHOD',
  ])
})

it.each([
  ['ppp', true],
  ['wvdial', true],
  ['dhcp', false],
])('method %s is pppd’s: %s', (METHOD, dialUp) => {
  expect(byHand({ METHOD }).dialUp).toBe(dialUp)
})

describe('who set a value', () => {
  const refused = (env: NodeJS.ProcessEnv) => refusalOf(() => parseEnvironment('up', env))

  it('is the stanza, or the environment of a run by hand', () => {
    const why = 'Refusal: gateway "gw" is not an IP address'
    expect(refused({ IFACE: 'eth1', IF_GATEWAY: 'gw', PHASE: 'post-up' })).toBe(
      `${why} (set by IF_GATEWAY in the iface stanza)`,
    )
    expect(refused({ IFACE: 'eth1', IF_GATEWAY: 'gw' })).toBe(`${why} (set by IF_GATEWAY in the environment)`)
  })

  it('of the interface’s name is ifup', () => {
    const why = 'Refusal: interface "e/1" is not a name that a network interface can have'
    expect(refused({ IFACE: 'e/1', PHASE: 'post-up' })).toBe(`${why} (the interface that ifup names)`)
    expect(refused({ IFACE: 'e/1' })).toBe(`${why} (set by IFACE in the environment)`)
  })
})

describe('the name of an interface', () => {
  it.each([
    ...['eth1 eth2', 'eth1\nlink', 'eth\u00a01', 'eth/1', '.', '..', ':1', 'eth\u00071', 'eth\u007f1', '\t'],
    'x'.repeat(128),
  ])('is not %j, in both directions', (IFACE) => {
    for (const direction of ['up', 'down'] as const) {
      expect(refusalOf(() => event({ IFACE }, direction))).toMatch(
        /^Refusal: interface ".*" is not a name that a network interface can have \(set by IFACE in the environment\)$/,
      )
    }
  })

  it.each([
    ...[
      'eth0.100',
      'br-lan',
      'enx001122334455',
      'veth@2',
      'fifteen-letters',
      'a',
      '1',
      'x:y:z',
      '_',
      'wg+0',
      '-4',
    ],
    ...['ethé', 'e*', '"', '#1', '\\', 'a-name-longer-than-fifteen-letters', '...', '网络'],
  ])('is %j', (IFACE) => {
    expect(event({ IFACE }).device).toBe(IFACE.split(':')[0])
  })
})

it.each([
  [{ PHASE: 'post-up' }, true],
  [{ PHASE: '' }, true],
  [{}, false],
])('%j is under a manager: %s', (env, under) => {
  expect(isUnderManager(env)).toBe(under)
})

describe('the door of a manager that asks for interfaces', () => {
  const NETIFRC = { MPTCP_DOOR: 'netifrc', IFACE: 'eth1', ADDRFAM: 'inet', IF_MPTCP_TABLE: '7' }

  it('is under a manager, and is named by what it set', () => {
    expect(isUnderManager(NETIFRC)).toBe(true)
    const { door, byHand: isByHand, bare, setter } = event(NETIFRC)
    expect([door, isByHand, bare, setter('IF_X'), setter('IFACE')]).toEqual([
      ...['netifrc', false, false, 'set by IF_X, as netifrc gave it', 'the interface that netifrc names'],
    ])
  })

  it('speaks of its options even where it gives none', () => {
    expect(event({ ...NETIFRC, IF_MPTCP_TABLE: '' }).bare).toBe(false)
  })

  it('has nothing to do without an interface', () => {
    expect(parseEnvironment('up', { ...NETIFRC, IFACE: '' })).toEqual({ idle: 'IFACE is ""' })
  })
})
