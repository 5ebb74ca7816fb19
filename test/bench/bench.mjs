#!/usr/bin/env node
// Measures whole processes against each other, in a network namespace of its own. `npm run bench -- --runs N`.
// Exit status 1: a target is missed.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { countIp, measure, prepareMachine } from './measure.mjs'
import { comparisons, hookPath, ipCounts, programs } from './scenarios.mjs'
import { formatTable } from './table.mjs'

const scratchVariable = 'MPTCP_BENCH_SCRATCH'

/** Starts this file again as root of a new network namespace; cleans up after it however it ends. */
async function enterNamespace() {
  const user = process.getuid() === 0 ? [] : ['--user', '--map-root-user']
  const namespace = [...user, '--net', '--mount', '--propagation', 'private', '--fork', '--kill-child']
  const self = [process.execPath, fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  const scratch = mkdtempSync(join(tmpdir(), 'mptcp-bench-'))
  const inside = execa('unshare', [...namespace, ...self], {
    stdio: 'inherit',
    reject: false,
    // The programs under measure find the same Node that is measured bare.
    env: {
      [scratchVariable]: scratch,
      PATH: `${join(process.execPath, '..')}:${process.env.PATH}:/usr/sbin:/sbin`,
    },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => inside.kill('SIGKILL'))
  }
  const { exitCode } = await inside
  rmSync(scratch, { recursive: true, force: true })
  return exitCode ?? 130
}

function compare(times) {
  return comparisons.map(({ what, of, against, limit }) => {
    const baseline = against.reduce((sum, name) => sum + times.get(name), 0)
    const ratio = times.get(of) / baseline
    return { what, value: times.get(of), baseline, ratio, limit, met: ratio <= limit }
  })
}

function main() {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '40' } } })
  const runs = Number(values.runs)
  if (!Number.isInteger(runs) || runs < 1) {
    throw new Error(`--runs "${values.runs}" is not a number of runs`)
  }
  for (const hook of ['mptcp_up', 'mptcp_down'].map(hookPath)) {
    if (!existsSync(hook)) {
      throw new Error(`${hook} is missing: npm run build`)
    }
  }
  prepareMachine()
  const times = measure(programs, runs)
  const counts = ipCounts.map((entry) => {
    const value = countIp(entry, process.env[scratchVariable])
    // None at all means that the hook starts `ip` by another way than PATH, so that nothing was counted.
    return { ...entry, value, met: value > 0 && value <= entry.limit }
  })
  const ratios = compare(times)
  process.stdout.write(formatTable({ node: process.version, runs, times, ratios, counts }))
  return [...ratios, ...counts].every(({ met }) => met) ? 0 : 1
}

try {
  process.exitCode = process.env[scratchVariable] === undefined ? await enterNamespace() : main()
} catch (error) {
  process.stderr.write(`bench: ${error.message}\n`)
  process.exitCode = 1
}
