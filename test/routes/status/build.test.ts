import { describe, expect, it } from 'vitest'
import { parseConnections } from '../../../src/routes/connections.ts'
import { ETH0, ETH1, PAGE, stanza, T1, THEN, world } from '../../plan/worlds.ts'
import { probe, SOUND, STANZAS } from '../check/points.ts'
import { say, statusOf, without } from './host.ts'

const ETH1_ROW = 1

describe('a sound host', () => {
  it('has a row for each uplink, with all that there is to it', () => {
    const { uplinks, problems, notices, pending } = statusOf(SOUND)
    expect(uplinks[ETH1_ROW]).toMatchObject({
      ...{ device: 'eth1', family: 'inet', state: 'up', problems: [] },
      ...{ gateways: ['10.1.2.1'], pointToPoint: false, table: T1, metric: undefined },
      askedBy: ['ifupdown'],
      usage: { connections: 0, subflows: 0 },
      addresses: [{ address: '10.1.2.2', rule: { priority: 31000, table: T1 }, endpoint: { id: 255 } }],
    })
    expect(uplinks[0]).toMatchObject({ device: 'eth0', state: 'up', metric: 0 })
    expect({ problems, notices, pending }).toEqual({ problems: [], notices: [], pending: 0 })
  })

  it('counts the paths that take each uplink', () => {
    const text = [
      'mptcp ESTAB 0 0 10.1.1.2:40000 203.0.113.1:5201 token:aa subflows:1',
      'tcp ESTAB 0 0 10.1.1.2:40000 203.0.113.1:5201 tcp-ulp-mptcp flags:Mmec token:0000(id:0)/aa(id:0)',
      'tcp ESTAB 0 0 10.1.2.2%eth1:40001 203.0.113.1:5201 tcp-ulp-mptcp flags:Jjec token:bb(id:0)/aa(id:255)',
      'mptcp ESTAB 0 0 10.1.2.2:40002 203.0.113.1:5201 token:cc fallback',
    ].join('\n')
    const { uplinks } = statusOf(SOUND, { connections: parseConnections(text) })
    expect(uplinks.map(({ usage }) => usage)).toEqual([
      { connections: 1, subflows: 1 },
      { connections: 2, subflows: 1 },
    ])
  })

  it('does not know who uses it where ss does not tell', () => {
    const { uplinks, mptcp } = statusOf(SOUND, { connections: undefined })
    expect([mptcp.connections, ...uplinks.map(({ usage }) => usage)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('keeps the counters that are not 0', () => {
    const { mptcp } = statusOf(SOUND, { counters: { MPJoinRejected: 2, MPJoinSynTx: 0 } })
    expect([...mptcp.counters]).toEqual([['MPJoinRejected', 2]])
  })
})

describe('a dead uplink', () => {
  const AVOIDED = without(SOUND, /^ *endpoint 10\.1\.1\.2/)
  const SINCE = 'dead since 20:51:07: no carrier'

  it('is told with since when and why, and lacks nothing', () => {
    const status = statusOf([...AVOIDED, `detour inet ${T1}`], { deaths: ['eth0'] })
    expect(say(status)).toEqual([`eth0 inet dead: ${SINCE}`, 'eth1 inet up'])
    expect(status.uplinks.map(({ death }) => death)).toEqual([
      { since: THEN.getTime(), why: 'no carrier' },
      undefined,
    ])
    expect(status).toMatchObject({ pending: 0, problems: [], notices: [] })
    expect(status.detours).toEqual([{ family: 'inet', table: T1, devices: ['eth1'], isDue: true }])
  })

  it('whose cable is out is dead rather than down', () => {
    const probes = { carrierless: new Set(['eth0']) }
    expect(say(statusOf(SOUND, { probes }))[0]).toBe('eth0 inet down: no carrier')
    const status = statusOf([...AVOIDED, `detour inet ${T1}`], { deaths: ['eth0'], probes })
    expect(say(status)[0]).toBe(`eth0 inet dead: ${SINCE}`)
  })

  it('where no other is alive is used all the same', () => {
    const none = 'no other uplink of IPv4 is alive, so it is used all the same'
    expect(say(statusOf(SOUND, { deaths: ['eth0', 'eth1'] }))).toEqual([
      `eth0 inet dead: ${SINCE}; ${none}`,
      `eth1 inet dead: ${SINCE}; ${none}`,
    ])
  })

  it('with what is still there of it, and no detour round it', () => {
    const status = statusOf(SOUND, { deaths: ['eth0'] })
    expect(say(status)[0]).toBe(`eth0 inet dead: ${SINCE}; the endpoint 254 for 10.1.1.2 is left over`)
    expect(status.problems).toEqual([`no detour round the dead uplink in IPv4: it is to lead by table ${T1}`])
    expect(status.detours).toEqual([])
  })

  it('that is alive again, with a detour that is left over', () => {
    const status = statusOf([...SOUND, `detour inet ${T1}`])
    expect(say(status)).toEqual(['eth0 inet up', 'eth1 inet up'])
    expect(status.problems).toEqual(['a detour in IPv4 is left over'])
    expect(status.pending).toBe(2)
  })
})

describe('what is missing', () => {
  it.each([
    [/^ *rule from 10\.1\.2\.2/, 'no rule for 10.1.2.2'],
    [
      /^ *companion from 10\.1\.2\.2/,
      "no companion rule for 10.1.2.2 at 30999: main's specific routes do not count for it",
    ],
    [
      /^ *barrier from 10\.1\.2\.2/,
      'no barrier for 10.1.2.2 at 31001: what its table does not lead out leaves by another uplink',
    ],
    [/default via 10\.1\.2\.1/, 'no default in its table'],
    [/^ *route 10\.1\.2\.0/, 'not in its table, or not as in main: 10.1.2.0/24'],
    [/^ *endpoint 10\.1\.2\.2/, 'no endpoint for 10.1.2.2'],
    [/^ *link eth1 group/, 'the link is in group 0 instead of 77'],
  ])('%s', (pattern, what) => {
    const status = statusOf(without(SOUND, pattern))
    expect(say(status)).toEqual(['eth0 inet up', `eth1 inet incomplete: ${what}`])
    expect(status.pending).toBeGreaterThan(0)
  })

  it('is one word where it is everything', () => {
    expect(say(statusOf([PAGE, ETH0]))[ETH1_ROW]).toBe('eth1 inet incomplete: nothing of it is in the kernel')
  })

  it('is told as what it is where something else stands', () => {
    const other = SOUND.map((text) => text.replace('default via 10.1.2.1', 'default via 10.1.2.9'))
    expect(say(statusOf(other))[ETH1_ROW]).toBe(
      'eth1 inet incomplete: the default in its table goes by 10.1.2.9 instead of 10.1.2.1',
    )
    const small = SOUND.map((text) =>
      text.replace(`default via 10.1.2.1 dev eth1 table`, 'default via 10.1.2.1 dev eth1 mtu 1400 table'),
    )
    expect(say(statusOf(small))[ETH1_ROW]).toBe(
      'eth1 inet incomplete: the default in its table is "default via 10.1.2.1 dev eth1 mtu 1400" instead of "default via 10.1.2.1 dev eth1"',
    )
    const low = SOUND.map((text) => text.replace(`from 10.1.2.2 lookup ${T1}`, '$& priority 2000'))
    expect(say(statusOf(low))[ETH1_ROW]).toMatch(
      `the rule for 10.1.2.2 is at 2000 and looks up ${T1}, instead of 31000 and ${T1}`,
    )
    const stanzas = [
      stanza('eth0'),
      stanza('eth1', { IF_MPTCP_GATEWAY: '10.1.2.1', IF_MPTCP_ENDPOINT: 'backup' }),
    ]
    expect(say(statusOf(SOUND, { stanzas }))[ETH1_ROW]).toBe(
      'eth1 inet incomplete: the endpoint of 10.1.2.2 is "subflow" instead of "subflow backup"',
    )
    const moved = SOUND.map((text) => text.replace(/(endpoint 10\.1\.2\.2 id \d+ .*)dev eth1/, '$1dev wwan9'))
    expect(say(statusOf(moved))[ETH1_ROW]).toBe(
      'eth1 inet incomplete: the endpoint of 10.1.2.2 is "subflow dev wwan9" instead of "subflow dev eth1"',
    )
  })

  it('is a setting that is not as it should be', () => {
    const say1 = (...lines: string[]) => say(statusOf([...SOUND, ...lines]))[ETH1_ROW]
    expect(say1('setting eth1 inet 1 ours')).toBe('eth1 inet up')
    expect(say1('setting eth1 inet 1')).toBe('eth1 inet up')
    expect(say1('setting eth1 inet 0')).toBe(
      'eth1 inet incomplete: ignore_routes_with_linkdown is 0: new connections fail while its cable is out',
    )
    expect(say1('setting eth1 inet6 1 ours')).toBe(
      'eth1 inet incomplete: ignore_routes_with_linkdown is still 1, and not put back',
    )
    const stuck = statusOf([...SOUND, 'setting eth1 inet 0 fixed'])
    expect([say(stuck)[ETH1_ROW], stuck.notices]).toEqual([
      'eth1 inet up',
      [expect.stringMatching(/^eth1: sysctl ignore_routes_with_linkdown cannot be set, as .* read-only/)],
    ])
  })

  it('is a limit of the host', () => {
    expect(statusOf([...SOUND, 'limits 1 0']).problems).toEqual([
      'the limits of the path manager are too low: 2 subflows are needed',
    ])
  })

  it('waits for duplicate address detection, or for another address', () => {
    const lines = without(SOUND, /endpoint 10\.1\.2\.2/)
    const tentative = lines.map((text) => text.replace('addr 10.1.2.2/24 dev eth1', '$& tentative'))
    expect(say(statusOf(tentative))[ETH1_ROW]).toBe(
      'eth1 inet incomplete: no endpoint: duplicate address detection of 10.1.2.2 is not over',
    )
  })
})

describe('what is left over', () => {
  it('on an uplink', () => {
    expect(say(statusOf([...SOUND, `route 10.7.0.0/16 dev eth1 table ${T1} proto 77`]))[ETH1_ROW]).toBe(
      `eth1 inet incomplete: a route to 10.7.0.0/16 is left over in table ${T1}`,
    )
  })

  it('as a barrier of an address whose source rule is gone', () => {
    expect(statusOf([...SOUND, 'barrier from 10.7.7.7']).problems).toEqual([
      'belongs to nobody any more: a barrier for 10.7.7.7 at 31001 is left over',
    ])
  })

  it('of an address that is gone', () => {
    expect(statusOf([...SOUND, 'rule from 10.7.7.7 lookup 777']).problems).toEqual([
      'belongs to nobody any more: a rule for 10.7.7.7 at 31000 is left over: lookup 777',
    ])
  })
})

describe('what is in the way', () => {
  const [wrong] = world('link wg0', 'route default dev wg0 table 51820').routes

  it('is a rule of another program', () => {
    const lines = [
      ...SOUND,
      'foreign from all lookup 51820 priority 30997',
      'route default dev wg0 table 51820',
    ]
    const probes = { probes: [probe('10.1.2.2', { ...(wrong && { route: wrong }) })] }
    expect(say(statusOf(lines, { probes }))).toEqual([
      'eth0 inet up',
      'eth1 inet incomplete: rule of another program at 30997 goes before ours: lookup 51820',
    ])
  })

  it('is something else', () => {
    const probes = { probes: [probe('10.1.2.2', { error: 'Network is unreachable' })] }
    expect(say(statusOf(SOUND, { probes }))[ETH1_ROW]).toBe(
      'eth1 inet incomplete: 10.1.2.2 gets "Network is unreachable" instead',
    )
  })

  it('is the same way by another table', () => {
    const [route] = world('link eth1', 'route default via 10.1.2.1 dev eth1').routes
    const probes = { probes: [probe('10.1.2.2', route === undefined ? {} : { route })] }
    expect(say(statusOf(SOUND, { probes }))[ETH1_ROW]).toBe(
      `eth1 inet incomplete: 10.1.2.2 goes via 10.1.2.1 dev eth1 by main instead of by table ${T1}`,
    )
  })

  it('is a gateway that does not answer', () => {
    const probes = { failedNeighbours: new Set(['eth1 10.1.2.1']) }
    expect(say(statusOf(SOUND, { probes }))[ETH1_ROW]).toBe(
      'eth1 inet incomplete: the gateway 10.1.2.1 does not answer',
    )
  })
})

describe('a row that is no uplink', () => {
  it.each([
    ['without a carrier', {}, 'eth1 inet down: no carrier'],
    ['that is set down', { lines: ['link eth1 group 77 down'] }, 'eth1 inet down: the device is set down'],
    [
      'whose manager is taking it down',
      { stanzas: [stanza('eth0'), stanza('eth1', { IF_MPTCP_GATEWAY: '10.1.2.1' }, { leaving: true })] },
      /^eth1 inet down: its manager is taking it down/,
    ],
    ['with mptcp off', { stanzas: [stanza('eth0'), stanza('eth1', { IF_MPTCP: 'off' })] }, /^eth1 inet off/],
    [
      'without a gateway',
      { stanzas: [stanza('eth0'), stanza('eth1')] },
      /^eth1 inet idle: no gateway is known/,
    ],
    [
      'that cannot have what it asks for',
      { stanzas: [stanza('eth0'), stanza('eth1', { IF_MPTCP_GATEWAY: '10.1.2.2' })] },
      /^eth1 inet incomplete: mptcp-gateway "10.1.2.2" is this host's own address/,
    ],
  ] as const)('%s', (_, told: { lines?: readonly string[]; stanzas?: typeof STANZAS }, expected) => {
    const { lines = [], stanzas = STANZAS } = told
    const carrierless = new Set(lines.length === 0 && stanzas === STANZAS ? ['eth1'] : [])
    expect(say(statusOf([...SOUND, ...lines], { stanzas, probes: { carrierless } }))[ETH1_ROW]).toMatch(
      expected,
    )
  })

  it('is a device that is not there', () => {
    const stanzas = [...STANZAS, stanza('wwan0')]
    expect(say(statusOf(SOUND, { stanzas })).at(-1)).toBe('wwan0 inet down: there is no such device')
  })

  it('is one that its manager has taken down', () => {
    expect(say(statusOf([PAGE, ETH0], { stanzas: [stanza('eth0')], down: ['eth1'] }))).toEqual([
      'eth0 inet up',
      'eth1 inet down: its manager has taken it down',
    ])
  })

  it('is one without an address', () => {
    const stanzas = [...STANZAS, stanza('eth2')]
    expect(say(statusOf([...SOUND, 'link eth2'], { stanzas })).at(-1)).toBe(
      'eth2 inet idle: no address of global scope',
    )
  })

  it('bears our marks, and nobody asks for them', () => {
    const status = statusOf([PAGE, ETH1], { stanzas: [] })
    expect(say(status)).toEqual([
      'eth1 inet unrecorded: not recorded: made by an earlier version, before /run was cleared, or for a section that is gone',
    ])
    expect(status.uplinks[0]).toMatchObject({ gateways: ['10.1.2.1'], table: T1, askedBy: [] })
  })
})
