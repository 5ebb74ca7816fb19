#!/usr/bin/env node
// `npm run demo [-- --quick]`: what the hooks do, shown on a host of namespaces. Nothing on this machine changes.
// Built-in modules only, here and in what it imports: on a fresh clone nothing else is installed yet.
// Exit status 1: something is missing, was interrupted, or is not as the demo says.
// First of all, so that it listens while the rest still loads.
import './interruption.mjs'
import { spawn } from 'node:child_process'
import { delimiter, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { interruption } from './interruption.mjs'
import { createPainter } from './paint.mjs'
import { listNeeds, prepare } from './prepare.mjs'
import { chooseNamespaces, findLeftOut, refuseWithout } from './prerequisites.mjs'

const USAGE = `npm run demo [-- --quick]
  A host with two uplinks, made of namespaces: what ifup and the hooks do there, and a transfer over both.
  --quick   no transfers, no pauses: a few seconds instead of a minute
`

function parseArguments() {
  try {
    const options = { quick: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } }
    return parseArgs({ options }).values
  } catch (error) {
    throw new Error(`${error.message.split('. ')[0]}: usage: npm run demo [-- --quick]`)
  }
}

/**
 * Runs inside.mjs as root and first process of its own namespaces, so that all it starts ends with it. An
 * interruption reaches it as the end of its standard input: unshare then waits until every process is gone,
 * which it could not do if it were killed itself.
 *
 * @returns the exit status
 */
function runInside(namespaces, args) {
  const inside = fileURLToPath(new URL('inside.mjs', import.meta.url))
  const child = spawn('unshare', [...namespaces, process.execPath, inside, ...args], {
    stdio: ['pipe', 'inherit', 'inherit'],
    // Ctrl-C at a terminal goes to a whole process group, and a ping that dies of it would look like a fault.
    detached: true,
  })
  child.stdin.on('error', () => {})
  const end = () => {
    child.stdin.end()
    setTimeout(() => child.kill('SIGKILL'), 3000).unref()
  }
  if (interruption.aborted) {
    end()
  }
  interruption.addEventListener('abort', end)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve(status ?? 1))
  })
}

async function main() {
  const { quick = false, help = false } = parseArguments()
  if (help) {
    process.stdout.write(USAGE)
    return 0
  }
  // Debian keeps ip, tc and ifup where an ordinary user's PATH does not look.
  process.env.PATH = [dirname(process.execPath), process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter)
  refuseWithout(quick, listNeeds())
  const namespaces = chooseNamespaces()
  const leftOut = findLeftOut(quick)
  if (leftOut !== undefined) {
    createPainter(process.stdout, process.env, false).write(`To see all of it: ${leftOut.cure}`)
  }
  await prepare(interruption)
  interruption.throwIfAborted()
  return runInside(namespaces, quick ? ['--quick'] : [])
}

let status = 1
try {
  status = await main()
  // What is inside ends quietly then: this is the process that knows why.
  interruption.throwIfAborted()
} catch (error) {
  status = 1
  // Ctrl-C at a terminal also ends what was just running: let the signal arrive before its failure is told as a fault.
  await new Promise((resolve) => setTimeout(resolve, 10))
  const newline = interruption.aborted && process.stderr.isTTY ? '\n' : ''
  process.stderr.write(`${newline}demo: ${(interruption.reason ?? error).message}\n`)
}
process.exit(status)
