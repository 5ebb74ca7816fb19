/** What every command of mptcp-routes is given: handed in, so that a test can hand in another. */
import type { Colors } from 'picocolors/types'
import type { Section } from '../ask/configuration.ts'
import type { Edge } from '../words/edge.ts'
import { printable } from './figures.ts'

export interface Context {
  readonly edge: Edge
  readonly env: NodeJS.ProcessEnv
  /** Writes whole lines to standard output. */
  readonly out: (text: string) => void
  /** Writes whole lines to standard error; for messages see tell(). */
  readonly err: (text: string) => void
  readonly now: () => Date
  /** Paint where standard output is a terminal and nobody has said NO_COLOR; else they leave the text as it is. */
  readonly colors: Colors
  /** Of standard output, in columns: the terminal's, else COLUMNS, else 80. */
  readonly width: number
  /** Standard output is a terminal. */
  readonly isTerminal: boolean
  /** Of the configuration, in its order; none where there is no file, or it is not in order. */
  readonly sections: readonly Section[]
  /** Its mptcp-forward-mask; undefined where that is none. */
  readonly mask: number | undefined
  /** What is wrong with the configuration; then only `check` goes on. */
  readonly faults: readonly string[]
  /** Where the configuration is, or would be. */
  readonly configurationFile: string
  /** The interfaces that the command line names; none means all. */
  readonly devices: readonly string[]
  /** What the first of them may have been meant for, where no command is named. */
  readonly commands: readonly string[]
  /** -v: tell each ip command before it runs, and what else there is to say. */
  readonly verbose: boolean
  /** Of this program, `0.1.0`. */
  readonly version: string
}

export const PROGRAM = 'mptcp-routes'

/** Says something to the admin: `mptcp-routes: WHAT "VALUE" WHY (WHO SET IT)`. */
export function tell({ err }: Pick<Context, 'err'>, text: string): void {
  err(`${PROGRAM}: ${printable(text)}\n`)
}
