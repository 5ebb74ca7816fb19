/** The process edge to `ss`. */
import { spawnSync } from 'node:child_process'
import { Refusal } from '../words/refusal.ts'
import type { Ss } from './connections.ts'

/** In milliseconds. */
const LIMIT = 10_000

/** 100,000 connections of plain TCP, which ss lists as well, are 70 MB. */
const LARGEST_OUTPUT = 256 * 1024 * 1024

export function createSs(env: NodeJS.ProcessEnv): Ss {
  const path = `${env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`.replace(/^:/, '')
  return {
    ss: (args) => {
      const { error, status, stdout, stderr } = spawnSync('ss', args, {
        encoding: 'utf8',
        env: { PATH: path, LC_ALL: 'C' },
        timeout: LIMIT,
        killSignal: 'SIGKILL',
        maxBuffer: LARGEST_OUTPUT,
      })
      const code = (error as NodeJS.ErrnoException | undefined)?.code
      if (code === 'ENOENT' || code === 'EACCES') {
        throw new Refusal('there is no ss command: apt-get install iproute2')
      }
      if (error !== undefined) {
        const why =
          code === 'ETIMEDOUT' ? `did not end in ${LIMIT / 1000} s` : `could not be run: ${error.message}`
        throw new Refusal(`the ss command ${why} (package iproute2)`)
      }
      return { status: status ?? 1, stdout, stderr }
    },
  }
}
