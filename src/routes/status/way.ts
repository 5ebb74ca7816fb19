/** What keeps an uplink from being used though all of ours stands. */
import type { Uplink } from '../../plan/uplink.ts'
import type { WholeStep } from '../../whole.ts'
import type { Probe, Probes } from '../probes.ts'
import { findRival, misledProbes, silentGateways, tableText, wayText } from '../ways.ts'

interface Look {
  readonly step: WholeStep
  readonly probes: Probes
}

/** @param whole nothing of ours is missing: then another way than the wanted one has another reason */
export function findObstacles(uplink: Uplink, whole: boolean, { step, probes }: Look): string[] {
  const words = misledProbes(uplink, probes).flatMap((probe) => describe(probe, uplink, whole, step))
  const silent = silentGateways(uplink, probes).map((gateway) => `the gateway ${gateway} does not answer`)
  return [...new Set([...words, ...silent])]
}

function describe(probe: Probe, uplink: Uplink, whole: boolean, step: WholeStep): string[] {
  const rival = findRival(probe, uplink, step)
  if (rival !== undefined) {
    const action =
      / (lookup \d+.*|blackhole|unreachable|prohibit).*$/.exec(` ${rival.text}`)?.[1] ?? rival.text
    return [
      `rule of another program at ${rival.priority} goes before ours: ${action.replace(/ proto \d+/, '')}`,
    ]
  }
  const { address, route, error } = probe
  if (!whole) {
    return []
  }
  if (route === undefined) {
    return [`${address} gets "${error}" instead`]
  }
  const taken = wayText(route.hops)
  // The same way by another table is another way as soon as main changes.
  const by = taken === wayText(uplink.out?.hops ?? []) ? ` by ${tableText(route.table)}` : ''
  return [`${address} goes ${taken}${by} instead${by && ` of by ${tableText(uplink.table)}`}`]
}
