/** The edge of check to the programs, files and processes beside `ip`. */
import { spawnSync } from 'node:child_process'
import {
  accessSync,
  constants,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { orUndefined } from '../../kernel/files.ts'
import type { Outcome } from '../../words/edge.ts'

/** In milliseconds; the slowest is ifupdown2's ifquery, which takes one second. */
const LIMIT = 10_000

/** Where programs are looked for; an ordinary user's PATH leaves sbin out. */
export const EVERYWHERE = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export interface FileStatus {
  readonly isFile: boolean
  readonly uid: number
  /** The permission bits. */
  readonly mode: number
}

export interface Process {
  readonly id: number
  /** At most 15 characters, as the kernel keeps them. */
  readonly name: string
  readonly words: readonly string[]
}

export interface Machine {
  /** Runs a program with only these variables; undefined where it cannot be run, or does not end in 10 s. */
  readonly run: (
    file: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => Outcome | undefined
  /** The file that a shell with this PATH would run. */
  readonly find: (program: string, path: string) => string | undefined
  readonly status: (path: string) => FileStatus | undefined
  /** The path without symbolic links. */
  readonly realPath: (path: string) => string | undefined
  /** The processes that see the same network: a container's own are its own affair. */
  readonly processes: () => readonly Process[]
}

export function createMachine(): Machine {
  return {
    run: (file, args, env = {}) => {
      const { error, status, stdout, stderr } = spawnSync(file, args, {
        encoding: 'utf8',
        env: { PATH: EVERYWHERE, LC_ALL: 'C', ...env },
        input: '',
        timeout: LIMIT,
        killSignal: 'SIGKILL',
      })
      const isOver = error === undefined || (error as NodeJS.ErrnoException).code === 'EPIPE'
      return isOver ? { status: status ?? 1, stdout, stderr } : undefined
    },
    find: (program, path) =>
      path
        .split(':')
        .map((directory) => join(directory, program))
        .find(isExecutable),
    status: (path) =>
      orUndefined(() => {
        const status = statSync(path)
        return { isFile: status.isFile(), uid: status.uid, mode: status.mode & 0o7777 }
      }),
    realPath: (path) => orUndefined(() => realpathSync(path)),
    processes: listProcesses,
  }
}

/** Nobody else can write it: what root may run, or take for code. */
export function isRootsAlone(path: string, { status }: Machine): boolean {
  const found = status(path)
  return found?.uid === 0 && (found.mode & 0o022) === 0
}

function isExecutable(path: string): boolean {
  return (
    orUndefined(() => {
      accessSync(path, constants.X_OK)
      return statSync(path).isFile()
    }) ?? false
  )
}

function listProcesses(): Process[] {
  const network = (id: string) => orUndefined(() => readlinkSync(`/proc/${id}/ns/net`))
  const here = network('self')
  const ids = orUndefined(() => readdirSync('/proc').filter((name) => /^\d+$/.test(name))) ?? []
  // Of the processes of others an ordinary user does not see where they are.
  return ids.filter((id) => (network(id) ?? here) === here).flatMap(readProcess)
}

/** One that has ended, and whose parent has not looked yet, has no command line any more. */
function readProcess(id: string): Process[] {
  const read = (file: string) => orUndefined(() => readFileSync(`/proc/${id}/${file}`, 'utf8')) ?? ''
  const words = read('cmdline').replace(/\0$/, '').split('\0')
  return words[0] ? [{ id: Number(id), name: read('comm').trimEnd(), words }] : []
}
