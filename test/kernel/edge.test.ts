import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEdge } from '../../src/kernel/edge.ts'
import { Refusal } from '../../src/words/refusal.ts'

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
function edgeWith(name: string, script: string) {
  writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(directory, name), 0o755)
  return createEdge({ PATH: directory, IF_ADDRESS: 'x', LC_ALL: 'de_DE.UTF-8' })
}

/** Makes the next program fail as spawnSync tells it. */
function failToStart(name: string, code: string) {
  const error = Object.assign(new Error(`spawnSync ${name} ${code}`), { code })
  const nothing = { pid: 0, output: [], stdout: '', stderr: '', status: null, signal: null }
  vi.mocked(spawnSync).mockReturnValueOnce({ ...nothing, error })
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
    failToStart('ip', code)
    expect(() => createEdge({}).ip([], '')).toThrow(new Refusal(message))
  })
})

describe('ipUpTo', () => {
  const edge = () => edgeWith('ip', 'echo "$@"; head -c 1000000 /dev/zero')

  it('gives what ip prints, and starts it with nothing to read', () => {
    expect(edgeWith('ip', 'cat; echo "$@"; echo words >&2; exit 3').ipUpTo(['route', 'show'], 100)).toEqual({
      status: 3,
      stdout: 'route show\n',
      stderr: 'words\n',
    })
  })

  it('ends an ip that prints more, though it would print on for ever', () => {
    expect(edge().ipUpTo(['x'], 1_000_002)?.stdout).toHaveLength(1_000_002)
    expect(edge().ipUpTo(['x'], 1_000_001)).toBeUndefined()
    expect(edgeWith('ip', 'exec cat /dev/zero').ipUpTo([], 100_000)).toBeUndefined()
  })

  it('needs an ip', () => {
    failToStart('ip', 'ENOENT')
    expect(() => createEdge({}).ipUpTo([], 1)).toThrow('there is no ip command')
  })
})

describe('nft', () => {
  it('gets arguments and input, and gives what it leaves behind', () => {
    const edge = edgeWith('nft', 'echo "$*"; cat >&2; exit 1')
    expect(edge.nft(['-f', '-'], 'list\n')).toEqual({ status: 1, stdout: '-f -\n', stderr: 'list\n' })
  })

  it('that is not there, or may not be run, is none', () => {
    failToStart('nft', 'ENOENT')
    expect(createEdge({}).nft([], '')).toBeUndefined()
    failToStart('nft', 'EACCES')
    expect(createEdge({}).nft([], '')).toBeUndefined()
  })

  it('that hangs or cannot be started is one that refuses, in words', () => {
    failToStart('nft', 'ETIMEDOUT')
    expect(createEdge({}).nft([], '')).toEqual({ status: 1, stdout: '', stderr: 'it did not end in 10 s' })
    failToStart('nft', 'EAGAIN')
    expect(createEdge({}).nft([], '')).toMatchObject({ status: 1, stderr: 'spawnSync nft EAGAIN' })
  })
})

describe('dhcpcdLease', () => {
  it('is the IPv4 lease, or nothing where dhcpcd fails or is missing', () => {
    expect(edgeWith('dhcpcd', 'echo "$@"').dhcpcdLease('eth1')).toBe('-4 -U -- eth1\n')
    expect(edgeWith('dhcpcd', 'exit 1').dhcpcdLease('eth1')).toBe('')
    failToStart('dhcpcd', 'ENOENT')
    expect(createEdge({}).dhcpcdLease('eth1')).toBe('')
  })

  it('is not waited for more than 2 s, nor believed by half', () => {
    const edge = edgeWith('dhcpcd', 'echo half; exec sleep 60')
    const start = Date.now()
    expect(edge.dhcpcdLease('eth1')).toBe('')
    expect(Date.now() - start).toSatisfy((ms: number) => ms >= 1900 && ms < 10_000)
  })
})

