import { describe, expect, it } from 'vitest'
import { parseConfiguration, sectionFor } from '../../src/ask/configuration.ts'

const FILE = '/etc/mptcp-routes.conf'
const parse = (text: string) => parseConfiguration(text, FILE)
const problemsOf = (...lines: string[]) => parse(lines.join('\n')).problems

const EXAMPLE = `# Which devices are uplinks.
[eth0 wlan*]

[wwan*]   ; modems
mptcp-endpoint = backup
mptcp-metric=200   # costs money

[tun* docker0]
mptcp = off
`

describe('parseConfiguration', () => {
  it('reads sections in order, with options as ifupdown hands them over', () => {
    expect(parse(EXAMPLE)).toEqual({
      sections: [
        { globs: ['eth0', 'wlan*'], line: 2, variables: {} },
        { globs: ['wwan*'], line: 4, variables: { IF_MPTCP_ENDPOINT: 'backup', IF_MPTCP_METRIC: '200' } },
        { globs: ['tun*', 'docker0'], line: 8, variables: { IF_MPTCP: 'off' } },
      ],
      mask: 0x7f000000,
      problems: [],
    })
  })

  it.each([
    ['an empty file', '', []],
    ['comments alone', '# a\n  ; b\n\n', []],
    ['lines of another system, and its mark', `\uFEFF${EXAMPLE.replaceAll('\n', '\r\n')}`, [2, 4, 8]],
    ['lines of both systems', EXAMPLE.replace('\n', '\r\n'), [2, 4, 8]],
    ['a last line without an end', '[eth0]', [1]],
    ['a name with dots, which is no tree', '[eth0.100]\n[eth0.100.7]', [1, 2]],
    ['names that are numbers, in their order', '[2]\n[1]\n[__proto__]', [1, 2, 3]],
    ['a class of characters', '[eth[0-9] wl[!p]*] # [x]', [1]],
  ])('takes %s', (_, text, lines) => {
    const { sections, problems } = parse(text)
    expect(problems).toEqual([])
    expect(sections.map(({ line }) => line)).toEqual(lines)
  })

  it.each([
    ['each option', 'mptcp-gateway = 10.1.1.1', { IF_MPTCP_GATEWAY: '10.1.1.1' }],
    ['a value of IPv6', 'mptcp-gateway = fe80::1', { IF_MPTCP_GATEWAY: 'fe80::1' }],
    ['a list', 'mptcp-endpoint = subflow  backup', { IF_MPTCP_ENDPOINT: 'subflow  backup' }],
    ['a probe by a port', 'mptcp-probe = gateway 192.0.2.1:443', { IF_MPTCP_PROBE: 'gateway 192.0.2.1:443' }],
    ['a probe by a port of IPv6', 'mptcp-probe = [2001:db8::1]:443', { IF_MPTCP_PROBE: '[2001:db8::1]:443' }],
    ['an interval', 'mptcp-probe-interval = 3600', { IF_MPTCP_PROBE_INTERVAL: '3600' }],
    ['forwarding', 'mptcp-forward = yes', { IF_MPTCP_FORWARD: 'yes' }],
    ['a value in quotes', 'mptcp-table = "wan"', { IF_MPTCP_TABLE: 'wan' }],
    ['an indented line', '   mptcp-main-routes=ignore ', { IF_MPTCP_MAIN_ROUTES: 'ignore' }],
  ])('takes %s', (_, option, variables) => {
    expect(parse(`[eth0]\n${option}`)).toEqual({
      sections: [{ globs: ['eth0'], line: 1, variables }],
      mask: 0x7f000000,
      problems: [],
    })
  })

  it.each([
    ['mptcp-endpoint = bakup', 'mptcp-endpoint "bakup" must be some of '],
    ['mptcp-priority = 40000', 'mptcp-priority "40000" must be a number from 2 to 32762'],
    ['mptcp-priority = 32763', 'mptcp-priority "32763" must be a number from 2 to 32762'],
    ['mptcp-probe-interval = 0', 'mptcp-probe-interval "0" must be a number from 1 to 3600'],
    ['mptcp-probe-interval = 3601', 'mptcp-probe-interval "3601" must be a number from 1 to 3600'],
    ['mptcp-probe =', 'mptcp-probe has no value'],
    ['mptcp-forward = on', 'mptcp-forward "on" must be yes or no'],
    ['mptcp-gateway = 224.0.0.1', 'mptcp-gateway "224.0.0.1" is not the address of a host'],
    ['mptcp-table = 254', 'mptcp-table "254" is not free for use'],
    ['mptcp = true', 'mptcp "true" must be on or off'],
    ['mptcp =', 'mptcp has no value'],
    ['mptcp = ; off', 'mptcp has no value'],
    ['mptcp', '"mptcp" is neither a [section] nor KEY = VALUE'],
    [' [wlan0]', '"[wlan0]" is neither a [section] nor KEY = VALUE'],
    ['[wlan0', '"[wlan0" is neither a [section] nor KEY = VALUE'],
    ['mptcp-gatway = 10.1.1.1', '"mptcp-gatway" is no option'],
    ['MPTCP-table = 5', '"MPTCP-table" is no option'],
    ['mptcp_table = 5', '"mptcp_table" is no option'],
    ['address = 10.1.1.2', '"address" is no option'],
    ['__proto__ = 1', '"__proto__" is no option'],
    [
      'mptcp-forward-mask = 0xff',
      'mptcp-forward-mask is the same for all uplinks: it stands before the first [section]',
    ],
    ['mptcp-strict = yes', 'mptcp-strict "yes" has no meaning here: there is no ifup that could fail'],
  ])('refuses %j with file, line and section', (line, why) => {
    const [problem, ...others] = problemsOf('# first', '[eth0 wwan*]', line)
    expect(problem).toMatch(/ \(\/etc\/mptcp-routes\.conf:3, section \[eth0 wwan\*\]\)$/)
    expect(problem?.startsWith(why), problem).toBe(true)
    expect(others).toEqual([])
  })

  it('names everything that is wrong, in the order of the file', () => {
    const lines = ['mptcp = on', '[]x', '[eth0, eth1]', '[a/b [c]', 'mptcp=off', 'mptcp=on', '[d\x1b]', 'x']
    expect(problemsOf(...lines)).toEqual([
      '"mptcp = on" stands before the first [section] (/etc/mptcp-routes.conf:1)',
      'pattern "]x" is none that the name of an interface could match (/etc/mptcp-routes.conf:2, section []x])',
      'pattern "eth0," has a comma: put blanks between patterns (/etc/mptcp-routes.conf:3, section [eth0, eth1])',
      'pattern "a/b" is none that the name of an interface could match (/etc/mptcp-routes.conf:4, section [a/b [c])',
      'mptcp "on" is given a second time (/etc/mptcp-routes.conf:6, section [a/b [c])',
      '"x" is neither a [section] nor KEY = VALUE (/etc/mptcp-routes.conf:8, section [d\\u001b])',
    ])
  })

  it('takes the mask before the first section', () => {
    const { mask, sections, problems } = parse('# marks\nmptcp-forward-mask = 0xff0\n[eth0]\n')
    expect({ mask, problems, line: sections[0]?.line }).toEqual({ mask: 0xff0, problems: [], line: 3 })
  })

  it('has no mask where the one that is given is none', () => {
    const { mask, problems } = parse('mptcp-forward-mask = 0x5\n[eth0]\n')
    expect(mask).toBeUndefined()
    expect(problems).toEqual([
      'mptcp-forward-mask "0x5" has a gap: its bits are to stand side by side (/etc/mptcp-routes.conf:1)',
    ])
  })

  it('refuses a section that names nothing', () => {
    expect(problemsOf('[ ]')).toEqual([
      'the section names no interface (/etc/mptcp-routes.conf:1, section [])',
    ])
  })
})

