import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEdge } from '../../src/kernel/ip.ts'
import { refusalOf } from '../captured.ts'

// The real one, but for the failures that no program on a PATH can bring about.
vi.mock('node:child_process', async (original) => {
  const real = await original<typeof import('node:child_process')>()
  return { ...real, spawnSync: vi.fn(real.spawnSync) }
})

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mptcp-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

/** An edge whose PATH begins with a directory that holds the program, a script for sh. */
function edgeWith(name: string, script: string, mode = 0o755, interpreter = '/bin/sh') {
  writeFileSync(join(directory, name), `#!${interpreter}\n${script}\n`)
  chmodSync(join(directory, name), mode)
  return createEdge({ PATH: directory, IF_ADDRESS: 'x', LC_ALL: 'de_DE.UTF-8' })
}

describe('ip', () => {
  it('gets arguments and input, and gives what it leaves behind', () => {
    const edge = edgeWith('ip', 'echo "$@"; cat; echo words >&2; exit 3')
    expect(edge.ip(['-6', 'x y'], 'a\nb\n')).toEqual({
      status: 3,
      stdout: '-6 x y\na\nb\n',
      stderr: 'words\n',
    })
  })

  it('speaks plain English and gets nothing of the environment but PATH', () => {
    const names = edgeWith('ip', 'env')
      .ip([], '')
      .stdout.split('\n')
      .map((line) => line.split('=')[0])
    expect(names).not.toContain('IF_ADDRESS')
    expect(edgeWith('ip', 'echo $LC_ALL').ip([], '').stdout).toBe('C\n')
  })

  it.each([{}, { PATH: '' }, { PATH: '/nowhere' }])('is found in the sbin directories with %j', (env) => {
    expect(createEdge(env).ip(['-V'], '').stdout).toMatch(/^ip utility/)
  })

  it('may end before it has read its input', () => {
    const edge = edgeWith('ip', 'echo unknown >&2; exit 255')
    expect(edge.ip([], 'x\n'.repeat(1_000_000))).toMatchObject({ status: 255, stderr: 'unknown\n' })
  })

  it('gives the dump of a large host whole', () => {
    const edge = edgeWith('ip', 'head -c 20000000 /dev/zero | tr "\\0" x')
    expect(edge.ip([], '').stdout).toHaveLength(20_000_000)
  })

  it('that is killed has failed', () => {
    expect(edgeWith('ip', 'kill -9 $$').ip([], '').status).not.toBe(0)
  })

  it('that hangs is ended after 10 s, by a signal that cannot be caught', () => {
    edgeWith('ip', '').ip([], '')
    expect(vi.mocked(spawnSync).mock.lastCall?.[2]).toMatchObject({ timeout: 10_000, killSignal: 'SIGKILL' })
  })

  it.each([
    ['ENOENT', 'there is no ip command: apt-get install iproute2'],
    ['EACCES', 'there is no ip command: apt-get install iproute2'],
    ['ETIMEDOUT', 'the ip command did not end in 10 s (package iproute2)'],
    ['ENOMEM', 'the ip command could not be run: spawnSync ip ENOMEM (package iproute2)'],
  ])('that cannot be run (%s) names the package', (code, message) => {
    const error = Object.assign(new Error(`spawnSync ip ${code}`), { code })
    const nothing = { pid: 0, output: [], stdout: '', stderr: '', status: null, signal: null }
    vi.mocked(spawnSync).mockReturnValueOnce({ ...nothing, error })
    expect(refusalOf(() => createEdge({}).ip([], ''))).toBe(`Refusal: ${message}`)
  })
})

it('asks dhcpcd for the IPv4 lease, and has none where dhcpcd fails or is missing', () => {
  expect(edgeWith('dhcpcd', 'echo "$@"').dhcpcdLease('eth1')).toBe('-4 -U eth1\n')
  expect(edgeWith('dhcpcd', 'exit 1').dhcpcdLease('eth1')).toBe('')
  expect(edgeWith('dhcpcd', '', 0o755, '/nowhere/sh').dhcpcdLease('eth1')).toBe('')
})

it('reads files and directories, and finds nothing in those that it cannot read', () => {
  const edge = createEdge({})
  for (const name of ['b', 'a']) {
    writeFileSync(join(directory, name), 'text')
  }
  expect([edge.readFile(join(directory, 'a')), edge.readFile(directory), edge.readFile('/nowhere')]).toEqual([
    ...['text', undefined, undefined],
  ])
  expect([edge.listDirectory(directory), edge.listDirectory('/nowhere')]).toEqual([['a', 'b'], []])
  expect(refusalOf(() => edge.listDirectory(join(directory, 'a')))).toBe('not refused')
})

it('sleeps and knows the time', () => {
  const edge = createEdge({})
  const start = edge.now().getTime()
  edge.sleep(20)
  expect(edge.now().getTime() - start).toSatisfy((ms: number) => ms >= 19 && ms < 1000)
})
