/** What a command writes to, whole, whoever reads it. */
import { writeSync } from 'node:fs'

/** In milliseconds; a reader that is slow is waited for. */
const PAUSE = 5

/**
 * Goes on where nobody reads any more, or nothing can be written: a command's work is not to end for its messages.
 *
 * @param lose is told why something could not be written, but for that nobody reads
 */
export function writer(descriptor: number, lose: (fault: Error) => void = () => {}): (text: string) => void {
  return (text) => {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(descriptor, bytes, at)
      } catch (error) {
        const fault = error as NodeJS.ErrnoException
        if (fault.code !== 'EAGAIN') {
          if (fault.code !== 'EPIPE') {
            lose(fault)
          }
          return
        }
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE)
      }
    }
  }
}

export function lostText({ message }: Error): string {
  return `standard output cannot be written: ${message.replace(/, write$/, '')}`
}
