/** A terminal that is taken over for a while, and given back whatever happens. */
import type { ReadStream, WriteStream } from 'node:tty'

export interface Terminal {
  /** Shows the lines in place of those before. */
  readonly show: (lines: readonly string[]) => void
  /** Gives the terminal back as it was. */
  readonly release: () => void
}

export interface Listener {
  /** A key as the terminal sends it: `q`, `\x1b[A`. */
  readonly pressed: (key: string) => void
  /** What is on the screen is gone, or has another size. */
  readonly disturbed: () => void
  /** Nobody reads any more. */
  readonly lost: () => void
}

// xterm's sequences, which every terminal of today knows: the alternate screen keeps what was there before.
const TAKE = '\x1b[?1049h\x1b[?25l'
const RELEASE = '\x1b[?25h\x1b[?1049l'
const HOME = '\x1b[H'
const CLEAR_TO_LINE_END = '\x1b[K'
const CLEAR_BELOW = '\x1b[J'

const CTRL_Z = '\x1a'

/** Signals that end a process; it ends by the same one once the terminal is given back. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

/**
 * Takes the terminal: its second screen, no cursor, keys as they are pressed.
 *
 * @param input its keyboard; no keys are read where it is another file
 */
export function takeTerminal(input: ReadStream, output: WriteStream, listener: Listener): Terminal {
  let isTaken = false
  const take = () => {
    isTaken = true
    output.write(TAKE)
    if (input.isTTY) {
      input.setRawMode(true)
    }
  }
  const giveBack = () => {
    isTaken = false
    if (input.isTTY) {
      input.setRawMode(false)
    }
    output.write(RELEASE)
  }
  const keyed = (data: Buffer) => {
    for (const key of splitKeys(data.toString('latin1'))) {
      if (key === CTRL_Z) {
        giveBack()
        // To oneself only: the shell that waits sees a stopped process, as after any Ctrl-Z.
        process.kill(process.pid, 'SIGSTOP')
      } else {
        listener.pressed(key)
      }
    }
  }
  const resumed = () => {
    take()
    listener.disturbed()
  }
  const ended = (signal: NodeJS.Signals) => {
    release()
    process.kill(process.pid, signal)
  }
  const release = () => {
    process.off('exit', giveBack).off('SIGCONT', resumed)
    for (const signal of ENDING) {
      process.off(signal, ended)
    }
    output.off('resize', listener.disturbed)
    input.off('data', keyed).pause()
    giveBack()
  }
  process.on('exit', giveBack).on('SIGCONT', resumed)
  for (const signal of ENDING) {
    process.on(signal, ended)
  }
  output.on('resize', listener.disturbed)
  // Not taken off: to give back a terminal that has gone fails as well, and is no reason for a stack trace.
  output.on('error', listener.lost)
  input.on('error', listener.lost)
  take()
  if (input.isTTY) {
    input.on('data', keyed)
  }
  return {
    show: (lines) => {
      // A timer that ran out while the process was stopped comes before the news that it goes on.
      if (!isTaken) {
        return
      }
      const text = lines.map((line) => `${line}${CLEAR_TO_LINE_END}`).join('\r\n')
      output.write(`${HOME}${text}${CLEAR_BELOW}`)
    },
    release,
  }
}

/** Keys that are held arrive together. */
function splitKeys(text: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a key's sequence begins with an escape
  return text.match(/\x1b[[O][\d;]*[~A-Z]|./gs) ?? []
}
