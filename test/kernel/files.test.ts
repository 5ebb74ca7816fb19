import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  closeFile,
  isReadOnly,
  listDirectory,
  openLockFile,
  readFile,
  removeFile,
  writeFile,
  writeInPlace,
} from '../../src/kernel/files.ts'

let scratch = ''

beforeEach(() => {
  scratch = fs.mkdtempSync(join(tmpdir(), 'mptcp-'))
})

afterEach(() => {
  fs.rmSync(scratch, { recursive: true })
})

function at(name: string): string {
  return join(scratch, name)
}

function mode(name: string): string {
  return (fs.statSync(at(name)).mode & 0o7777).toString(8)
}

function withUmask<T>(umask: number, work: () => T): T {
  const before = process.umask(umask)
  try {
    return work()
  } finally {
    process.umask(before)
  }
}

describe('readFile', () => {
  it('gives the text of a file, also by a link, and of /proc, whose files have no size', () => {
    fs.writeFileSync(at('file'), 'µ\n')
    fs.symlinkSync('file', at('link'))
    expect([readFile(at('file')), readFile(at('link'))]).toEqual(['µ\n', 'µ\n'])
    expect(readFile('/proc/self/status')).toMatch(/^Name:.*\nSigCgt:/s)
  })

  it('has nothing of what is missing, no file or too large', () => {
    fs.writeFileSync(at('large'), '')
    fs.truncateSync(at('large'), 16 * 1024 * 1024 + 1)
    const paths = [at('missing'), scratch, '/dev/zero', at('large'), '/proc/self/missing']
    expect(paths.map(readFile)).toEqual(paths.map(() => undefined))
    fs.truncateSync(at('large'), 16 * 1024 * 1024)
    expect(readFile(at('large'))).toHaveLength(16 * 1024 * 1024)
  })

  it('does not wait for somebody who writes into a FIFO, nor reads what one wrote', () => {
    expect(spawnSync('mkfifo', [at('fifo')]).status).toBe(0)
    expect(readFile(at('fifo'))).toBeUndefined()
    const writer = fs.openSync(at('fifo'), fs.constants.O_RDWR)
    fs.writeSync(writer, 'text')
    expect(readFile(at('fifo'))).toBeUndefined()
    fs.closeSync(writer)
  })
})

it('lists a directory in order, and finds nothing in what is none', () => {
  for (const name of ['b', 'a', '.c']) {
    fs.writeFileSync(at(name), '')
  }
  expect([scratch, at('a'), at('missing')].map(listDirectory)).toEqual([['.c', 'a', 'b'], [], []])
})

describe('writeFile', () => {
  it.each([0, 0o022, 0o077])(
    'makes file and directories that all can read, only the owner write (umask %i)',
    (umask) => {
      expect(withUmask(umask, () => writeFile(at('a/b/file'), 'text'))).toBe(true)
      expect([mode('a'), mode('a/b'), mode('a/b/file')]).toEqual(['755', '755', '644'])
      expect([readFile(at('a/b/file')), listDirectory(at('a/b'))]).toEqual(['text', ['file']])
    },
  )

  it('replaces a file at once: who has it open reads on', () => {
    writeFile(at('file'), 'old')
    const reader = fs.openSync(at('file'), 'r')
    expect(writeFile(at('file'), 'new')).toBe(true)
    expect([fs.readFileSync(reader, 'utf8'), readFile(at('file'))]).toEqual(['old', 'new'])
    fs.closeSync(reader)
  })

  it('replaces a link, not what it leads to', () => {
    fs.writeFileSync(at('other'), 'old')
    fs.symlinkSync(at('other'), at('link'))
    expect(writeFile(at('link'), 'new')).toBe(true)
    expect([readFile(at('other')), fs.lstatSync(at('link')).isFile()]).toEqual(['old', true])
  })

  it('goes on over what a killed run of the same process id has left', () => {
    fs.symlinkSync(at('trap'), at(`.${process.pid}.new`))
    expect(writeFile(at('file'), 'text')).toBe(true)
    expect(listDirectory(scratch)).toEqual(['file'])
  })

  it('leaves nothing behind where it cannot', () => {
    fs.mkdirSync(at('directory'))
    expect(writeFile(at('directory'), 'text')).toBe(false)
    expect(writeFile(at('x'.repeat(256)), 'text')).toBe(false)
    expect(listDirectory(scratch)).toEqual(['directory'])
  })
})

