/** What `top` reads at one moment, and what changed between two. */
import type { Family } from '../../words/state.ts'
import { type Connection, readConnections, type Ss, type Subflow } from '../connections.ts'
import { parseTraffic, type Rate, rates, TRAFFIC_FILE, type Traffic } from '../throughput.ts'

/** A device that is a way out, in one family. */
export interface Uplink {
  readonly device: string
  readonly family: Family
  readonly addresses: readonly string[]
  /** The service has found that it leads nowhere. */
  readonly dead: boolean
}

/** The world that `top` looks at, handed in. */
export interface Source extends Ss {
  readonly readUplinks: () => readonly Uplink[]
  readonly readFile: (path: string) => string | undefined
  readonly now: () => Date
}

export interface Sample {
  readonly at: Date
  readonly uplinks: readonly Uplink[]
  readonly connections: readonly Connection[]
  /** Bytes of each device, and of each subflow by its name. */
  readonly devices: ReadonlyMap<string, Traffic>
  readonly subflows: ReadonlyMap<string, Traffic>
}

/** A sample with the rates since the one before. */
export interface View extends Sample {
  /** Without an entry where there was no sample before, or what is measured was not in it. */
  readonly deviceRates: ReadonlyMap<string, Rate>
  readonly subflowRates: ReadonlyMap<string, Rate>
  /** The highest rate of an uplink that was seen so far, in bytes per second: a full bar. */
  readonly peak: number
}

/** Reads all that one view needs. */
export function readSample(source: Source): Sample {
  const connections = readConnections(source)
  const flows = connections.flatMap(({ subflows }) => subflows)
  return {
    at: source.now(),
    uplinks: source.readUplinks(),
    connections,
    devices: parseTraffic(source.readFile(TRAFFIC_FILE) ?? ''),
    subflows: new Map(flows.map((flow) => [nameOf(flow), { received: flow.received, sent: flow.sent }])),
  }
}

/** A subflow's name among all of the host: no two have the same ends. */
export function nameOf({ local, peer }: Subflow): string {
  return [local, peer].map(({ address, port }) => `${address} ${port}`).join(' ')
}

/** What a terminal is to show of a sample. */
export function compareSamples(before: View | undefined, after: Sample): View {
  const seconds = before === undefined ? 0 : (after.at.getTime() - before.at.getTime()) / 1000
  if (before === undefined || seconds <= 0) {
    return { ...after, deviceRates: new Map(), subflowRates: new Map(), peak: before?.peak ?? 0 }
  }
  const deviceRates = rates(before.devices, after.devices, seconds)
  const highest = after.uplinks.map(({ device }) => deviceRates.get(device) ?? { in: 0, out: 0 })
  return {
    ...after,
    deviceRates,
    subflowRates: rates(before.subflows, after.subflows, seconds),
    peak: Math.max(before.peak, ...highest.flatMap((rate) => [rate.in, rate.out])),
  }
}
