/** Where the log goes: never waited for, as a reader that hangs is not to end the work. */
import { fstatSync } from 'node:fs'
import { Socket } from 'node:net'

export interface Outlet {
  readonly write: (text: string) => void
  /** Drops what nobody has taken. */
  readonly close: () => void
}

/** In bytes: what a reader has not taken beyond that is dropped, and he is told how many lines. */
const MOST_WAITING = 64 * 1024

/** @param otherwise writes to what always takes, or refuses, at once: a file, a terminal */
export function openOutlet(otherwise: (text: string) => void): Outlet {
  const stream = openStream(2)
  if (stream === undefined) {
    return { write: otherwise, close: () => {} }
  }
  // Nobody reads any more: the work goes on.
  stream.on('error', () => {})
  let dropped = 0
  return {
    write: (text) => {
      if (stream.writableLength > MOST_WAITING) {
        dropped += 1
      } else {
        stream.write(dropped === 0 ? text : `${text.slice(0, -1)} (${dropped} lines before it were lost)\n`)
        dropped = 0
      }
    },
    close: () => stream.destroy(),
  }
}

/** Not process.stderr, which cannot be closed: what waits in it keeps the process alive. */
function openStream(descriptor: number): Socket | undefined {
  try {
    const status = fstatSync(descriptor)
    const isStream = status.isFIFO() || status.isSocket()
    return isStream ? new Socket({ fd: descriptor, readable: false, writable: true }) : undefined
  } catch {
    return undefined
  }
}
