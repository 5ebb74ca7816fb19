/** Wires mptcp-routes to this process. */
import { isatty } from 'node:tty'
import { createEdge } from '../kernel/edge.ts'
import { tell } from './context.ts'
import { lostText, writer } from './output.ts'
import { runProgram } from './program.ts'

declare const VERSION: string

/** Where there is no terminal, and nobody says how wide the paper is. */
const PLAIN_WIDTH = 80

export async function main(): Promise<void> {
  const { env } = process
  const isTerminal = isatty(1)
  // The stream costs a start, and is needed for its width alone.
  const columns = isTerminal ? process.stdout.columns : Number(env['COLUMNS'])
  const err = writer(2)
  let lost: Error | undefined
  const status = await runProgram(process.argv.slice(2), {
    edge: createEdge(env),
    env,
    out: writer(1, (fault) => {
      lost = fault
    }),
    err,
    now: () => new Date(),
    width: columns > 0 ? columns : PLAIN_WIDTH,
    isTerminal,
    version: VERSION,
  })
  if (lost !== undefined) {
    tell({ err }, lostText(lost))
  }
  process.exitCode = lost === undefined ? status : status || 1
}
