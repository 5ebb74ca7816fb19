import { describe, expect, it } from 'vitest'
import { hasOptions, isStrict, parseOptions, readList, unknownOptions } from '../../src/ask/options.ts'
import { environment, refusalOf } from '../captured.ts'

const parse = (env: NodeJS.ProcessEnv) => parseOptions(env, (variable) => `set by ${variable}`)

const SILENT = {
  gateway: undefined,
  table: undefined,
  priority: undefined,
  endpoint: undefined,
  mainRoutes: 'keep',
  off: false,
  metric: undefined,
  probe: [],
  probeInterval: 5,
  forward: false,
}

describe('parseOptions', () => {
  it('is silent where the stanza is', () => {
    expect(parse(environment('static'))).toEqual(SILENT)
  })

  it('reads every option of a real stanza', () => {
    expect(parse(environment('options'))).toEqual({
      gateway: { family: 'inet', text: '10.1.2.254' },
      table: 100,
      priority: 500,
      endpoint: ['signal', 'backup'],
      off: false,
      mainRoutes: 'ignore',
      metric: 200,
      probe: ['gateway', '192.0.2.1:443'],
      probeInterval: 10,
      forward: true,
    })
  })

  it.each([
    [{ IF_MPTCP_GATEWAY: 'none' }, { gateway: 'none' }],
    [{ IF_MPTCP_GATEWAY: '2001:DB8::0:1' }, { gateway: { family: 'inet6', text: '2001:db8::1' } }],
    [{ IF_MPTCP_TABLE: '1' }, { table: 1 }],
    [{ IF_MPTCP_TABLE: '0100' }, { table: 100 }],
    [{ IF_MPTCP_TABLE: '4294967295' }, { table: 4294967295 }],
    [{ IF_MPTCP_TABLE: 'wan.1' }, { table: 'wan.1' }],
    [{ IF_MPTCP_PRIORITY: '2' }, { priority: 2 }],
    [{ IF_MPTCP_PRIORITY: '32762' }, { priority: 32762 }],
    [{ IF_MPTCP_ENDPOINT: 'none' }, { endpoint: [] }],
    [{ IF_MPTCP_ENDPOINT: 'backup' }, { endpoint: ['subflow', 'backup'] }],
    [{ IF_MPTCP_ENDPOINT: 'subflow \t backup subflow' }, { endpoint: ['subflow', 'backup'] }],
    [{ IF_MPTCP_ENDPOINT: 'subflow fullmesh' }, { endpoint: ['subflow', 'fullmesh'] }],
    [{ IF_MPTCP_ENDPOINT: 'fullmesh' }, { endpoint: ['subflow', 'fullmesh'] }],
    [{ IF_MPTCP_ENDPOINT: 'laminar backup' }, { endpoint: ['backup', 'laminar'] }],
    [{ IF_MPTCP: ' off ' }, { off: true }],
    [{ IF_MPTCP_MAIN_ROUTES: 'keep' }, {}],
    [{ IF_MPTCP_METRIC: ' 1 ' }, { metric: 1 }],
    [{ IF_MPTCP_METRIC: '4294967295' }, { metric: 4294967295 }],
    [{ IF_MPTCP_METRIC: '' }, {}],
    [{ IF_MPTCP_PROBE: 'none' }, {}],
    [{ IF_MPTCP_PROBE: 'gateway' }, { probe: ['gateway'] }],
    [
      { IF_MPTCP_PROBE: ' 192.0.2.1:443 \t [2001:db8::1]:443 ' },
      { probe: ['192.0.2.1:443', '[2001:db8::1]:443'] },
    ],
    // What is wrong in it costs the probe alone, and so nothing is refused here.
    [{ IF_MPTCP_PROBE: 'none www.example.org' }, { probe: ['none', 'www.example.org'] }],
    [{ IF_MPTCP_PROBE_INTERVAL: '1' }, { probeInterval: 1 }],
    [{ IF_MPTCP_PROBE_INTERVAL: '3600' }, { probeInterval: 3600 }],
    [{ IF_MPTCP_FORWARD: 'yes' }, { forward: true }],
    [{ IF_MPTCP_FORWARD: 'no' }, {}],
    [{ IF_MPTCP: 'on', IF_MPTCP_STRICT: 'no' }, {}],
  ])('reads %j', (env, options) => {
    expect(parse(env)).toEqual({ ...SILENT, ...options })
  })

  const TABLE = 'is not free for use: choose 1 to 252 or 256 to 4294967295'
  const FLAGS = 'must be some of subflow, signal, backup, fullmesh, laminar, or none'
  it.each([
    ['IF_MPTCP', 'yes', 'mptcp "yes" must be on or off'],
    ['IF_MPTCP_GATEWAY', 'gw', 'mptcp-gateway "gw" is neither an IP address nor "none"'],
    ['IF_MPTCP_GATEWAY', '10.1.2.1/24', 'mptcp-gateway "10.1.2.1/24" is neither an IP address nor "none"'],
    ['IF_MPTCP_GATEWAY', '-6', 'mptcp-gateway "-6" is neither an IP address nor "none"'],
    ['IF_MPTCP_TABLE', '0', `mptcp-table "0" ${TABLE}`],
    ['IF_MPTCP_TABLE', '253', `mptcp-table "253" ${TABLE}`],
    ['IF_MPTCP_TABLE', '254', `mptcp-table "254" ${TABLE}`],
    ['IF_MPTCP_TABLE', '255', `mptcp-table "255" ${TABLE}`],
    ['IF_MPTCP_TABLE', '4294967296', `mptcp-table "4294967296" ${TABLE}`],
    ['IF_MPTCP_TABLE', '-1', `mptcp-table "-1" ${TABLE}`],
    ['IF_MPTCP_TABLE', '1e2', `mptcp-table "1e2" ${TABLE}`],
    ['IF_MPTCP_TABLE', 'a b', 'mptcp-table "a b" is neither a table number nor a name from rt_tables'],
    ['IF_MPTCP_PRIORITY', '1', 'mptcp-priority "1" must be a number from 2 to 32762'],
    ['IF_MPTCP_PRIORITY', '32763', 'mptcp-priority "32763" must be a number from 2 to 32762'],
    ['IF_MPTCP_PRIORITY', '0x10', 'mptcp-priority "0x10" must be a number from 2 to 32762'],
    ['IF_MPTCP_ENDPOINT', 'lamina', `mptcp-endpoint "lamina" ${FLAGS}`],
    ['IF_MPTCP_ENDPOINT', 'subflow none', `mptcp-endpoint "subflow none" ${FLAGS}`],
    ['IF_MPTCP_ENDPOINT', 'id 7', `mptcp-endpoint "id 7" ${FLAGS}`],
    [
      'IF_MPTCP_ENDPOINT',
      'signal fullmesh',
      'mptcp-endpoint "signal fullmesh" asks for signal with fullmesh, which the kernel does not allow: leave one out',
    ],
    ['IF_MPTCP_MAIN_ROUTES', 'no', 'mptcp-main-routes "no" must be keep or ignore'],
    ['IF_MPTCP_METRIC', '0', 'mptcp-metric "0" must be a number from 1 to 4294967295'],
    ['IF_MPTCP_METRIC', '-5', 'mptcp-metric "-5" must be a number from 1 to 4294967295'],
    [
      'IF_MPTCP_PROBE',
      'gateway\n192.0.2.1',
      'mptcp-probe "gateway\\n192.0.2.1" is more than one line: give the option once',
    ],
    ['IF_MPTCP_PROBE_INTERVAL', '0', 'mptcp-probe-interval "0" must be a number from 1 to 3600'],
    ['IF_MPTCP_PROBE_INTERVAL', '3601', 'mptcp-probe-interval "3601" must be a number from 1 to 3600'],
    ['IF_MPTCP_PROBE_INTERVAL', '0.5', 'mptcp-probe-interval "0.5" must be a number from 1 to 3600'],
    ['IF_MPTCP_PROBE_INTERVAL', '5s', 'mptcp-probe-interval "5s" must be a number from 1 to 3600'],
    ['IF_MPTCP_FORWARD', 'on', 'mptcp-forward "on" must be yes or no'],
    ['IF_MPTCP_STRICT', 'on', 'mptcp-strict "on" must be yes or no'],
    [
      'IF_MPTCP_METRIC',
      '5\nrule flush',
      'mptcp-metric "5\\nrule flush" is more than one line: give the option once',
    ],
    ['IF_MPTCP_METRIC', '1'.repeat(5000), `mptcp-metric "${'1'.repeat(60)}…" is too long: 5000 characters`],
  ])('refuses $2', (variable, value, message) => {
    expect(refusalOf(() => parse({ [variable]: value }))).toBe(`Refusal: ${message} (set by ${variable})`)
  })

  it('refuses an option that is given twice, as ifupdown joins the two by a newline', () => {
    expect(refusalOf(() => parse(environment('repeated')))).toBe(
      'Refusal: mptcp-gateway "10.1.2.1\\n10.1.2.254" is more than one line: give the option once (set by IF_MPTCP_GATEWAY)',
    )
  })
})

