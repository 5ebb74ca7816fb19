/** A program that shows the captured host, for terminal.test.ts: `driver [COUNT] [fail]`. */
import pc from 'picocolors'
import { runTop } from '../../../src/routes/top/top.ts'
import { Refusal } from '../../../src/words/refusal.ts'
import { capturedSource } from './captured.ts'

const [count, ending] = process.argv.slice(2)
const source = capturedSource()
let reads = 0
const failing = {
  ...source,
  readUplinks: () => {
    reads += 1
    if (ending === 'fail' && reads === 2) {
      throw new Refusal('the uplinks cannot be read')
    }
    return source.readUplinks()
  },
}

runTop(failing, {
  input: process.stdin,
  output: process.stdout,
  env: process.env,
  colors: pc.createColors(false),
  count: count ? Number(count) : undefined,
  interval: 200,
}).catch((error: Error) => {
  process.stderr.write(`mptcp-routes: ${error.message}\n`)
  process.exitCode = 1
})
