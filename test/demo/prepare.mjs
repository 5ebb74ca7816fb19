// npm packages and the built hooks, made only where they are missing or older than what they are made from.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
export const HOOKS = ['mptcp_up', 'mptcp_down'].map((name) => join(PROJECT, 'dist', name))
export const ROUTES = join(PROJECT, 'dist', 'mptcp-routes')

const LOCK = join(PROJECT, 'package-lock.json')
/** npm writes this file last: an install that was cut short has none. */
const INSTALLED = join(PROJECT, 'node_modules', '.package-lock.json')

/** The commands that preparing needs, each with its Debian package. */
export function listNeeds() {
  return isStale(INSTALLED, [LOCK]) || isBuildStale() ? [['npm', 'npm']] : []
}

/** Installs and builds. An interruption ends npm and removes an install that was cut short. */
export async function prepare(interruption) {
  const modules = join(PROJECT, 'node_modules')
  if (isStale(INSTALLED, [LOCK])) {
    const hadModules = existsSync(modules)
    await runNpm(['ci'], interruption, () => hadModules || rmSync(modules, { recursive: true, force: true }))
  }
  if (isBuildStale()) {
    await runNpm(['run', 'build'], interruption)
  }
}

function isBuildStale() {
  const sources = ['src', 'hooks'].flatMap((name) =>
    readdirSync(join(PROJECT, name), { recursive: true }).map((file) => join(PROJECT, name, file)),
  )
  return [...HOOKS, ROUTES].some((made) => isStale(made, [...sources, join(PROJECT, 'package.json')]))
}

function isStale(made, from) {
  return !existsSync(made) || from.some((path) => statSync(path).mtimeMs > statSync(made).mtimeMs)
}

async function runNpm(args, interruption, undo = () => {}) {
  interruption.throwIfAborted()
  process.stdout.write(`npm ${args.join(' ')} ...\n`)
  // The npm of this Node, and a group of its own: what npm starts must end with it.
  const child = spawn('npm', args, { cwd: PROJECT, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const output = []
  child.stdout.on('data', (chunk) => output.push(chunk))
  child.stderr.on('data', (chunk) => output.push(chunk))
  const end = () => endGroup(child.pid)
  interruption.addEventListener('abort', end)
  const status = await new Promise((resolve, reject) => {
    child.on('error', (error) =>
      reject(new Error(`npm does not start (${error.code}): sudo apt-get install npm`)),
    )
    child.on('close', resolve)
  })
  interruption.removeEventListener('abort', end)
  if (interruption.aborted) {
    undo()
    interruption.throwIfAborted()
  }
  if (status !== 0) {
    process.stderr.write(Buffer.concat(output))
    throw new Error(`npm ${args.join(' ')} failed (above): run it yourself in ${dirname(join(PROJECT, 'x'))}`)
  }
}

/** Asks first, so that npm can tidy its cache. */
function endGroup(leader) {
  killGroup(leader, 'SIGTERM')
  setTimeout(() => killGroup(leader, 'SIGKILL'), 2000).unref()
}

function killGroup(leader, signal) {
  try {
    process.kill(-leader, signal)
  } catch {
    // It is gone already.
  }
}
