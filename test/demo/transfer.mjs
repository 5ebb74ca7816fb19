// Downloads over the uplinks, with a live bar for each.
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { inNamespace, MEGABITS, run, SERVER, setCable, UPLINKS } from './lab.mjs'

const SECONDS = 5
/** Two uplinks carry it in about five seconds, so that there is a middle to cut. */
const BYTES = 50_000_000
const CUT_AFTER_BYTES = BYTES * 0.4
const PORT = 4000
const PEER = fileURLToPath(new URL('peer.mjs', import.meta.url))
/** A transfer that hangs is a fault, not a reason to wait. */
const TIMEOUT = 60_000

/** Bytes that each uplink has received since the host began, from the kernel's own counters. */
async function readCounters() {
  const text = await readFile('/proc/net/dev', 'utf8')
  return UPLINKS.map(({ device }) => Number(text.match(new RegExp(`^ *${device}: *(\\d+)`, 'm'))?.[1]))
}

/**
 * Draws the uplinks' rates until a transfer ends.
 *
 * @param describe device → a word about it, such as why it carries nothing
 * @param onProgress gets the bytes so far, per uplink
 * @returns the transfer's result and the bytes of each uplink
 */
async function watch(painter, transfer, { describe = () => '', onProgress = () => {} } = {}) {
  const start = { time: performance.now(), bytes: await readCounters() }
  const samples = [start]
  const draw = (from, to, isLast) => {
    const rows = UPLINKS.map(({ device }, index) => {
      const rate = ((to.bytes[index] - from.bytes[index]) * 8) / (to.time - from.time) / 1000
      const text = `${rate.toFixed(1).padStart(5)} Mbit/s ${describe(device)}`.trimEnd()
      return { name: device, share: rate / MEGABITS, text }
    })
    painter.bars(rows, isLast)
  }
  let running = true
  const result = transfer.finally(() => {
    running = false
  })
  // Awaited below: until then a failure must not count as unhandled.
  result.catch(() => {})
  while (running) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    const sample = { time: performance.now(), bytes: await readCounters() }
    samples.push(sample)
    await onProgress(difference(sample, start))
    draw(samples.at(-5) ?? start, sample, false)
  }
  const value = await result
  const end = samples.at(-1)
  draw(start, end, true)
  return { value, bytes: difference(end, start) }
}

function difference(to, from) {
  return to.bytes.map((bytes, index) => bytes - from.bytes[index])
}

/**
 * Starts a server behind both providers.
 *
 * @returns the process, and `findLine`: the first line that it has printed, or will, with that text in it
 */
function startServer(command) {
  const server = run(...inNamespace('server', 'mptcpize', ['run', ...command]), { buffer: false })
  server.catch(() => {})
  const printed = []
  const lines = createInterface({ input: server.stdout }).on('line', (line) => printed.push(line))
  const findLine = (text) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = printed.find((line) => line.includes(text))
        if (found !== undefined) {
          resolve(found)
        }
      }
      look()
      // Runs after the listener above, as it was added later.
      lines.on('line', look)
      lines.on('close', () => reject(new Error(`${command[0]} ended before it printed "${text}"`)))
    })
  return { server, findLine }
}

/** iperf3 as a server, until `stop`. */
export async function startIperf() {
  const { server, findLine } = startServer(['iperf3', '--server', '--forceflush'])
  await findLine('Server listening')
  return { stop: () => server.kill('SIGKILL') }
}

/**
 * Downloads for some seconds.
 *
 * @returns payload in Mbit/s, and each uplink's bytes on the wire
 */
export async function measureDownload(painter, describe) {
  const args = ['run', 'iperf3', '--client', SERVER, '--reverse', '--json', '--connect-timeout', '5000']
  const client = run('mptcpize', [...args, '--time', String(SECONDS)], { timeout: TIMEOUT })
  const { value, bytes } = await watch(painter, client, { describe })
  return { megabits: JSON.parse(value.stdout).end.sum_received.bits_per_second / 1e6, bytes }
}

/**
 * Downloads a file, and cuts an uplink when a part of it has arrived.
 *
 * @returns what was sent and received, the longest stall, and each uplink's bytes before the cut
 */
export async function downloadThroughCut(painter, victim) {
  const { findLine } = startServer([process.execPath, PEER, 'send', String(PORT), String(BYTES)])
  await findLine('listening')
  const client = run('mptcpize', ['run', process.execPath, PEER, 'receive', SERVER, String(PORT)], {
    timeout: TIMEOUT,
  })
  let beforeCut
  const { value } = await watch(painter, client, {
    describe: (device) => (beforeCut && device === victim.device ? '<- cut' : ''),
    onProgress: async (bytes) => {
      if (beforeCut === undefined && bytes[0] + bytes[1] > CUT_AFTER_BYTES) {
        beforeCut = bytes
        await setCable(victim, 'down')
      }
    },
  })
  return { sent: JSON.parse(await findLine('digest')), received: JSON.parse(value.stdout), beforeCut }
}
