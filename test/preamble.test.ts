import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseEnvironment } from '../src/ask/environment.ts'
import { type Environment, environments } from './captured.ts'

const dist = (name: string) => fileURLToPath(new URL(`../dist/${name}`, import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'mptcp-'))
const LOGGED = join(scratch, 'logged')

/** Programs for a PATH that has no others. */
const PROGRAMS = {
  // Says that it was started, and with what file and arguments.
  node: 'while [ "$1" != -- ]; do shift; done; shift; echo "node $*"',
  logger: `echo "$*" >>'${LOGGED}'`,
}

beforeAll(() => {
  for (const [name, programs] of [
    ['with', ['node', 'logger']],
    ['without', ['logger']],
  ] as const) {
    mkdirSync(join(scratch, name))
    for (const program of programs) {
      writeProgram(join(scratch, name, program), `#!/bin/sh\n${PROGRAMS[program]}\n`)
    }
  }
  mkdirSync(join(scratch, 'real'))
  symlinkSync(process.execPath, join(scratch, 'real/node'))
})

afterAll(() => {
  rmSync(scratch, { recursive: true })
})

function writeProgram(path: string, text: string): string {
  writeFileSync(path, text)
  chmodSync(path, 0o755)
  return path
}

/** A hook with the real preamble and another program behind it. */
function hookOf(path: string, program: string): string {
  const preamble = readFileSync(dist('mptcp_up'), 'utf8').split('\n*/\n', 1)[0] ?? ''
  return writeProgram(path, `${preamble}\n*/\n${program}\n// The end.\n`)
}

function start(
  path: 'with' | 'without' | 'real',
  env: Environment,
  args: readonly string[] = [],
  program = dist('mptcp_up'),
) {
  const options = { env: { ...env, PATH: join(scratch, path) }, encoding: 'utf8' } as const
  const { error, status, stdout, stderr } = spawnSync(program, args, options)
  if (error !== undefined) {
    throw error
  }
  return { status, stdout, stderr }
}

const startsNode = (env: Environment, name = 'mptcp_up') => start('with', env, [], dist(name)).stdout !== ''

describe('the preamble, before Node', () => {
  it('hands over to node with all arguments', () => {
    expect(start('with', { IFACE: 'lo' }, ['--help', 'a b'])).toEqual({
      ...{ status: 0, stdout: `node ${dist('mptcp_up')} --help a b\n`, stderr: '' },
    })
  })

  it.each([
    [{ PHASE: 'post-up' }, false],
    [{ IFACE: '', PHASE: '' }, false],
    [{ IFACE: 'lo' }, false],
    [{ IFACE: 'lo:1' }, false],
    [{ IFACE: '--all' }, false],
    [{ IFACE: 'eth1', METHOD: 'loopback' }, false],
    [{ IFACE: 'eth1', ADDRFAM: 'meta' }, false],
    [{ IFACE: 'eth1', ADDRFAM: 'can' }, false],
    [{ IFACE: 'eth1', MODE: 'query' }, false],
    // By hand: an error, which is node's to say.
    [{}, true],
    [{ IFACE: '' }, true],
    [{ IFACE: 'eth1', IF_MPTCP: 'off' }, true],
    [{ IFACE: 'eth1' }, true],
    [{ IFACE: 'eth1', PHASE: 'post-up', MODE: '' }, true],
    [{ IFACE: 'lo1' }, true],
    [{ IFACE: 'eth0:lo' }, true],
    [{ IFACE: 'eth1', ADDRFAM: 'inet6', METHOD: 'auto', IF_MPTCP: 'on' }, true],
    [{ IFACE: 'eth1', ADDRFAM: 'inet,inet6' }, true],
    [{ IFACE: '*' }, true],
    [{ IFACE: '$(exit 9)', METHOD: '`exit 9`' }, true],
  ])('starts node for %j: %s', (env, node) => {
    expect([startsNode(env), startsNode(env, 'mptcp_down')]).toEqual([node, node])
  })

  it.each([
    ['start', 'post-up', true, false],
    ['start', 'up', true, false],
    ['stop', 'pre-down', false, true],
    ['stop', 'down', false, true],
    ['stop', 'post-down', false, true],
  ])('starts node for MODE=%s PHASE=%s in mptcp_up: %s, in mptcp_down: %s', (MODE, PHASE, up, down) => {
    const env = { IFACE: 'eth1', MODE, PHASE }
    expect([startsNode(env), startsNode(env, 'mptcp_down')]).toEqual([up, down])
  })

  it.each(['all', 'options', 'off', 'auto', 'alias', 'ng-all'])(
    'agrees with parseEnvironment on the runs of %s',
    (name) => {
      for (const env of environments(name)) {
        for (const direction of ['up', 'down'] as const) {
          expect([env['IFACE'], startsNode(env, `mptcp_${direction}`)]).toEqual([
            env['IFACE'],
            !('idle' in parseEnvironment(direction, env)),
          ])
        }
      }
    },
  )
})

