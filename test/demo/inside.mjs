// The demo itself: root and first process of its own namespaces, started by demo.mjs.
import { prepareIfupdown } from './ifupdown.mjs'
import { buildLab } from './lab.mjs'
import { createPainter } from './paint.mjs'
import {
  showContainer,
  showDown,
  showInstall,
  showInterfaces,
  showLeftOut,
  showListings,
  showPurpose,
  showStatus,
  showUp,
  showWays,
} from './steps.mjs'
import { showTransfers } from './transfer-steps.mjs'

/** Three times what a slow machine takes. */
const LIMIT = 240

const quick = process.argv.includes('--quick')

// demo.mjs has been interrupted or killed, or whoever read the output has gone: with this process all others end.
process.stdin.resume().on('close', () => process.exit(1))
process.stdout.on('error', () => process.exit(1))

setTimeout(() => {
  process.stderr.write(`demo: not done after ${LIMIT} s, please report where it stopped\n`)
  process.exit(1)
}, LIMIT * 1000)

/** What failed, in one line. */
function describe(error) {
  const said = error.stderr?.trim().split('\n')[0]
  const status = error.exitCode === undefined ? error.shortMessage : `exit status ${error.exitCode}`
  return error.command === undefined ? error.message : `${error.command} failed: ${said || status}`
}

try {
  const painter = createPainter(process.stdout, process.env, !quick)
  showPurpose(painter)
  await buildLab()
  const context = { painter, network: await prepareIfupdown() }
  await showInterfaces(context)
  await showUp(context)
  await showListings(context)
  await showStatus(context)
  await showWays(context)
  await showContainer(context)
  if (!quick) {
    await showTransfers(context)
  }
  await showDown(context)
  showLeftOut(painter, quick)
  showInstall(painter)
  process.exit(0)
} catch (error) {
  process.stderr.write(`demo: ${describe(error)}\n`)
  process.exit(1)
}
