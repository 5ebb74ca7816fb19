import { describe, expect, it } from 'vitest'
import { companionOf, otherCompanions, terminalDefault } from '../../src/plan/companion.ts'
import {
  commandsOf,
  ETH0,
  ETH1,
  hostOf,
  PAGE,
  planOf,
  rulesOf,
  stanza,
  stanza6,
  T1,
  world,
} from './worlds.ts'

const GIVEN = { IF_ADDRESS: '10.1.2.2/24', IF_GATEWAY: '10.1.2.1' }

it('passes over half defaults, /7 in IPv4 and /4 in IPv6, right before its source rule', () => {
  const [source, six] = world(
    `rule from 10.1.2.2 lookup 7 priority 500`,
    'rule from 2001:db8::2 lookup 7',
  ).rules
  expect([source, six].map((rule) => rule && companionOf(rule))).toMatchObject([
    { kind: 'companion', family: 'inet', from: '10.1.2.2', table: 254, priority: 499, suppress: 7 },
    { kind: 'companion', family: 'inet6', from: '2001:db8::2', table: 254, priority: 30999, suppress: 4 },
  ])
})

describe('a terminal default', () => {
  const terminal = (...lines: string[]) =>
    terminalDefault(hostOf(world('link eth0', ...lines.map((line) => `route ${line}`))), 'inet')?.type

  it.each([
    [['unreachable default'], 7],
    [['blackhole default metric 50', 'default via 10.1.1.1 dev eth0 metric 100'], 6],
    [['prohibit default metric 50', 'unreachable default metric 40'], 7],
    [['unreachable default metric 100', 'default via 10.1.1.1 dev eth0 metric 50'], undefined],
    [['default via 10.1.1.1 dev eth0'], undefined],
    [['unreachable default table 900'], undefined],
    [['unreachable default tos 0x10'], undefined],
    [['unreachable 0.0.0.0/1'], undefined],
    [['throw default'], undefined],
    [[], undefined],
  ])('is main’s best one: %j', (lines, type) => {
    expect(terminal(...lines)).toBe(type)
  })

  it('is of its family', () => {
    const host = hostOf(world('route unreachable default dev lo metric 5 via ::1'))
    expect([terminalDefault(host, 'inet'), terminalDefault(host, 'inet6')?.type]).toEqual([undefined, 7])
  })
})

describe('while main’s best default is no way', () => {
  const ERROR = 'route unreachable default metric 5'
  const plan = (...lines: string[]) => planOf(world(PAGE, ...lines), { stanzas: [stanza('eth1', GIVEN)] })

  it('a new uplink has no companion, with a notice', () => {
    const { notices } = plan('link eth0', ERROR.replace(' metric 5', ''))
    const none = plan('route unreachable default metric 0')
    expect(rulesOf(none)).toContain('30999 10.1.2.2 main/7')
    expect(notices).toEqual([])
    const best = planOf(world(PAGE.replace('10.1.1.1 dev eth0', '$& metric 100'), ERROR), {
      stanzas: [stanza('eth1', GIVEN)],
    })
    expect(rulesOf(best)).toEqual([`31000 10.1.2.2 ${T1}`, '31001 10.1.2.2 unreachable'])
    expect(best.notices).toEqual([
      "main's default of inet is no way (metric 5): rules by source address go before it, so that main's specific routes do not count for uplinks",
    ])
  })

  it.each([
    ['is behind a way', [], true],
    ['is behind an uplink’s way of which the cable is out', ['link eth0 no-carrier group 77'], false],
    ['is behind one that counts all the same', ['link eth0 no-carrier'], true],
    ['is behind one that does not count, as is set', ['link eth0 no-carrier', 'setting eth0 inet 1'], false],
    ['is behind one that does, as is set', ['link eth0 no-carrier group 77', 'setting eth0 inet 0'], true],
    ['is behind one of the other family’s setting', ['link eth0 no-carrier', 'setting eth0 inet6 1'], true],
    ['is behind a way that is there', ['link eth0 group 77', 'setting eth0 inet 1'], true],
  ])('counts where it %s', (_, lines, isAccompanied) => {
    const behind = world(PAGE.replace('10.1.1.1 dev eth0', '$& metric 3'), ERROR, ...lines)
    const rules = rulesOf(planOf(behind, { stanzas: [stanza('eth1', GIVEN)] }))
    expect(rules.includes('30999 10.1.2.2 main/7')).toBe(isAccompanied)
  })

  const STANDING = world(PAGE.replace('route default via 10.1.1.1 dev eth0', ''), ETH0, ETH1, ERROR)

  it('a run takes the companions of all devices, whatever its own', () => {
    const commands = commandsOf(planOf(STANDING, { stanzas: [stanza('eth1', GIVEN)] }))
    expect(commands.map((text) => text.replace(/suppress.*priority/, 'priority'))).toEqual([
      'ip rule delete from 10.1.1.2 lookup main priority 30999 protocol 77',
      'ip rule delete from 10.1.2.2 lookup main priority 30999 protocol 77',
    ])
  })

  it('of the other family a run takes none', () => {
    const six = planOf(STANDING, { stanzas: [stanza6('eth1')], families: ['inet6'] })
    expect(commandsOf(six)).toEqual([])
  })

  it('the companions come back with the way, by any device’s run, where something is recorded of theirs', () => {
    const without = world(
      PAGE,
      `rule from 10.1.1.2 lookup 7`,
      'route 10.1.1.0/24 dev eth0 table 7 proto 77',
      ETH1,
    )
    const other = (options: Record<string, string>) =>
      rulesOf(
        planOf(without, {
          stanzas: [stanza('eth1', GIVEN), stanza('eth0', { IF_ADDRESS: '10.1.1.2/24', ...options })],
        }),
      )
    expect(other({})).toContain('30999 10.1.1.2 main/7')
    expect(other({ IF_MPTCP_MAIN_ROUTES: 'ignore' })).not.toContain('30999 10.1.1.2 main/7')
    expect(rulesOf(planOf(without, { stanzas: [stanza('eth1', GIVEN)] }))).not.toContain(
      '30999 10.1.1.2 main/7',
    )
  })
})

