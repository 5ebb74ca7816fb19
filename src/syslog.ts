/** Messages to syslog, where the caller is known to throw standard error away. */
import { spawn } from 'node:child_process'

/** Far below what a pipe holds, so that handing it over never waits. */
const LONGEST = 32 * 1024

/**
 * Whether nobody will read standard error: a door's manager closes it, and ifupdown2 shows what a script says only
 * where the script fails. ifupdown2 is the manager that sets LOGICAL but no VERBOSITY.
 */
export function losesStandardError(env: NodeJS.ProcessEnv): boolean {
  const { MPTCP_DOOR: door, PHASE: phase, LOGICAL: logical, VERBOSITY: verbosity } = env
  return door !== undefined || (phase !== undefined && logical !== undefined && verbosity === undefined)
}

/** Starts `logger`, one entry a line, and does not wait for it; without it the lines are lost. */
export function logLines(program: string, text: string, env: NodeJS.ProcessEnv): void {
  const logger = spawn('logger', ['-t', program, '-p', 'daemon.warning'], {
    env: { PATH: `${env['PATH'] ?? ''}:/usr/bin:/bin`.replace(/^:/, '') },
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  for (const part of [logger, logger.stdin]) {
    part.on('error', () => {
      // No logger, or one that has gone.
    })
  }
  // The tag says the program's name.
  logger.stdin.end(text.replaceAll(`${program}: `, '').slice(0, LONGEST))
  logger.unref()
}
