// The bench's only process edge: every process that is measured starts here, with the same few variables.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const systemPath = ['/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** Said in the report: what a shell exports can cost a process more than its work (Node reads NODE_EXTRA_CA_CERTS). */
export const environmentWords =
  'PATH (the measured `node`, then /usr/sbin:/usr/bin:/sbin:/bin), LC_ALL=C and what ifupdown hands over'

/** @param directories searched before the system's own */
export function cleanEnvironment(...directories) {
  return { PATH: [...directories, ...systemPath].join(':'), LC_ALL: 'C' }
}

export function findProgram(name) {
  return systemPath.map((directory) => join(directory, name)).find((file) => existsSync(file))
}

/** Lines for `ip -batch`. Does not throw: see `runLines`. */
export function ip(options, lines) {
  const input = `${lines.join('\n')}\n`
  return spawnSync('ip', [...options, '-batch', '-'], {
    input,
    encoding: 'utf8',
    env: cleanEnvironment(),
    maxBuffer: 64 * 1024 * 1024,
  })
}

export function runLines(lines) {
  const { status, stderr } = ip([], lines)
  if (status !== 0) {
    throw new Error(`ip -batch: ${stderr}`)
  }
}

/**
 * @param environment what the process gets beside its own `env`
 * @returns milliseconds from before the start of the process to after its end
 */
export function run({ command: [file, ...args], env = {}, notice }, environment) {
  const options = { env: { ...environment, ...env }, stdio: ['ignore', 'ignore', 'pipe'] }
  const start = process.hrtime.bigint()
  const { status, stderr, error } = spawnSync(file, args, options)
  const time = Number(process.hrtime.bigint() - start) / 1e6
  // A failing run is quick: its time must not count. Words on standard error are a failure too, but for a known notice.
  const isQuiet = stderr.length === 0 || (notice !== undefined && stderr.includes(notice))
  if (error !== undefined || status !== 0 || !isQuiet) {
    throw new Error(`${[file, ...args].join(' ')} ended with ${status}: ${error?.message ?? stderr}`)
  }
  return time
}
