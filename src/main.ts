/** Wires a hook to this process. */
import { writeSync } from 'node:fs'
import type { Direction } from './ask/environment.ts'
import { runHook } from './hook.ts'
import { createEdge } from './kernel/ip.ts'

/** Writes at once, and goes on where nobody reads: a hook's work is not to end for its messages. */
function writer(descriptor: number): (text: string) => void {
  return (text) => {
    try {
      writeSync(descriptor, text)
    } catch {
      // The reader is gone.
    }
  }
}

export function main(direction: Direction): void {
  const output = { out: writer(1), err: writer(2) }
  process.exitCode = runHook(direction, process.argv.slice(2), process.env, createEdge(process.env), output)
}
