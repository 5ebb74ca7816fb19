/** A host with two uplinks, as captured while it downloads and uploads over both, and 2 s later, when eth1 is cut. */
import { readFileSync } from 'node:fs'
import type { Source, Uplink } from '../../../src/routes/top/sample.ts'

const read = (name: string) =>
  readFileSync(new URL(`../../fixtures/sockets/${name}`, import.meta.url), 'utf8')

export const UPLINKS: readonly Uplink[] = [
  { device: 'eth0', family: 'inet', addresses: ['10.1.1.2'], dead: false },
  { device: 'eth0', family: 'inet6', addresses: ['2001:db8:1::2'], dead: false },
  { device: 'eth1', family: 'inet', addresses: ['10.1.2.2'], dead: false },
  { device: 'eth1', family: 'inet6', addresses: ['2001:db8:2::2'], dead: false },
]

const MOMENTS = [
  { sockets: read('client'), traffic: read('dev-before') },
  { sockets: read('client-cut'), traffic: read('dev-after') },
] as const

/** The first moment, 2 s later the second, and then that one for ever. */
export function capturedSource(uplinks = UPLINKS): Source {
  let reads = 0
  const moment = () => MOMENTS[reads === 1 ? 0 : 1]
  return {
    ss: () => {
      reads += 1
      return { status: 0, stdout: moment().sockets, stderr: '' }
    },
    readFile: () => moment().traffic,
    readUplinks: () => uplinks,
    now: () => new Date(2025, 10, 25, 14, 5, 2 * (reads - 1)),
  }
}
