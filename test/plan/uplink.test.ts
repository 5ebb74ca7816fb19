import { describe, expect, it } from 'vitest'
import {
  commandsOf,
  ETH0,
  ETH1,
  FRESH,
  PAGE,
  planOf,
  type Question,
  refusedOf,
  rulesOf,
  stanza,
  stanza6,
  T0,
  T1,
  type Variables,
  world,
} from './worlds.ts'

const GIVEN = { IF_ADDRESS: '10.1.2.2/24', IF_GATEWAY: '10.1.2.1' }
const rules = (lines: string, variables: Variables = {}, question: Question = {}) =>
  rulesOf(planOf(world(PAGE, lines), { stanzas: [stanza('eth1', { ...GIVEN, ...variables })], ...question }))

describe('rules', () => {
  it.each([
    [{}, ['30999 10.1.2.2 main/7', `31000 10.1.2.2 ${T1}`, '31001 10.1.2.2 unreachable']],
    [{ IF_MPTCP_PRIORITY: '2' }, ['1 10.1.2.2 main/7', `2 10.1.2.2 ${T1}`, '3 10.1.2.2 unreachable']],
    [{ IF_MPTCP_MAIN_ROUTES: 'ignore' }, [`31000 10.1.2.2 ${T1}`, '31001 10.1.2.2 unreachable']],
  ])('for %j', (variables, expected) => {
    expect(rules('', variables)).toEqual(expected)
  })

  it('are for every address, temporary and deprecated ones included', () => {
    const six = world(
      'link eth1',
      ...['2', '3 temporary', '4 deprecated'].map(
        (end) => `addr 2001:db8:2::${end.replace(/^./, '$&/64 dev eth1')}`,
      ),
    )
    const plan = planOf(six, { stanzas: [stanza6('eth1', { IF_GATEWAY: 'fe80::1' })] })
    expect(new Set(plan.wanted.rules.map(({ from }) => from)).size).toBe(3)
  })

  it('are none for link-local addresses', () => {
    const local = world('link eth1', 'addr 10.1.2.2/24 dev eth1', 'addr 169.254.7.7/16 dev eth1 scope link')
    expect(rulesOf(planOf(local, { stanzas: [stanza('eth1', GIVEN)] }))).toHaveLength(3)
  })

  it('of an earlier version that leave no room for a barrier come to another place', () => {
    const high = ETH1.replace(/lookup \d+/, '$& priority 32765')
    const unasked = ['30999 10.1.2.2 main/7', `31000 10.1.2.2 ${T1}`, '31001 10.1.2.2 unreachable']
    expect(rules(high, {}, { trustsTable: true })).toEqual(unasked)
    const last = high.replace('32765', '32762')
    expect(rules(last, {}, { trustsTable: true })).toContain(`32762 10.1.2.2 ${T1}`)
    const others = ['addr 10.1.2.3/24 dev eth1', 'rule from 10.1.2.3 lookup 9 priority 32765'].join('\n')
    const asked = rules(others, { IF_MPTCP_PRIORITY: '700' }, { trustsTable: true })
    expect(asked).toContain('700 10.1.2.3 9')
  })

  it('keep their priority where nothing is recorded and the stanza is silent', () => {
    const low = ETH1.replace(/lookup \d+/, '$& priority 1000').replace(
      'companion from 10.1.2.2',
      '$& priority 999',
    )
    const expected = ['999 10.1.2.2 main/7', `1000 10.1.2.2 ${T1}`, '1001 10.1.2.2 unreachable']
    expect(rules(low, {}, { trustsTable: true })).toEqual(expected)
    expect(rules(low)).toEqual([
      '30999 10.1.2.2 main/7',
      `31000 10.1.2.2 ${T1}`,
      '31001 10.1.2.2 unreachable',
    ])
    expect(rules(low, { IF_MPTCP_PRIORITY: '31000' }, { trustsTable: true })).toEqual(rules(''))
  })

  it('of another stanza of the way have its own options', () => {
    const stanzas = [
      stanza('eth1', GIVEN),
      stanza('eth1:1', {
        IF_ADDRESS: '10.1.2.3/24',
        IF_MPTCP_PRIORITY: '500',
        IF_MPTCP_MAIN_ROUTES: 'ignore',
      }),
    ]
    expect(rules('addr 10.1.2.3/24 dev eth1', {}, { stanzas })).toEqual([
      '30999 10.1.2.2 main/7',
      `31000 10.1.2.2 ${T1}`,
      '31001 10.1.2.2 unreachable',
      `500 10.1.2.3 ${T1}`,
      '501 10.1.2.3 unreachable',
    ])
  })

  it('stand beside somebody else’s that say the same', () => {
    expect(rules(`foreign from 10.1.2.2 lookup ${T1} priority 31000`)).toEqual(rules(''))
  })
})

