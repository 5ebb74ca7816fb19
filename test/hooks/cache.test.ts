import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'

const scratch = mkdtempSync(join(tmpdir(), 'mptcp-'))
const directory = join(scratch, 'cache')
const cache = join(directory, 'mptcp_up')
const hook = join(scratch, 'mptcp_up')
const maker = join(scratch, 'cache.cjs')

/** A built file that keeps its cache in the directory of this test. */
function readBuilt(name: string): string {
  const path = fileURLToPath(new URL(`../../dist/${name}`, import.meta.url))
  return readFileSync(path, 'utf8').replaceAll('/var/cache/ifupdown-mptcp', directory)
}

/** A user who is not root is root in a namespace: the cache is to be root's. */
function run(file: string, args: readonly string[], asRoot = true) {
  const prefix = asRoot && process.getuid?.() !== 0 ? ['unshare', '--user', '--map-root-user'] : []
  const [command = '', ...rest] = [...prefix, file, ...args]
  const { status, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8' })
  return { status, stdout, stderr }
}

function writeHook(word: string): void {
  const preamble = readBuilt('mptcp_up').split('\n*/\n', 1)[0]
  writeFileSync(hook, `${preamble}\n*/\nrequire('fs').writeSync(1, '${word}')\n// The end.\n`)
  chmodSync(hook, 0o755)
}

const makeCache = () => run(process.execPath, [maker, hook, '-n'])

/** What the hook says: V8 takes any cache whose text is as long, so another word in it shows that it was used. */
function answer(asRoot = true) {
  const { status, stdout, stderr } = run(hook, ['-n'], asRoot)
  expect([status, stderr]).toEqual([0, ''])
  return stdout
}

beforeEach(() => {
  rmSync(directory, { recursive: true, force: true })
  writeFileSync(maker, readBuilt('cache.cjs'))
  writeHook('cache')
  expect(makeCache()).toEqual({ status: 0, stdout: 'cache', stderr: '' })
  // The cache claims to be of this text.
  writeHook('plain')
  const text = readFileSync(hook)
  writeFileSync(cache, Buffer.concat([text, readFileSync(cache).subarray(text.length)]))
})

afterAll(() => {
  rmSync(scratch, { recursive: true })
})

describe('the code cache', () => {
  it('is made for root alone to write, and used', () => {
    expect([statSync(directory).mode & 0o777, statSync(cache).mode & 0o777]).toEqual([0o755, 0o644])
    expect(answer()).toBe('cache')
  })

  it('is not used for another text of the same length', () => {
    writeHook('other')
    expect(answer()).toBe('other')
  })

  it('is left where V8 rejects it', () => {
    const data = readFileSync(cache)
    const start = readFileSync(hook).length
    data.fill(0, start, start + 64)
    writeFileSync(cache, data)
    expect(answer()).toBe('plain')
  })

  it.each([
    ['is missing', () => rmSync(cache)],
    ['is empty', () => writeFileSync(cache, '')],
    ['is cut short', () => writeFileSync(cache, readFileSync(hook))],
    ['may be written by its group', () => chmodSync(cache, 0o664)],
    ['may be written by others', () => chmodSync(cache, 0o646)],
    ['lies where the group may write', () => chmodSync(directory, 0o775)],
    ['lies where others may write', () => chmodSync(directory, 0o1757)],
  ])('is not used where it %s', (_, change) => {
    change()
    expect(answer()).toBe('plain')
  })

  it.each([cache, directory])('is not used where %s is not root’s', (path) => {
    if (process.getuid?.() === 0) {
      chownSync(path, 65534, 65534)
      expect(answer()).toBe('plain')
    } else {
      expect(answer(false)).toBe('plain')
    }
  })

  it('is made again over what a killed run left, and follows no link', () => {
    const victim = join(scratch, 'victim')
    symlinkSync(victim, `${cache}.new`)
    appendFileSync(hook, '\n')
    expect(makeCache().status).toBe(0)
    expect(() => statSync(victim)).toThrow('ENOENT')
    expect(readFileSync(cache).subarray(0, readFileSync(hook).length)).toEqual(readFileSync(hook))
  })

  it('is no reason to fail where it cannot be made', () => {
    rmSync(directory, { recursive: true })
    writeFileSync(directory, '')
    expect(makeCache().status).not.toBe(0)
    expect(answer()).toBe('plain')
  })
})