describe('the preamble without node', () => {
  const MISSING = 'node is not installed: apt-get install nodejs'

  it.each([
    ['by hand', { IFACE: 'eth1' }, 1],
    ['under ifupdown', { IFACE: 'eth1', PHASE: 'post-up' }, 0],
    ['by hand, with "mptcp-strict no"', { IFACE: 'eth1', IF_MPTCP_STRICT: 'no' }, 1],
    ['in a strict stanza', { IFACE: 'eth1', PHASE: 'post-up', IF_MPTCP_STRICT: 'yes' }, 1],
    ['in a door', { IFACE: 'eth1', MPTCP_DOOR: 'netifrc' }, 0],
    ['in a strict door', { IFACE: 'eth1', MPTCP_DOOR: 'netifrc', IF_MPTCP_STRICT: 'yes' }, 1],
  ])('tells that it is missing %s', (_, env, status) => {
    expect(start('without', env)).toEqual({ status, stdout: '', stderr: `mptcp_up: eth1: ${MISSING}\n` })
  })

  it('is silent where there is nothing to do', () => {
    expect(start('without', { IFACE: 'lo' })).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  it('names the program as it was called, and no interface that is none', () => {
    const link = join(scratch, 'mptcp_x')
    symlinkSync(dist('mptcp_down'), link)
    expect(start('without', { IFACE: 'eth1' }, [], link).stderr).toBe(`mptcp_x: eth1: ${MISSING}\n`)
    expect(start('without', { IFACE: 'a\nb' }).stderr).toBe(`mptcp_up: ${MISSING}\n`)
  })

  it.each([
    ['ifupdown2', { PHASE: 'up', LOGICAL: 'eth1' }, true],
    ['a door', { MPTCP_DOOR: 'dhclient' }, true],
    ['ifupdown', { PHASE: 'post-up', LOGICAL: 'eth1', VERBOSITY: '0' }, false],
    ['a person', {}, false],
  ])('tells syslog where the caller is %s: %s', async (_, env, logged) => {
    writeFileSync(LOGGED, '')
    start('without', { IFACE: 'eth1', ...env })
    const line = (iface: string) => `-t mptcp_up -p daemon.warning -- ${iface}: ${MISSING}\n`
    const read = () => readFileSync(LOGGED, 'utf8')
    if (logged) {
      await expect.poll(read).toBe(line('eth1'))
    } else {
      // Another run's line shows that there was time for one.
      start('without', { IFACE: 'eth2', MPTCP_DOOR: 'dhclient' })
      await expect.poll(read).toContain(line('eth2'))
      expect(read()).toBe(line('eth2'))
    }
  })
})

describe('the preamble where Node fails', () => {
  it.each([
    [{ NODE_OPTIONS: '--bad' }, 'node: --bad is not allowed in NODE_OPTIONS', 9],
    [{ NODE_OPTIONS: '--require /none.cjs' }, "Error: Cannot find module '/none.cjs'", 1],
  ])('names the reason of %j in one line', (env, reason, status) => {
    const stderr = expect.stringMatching(/^mptcp_up: eth1: node could not run: .*\n$/)
    const answers = [{}, { PHASE: 'post-up' }, { PHASE: 'post-up', IF_MPTCP_STRICT: 'yes' }].map((manager) =>
      start('real', { IFACE: 'eth1', ...env, ...manager }),
    )
    expect(answers).toEqual([status, 0, status].map((wanted) => ({ status: wanted, stdout: '', stderr })))
    expect(answers[0]?.stderr).toContain(reason)
  })

  it.each([
    ['process.abort()', 'ended by SIGABRT', 134],
    ['process.kill(process.pid, "SIGKILL")', 'ended by SIGKILL', 137],
  ])('tells what ended it: %s', (program, reason, status) => {
    const hook = hookOf(join(scratch, 'mptcp_dies'), program)
    const stderr = `mptcp_dies: eth1: node could not run to its end: ${reason}\n`
    expect(start('real', { IFACE: 'eth1' }, [], hook)).toEqual({ status, stdout: '', stderr })
    expect(start('real', { IFACE: 'eth1', PHASE: 'post-up' }, [], hook)).toEqual({
      ...{ status: 0, stdout: '', stderr },
    })
  })

  it('says nothing after a hook that has said why it failed', () => {
    const hook = hookOf(
      join(scratch, 'mptcp_fails'),
      'require("fs").writeSync(3, "why\\n"); process.exitCode = 1',
    )
    expect(start('real', { IFACE: 'eth1' }, [], hook)).toEqual({ status: 1, stdout: '', stderr: 'why\n' })
  })

  it('names a damaged file', () => {
    const hook = hookOf(join(scratch, 'mptcp_half'), 'function half() {')
    expect(start('real', { IFACE: 'eth1' }, [], hook)).toEqual({
      status: 1,
      stdout: '',
      stderr: `mptcp_half: ${hook} cannot be run, please install it again: Unexpected end of input\n`,
    })
  })

  it.each([
    ['at its last line', (text: string) => text.indexOf('\nmain("up")')],
    ['between two functions', (text: string) => text.indexOf('\n}\nfunction ') + 2],
    ['in the licences', (text: string) => text.indexOf('\n// ifupdown-mptcp:')],
  ])('names a file that is cut off %s', (_, place) => {
    const text = readFileSync(dist('mptcp_up'), 'utf8')
    const hook = writeProgram(join(scratch, 'mptcp_cut'), text.slice(0, place(text)))
    const stderr = `mptcp_cut: ${hook} cannot be run, please install it again: it is cut off\n`
    expect(start('real', { IFACE: 'eth1' }, [], hook)).toEqual({ status: 1, stdout: '', stderr })
    expect(start('real', { IFACE: 'eth1', PHASE: 'post-up' }, [], hook)).toEqual({
      ...{ status: 0, stdout: '', stderr },
    })
  })

  it('runs where standard error is closed', () => {
    const run = spawnSync('/bin/sh', ['-c', `exec '${dist('mptcp_up')}' --version 2>&-`], {
      encoding: 'utf8',
    })
    expect(run).toMatchObject({ status: 0, stdout: expect.stringMatching(/^mptcp_up \d/) })
  })
})

describe('the preamble, while Node runs', () => {
  /** A hook that says its process's number and then works on for ever. */
  const startLasting = async (env: Environment) => {
    const hook = hookOf(
      join(scratch, 'mptcp_lasts'),
      'require("fs").writeSync(1, process.pid + "\\n"); setInterval(() => {}, 1000)',
    )
    const shell = spawn(hook, { env: { ...env, PATH: join(scratch, 'real') } })
    const ended = once(shell, 'close') as Promise<[number | null, string | null]>
    let stderr = ''
    shell.stderr.on('data', (text) => {
      stderr += text
    })
    const [pid] = await once(shell.stdout, 'data')
    return { shell, node: Number(pid), end: async () => ({ status: (await ended)[0], stderr }) }
  }
  const isRunning = (pid: number) => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('passes on %s', async (signal, status) => {
    for (const [env, wanted] of [
      [{ IFACE: 'eth1' }, status],
      [{ IFACE: 'eth1', PHASE: 'post-up' }, 0],
      [{ IFACE: 'eth1', MPTCP_DOOR: 'dhclient' }, status],
    ] as const) {
      const { shell, node, end } = await startLasting(env)
      shell.kill(signal)
      expect(await end()).toEqual({
        ...{
          status: wanted,
          stderr: `mptcp_lasts: eth1: node could not run to its end: ended by ${signal}\n`,
        },
      })
      expect(isRunning(node)).toBe(false)
    }
  })

  it('outlives a Node that is killed', async () => {
    const { node, end } = await startLasting({ IFACE: 'eth1', PHASE: 'post-up' })
    process.kill(node, 'SIGKILL')
    expect(await end()).toMatchObject({ status: 0, stderr: expect.stringContaining('ended by SIGKILL') })
  })
})

describe('the loader', () => {
  it.each(['', '{', '{"type":"module"}', '{"type":"commonjs"}'])(
    'goes by no package.json beside or above the hook: %j',
    (text) => {
      const directory = join(mkdtempSync(join(scratch, 'a b ')), 'below')
      mkdirSync(directory)
      cpSync(dist('mptcp_up'), join(directory, 'mptcp_up'))
      for (const place of ['package.json', '../package.json']) {
        writeFileSync(join(directory, place), text)
      }
      const options = { cwd: directory, encoding: 'utf8' } as const
      for (const program of [join(directory, 'mptcp_up'), './mptcp_up']) {
        expect(spawnSync(program, ['--version'], options)).toMatchObject({
          ...{ status: 0, stdout: expect.stringMatching(/^mptcp_up \d/), stderr: '' },
        })
      }
    },
  )

  it('shows the program what `node FILE ARGS` would', () => {
    const program = 'require("fs").writeSync(1, JSON.stringify(process.argv.slice(1)))'
    const hook = hookOf(join(scratch, 'mptcp_shows'), program)
    const { stdout } = spawnSync('./mptcp_shows', ['-n', '--', 'a b'], { cwd: scratch, encoding: 'utf8' })
    expect(JSON.parse(stdout)).toEqual([hook, '-n', '--', 'a b'])
  })
})