it.each([
  ['yes', true],
  [' yes\n', true],
  ['no', false],
  ['true', false],
  [undefined, false],
])('mptcp-strict %j fails ifup: %s', (value, strict) => {
  expect(isStrict(value === undefined ? {} : { IF_MPTCP_STRICT: value })).toBe(strict)
})

it('names options that there are none of, and no variables of others', () => {
  const env = { IF_MPTCP_GATWAY: 'x', 'IF_MPTCP_A\nB': 'x', IF_MPTCPIZE: 'x', IF_METRIC: '5' }
  expect(unknownOptions({ ...environment('options'), ...env })).toEqual(['mptcp-gatway', 'mptcp-a\\nb'])
})

it.each([
  [{}, false],
  [{ IF_MPTCP: 'on' }, false],
  [{ IF_MPTCP: 'off' }, false],
  [{ IF_MPTCP_METRIC: ' ' }, false],
  [{ IF_MPTCP_TABEL: '7' }, false],
  [{ IF_MPTCP_METRIC: '5' }, true],
])('%j is more than `mptcp on`: %s', (env, has) => {
  expect(hasOptions(env)).toBe(has)
})

it('reads lists as long as a thousand addresses of IPv6, and no longer', () => {
  const list = (count: number) => ({ X: '2001:db8:1234:5678:9abc:def0:1234:5678/64 '.repeat(count) })
  const read = (count: number) => readList(list(count), 'X', (variable) => `set by ${variable}`)
  expect([readList({}, 'X', String), read(40).length, read(1000).length]).toEqual([[], 40, 1000])
  expect(refusalOf(() => read(2000))).toMatch(/ is too long: 83999 characters \(set by X\)$/)
})