describe('an address on two devices', () => {
  const twice = (...lines: string[]) => world(PAGE, 'addr 10.1.2.2/24 dev eth0', ...lines)
  const plan = (snapshot: ReturnType<typeof world>, changes = {}) =>
    planOf(snapshot, { stanzas: [stanza('eth1', GIVEN, changes)] })
  const theirs = `rule from 10.1.2.2 lookup ${T0}\nroute 10.1.2.0/24 dev eth0 table ${T0} proto 77`
  const why =
    'address "10.1.2.2" is also on eth0, whose rule it has; rules by source address cannot tell the two apart: give one of them another address'

  it('is the first one’s: refused where the run names it, told of where it does not', () => {
    expect(refusedOf(plan(twice(theirs), FRESH))).toBe(`${why} (set by IF_ADDRESS)`)
    const silent = planOf(twice(theirs), { stanzas: [stanza('eth1', { IF_GATEWAY: '10.1.2.1' })] })
    expect([rulesOf(silent), silent.notices]).toEqual([[], [why]])
  })

  it('leaves the first one’s rule alone', () => {
    const silent = planOf(twice(theirs), { stanzas: [stanza('eth1', { IF_GATEWAY: '10.1.2.1' })] })
    expect(commandsOf(silent).filter((text) => text.includes('delete'))).toEqual([])
  })

  it('is taken where its rule is the device’s own, and where there is none', () => {
    expect(rulesOf(plan(twice(ETH1)))).toContain(`31000 10.1.2.2 ${T1}`)
    expect(rulesOf(plan(twice()))).toContain(`31000 10.1.2.2 ${T1}`)
  })

  it('is refused that another device alone carries', () => {
    const other = stanza('eth1', { IF_ADDRESS: '10.1.1.2/24', IF_GATEWAY: '10.1.2.1' }, FRESH)
    expect(refusedOf(planOf(world(PAGE), { stanzas: [other] }))).toBe(
      'address "10.1.1.2" is on eth0, not on eth1 (set by IF_ADDRESS)',
    )
  })
})

describe('only -v tells', () => {
  const details = (lines: string, variables: Variables) =>
    planOf(world(lines), { stanzas: [stanza('eth1', variables)] }).details

  it.each([
    ['of a device without addresses', 'link eth1', {}, ['no inet address of global scope: nothing to route']],
    ['of a LAN', PAGE, {}, ['no inet gateway: not an uplink']],
    [
      'of less than an uplink',
      PAGE,
      { IF_MPTCP_TABLE: '7' },
      ['no inet gateway: rules and connected routes only'],
    ],
    ['nothing of an uplink', PAGE, GIVEN, []],
    ['of a device that is down', 'link eth1 down\naddr 10.1.2.2/24 dev eth1', GIVEN, ['the device is down']],
  ])('%s', (_, lines, variables, expected) => {
    expect(details(lines, variables)).toEqual(expected)
  })
})

describe('a notice', () => {
  it('is for a DHCP device whose router nobody names', () => {
    const dhcp = (changes: object, variables: Variables = {}) =>
      planOf(world(PAGE), { stanzas: [stanza('eth1', { METHOD: 'dhcp', ...variables }, changes)] }).notices
    const told = [
      'no router is known, neither from main nor from a lease: not an uplink; mptcp-gateway names one',
    ]
    expect([
      dhcp(FRESH),
      dhcp({}),
      dhcp(FRESH, { IF_MPTCP_GATEWAY: 'none' }),
      dhcp(FRESH, { IF_MPTCP: 'off' }),
    ]).toEqual([told, [], [], []])
  })

  it.each([
    ['0.0.0.0/1', 'inet', GIVEN],
    ['::/3', 'inet6', { IF_GATEWAY: '2001:db8:2::1' }],
  ])('is for a VPN’s %s that leads elsewhere', (half, _, variables) => {
    const tunnel = `link tun0 pointopoint\naddr 2001:db8:2::2/64 dev eth1\nroute ${half} dev tun0 metric 1`
    const { notices } = planOf(world(PAGE, tunnel), { stanzas: [stanza('eth1', variables)] })
    expect(notices).toEqual([
      `main sends ${half} through tun0, as VPN clients do: what is sent from an address of eth1 goes beside it`,
    ])
    const lan = planOf(world(PAGE, tunnel), { stanzas: [stanza('eth1')] })
    expect(lan.notices).toEqual([])
  })

  it.each([
    '0.0.0.0/1 dev eth1',
    '10.0.0.0/8 dev tun0',
    '0.0.0.0/1 dev tun0 table 900',
    'default dev tun0 metric 5',
  ])('is not for %s', (words) => {
    const lines = `link tun0 pointopoint\nroute ${words}`
    expect(planOf(world(PAGE, lines), { stanzas: [stanza('eth1', GIVEN)] }).notices).toEqual([])
  })
})

it('is planned beside other devices: nothing of theirs is touched', () => {
  expect(commandsOf(planOf(world(PAGE, ETH0, ETH1), { stanzas: [stanza('eth1', GIVEN)] }))).toEqual([])
})