describe('a place where others can put things', () => {
  beforeEach(() => {
    fs.mkdirSync(at('real'))
    fs.writeFileSync(at('real/file'), 'text')
  })

  /** The ways to change something there. */
  function change(name: string) {
    const written = writeFile(at(`${name}/new`), 'text')
    const lock = openLockFile(at(`${name}/lock`))
    removeFile(at(`${name}/file`))
    if (lock !== undefined) {
      closeFile(lock)
    }
    return {
      written,
      locked: lock !== undefined,
      left: fs.readdirSync(at('real'), { recursive: true }).sort(),
    }
  }

  const REFUSED = { written: false, locked: false, left: ['file'] }

  it('is none of those that only root and we can write to', () => {
    expect(change('real')).toEqual({ written: true, locked: true, left: ['lock', 'new'] })
  })

  it.each([0o777, 0o775, 0o757, 0o1777])('a directory of mode %o is refused', (bits) => {
    fs.chmodSync(at('real'), bits)
    expect(change('real')).toEqual(REFUSED)
  })

  it('a link to a directory is refused, at the end and before it', () => {
    fs.symlinkSync('real', at('link'))
    expect(change('link')).toEqual(REFUSED)
    expect(change('link/below')).toEqual(REFUSED)
    fs.symlinkSync('nowhere', at('dangling'))
    expect(writeFile(at('dangling/new'), 'text')).toBe(false)
  })

  it('a directory below one that others can write to is refused, unless they cannot rename there', () => {
    fs.mkdirSync(at('above/real'), { recursive: true })
    fs.chmodSync(at('above'), 0o777)
    expect(writeFile(at('above/real/new'), 'text')).toBe(false)
    fs.chmodSync(at('above'), 0o1777)
    expect(writeFile(at('above/real/new'), 'text')).toBe(true)
    expect(writeFile(at('above/made/new'), 'text')).toBe(true)
  })

  it('a file is no directory', () => {
    expect(writeFile(at('real/file/new'), 'text')).toBe(false)
    expect(openLockFile(at('real/file/lock'))).toBeUndefined()
    expect(readFile(at('real/file'))).toBe('text')
  })

  // Only root can give a directory away; elsewhere nobody's are at hand: an ordinary user does not own root's /proc/1.
  it('a directory of another user is refused', () => {
    if (process.geteuid?.() === 0) {
      fs.chownSync(at('real'), 65534, 65534)
      expect(change('real')).toEqual(REFUSED)
    } else {
      expect(writeFile('/proc/self/new', 'text')).toBe(false)
    }
  })
})

describe('openLockFile', () => {
  it('makes a file that only its owner can open, and opens it again', () => {
    const descriptors = [1, 2].map(() => withUmask(0, () => openLockFile(at('a/lock'))))
    expect([mode('a'), mode('a/lock')]).toEqual(['755', '600'])
    expect(descriptors).toEqual([expect.any(Number), expect.any(Number)])
    for (const descriptor of descriptors) {
      closeFile(descriptor as number)
    }
  })

  it('follows no link', () => {
    fs.symlinkSync(at('other'), at('lock'))
    expect([openLockFile(at('lock')), fs.existsSync(at('other'))]).toEqual([undefined, false])
  })
})

it('removes a file, and minds none that is missing or a directory', () => {
  fs.writeFileSync(at('file'), '')
  fs.mkdirSync(at('directory'))
  ;['file', 'directory', 'missing', 'missing/file'].map(at).forEach(removeFile)
  expect(listDirectory(scratch)).toEqual(['directory'])
})

describe('writeInPlace', () => {
  it('writes into what is there, and makes nothing', () => {
    fs.writeFileSync(at('value'), '0\n')
    expect(writeInPlace(at('value'), '1')).toBeUndefined()
    expect(fs.readFileSync(at('value'), 'utf8')).toBe('1\n')
    expect(writeInPlace(at('none'), '1')).toBe('ENOENT')
    expect(fs.existsSync(at('none'))).toBe(false)
  })
})

describe('isReadOnly', () => {
  it('is about the place, not about who asks or whether there is a file', () => {
    fs.writeFileSync(at('mine'), '')
    fs.chmodSync(at('mine'), 0o400)
    expect([isReadOnly(at('mine')), isReadOnly(at('none'))]).toEqual([false, false])
  })
})
