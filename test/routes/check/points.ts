/** What the points of check are given and say, in short. */
import { deviceOf, type Stanza } from '../../../src/ask/stanza.ts'
import { diffState } from '../../../src/plan/diff.ts'
import type { Forwarding } from '../../../src/plan/forward.ts'
import type { Finding } from '../../../src/routes/check/finding.ts'
import type { Probe, Probes } from '../../../src/routes/probes.ts'
import type { WholeStep } from '../../../src/whole.ts'
import type { Route, Snapshot } from '../../../src/words/state.ts'
import { ETH0, ETH1, hostOf, PAGE, planOf, stanza } from '../../plan/worlds.ts'

export const STANZAS: readonly Stanza[] = [stanza('eth0'), stanza('eth1', { IF_MPTCP_GATEWAY: '10.1.2.1' })]

/** The page's host with all of ours in place. */
export const SOUND = [PAGE, ETH0, ETH1] as const

/** What planWhole() would say of the host. */
export function stepOf(
  snapshot: Snapshot,
  stanzas: readonly Stanza[] = STANZAS,
  deaths: readonly string[] = [],
  forwarding?: Forwarding,
): WholeStep {
  const devices = [...new Set(stanzas.map(({ iface }) => deviceOf(iface)))]
  const plan = planOf(snapshot, {
    ...{ devices, stanzas, deaths, orphans: true, whole: true },
    ...(forwarding && { forwarding }),
  })
  return {
    host: hostOf(snapshot, { devices, stanzas }),
    scope: { devices, families: snapshot.families, orphans: true },
    ...{ heard: undefined, outdated: [] },
    served: { stanzas, silent: new Set(), down: new Set(), notices: [] },
    ...{ snapshot, plan },
    changes: diffState(plan.owned, plan.wanted),
  }
}

export const NO_PROBES: Probes = {
  ...{ probes: [], failedNeighbours: new Set(), carrierless: new Set(), strangers: new Map() },
  ...{ wayless: new Map(), masters: new Map() },
}

/** The interfaces that it knows. */
export const IFUPDOWN = () => new Set(['eth0', 'eth1'])

/** What the kernel answers for an address: a route by the words of its table and hop, or an error. */
export function probe(address: string, answer: { readonly route?: Route; readonly error?: string }): Probe {
  const { route, error } = answer
  return { family: 'inet', address, destination: '203.0.113.1', route, error }
}

/** Each finding as `LEVEL [DEVICE: ]WHAT[ | CURE]`. */
export function say(findings: readonly Finding[]): string[] {
  return findings.map(({ level, what, cure, device }) => {
    const subject = device === undefined ? '' : `${device}: `
    return `${level} ${subject}${what}${cure === undefined ? '' : ` | ${cure}`}`
  })
}

/** Those that are not ok. */
export function complain(findings: readonly Finding[]): string[] {
  return say(findings.filter(({ level }) => level !== 'ok'))
}
