import { beforeAll, describe, expect, it, vi } from 'vitest'
import * as doors from '../src/follow.ts'
import { runHook } from '../src/hook.ts'
import type { Edge } from '../src/words/edge.ts'
import { Refusal } from '../src/words/refusal.ts'
import { environment, environments, run, stage } from './captured.ts'

const HAND = { IFACE: 'eth1', ADDRFAM: 'inet' }
const IFUP = environment('static')
const DENIED = { status: 1, stderr: 'RTNETLINK answers: Operation not permitted\nCommand failed -:1\n' }
const FAILING = { kernel: 'dual-stack', outcomes: [DENIED, DENIED, DENIED] }
const DENIAL =
  'mptcp_up: eth1: the kernel refused "ip link set dev eth1 group 77": Operation not permitted (run it as root)\n'

// esbuild writes the version into the bundles.
beforeAll(() => {
  vi.stubGlobal('VERSION', '1.2.3')
})

/** What a run leaves behind on an edge whose ip misbehaves. */
function runOn(edge: Partial<Edge>, env: Record<string, string> = HAND) {
  const err: string[] = []
  const output = { out: () => {}, err: (text: string) => err.push(text) }
  const status = runHook('up', [], env, { ...stage().edge, ...edge }, output, doors)
  return { status, err: err.join('') }
}

const fails = (error: unknown) => ({
  ip: () => {
    throw error
  },
})

describe('exit status after a failure', () => {
  it.each([
    ['by hand', HAND, 1],
    ['under ifupdown', IFUP, 0],
    ['in a strict stanza', { ...IFUP, IF_MPTCP_STRICT: 'yes' }, 1],
    ['in a stanza that says "mptcp-strict no"', { ...IFUP, IF_MPTCP_STRICT: 'no' }, 0],
  ])('%s', (_, env, status) => {
    expect(run('up', env, FAILING)).toMatchObject({ status, err: DENIAL, out: '' })
  })

  it.each([
    ['by hand', HAND, 1],
    ['under ifupdown', IFUP, 0],
    ['in a strict stanza', { ...IFUP, IF_MPTCP_STRICT: 'yes' }, 1],
  ])('%s, for a value that does not parse', (_, env, status) => {
    const place = 'PHASE' in env ? 'iface stanza' : 'environment'
    const err = `mptcp_up: eth1: mptcp-table "254" is not free for use: choose 1 to 252 or 256 to 4294967295 (set by IF_MPTCP_TABLE in the ${place})\n`
    expect(run('up', { ...env, IF_MPTCP_TABLE: '254' })).toMatchObject({ status, err, writes: [], reads: [] })
  })

  it('is 0 where the work is done', () => {
    expect(run('up', HAND, { kernel: 'dual-stack' })).toMatchObject({ status: 0, out: '', err: '' })
    expect(run('down', HAND, { later: { 1: 'empty' } })).toMatchObject({ status: 0, out: '', err: '' })
  })
})

describe('messages', () => {
  it.each([
    ['eth1:1', 'mptcp_up: eth1:1: '],
    ['eth1\nroot', 'mptcp_up: "eth1\\nroot": '],
    ['\u001b[31m', 'mptcp_up: "\\u001b[31m": '],
    ['x'.repeat(200), `mptcp_up: "${'x'.repeat(60)}…": `],
  ])('begin harmlessly for IFACE %j', (IFACE, start) => {
    const { err } = run('up', { IFACE, IF_MPTCP_TABLE: '254' })
    expect(err.slice(0, start.length)).toBe(start)
    expect(err.match(/\n/g)).toHaveLength(1)
  })

  it('tell of an error of our own without a stack trace', () => {
    expect(runOn(fails(new TypeError('x is\nundefined')))).toEqual({
      status: 1,
      err: 'mptcp_up: eth1: internal error, please report it: "x is\\nundefined"\n',
    })
    expect(runOn(fails('no error')).err).toContain('"no error"')
  })

  it('tell by hand that IFACE is missing, and how sudo loses it', () => {
    expect(run('up', {})).toMatchObject({
      status: 1,
      err: 'mptcp_up: IFACE is not set: IFACE=eth1 mptcp_up\n',
    })
    expect(run('down', { SUDO_COMMAND: 'mptcp_down' }).err).toBe(
      'mptcp_down: IFACE is not set: sudo drops what stands before it: sudo IFACE=eth1 mptcp_down\n',
    )
  })

  it('tell of a missing ip', () => {
    const error = new Refusal('there is no ip command: apt-get install iproute2')
    expect(runOn(fails(error), IFUP)).toEqual({ status: 0, err: `mptcp_up: eth1: ${error.message}\n` })
  })

  it('tell of an unknown option of the stanza, and go on', () => {
    const { status, err, writes } = run('up', { ...IFUP, IF_MPTCP_TABEL: '7' }, { kernel: 'dual-stack' })
    expect([status, err, writes.length]).toEqual([
      0,
      'mptcp_up: eth1: there is no option mptcp-tabel: it has no effect\n',
      1,
    ])
  })

  it('are silent for a run that does nothing', () => {
    expect(run('up', environments('all')[0] ?? {})).toMatchObject({
      ...{ status: 0, out: '', err: '', writes: [], reads: [], slept: 0 },
    })
  })
})

