/** Wires a hook to this process. */
import { writeSync } from 'node:fs'
import { mayFollow } from './ask/door.ts'
import { type Program, runHook } from './hook.ts'
import { createEdge } from './kernel/edge.ts'
import { logLines, losesStandardError } from './syslog.ts'

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

export async function main(program: Program): Promise<void> {
  const { env } = process
  // The preamble keeps descriptor 2 for the words of Node itself.
  const err = writer(env['MPTCP_MESSAGES'] === '3' ? 3 : 2)
  let told = ''
  const output = {
    out: writer(1),
    err: (text: string) => {
      err(text)
      told += text
    },
  }
  const doors = mayFollow(env) ? await import('./follow.ts') : undefined
  process.exitCode = runHook(program, process.argv.slice(2), env, createEdge(env), output, doors)
  if (told !== '' && losesStandardError(env)) {
    logLines(`mptcp_${program}`, told, env)
  }
}
