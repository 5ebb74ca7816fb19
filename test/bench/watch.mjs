// mptcp-routes watch: from an event to the wanted state, against one run of the page's commands. Both ends of a time are
// told by one `ip monitor`, with its own time stamps, so that what this process does meanwhile does not count.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { growMachine, prepare } from './machine.mjs'
import { median } from './measure.mjs'
import { ip, run, runLines } from './process.mjs'
import { hookPath } from './scenarios.mjs'

/** In ms: after an event the watcher answers the next one at the end of a pause, up to 500 ms on a large host. */
const PAUSE = 500

/** A device that the configuration does not name, for the page's commands: the watcher stands still meanwhile. */
const side = {
  make: [
    'link add side0 type veth peer name side1',
    'link set side0 up',
    'link set side1 up',
    'address add 10.9.9.2/24 dev side0',
  ],
  up: `
ip rule add from 10.9.9.2 table 990
ip route add 10.9.9.0/24 dev side0 scope link table 990
ip route add default via 10.9.9.1 dev side0 table 990
ip route add default scope global metric 990 nexthop via 10.9.9.1 dev side0
ip mptcp endpoint add 10.9.9.2 dev side0 id 1 subflow
`,
  down: [
    'rule del from 10.9.9.2',
    'route flush table 990',
    'route del default metric 990',
    'mptcp endpoint del id 1',
  ],
  unmake: ['link del side0'],
}

/** Of one device. Each rule is deleted a few times only: one who deletes the same again and again is answered slowly. */
const ADDRESSES = Array.from({ length: 13 }, (_, n) => `10.1.2.${100 + n}`)
const MOST_DELETIONS = 100

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Reads `[2026-11-25T18:00:21.123456] LINE`. */
function listen(environment) {
  const monitor = spawn('ip', ['-ts', '-N', '-o', 'monitor', 'address', 'rule'], { env: environment })
  const heard = []
  createInterface({ input: monitor.stdout }).on('line', (line) => {
    const [, date, micros, text] = /^\[(.*)\.(\d{6})\] ?(.*)$/.exec(line) ?? []
    heard.push({ time: Date.parse(`${date}Z`) + Number(micros) / 1000, text })
  })
  return {
    /** The time of the first line that matches, from now on or heard before; then all is forgotten up to it. */
    hear: async (pattern) => {
      for (let tries = 0; tries < 2000; tries += 1) {
        const at = heard.findIndex(({ text }) => pattern.test(text ?? ''))
        if (at >= 0) {
          return heard.splice(0, at + 1).at(-1).time
        }
        await sleep(5)
      }
      throw new Error(`the monitor did not tell ${pattern} in 10 s`)
    },
    forget: () => heard.splice(0),
    close: () => monitor.kill(),
  }
}

/** @param work is given the monitor, while the watcher works on the configuration */
async function beside(configuration, { environment, scratch }, work) {
  const file = join(scratch, 'mptcp-routes.conf')
  writeFileSync(file, configuration)
  const watcher = spawn(hookPath('mptcp-routes'), ['--config', file, 'watch'], {
    env: environment,
    stdio: 'ignore',
  })
  const monitor = listen(environment)
  try {
    await isSettled()
    return await work(monitor)
  } finally {
    watcher.kill()
    monitor.close()
    await new Promise((resolve) => watcher.once('exit', resolve))
    run({ command: [hookPath('mptcp-routes'), '--config', file, 'flush'] }, environment)
  }
}

async function isSettled() {
  for (let before = ''; ; ) {
    await sleep(1000)
    const now = ip(['-N', '-o'], ['rule show']).stdout
    if (now === before && now.includes('proto 77')) {
      return
    }
    before = now
  }
}

const ruleOf = (address) => `31000:\\s+from ${address.replaceAll('.', '\\.')} `
const isAdded = (address) => new RegExp(`^${ruleOf(address)}`)
const isDeleted = (address) => new RegExp(`^Deleted ${ruleOf(address)}`)

/** Before the watcher starts, which may leave the page's commands no place for an endpoint. */
function timePages(rounds, environment) {
  return Array.from({ length: rounds }, () => {
    const time = run({ command: ['/bin/sh', '-ec', side.up] }, environment)
    ip(['-force'], side.down)
    return time
  })
}

/**
 * An address comes: until its source rule stands.
 *
 * @returns in ms, of each round
 */
async function timeArrivals({ device, address, rounds }, { hear, forget }) {
  const arrivals = []
  for (let round = 0; round < rounds; round += 1) {
    await sleep(PAUSE)
    forget()
    runLines([`address add ${address}/24 dev ${device}`])
    const began = await hear(new RegExp(`^\\d+: ${device}\\s+inet ${address.replaceAll('.', '\\.')}/`))
    arrivals.push((await hear(isAdded(address))) - began)
    runLines([`address delete ${address}/24 dev ${device}`])
    await hear(isDeleted(address))
  }
  return arrivals
}

/** A rule is deleted: until it is back. */
async function timeHealings(deletions, { hear, forget }) {
  runLines(ADDRESSES.map((address) => `address add ${address}/24 dev eth1`))
  await isSettled()
  const times = []
  for (let turn = 0; turn < deletions; turn += 1) {
    const address = ADDRESSES[turn % ADDRESSES.length]
    await sleep(PAUSE)
    forget()
    runLines([`rule delete from ${address} priority 31000`])
    const began = await hear(isDeleted(address))
    times.push((await hear(isAdded(address))) - began)
  }
  runLines(ADDRESSES.map((address) => `address delete ${address}/24 dev eth1`))
  return times
}

/** The median of the rounds' ratios, as in bench.mjs. */
function compare(what, { arrivals, pages }, limit) {
  const ratio = median(arrivals.map((time, round) => time / pages[round]))
  return { what, value: median(arrivals), baseline: median(pages), ratio, limit, met: ratio <= limit }
}

/** @returns comparisons as those of bench.mjs; the times of healing are told, not judged */
export async function measureWatch(rounds, prepared) {
  const { environment } = prepared
  prepare({}, prepared)
  growMachine(side.make)
  const pages = timePages(rounds, environment)
  const deletions = Math.min(MOST_DELETIONS, 5 * rounds)
  const results = await beside('[eth1]\nmptcp-gateway = 10.1.2.1\n', prepared, async (monitor) => {
    const arrivals = await timeArrivals({ device: 'eth1', address: '10.1.2.77', rounds }, monitor)
    const healings = await timeHealings(deletions, monitor)
    return [
      compare("watch, an address comes, until its rule stands : the page's commands", { arrivals, pages }, 1),
      {
        what: `watch, a rule is deleted, until it is back, median of ${deletions}`,
        value: median(healings),
        met: true,
      },
      { what: `the same, worst of ${deletions}`, value: Math.max(...healings), met: true },
    ]
  })
  runLines(side.unmake)
  return results
}

/** On the machine that routes.mjs has made large. */
export async function measureLargeWatch(rounds, prepared, count) {
  const { environment } = prepared
  prepare({}, prepared)
  growMachine(side.make)
  const pages = timePages(Math.ceil(rounds / 4), environment)
  const results = await beside('[up*]\n', prepared, async (monitor) => {
    const arrivals = await timeArrivals(
      { device: 'up7', address: '10.60.7.77', rounds: pages.length },
      monitor,
    )
    return [
      compare(
        `watch, an address comes to one of ${count} uplinks : the page's commands`,
        { arrivals, pages },
        3,
      ),
    ]
  })
  runLines(side.unmake)
  return results
}
