import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseEnvironment } from '../src/ask/environment.ts'
import { type Environment, environments } from './captured.ts'

const dist = (name: string) => fileURLToPath(new URL(`../dist/${name}`, import.meta.url))
let directory = ''

// A node that only says that it was started, and a PATH without any.
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mptcp-'))
  for (const name of ['with', 'without']) {
    mkdirSync(join(directory, name))
    symlinkSync('/usr/bin/basename', join(directory, name, 'basename'))
  }
  writeFileSync(join(directory, 'with/node'), '#!/bin/sh\necho "node $*"\n')
  chmodSync(join(directory, 'with/node'), 0o755)
})

afterAll(() => {
  rmSync(directory, { recursive: true })
})

function start(
  path: 'with' | 'without',
  env: Environment,
  args: readonly string[] = [],
  program = dist('mptcp_up'),
) {
  const options = { env: { ...env, PATH: join(directory, path) }, encoding: 'utf8' } as const
  const { error, status, stdout, stderr } = spawnSync(program, args, options)
  if (error !== undefined) {
    throw error
  }
  return { status, stdout, stderr }
}

const startsNode = (env: Environment) => start('with', env).stdout !== ''

describe('the preamble', () => {
  it('hands over to node with all arguments', () => {
    expect(start('with', {}, ['--help', 'a b'])).toEqual({
      ...{ status: 0, stdout: `node ${dist('mptcp_up')} --help a b\n`, stderr: '' },
    })
  })

  it.each([
    [{}, false],
    [{ IFACE: '' }, false],
    [{ IFACE: 'lo' }, false],
    [{ IFACE: 'lo:1' }, false],
    [{ IFACE: '--all' }, false],
    [{ IFACE: 'eth1', METHOD: 'loopback' }, false],
    [{ IFACE: 'eth1', ADDRFAM: 'meta' }, false],
    [{ IFACE: 'eth1', ADDRFAM: 'can' }, false],
    [{ IFACE: 'eth1', IF_MPTCP: 'off' }, false],
    [{ IFACE: 'eth1', MODE: 'stop' }, false],
    [{ IFACE: 'eth1' }, true],
    [{ IFACE: 'lo1' }, true],
    [{ IFACE: 'eth1', ADDRFAM: 'inet6', METHOD: 'auto', MODE: 'start', IF_MPTCP: 'on' }, true],
    [{ IFACE: 'eth1', ADDRFAM: 'inet,inet6' }, true],
    [{ IFACE: '*' }, true],
    [{ IFACE: '$(exit 9)', METHOD: '`exit 9`' }, true],
  ])('starts node for %j: %s', (env, node) => {
    // MODE is left to node: the preamble is the same in both hooks.
    expect(startsNode(env)).toBe(node || 'MODE' in env)
  })

  it.each(['all', 'options', 'off', 'auto', 'alias', 'ng-all'])(
    'agrees with parseEnvironment on the runs of %s',
    (name) => {
      for (const env of environments(name).filter(({ MODE }) => MODE === 'start')) {
        expect([env['IFACE'], startsNode(env)]).toEqual([
          env['IFACE'],
          !('idle' in parseEnvironment('up', env)),
        ])
      }
    },
  )

  it.each([
    ['by hand', { IFACE: 'eth1' }, 1],
    ['under ifupdown', { IFACE: 'eth1', PHASE: 'post-up' }, 0],
    ['in a strict stanza', { IFACE: 'eth1', PHASE: 'post-up', IF_MPTCP_STRICT: 'yes' }, 1],
  ])('tells that node is missing %s', (_, env, status) => {
    expect(start('without', env)).toEqual({
      ...{ status, stdout: '', stderr: 'mptcp_up: eth1: node is not installed: apt-get install nodejs\n' },
    })
  })

  it('is silent without node where there is nothing to do', () => {
    expect(start('without', { IFACE: 'lo' })).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  it('names the program as it was called', () => {
    const link = join(directory, 'mptcp_x')
    symlinkSync(dist('mptcp_down'), link)
    expect(start('without', { IFACE: 'eth1' }, [], link).stderr).toMatch(/^mptcp_x: eth1: /)
  })
})
