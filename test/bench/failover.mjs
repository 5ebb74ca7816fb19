#!/usr/bin/env node
// Measures how long an uplink that fails is in the way, with the watcher and with a loop of pings, each in network
// namespaces of its own. `npm run bench:failover -- --trials N`; with --write the tables go into docs/failover.md.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { describeTrials } from './failover/report.mjs'
import { formatRows } from './markdown.mjs'
import { hookPath } from './scenarios.mjs'
import { formatText } from './table.mjs'

const page = fileURLToPath(new URL('../../docs/failover.md', import.meta.url))
const marks = ['<!-- FIGURES: npm run bench:failover -- --write -->', '<!-- END OF FIGURES -->']
const lane = fileURLToPath(new URL('failover/lane.mjs', import.meta.url))

/** Side by side, since they wait nearly all of the time. */
const lanes = ['cable', 'provider'].flatMap((failure) =>
  ['watch', 'loop'].map((keeper) => ({ failure, keeper })),
)

/** @returns the trials of one keeper and one failure */
async function runLane({ keeper, failure }, trials, interval) {
  const user = process.getuid() === 0 ? [] : ['--user', '--map-root-user']
  const namespace = [...user, '--net', '--mount', '--propagation', 'private', '--fork', '--kill-child=TERM']
  const command = [process.execPath, lane, keeper, failure, `${trials}`, `${interval}`]
  const inside = execa('unshare', [...namespace, ...command], { stderr: 'inherit', lines: true })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => inside.kill('SIGTERM'))
  }
  const { stdout } = await inside
  return stdout.map((line) => JSON.parse(line))
}

async function measure(trials, interval) {
  const results = await Promise.all(
    lanes.map(async (one) => ({ ...one, trials: await runLane(one, trials, interval) })),
  )
  return describeTrials(results, interval)
}

function readArguments() {
  const { values } = parseArgs({
    options: { trials: { type: 'string', default: '50' }, write: { type: 'boolean', default: false } },
  })
  const trials = Number(values.trials)
  if (!Number.isInteger(trials) || trials < 1) {
    throw new Error(`--trials "${values.trials}" is not a number of trials`)
  }
  if (!existsSync(hookPath('mptcp-routes'))) {
    throw new Error(`${hookPath('mptcp-routes')} is missing: npm run build`)
  }
  return { trials, write: values.write }
}

function formatPage(words, sections) {
  const parts = sections.map(({ title, rows, notes }) =>
    [`### ${title}\n`, formatRows(rows), notes.map((note) => `- ${note}\n`).join('')].join('\n'),
  )
  return [`${words.join('\n')}\n`, ...parts].join('\n')
}

function writePage(text) {
  const [before, rest = ''] = readFileSync(page, 'utf8').split(`${marks[0]}\n`)
  const [, after] = rest.split(marks[1])
  if (after === undefined) {
    throw new Error(`${page} has not the lines ${marks.join(' and ')}`)
  }
  writeFileSync(page, `${before}${marks[0]}\n\n${text}\n${marks[1]}${after}`)
}

function machineWords(trials) {
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ')[0]
  return [
    `By \`npm run bench:failover -- --trials ${trials} --write\` on Linux ${release()}, ${cpus().length} × ${cpus()[0].model}, load ${load} at the`,
    'start. From the moment of the failure, and of its end, to that of the first question that is answered by the right',
    'uplink: a peer is asked every 50 ms, by TCP and by UDP, bound to no address, by the host and by a guest whose packets it',
    'forwards. The transfer is a Multipath TCP download. The loop is test/bench/failover/ping-loop.sh: a ping and a sleep,',
    'three times lost or answered in a row.',
  ]
}

async function main() {
  const { trials, write } = readArguments()
  const words = machineWords(trials)
  // The default interval, which makes a trial five times as long, is told by a tenth of them.
  const sections = [await measure(trials, 1), await measure(Math.ceil(trials / 10), 5)]
  process.stdout.write(formatText(words, sections))
  if (write) {
    writePage(formatPage(words, sections))
  }
}

try {
  await main()
} catch (error) {
  process.stderr.write(`bench: ${error.message}\n`)
  process.exitCode = 1
}