describe('sectionFor', () => {
  const { sections } = parse('[eth0.* wwan?]\n[eth[0-3] wl[!p]*]\n[eth* !x {a,b}]'.replace('{a,b}', '{a}'))

  it.each([
    ['eth0.100', 1],
    ['wwan1', 1],
    ['wwan', undefined],
    ['wwan10', undefined],
    ['eth0', 2],
    ['wlan0', 2],
    ['wlp3s0', undefined],
    ['wp0', undefined],
    ['eth4', 3],
    ['.eth', undefined],
    ['!x', 3],
    ['a', undefined],
    ['y', undefined],
  ])('finds for %s the first section that matches', (device, line) => {
    expect(sectionFor(device, sections)?.line).toBe(line)
  })

  it.each([
    ['eth(0)', 'eth(0)', 'eth0'],
    ['a|b', 'a|b', 'a'],
    ['wan+', 'wan+', 'wann'],
    ['wan$', 'wan$', 'wan'],
    ['w\\*', 'w\\an', 'w*'],
    ['wan{0}*', 'wan{0}1', 'wan01'],
    ['@(a)?', '@(a)1', 'a1'],
    ['w"1"*', 'w"1"x', 'w1x'],
    ['x[+$(]', 'x(', 'x'],
    ['x[\\]*', 'x\\1', 'x1'],
  ])('takes what is special to shells and patterns in %s as it stands', (glob, device, other) => {
    const { sections: one } = parse(`[${glob}]`)
    expect([sectionFor(device, one)?.line, sectionFor(other, one)]).toEqual([1, undefined])
  })

  it('matches a name that begins with a dot, and nothing where there is no section', () => {
    expect(sectionFor('.eth', parse('[*]').sections)?.line).toBe(1)
    expect(sectionFor('eth0', [])).toBeUndefined()
  })
})
