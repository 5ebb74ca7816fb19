import { describe, expect, it } from 'vitest'
import { checkUplinks } from '../../../src/routes/check/uplinks.ts'
import { NOW, PAGE, stanza, T1, world } from '../../plan/worlds.ts'
import { complain, IFUPDOWN, NO_PROBES, SOUND, STANZAS, say, stepOf } from './points.ts'

const complaintsOf = (
  lines: readonly string[],
  changes = {},
  stanzas = STANZAS,
  ifupdown: () => ReadonlySet<string> = IFUPDOWN,
) => {
  const probes = { ...NO_PROBES, ...changes }
  return complain(
    checkUplinks({ step: stepOf(world(...lines), stanzas), probes, ifupdown, now: NOW, watched: true }),
  )
}

const BY_HAND = 'as root, with the options of its stanza as IF_MPTCP_GATEWAY=... before IFACE:'
const HOOK = '/etc/network/if-up.d/mptcp_up'
const UNKNOWN = () => new Set<string>()

/** The sound host without the lines that match. */
const without = (pattern: RegExp) =>
  SOUND.map((text) =>
    text
      .split('\n')
      .filter((line) => !pattern.test(line))
      .join('\n'),
  )

describe('checkUplinks', () => {
  it('describes each uplink of a sound host', () => {
    const step = stepOf(world(...SOUND))
    expect(
      say(checkUplinks({ ifupdown: IFUPDOWN, now: NOW, watched: true, step, probes: NO_PROBES })),
    ).toEqual([
      `ok eth0: 10.1.1.2 goes via 10.1.1.1 (table ${T1 - 1})`,
      `ok eth1: 10.1.2.2 goes via 10.1.2.1 (table ${T1})`,
    ])
  })

  it.each([
    [/^ *rule from 10\.1\.2\.2/, 'no rule for 10.1.2.2'],
    [
      /^ *companion from 10\.1\.2\.2/,
      "no companion rule for 10.1.2.2 at 30999: main's specific routes do not count for it",
    ],
    [/default via 10\.1\.2\.1/, 'no default in its table'],
    [/^ *endpoint 10\.1\.2\.2/, 'no endpoint for 10.1.2.2'],
    [/^ *link eth1 group/, 'the link is in group 0 instead of 77'],
  ])('names what is missing: %s', (pattern, what) => {
    expect(complaintsOf(without(pattern))).toEqual([`fail eth1: ${what} | mptcp-routes apply eth1`])
  })

  it('counts what would be a long list', () => {
    expect(complaintsOf([PAGE], {}, STANZAS.slice(1))[0]).toMatch(
      /^fail eth1: no rule for 10\.1\.2\.2; no default in its table; .*; and 2 more \| mptcp-routes apply eth1$/,
    )
  })

  it.each<[boolean, Record<string, string>, readonly string[]]>([
    [
      false,
      { IF_MPTCP_PROBE: 'gateway' },
      ['eth1: mptcp-probe has no effect while the watcher does not run'],
    ],
    [true, { IF_MPTCP_PROBE: 'gateway' }, []],
    [false, { IF_MPTCP_PROBE: 'none' }, []],
    [false, { IF_MPTCP_PROBE: 'not-an-address' }, []],
  ])('names a probe that nobody makes: watched %s, %o', (watched, variables, what) => {
    const stanzas = [stanza('eth0'), stanza('eth1', { IF_MPTCP_GATEWAY: '10.1.2.1', ...variables })]
    const step = stepOf(world(...SOUND), stanzas)
    const facts = { ifupdown: IFUPDOWN, now: NOW, watched, step, probes: NO_PROBES }
    expect(complain(checkUplinks(facts))).toEqual(
      what.map((text) => `warn ${text} | systemctl enable --now mptcp-routes`),
    )
  })

  it('names what is left over on an uplink, and of what is gone', () => {
    expect(complaintsOf([...SOUND, `route 10.7.0.0/16 dev eth1 table ${T1} proto 77`])).toEqual([
      `warn eth1: a route to 10.7.0.0/16 is left over in table ${T1} | mptcp-routes apply eth1`,
    ])
    expect(complaintsOf([...SOUND, 'rule from 10.7.7.7 lookup 777'])).toEqual([
      'warn of what is gone: a rule for 10.7.7.7 at 31000 is left over: lookup 777 | mptcp-routes apply',
    ])
  })

  it('names a device that is down, and the command of who keeps it', () => {
    const down = [...SOUND, 'link eth1 group 77 down']
    expect(complaintsOf(down)).toContain('warn eth1: the device is down | ifdown eth1 && ifup eth1')
    expect(complaintsOf(down, {}, STANZAS, UNKNOWN)).toContain(
      'warn eth1: the device is down | ip link set dev eth1 up && mptcp-routes apply eth1',
    )
    const configured = [stanza('eth1', { IF_MPTCP_GATEWAY: '10.1.2.1' }, { door: 'configuration' })]
    expect(complaintsOf(down, {}, configured)).toContain(
      'warn eth1: the device is down | ip link set dev eth1 up && mptcp-routes apply eth1',
    )
  })

  it('names a device that is not there, and says nothing of one that is going', () => {
    expect(complaintsOf([...SOUND], {}, [...STANZAS, stanza('wwan0')])).toEqual([
      'warn wwan0: the device is not there | see: ip link; where it is gone for good: IFACE=wwan0 /etc/network/if-post-down.d/mptcp_down',
    ])
    expect(complaintsOf([...SOUND], {}, [...STANZAS, stanza('wwan0', {}, { leaving: true })])).toEqual([])
  })

  it('passes on why a device cannot have what it asks for', () => {
    const stanzas = [stanza('eth1', { IF_MPTCP_GATEWAY: '10.1.2.2' })]
    const why = 'fail eth1: mptcp-gateway "10.1.2.2" is this host\'s own address (set by IF_MPTCP_GATEWAY)'
    expect(complaintsOf([PAGE], {}, stanzas)).toEqual([
      `${why} | change its stanza, then: ifdown eth1 && ifup eth1 (not the one by which you are logged in)`,
    ])
    expect(complaintsOf([PAGE], {}, stanzas, UNKNOWN)).toEqual([
      `${why} | ask for something else, ${BY_HAND} IFACE=eth1 ${HOOK}`,
    ])
  })

  it('names a cable that is out', () => {
    expect(complaintsOf([...SOUND], { carrierless: new Set(['eth1']) })).toEqual([
      'warn eth1: no carrier | see the cable and what is at its other end',
    ])
  })

  it('names a gateway that does not answer, on its own device only', () => {
    expect(
      complaintsOf([...SOUND], { failedNeighbours: new Set(['eth1 10.1.2.1', 'eth0 10.1.2.1']) }),
    ).toEqual([
      'fail eth1: the gateway 10.1.2.1 does not answer (its neighbour entry is FAILED) | see whether it is on: ping -c 1 -I 10.1.2.2 10.1.2.1',
    ])
  })

  it('names an uplink by option that has no way out, unless that is what was asked for', () => {
    const told = (options: Readonly<Record<string, string>>) => {
      const step = { ...stepOf(world(PAGE), [stanza('eth1', options)]), changes: [] }
      return say(checkUplinks({ ifupdown: IFUPDOWN, now: NOW, watched: true, step, probes: NO_PROBES }))
    }
    const bare = 'eth1: 10.1.2.2: no way out, so rules and connected routes only'
    expect(told({ IF_MPTCP_ENDPOINT: 'none' })).toEqual([`warn ${bare} | mptcp-gateway names a router`])
    expect(told({ IF_MPTCP_GATEWAY: 'none', IF_MPTCP_ENDPOINT: 'none' })).toEqual([
      `ok ${bare}, as mptcp-gateway none asks for`,
    ])
  })

  it('warns of a family that no stanza is about, and does not fail for it', () => {
    const step = stepOf(world(...without(/10\.1\.2\.2 (lookup|id)|via 10\.1\.2\.1/)))
    const served = { ...step.served, silent: new Set(['eth1 inet']) }
    const [complaint, ...more] = complain(
      checkUplinks({
        ifupdown: IFUPDOWN,
        now: NOW,
        watched: true,
        step: { ...step, served },
        probes: NO_PROBES,
      }),
    )
    expect(complaint).toMatch(
      /^warn eth1: no .*; no stanza is about this family, .* \| mptcp-routes apply eth1; /,
    )
    expect(more).toEqual([])
  })

  it('names a device that a batch cannot carry, and one that nobody has recorded', () => {
    expect(complaintsOf([...SOUND, 'link e#1'], {}, [...STANZAS, stanza('e#1')])).toEqual([
      "fail e#1: a batch of ip cannot carry its name, so nothing is made for it | ip link set dev 'e#1' down name NAME && ip link set dev NAME up, a NAME of letters and digits (not the one by which you are logged in)",
    ])
    expect(complaintsOf([...SOUND], {}, STANZAS.slice(0, 1))).toContain(
      `warn eth1: not recorded: made by an earlier version, before /run was cleared, or for a section that is gone | ${BY_HAND} mptcp-routes flush eth1 && IFACE=eth1 ${HOOK}`,
    )
  })

  it('tells what has no way out, and what is left of what is off', () => {
    const lan = [...SOUND, 'link lan0', 'addr 192.168.7.1/24 dev lan0']
    const step = stepOf(world(...lan), [...STANZAS, stanza('lan0')])
    expect(
      say(checkUplinks({ ifupdown: IFUPDOWN, now: NOW, watched: true, step, probes: NO_PROBES })),
    ).toContain('ok lan0: 192.168.7.1: no gateway is known, so it is no uplink')
    const off = [...STANZAS.slice(0, 1), stanza('eth1', { IF_MPTCP: 'off' })]
    expect(complaintsOf([...SOUND], {}, off)).toEqual([
      expect.stringMatching(/^warn eth1: a rule for 10\.1\.2\.2 .*left over.* \| mptcp-routes apply eth1$/),
    ])
    const done = without(/(rule|companion|barrier|endpoint) .*10\.1\.[12]\.2|proto 77|group 77/)
    expect(complaintsOf(done, {}, [stanza('eth1', { IF_MPTCP: 'off' })])).toEqual([])
  })

  it('says what comes next where nothing is looked after', () => {
    expect(complaintsOf([PAGE], {}, [])).toEqual([
      `warn no uplink is known: the hooks record each at its ifup, /etc/mptcp-routes.conf names others | for an interface that is up already, ${BY_HAND} IFACE=NAME ${HOOK}`,
    ])
  })
})