describe('the first version’s companions', () => {
  const OLD = (text: string) => text.replace(/companion.*/, '$& suppress 0')

  it('are brought to the new form, those of other devices too, the new one first', () => {
    const commands = commandsOf(
      planOf(world(PAGE, OLD(ETH0), OLD(ETH1)), { stanzas: [stanza('eth1', GIVEN)] }),
    )
    expect(commands.map((text) => text.replace(' suppress_ifgroup 77', ''))).toEqual([
      'ip rule add from 10.1.2.2 lookup main suppress_prefixlength 7 priority 30999 protocol 77',
      'ip rule add from 10.1.1.2 lookup main suppress_prefixlength 7 priority 30999 protocol 77',
      'ip rule delete from 10.1.1.2 lookup main suppress_prefixlength 0 priority 30999 protocol 77',
      'ip rule delete from 10.1.2.2 lookup main suppress_prefixlength 0 priority 30999 protocol 77',
    ])
  })
})

describe('mptcp-main-routes ignore', () => {
  it('leaves the companion out, of its own addresses alone', () => {
    const ignore = stanza('eth1', { ...GIVEN, IF_MPTCP_MAIN_ROUTES: 'ignore' })
    expect(commandsOf(planOf(world(PAGE, ETH0, ETH1), { stanzas: [ignore] }))).toEqual([
      'ip rule delete from 10.1.2.2 lookup main suppress_prefixlength 7 suppress_ifgroup 77 priority 30999 protocol 77',
    ])
  })
})

describe('a companion without its source rule', () => {
  const commands = (lines: string, orphans = false) =>
    commandsOf(planOf(world(PAGE, ETH1, lines), { stanzas: [stanza('eth1', GIVEN)], orphans }))
  const gone = (from: string) => [expect.stringMatching(`^ip rule delete from ${from} lookup main `)]

  it('goes as an orphan where its address is nowhere, and stays for the run that may be about to add the source rule', () => {
    expect([commands('companion from 10.7.7.7'), commands('companion from 10.7.7.7', true)]).toEqual([
      [],
      gone('10.7.7.7'),
    ])
  })

  it('goes where its address is the device’s and stands at another place', () => {
    expect(commands('companion from 10.1.2.2 priority 700')).toEqual(gone('10.1.2.2'))
  })

  it('stays where its address is another device’s: a run for that one may be about to add the source rule', () => {
    expect(commands('companion from 10.1.1.2', true)).toEqual([])
  })

  it('is wanted by nobody', () => {
    const host = hostOf(world(PAGE, 'companion from 10.7.7.7'))
    expect(otherCompanions(host, 'inet', new Set())).toEqual([])
  })
})
