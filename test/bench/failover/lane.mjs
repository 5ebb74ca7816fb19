// One keeper of two uplinks and one way to fail, tried again and again. Started by ../failover.mjs, in namespaces of its
// own; prints each trial as a line of JSON: `leave` and `back` in ms by kind of question, `asked` and `lost` as how many
// questions were asked once everything had left and how many of them had no answer, `stall` in ms, null where the stream
// stood until the end.
//
//   node lane.mjs watch|loop cable|provider TRIALS INTERVAL
import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { clock } from './clock.mjs'

const PEER = '203.0.113.2'
const FIRST = '10.1.1.2'
const OTHER = '10.1.2.2'
const KINDS = ['host tcp', 'host udp', 'guest tcp', 'guest udp']
const FAILURES = { cable: ['pull_cable', 'plug_cable'], provider: ['kill_provider', 'revive_provider'] }

/** In ms: longer is no failover. */
const PATIENCE = 120_000
/** In ms: so long everything must have gone well before a failure, and so long one lasts beyond the last departure. */
const CALM = 1500

const file = (name) => fileURLToPath(new URL(name, import.meta.url))

/** @returns a function that runs a command of the lab and gives the name of the host's namespace */
function openLab() {
  const shell = spawn('bash', [file('lab.bash'), mkdtempSync(join(tmpdir(), 'failover-'))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const answers = createInterface({ input: shell.stdout })[Symbol.asyncIterator]()
  return async (command) => {
    shell.stdin.write(`${command}\n`)
    const [status, host] = ((await answers.next()).value ?? '').split(' ')
    if (status !== '0') {
      throw new Error(`"${command}" ended with ${status}`)
    }
    return host
  }
}

function listenTo(namespace, command, heard) {
  const child = spawn('ip', ['netns', 'exec', namespace, ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  createInterface({ input: child.stdout }).on('line', (line) => heard(JSON.parse(line)))
  return child
}

/** Of the questions since `from`, by kind, in the order of their start. */
function askedSince(questions, from) {
  const since = questions.filter(([, start]) => start >= from).sort(([, one], [, other]) => one - other)
  return new Map(KINDS.map((kind) => [kind, since.filter(([which]) => which === kind)]))
}

/** When the first question was asked that went by the address, by kind. */
function firstBy(questions, from, address) {
  const asked = askedSince(questions, from)
  return new Map(KINDS.map((kind) => [kind, asked.get(kind).find(([, , by]) => by === address)?.[1]]))
}

async function waitForAll(questions, from, address) {
  for (const end = clock() + PATIENCE; clock() < end; await sleep(20)) {
    const first = firstBy(questions, from, address)
    if ([...first.values()].every((start) => start !== undefined)) {
      return first
    }
  }
  throw new Error(`not everything went by ${address} in ${PATIENCE} ms`)
}

/** Until all questions of a while have gone by the first uplink. */
async function waitForCalm(questions) {
  for (let from = clock(); clock() - from < CALM + 1000; await sleep(50)) {
    const asked = [...askedSince(questions, from).values()].flat()
    if (asked.some(([, , by]) => by !== FIRST)) {
      from = clock()
    }
  }
}

/** The longest time without a byte, from `from` on; null where none came any more. */
function longestStall(arrivals, from, to) {
  const times = [...arrivals.filter((time) => time <= to), to]
  const gaps = times.slice(1).map((time, i) => ({ began: times[i], length: time - times[i] }))
  const after = gaps.filter(({ began, length }) => began + length > from)
  const longest = after.reduce((most, gap) => (gap.length > most.length ? gap : most))
  return longest === gaps.at(-1) && longest.length > CALM / 2 ? null : longest.length
}

const differences = (times, from) => Object.fromEntries([...times].map(([kind, time]) => [kind, time - from]))

async function tryOnce({ lab, host, questions }, [fail, mend]) {
  const arrivals = []
  const receive = ['mptcpize', 'run', 'node', file('stream.mjs'), 'receive', PEER, '8080']
  questions.length = 0
  await lab('renew')
  await waitForCalm(questions)
  const stream = listenTo(host, receive, (time) => arrivals.push(time))
  while (arrivals.length === 0) {
    await sleep(20)
  }
  // So that the failure meets every moment of a round.
  await sleep(CALM + Math.random() * 1000)
  const failed = clock()
  await lab(`${fail} 0`)
  const left = await waitForAll(questions, failed, OTHER)
  await sleep(CALM)
  const mended = clock()
  await lab(`${mend} 0`)
  const returned = await waitForAll(questions, mended, FIRST)
  await sleep(1000)
  stream.kill()
  const since = [...askedSince(questions, failed)].flatMap(([kind, asked]) =>
    asked.filter(([, start]) => start >= left.get(kind)),
  )
  const lost = since.filter(([, , by]) => by === null).length
  const stall = longestStall(arrivals, failed, mended)
  return {
    leave: differences(left, failed),
    back: differences(returned, mended),
    asked: since.length,
    lost,
    stall,
  }
}

const [keeper, failure, trials, interval] = process.argv.slice(2)
const lab = openLab()
// What runs in the lab's namespaces ends with them.
const end = (status) => lab('tear_down_lab').finally(() => process.exit(status))
process.once('SIGTERM', () => end(143))
process.once('uncaughtException', (error) => {
  console.error(`lane ${keeper} ${failure}: ${error.message}`)
  end(1)
})
const host = await lab(`build ${keeper} ${interval}`)
const questions = []
for (const [name, namespace] of [
  ['host', host],
  ['guest', `${host}-guest`],
]) {
  listenTo(namespace, ['node', file('questions.mjs'), name, PEER, '7'], (asked) => questions.push(asked))
}
for (let trial = 0; trial < Number(trials); trial += 1) {
  console.log(JSON.stringify(await tryOnce({ lab, host, questions }, FAILURES[failure])))
}
await end(0)
