/** The process edge to `ip monitor`: one line an event. */
import { spawn } from 'node:child_process'

/** What is told of a monitor; after `ended` nothing more. */
export interface Listener {
  /** Some events, the first one by its line. */
  readonly heard: (line: string) => void
  /** The kernel had more events than could be read. */
  readonly lost: () => void
  readonly ended: (why: string) => void
}

/** A storm that comes while the watcher reads the host stays in the kernel. */
const BUFFER = 16 * 1024 * 1024

const ARGUMENTS = ['-N', '-o', '-rcvbuf', `${BUFFER}`, 'monitor', 'link', 'address', 'route', 'rule']

/** What `ip monitor` says of ENOBUFS, in the C locale. */
const LOST = 'No buffer space'

/** @returns a function that ends it */
export function startMonitor(env: NodeJS.ProcessEnv, { heard, lost, ended }: Listener): () => void {
  const path = `${env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`.replace(/^:/, '')
  const monitor = spawn('ip', ARGUMENTS, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: path, LC_ALL: 'C' },
  })
  let isOver = false
  let words = ''
  const end = (why: string) => {
    if (!isOver) {
      isOver = true
      ended(why)
    }
  }
  monitor.stdout.on('data', (chunk: Buffer) => {
    if (!isOver) {
      heard(firstLine(chunk))
    }
  })
  monitor.stderr.on('data', (chunk: Buffer) => {
    words = chunk.toString()
    if (words.includes(LOST) && !isOver) {
      lost()
    }
  })
  monitor.on('error', (error: NodeJS.ErrnoException) =>
    end(error.code === 'ENOENT' ? 'there is no ip command: apt-get install iproute2' : error.message),
  )
  monitor.on('close', (status, signal) => {
    const how = signal === null ? `with status ${status}` : `by ${signal}`
    end(words.trim().split('\n')[0] || `it was ended ${how}`)
  })
  return () => {
    isOver = true
    monitor.kill('SIGKILL')
  }
}

/** Long enough for every line, and no work for a chunk of 64 KiB. */
const LONGEST_LINE = 300

function firstLine(chunk: Buffer): string {
  return chunk.subarray(0, LONGEST_LINE).toString().split('\n', 1)[0] ?? ''
}
