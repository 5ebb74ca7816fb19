#!/usr/bin/env node
// Measures whole processes against each other, in a network namespace of its own. `npm run bench -- --runs N`;
// with --write the report becomes docs/benchmarks.md; --quick is one round on smaller machines, to see that all of it
// runs. Exit status 1: a target is missed.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { measureCosts } from './counts.mjs'
import { growths, judge } from './growth.mjs'
import { prepareMachine } from './machine.mjs'
import { formatMarkdown } from './markdown.mjs'
import { measure, measureGrowth, median, medians } from './measure.mjs'
import { environmentWords, findProgram } from './process.mjs'
import { describeResults } from './report.mjs'
import { measureRoutes } from './routes.mjs'
import { comparisons, costs, hookPath, programs } from './scenarios.mjs'
import { formatText } from './table.mjs'
import { measureLargeWatch, measureWatch } from './watch.mjs'

const scratchVariable = 'MPTCP_BENCH_SCRATCH'
const page = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url))

/** Starts this file again as root of a new network namespace; cleans up after it however it ends. */
async function enterNamespace() {
  const user = process.getuid() === 0 ? [] : ['--user', '--map-root-user']
  const namespace = [...user, '--net', '--mount', '--propagation', 'private', '--fork', '--kill-child']
  const self = [process.execPath, fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  const scratch = mkdtempSync(join(tmpdir(), 'mptcp-bench-'))
  const env = { [scratchVariable]: scratch }
  const inside = execa('unshare', [...namespace, ...self], { stdio: 'inherit', reject: false, env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => inside.kill('SIGKILL'))
  }
  const { exitCode } = await inside
  rmSync(scratch, { recursive: true, force: true })
  return exitCode ?? 130
}

/** In pairs, round by round: a slow moment of the machine meets both. */
function compare(times) {
  return comparisons.map(({ what, of, against, limit }) => {
    const value = median(times.get(of))
    if (!against.every((name) => times.has(name))) {
      return { what, value, met: true }
    }
    const sums = times
      .get(of)
      .map((_, round) => against.reduce((sum, name) => sum + times.get(name)[round], 0))
    const ratio = median(times.get(of).map((time, round) => time / sums[round]))
    return { what, value, baseline: median(sums), ratio, limit, met: limit === undefined || ratio <= limit }
  })
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '40' },
      write: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
    },
  })
  const runs = values.quick ? 1 : Number(values.runs)
  if (!Number.isInteger(runs) || runs < 1) {
    throw new Error(`--runs "${values.runs}" is not a number of runs`)
  }
  if (values.quick && values.write) {
    throw new Error('--quick measures too little to be written')
  }
  for (const hook of ['mptcp_up', 'mptcp_down', 'cache.cjs'].map(hookPath)) {
    if (!existsSync(hook)) {
      throw new Error(`${hook} is missing: npm run build`)
    }
  }
  return { runs, write: values.write, quick: values.quick }
}

async function machineWords(runs, growthRuns) {
  const { stdout } = await execa('ip', ['-V'])
  const python =
    programs['multi up'] === undefined ? [] : [(await execa(findProgram('python3'), ['-V'])).stdout]
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ')[0]
  return [
    `Linux ${release()}, ${cpus().length} × ${cpus()[0].model}, load ${load} at the start`,
    [`Node ${process.version}`, stdout.replace(/^ip utility, /, ''), ...python].join(', '),
    `${runs} rounds, ${growthRuns} for the growth, a quarter of them where a run takes a second`,
    `environment of the measured processes: ${environmentWords}`,
  ]
}

async function main() {
  const { runs, write, quick } = readArguments()
  const growthRuns = Math.ceil(runs / 2)
  const words = await machineWords(runs, growthRuns)
  const prepared = prepareMachine(process.env[scratchVariable])
  const times = measure(programs, runs, prepared)
  const counted = measureCosts(costs, prepared)
  const sized = quick ? growths.map((growth) => ({ ...growth, sizes: growth.sizes.slice(0, -1) })) : growths
  const uplinks = quick ? 32 : 256
  const grown = sized.map((growth) => judge(growth, measureGrowth(growth, growthRuns, prepared)))
  const ratios = [
    ...compare(times),
    ...(await measureWatch(runs, prepared)),
    ...measureRoutes(runs, prepared, uplinks),
    ...(await measureLargeWatch(runs, prepared, uplinks)),
  ]
  const sections = describeResults({ times: medians(times), ratios, costs: counted, growths: grown })
  process.stdout.write(formatText(words, sections))
  if (write) {
    writeFileSync(page, formatMarkdown(`npm run bench -- --runs ${runs} --write`, words, sections))
  }
  return [...ratios, ...counted, ...grown].every(({ met }) => met) ? 0 : 1
}

try {
  process.exitCode = process.env[scratchVariable] === undefined ? await enterNamespace() : await main()
} catch (error) {
  process.stderr.write(`bench: ${error.message}\n`)
  process.exitCode = 1
}