it('tells the network namespace by device and inode number', () => {
  const { stdout } = spawnSync('stat', ['-L', '-c', '%d-%i', '/proc/self/ns/net'], { encoding: 'utf8' })
  expect(`${createEdge({}).networkNamespace()}\n`).toBe(stdout)
})

describe('lock', () => {
  const path = () => join(directory, 'lock')

  /** Whether a program of somebody else's would get the lock at once. */
  function isFree(): boolean {
    return spawnSync('flock', ['-n', path(), 'true']).status === 0
  }

  function take(edge = createEdge({})) {
    const lock = edge.lock(path())
    if (typeof lock === 'string') {
      throw new Error(`the lock is ${lock}`)
    }
    return lock
  }

  it('is held until it is released, and can be taken again', () => {
    for (const _ of [1, 2]) {
      const lock = take()
      expect(isFree()).toBe(false)
      lock.release()
      expect(isFree()).toBe(true)
    }
  })

  it('is not handed on to the programs that are started meanwhile', () => {
    const edge = edgeWith('ip', 'ls -l /proc/self/fd')
    const lock = take(edge)
    expect(edge.ip([], '').stdout).not.toContain('lock')
    lock.release()
  })

  /** Starts a program that holds the lock while it runs the script, and waits until it does. */
  async function hold(script: string) {
    const holder = spawn('flock', [path(), '-c', `echo held; ${script}`], {
      ...{ detached: true, stdio: ['ignore', 'pipe', 'inherit'] },
    })
    await new Promise((resolve) => holder.stdout?.once('data', resolve))
    return holder.pid as number
  }

  it('is waited for', async () => {
    // The kernel marks those who wait with an arrow.
    const isAwaited = `grep -q -e "->.*:$(stat -c %i '${path()}') " /proc/locks`
    await hold(`until ${isAwaited}; do sleep 0.01; done; touch '${path()}.awaited'`)
    take().release()
    expect(readdirSync(directory)).toContain('lock.awaited')
  })

  it('ends with its holder, even a killed one', async () => {
    process.kill(-(await hold('exec sleep 60')), 'SIGKILL')
    take().release()
  })

  it('can be shared, which is no more than to share it', () => {
    const edge = createEdge({})
    const [one, other] = [edge.tryShared(path()), edge.tryShared(path())]
    expect(edge.tryLock(path())).toBe('busy')
    for (const share of [one, other]) {
      typeof share === 'object' && share.release()
    }
    const whole = take()
    expect(edge.tryShared(path())).toBe('busy')
    whole.release()
    expect([one, other]).toEqual([{ release: expect.any(Function) }, { release: expect.any(Function) }])
  })

  it('is busy where another holds it for 30 s', () => {
    failToStart('flock', 'ETIMEDOUT')
    expect(createEdge({}).lock(path())).toBe('busy')
    expect(vi.mocked(spawnSync).mock.lastCall?.[2]).toMatchObject({ timeout: 30_000, killSignal: 'SIGKILL' })
  })

  it('is none where there is no flock, it fails, or there is no place for its file', () => {
    failToStart('flock', 'ENOENT')
    expect(createEdge({}).lock(path())).toBe('none')
    expect(edgeWith('flock', 'exit 66').lock(path())).toBe('none')
    expect(createEdge({}).lock('/proc/nowhere/lock')).toBe('none')
  })

  it('leaves no file open that it did not get', () => {
    const before = readdirSync('/proc/self/fd').length
    expect(edgeWith('flock', 'exit 1').lock(path())).toBe('none')
    expect(readdirSync('/proc/self/fd')).toHaveLength(before)
  })
})

it('sleeps and knows the time', () => {
  const edge = createEdge({})
  const start = edge.now().getTime()
  edge.sleep(20)
  expect(edge.now().getTime() - start).toSatisfy((ms: number) => ms >= 19 && ms < 1000)
})
