/** Files as a program that runs as root may touch them: none that hangs, none in a place where others can put things. */
import * as fs from 'node:fs'
import { dirname, join } from 'node:path'

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = fs.constants

/** A lease file of years is a megabyte; more is somebody's mistake, and reading it would hold up the boot. */
const LARGEST_FILE = 16 * 1024 * 1024

/** Bits of a mode: others may write, and only owners may rename and remove in a directory (/tmp). */
const WRITABLE_BY_OTHERS = 0o022
const STICKY = 0o1000

/** What cannot be had is not there. */
export function orUndefined<T>(get: () => T): T | undefined {
  try {
    return get()
  } catch {
    return undefined
  }
}

function withFile<T>(path: string, flags: number, mode: number, use: (descriptor: number) => T): T {
  const descriptor = fs.openSync(path, flags, mode)
  try {
    return use(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

/** The text of a regular file, those of /proc and /sys included; undefined where there is none or more than 16 MiB. */
export function readFile(path: string): string | undefined {
  return orUndefined(() =>
    // Without O_NONBLOCK a FIFO would wait for somebody who writes.
    withFile(path, O_RDONLY | O_NONBLOCK, 0, (descriptor) => {
      const status = fs.fstatSync(descriptor)
      return status.isFile() && status.size <= LARGEST_FILE ? fs.readFileSync(descriptor, 'utf8') : undefined
    }),
  )
}

export function listDirectory(path: string): readonly string[] {
  return orUndefined(() => fs.readdirSync(path).sort()) ?? []
}

/** Writes the file whole or not at all, 0644, and its directories, 0755. Says whether it could. */
export function writeFile(path: string, text: string): boolean {
  const directory = dirname(path)
  if (!makeDirectory(directory)) {
    return false
  }
  // A run that was killed may have had our process id.
  const draft = join(directory, `.${process.pid}.new`)
  remove(draft)
  try {
    withFile(draft, O_WRONLY | O_CREAT | O_EXCL, 0o644, (descriptor) => {
      fs.fchmodSync(descriptor, 0o644)
      fs.writeFileSync(descriptor, text)
    })
    fs.renameSync(draft, path)
    return true
  } catch {
    remove(draft)
    return false
  }
}

export function removeFile(path: string): void {
  if (isTrusted(dirname(path))) {
    remove(path)
  }
}

/** Writes into a file that is there already. Says by the error's code why it could not. */
export function writeInPlace(path: string, text: string): string | undefined {
  try {
    withFile(path, O_WRONLY | O_NONBLOCK, 0, (descriptor) => fs.writeFileSync(descriptor, text))
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

/** Of a file system that takes no writing, whoever asks; who may write is another question. */
export function isReadOnly(path: string): boolean {
  try {
    fs.accessSync(path, fs.constants.W_OK)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS'
  }
}

function remove(path: string): void {
  orUndefined(() => fs.unlinkSync(path))
}

/**
 * Opens a file to be locked, and makes it, 0600: who can open a file can lock it.
 *
 * @returns its descriptor, closed when a program is started; undefined where there is no place for it
 */
export function openLockFile(path: string): number | undefined {
  if (!makeDirectory(dirname(path))) {
    return undefined
  }
  return orUndefined(() => fs.openSync(path, O_CREAT | O_RDWR | O_NOFOLLOW | O_NONBLOCK, 0o600))
}

export function closeFile(descriptor: number): void {
  orUndefined(() => fs.closeSync(descriptor))
}

/** Makes the directory and those above it, and says whether files can be written there safely. */
function makeDirectory(path: string): boolean {
  for (const missing of [path, ...parents(path)].filter((directory) => !fs.existsSync(directory)).reverse()) {
    if (parents(missing).every(isSafeAbove)) {
      orUndefined(() => {
        fs.mkdirSync(missing)
        fs.chmodSync(missing, 0o755)
      })
    }
  }
  return isTrusted(path)
}

/** Whether nobody but root and we can put something into the directory or in its place; no part of the path is a link. */
function isTrusted(path: string): boolean {
  return isGuarded(path, 0) && parents(path).every(isSafeAbove)
}

function isSafeAbove(path: string): boolean {
  return isGuarded(path, STICKY)
}

/** The directories above but the root, whose owner a user namespace may not show, and who owns everything anyway. */
function parents(path: string): string[] {
  const parent = dirname(path)
  return parent === '/' || parent === path ? [] : [parent, ...parents(parent)]
}

/** @param excuse the bit of the mode that makes up for a directory in which others may write */
function isGuarded(path: string, excuse: number): boolean {
  const status = orUndefined(() => fs.lstatSync(path))
  if (status === undefined || !status.isDirectory()) {
    return false
  }
  const { uid, mode } = status
  const isOurs = uid === 0 || uid === process.geteuid?.()
  return isOurs && ((mode & WRITABLE_BY_OTHERS) === 0 || (mode & excuse) !== 0)
}
