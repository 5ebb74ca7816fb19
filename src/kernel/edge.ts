/** The only place where a run meets processes, files and the clock. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import type { Edge, Lock, Outcome } from '../words/edge.ts'
import { Refusal } from '../words/refusal.ts'
import * as files from './files.ts'

/** In milliseconds. */
const IP_LIMIT = 10_000
const NFT_LIMIT = 10_000
const DHCPCD_LIMIT = 2_000
const LOCK_LIMIT = 30_000
const TRY_LIMIT = 2_000

/** Whole dumps of the largest hosts: 10,000 rules are 1 MB of JSON. */
const LARGEST_OUTPUT = 256 * 1024 * 1024

type Started = SpawnSyncReturns<string>

export function createEdge(env: NodeJS.ProcessEnv): Edge {
  const childEnvironment = childEnvironmentOf(env)
  const run = (file: string, args: readonly string[], input: string, timeout: number, maxBuffer: number) =>
    spawnSync(file, args, {
      ...{ input, timeout, maxBuffer },
      encoding: 'utf8',
      env: childEnvironment,
      killSignal: 'SIGKILL',
    })
  return {
    ip: (args, input) => ipOutcome(run('ip', args, input, IP_LIMIT, LARGEST_OUTPUT)),
    ipUpTo: (args, bytes) => {
      const started = run('ip', args, '', IP_LIMIT, bytes)
      return errorCode(started) === 'ENOBUFS' ? undefined : ipOutcome(started)
    },
    nft: (args, input) => nftOutcome(run('nft', args, input, NFT_LIMIT, LARGEST_OUTPUT)),
    dhcpcdLease: (device) => {
      const { error, stdout } = run('dhcpcd', ['-4', '-U', '--', device], '', DHCPCD_LIMIT, LARGEST_OUTPUT)
      return error === undefined ? stdout : ''
    },
    readFile: files.readFile,
    listDirectory: files.listDirectory,
    writeFile: files.writeFile,
    removeFile: files.removeFile,
    writeSysctl: files.writeInPlace,
    isReadOnly: files.isReadOnly,
    networkNamespace: () =>
      files.orUndefined(() => {
        const { dev, ino } = statSync('/proc/self/ns/net')
        return `${dev}-${ino}`
      }),
    // A limit instead of flock's own -w, which the one of BusyBox does not know.
    lock: (path) => lock(path, [], LOCK_LIMIT, childEnvironment),
    tryLock: (path) => lock(path, ['-n'], TRY_LIMIT, childEnvironment),
    tryShared: (path) => lock(path, ['-s', '-n'], TRY_LIMIT, childEnvironment),
    now: () => new Date(),
    sleep: (milliseconds) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
    },
  }
}

/** The places of `ip`, for a PATH that lacks them, and the plain language of its errors. */
function childEnvironmentOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { PATH: `${env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`.replace(/^:/, ''), LC_ALL: 'C' }
}

function errorCode({ error }: Started): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code
}

function ipOutcome(started: Started): Outcome {
  const { error, status, stdout, stderr } = started
  const code = errorCode(started)
  if (code === 'ENOENT' || code === 'EACCES') {
    throw new Refusal('there is no ip command: apt-get install iproute2')
  }
  if (code === 'ETIMEDOUT') {
    throw new Refusal(`the ip command did not end in ${IP_LIMIT / 1000} s (package iproute2)`)
  }
  // A child that ends before it has read its input leaves EPIPE here and its reason on stderr.
  if (error !== undefined && code !== 'EPIPE') {
    throw new Refusal(`the ip command could not be run: ${error.message} (package iproute2)`)
  }
  return { status: status ?? 1, stdout, stderr }
}

/** It is an extra: where it does not work, its words are a notice. */
function nftOutcome(started: Started): Outcome | undefined {
  const { error, status, stdout, stderr } = started
  const code = errorCode(started)
  if (code === 'ENOENT' || code === 'EACCES') {
    return undefined
  }
  const words =
    code === 'ETIMEDOUT' ? `it did not end in ${NFT_LIMIT / 1000} s` : stderr || `${error?.message}`
  return { status: status ?? 1, stdout: stdout ?? '', stderr: words }
}

/**
 * Node has no flock(2): the program locks the open file that it is handed, and the lock stays with the descriptor of
 * ours. It ends with this process, however that ends, as no other program gets the descriptor.
 */
function lock(
  path: string,
  options: readonly string[],
  timeout: number,
  env: NodeJS.ProcessEnv,
): Lock | 'busy' | 'none' {
  const descriptor = files.openLockFile(path)
  if (descriptor === undefined) {
    return 'none'
  }
  const started = spawnSync('flock', [...options, '3'], {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
    encoding: 'utf8',
    killSignal: 'SIGKILL',
    ...{ env, timeout },
  })
  if (started.status === 0) {
    return { release: () => files.closeFile(descriptor) }
  }
  files.closeFile(descriptor)
  const isHeld = errorCode(started) === 'ETIMEDOUT' || (options.includes('-n') && started.status === 1)
  return isHeld ? 'busy' : 'none'
}
