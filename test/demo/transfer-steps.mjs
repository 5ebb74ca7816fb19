// The steps that move data. Without iperf3 and mptcpize they are left out, which the demo's end says.
import { expectSuccess } from './facts.mjs'
import { MEGABITS, setCable, shapeUplinks, UPLINKS } from './lab.mjs'
import { hasCommand, TRANSFERS } from './prerequisites.mjs'
import { downloadThroughCut, measureDownload, startIperf } from './transfer.mjs'

const [FIRST, SECOND] = UPLINKS
/** An uplink that carries less than this part of a transfer has not taken part: handshakes and stray packets do. */
const TAKES_PART = 0.2

export async function showTransfers(context) {
  if (!TRANSFERS.every((command) => hasCommand(command))) {
    return
  }
  await shapeUplinks()
  await showGain(context)
  await showCut(context)
}

async function showGain({ painter, network }) {
  await painter.step(
    `A Multipath TCP download over one uplink of ${MEGABITS} Mbit/s (ifdown ${SECOND.device})`,
  )
  const iperf = await startIperf()
  expectSuccess(await network.down(SECOND.device))
  const one = await measureDownload(painter, (device) => (device === SECOND.device ? '(down)' : ''))
  painter.write(`${one.megabits.toFixed(1)} Mbit/s of payload`)

  await painter.step(`The same over two (ifup ${SECOND.device})`)
  expectSuccess(await network.up(SECOND.device))
  const two = await measureDownload(painter)
  iperf.stop()
  for (const [index, { device }] of UPLINKS.entries()) {
    expectPart(device, two.bytes, index)
  }
  const ratio = (two.megabits / one.megabits).toFixed(2)
  painter.write(`${two.megabits.toFixed(1)} Mbit/s of payload: ${ratio} times as much, in one connection`)
}

function expectPart(device, bytes, index) {
  const share = bytes[index] / (bytes[0] + bytes[1])
  if (!(share >= TAKES_PART)) {
    throw new Error(`${device} carried only ${Math.round(share * 100)} % of a download over both uplinks`)
  }
}

async function showCut({ painter }) {
  await painter.step(`A download of 50 MB; ${FIRST.device}, over which it began, is cut in the middle`)
  const { sent, received, beforeCut } = await downloadThroughCut(painter, FIRST)
  if (beforeCut === undefined || sent.bytes !== received.bytes || sent.digest !== received.digest) {
    throw new Error(
      `of ${sent.bytes} bytes ${received.bytes} arrived, digest ${received.digest}, not ${sent.digest}`,
    )
  }
  for (const [index, { device }] of UPLINKS.entries()) {
    expectPart(device, beforeCut, index)
  }
  await setCable(FIRST, 'up')
  painter.write(
    `${received.bytes} of ${sent.bytes} bytes arrived; the longest wait was ${Math.round(received.stall)} ms`,
  )
  painter.write(`SHA-256 at both ends: ${received.digest.slice(0, 16)}...`)
}
