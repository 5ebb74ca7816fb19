/** What a command writes to, whole, whoever reads it. */
import { writeSync } from 'node:fs'

/** In milliseconds; a reader that is slow is waited for. */
const PAUSE = 5

/** Goes on where nobody reads any more: a command's work is not to end for its messages. */
export function writer(descriptor: number): (text: string) => void {
  return (text) => {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(descriptor, bytes, at)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') {
          return
        }
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE)
      }
    }
  }
}