describe('verbose', () => {
  it.each([
    ['-v', HAND, ['-v']],
    ['--verbose', HAND, ['--verbose']],
    ['VERBOSITY=1', { ...HAND, VERBOSITY: '1' }, []],
  ])('%s prints each ip command to standard error', (_, env, args) => {
    const { out, err, writes } = run('up', env, { kernel: 'dual-stack' }, args)
    const commands = err.trimEnd().split('\n')
    expect(out).toBe('')
    expect(commands.every((line) => /^ip (link|route|rule|mptcp) /.test(line))).toBe(true)
    expect(commands).toHaveLength((writes[0]?.split('\n').length ?? 0) - 1)
  })

  it.each(['0', '', 'x'])('is not VERBOSITY=%j', (VERBOSITY) => {
    expect(run('up', { ...HAND, VERBOSITY }, { kernel: 'dual-stack' }).err).toBe('')
  })

  it('tells that MPTCP is off, and why there is nothing to do', () => {
    const off = { kernel: 'dual-stack', files: { '/proc/sys/net/mptcp/enabled': '0\n' } }
    expect(run('up', HAND, off).err).toBe('')
    expect(run('up', HAND, off, ['-v']).err).toMatch(/^mptcp_up: eth1: MPTCP is off in the kernel/)
    expect(run('down', { IFACE: 'lo' }, {}, ['-v']).err).toBe(
      'mptcp_down: lo: nothing to do: IFACE is "lo"\n',
    )
  })
})

describe('dry run', () => {
  it.each(['-n', '--dry-run'])('%s prints the commands to standard output and runs none', (option) => {
    const { out, err, writes, status } = run('up', HAND, { kernel: 'dual-stack' }, [option])
    expect([err, writes, status]).toEqual(['', [], 0])
    expect(out).toMatch(/^ip link set dev eth1 group 77\n(ip .*\n)+$/)
  })

  it('of down prints what would go', () => {
    expect(run('down', HAND, {}, ['-n']).out).toContain(
      'ip rule delete from 10.1.2.2 lookup 1001 priority 31000 protocol 77\n',
    )
  })
})

describe('arguments', () => {
  it.each(['up', 'down'] as const)(
    '--help of %s names every option of the stanza, also without IFACE',
    (direction) => {
      const { out, status } = run(direction, {}, {}, ['--help'])
      expect([status, run(direction, {}, {}, ['-h']).out]).toEqual([0, out])
      for (const option of ['gateway', 'table', 'priority', 'endpoint', 'main-routes', 'metric', 'strict']) {
        expect(out).toContain(`  mptcp-${option} `)
      }
      expect(out).toContain('  mptcp on|off')
    },
  )

  it('--version names program and version', () => {
    expect(run('down', {}, {}, ['--version']).out).toBe('mptcp_down 1.2.3\n')
  })

  it.each([
    [['--frobnicate'], "Unknown option '--frobnicate' (see --help)"],
    [['eth1'], "Unexpected argument 'eth1' (see --help)"],
  ])('%j is refused', (args, message) => {
    const { status, err, reads } = run('up', HAND, {}, args)
    expect([status, reads]).toEqual([1, []])
    expect(err).toMatch(/^mptcp_up: eth1: [^\n]*\(see --help\)\n$/)
    expect(err).toContain(message.slice(0, 20))
  })
})
