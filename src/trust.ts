/** Whether a run has taken what stands for evidence that the next look, which goes by its record, would not have. */
import { silentFamilies } from './ask/served.ts'
import { indexHost } from './plan/host.ts'
import type { Uplink } from './plan/uplink.ts'
import { type Plan, planHost } from './plan/wanted.ts'
import type { Situation } from './situation.ts'
import type { Rule } from './words/state.ts'

/** @param plan what the run wants, which may trust what stands as nothing is recorded of the device */
export function reliesOnStanding(situation: Situation, { uplinks }: Plan): boolean {
  const { event, host, device, recorded } = situation
  const standing = host.addressesOf(device).flatMap(({ local }) => host.sourcesOf(local))
  const isOff = host.stanzasFor(device).every(({ options }) => options.off)
  if (recorded.length > 0 || standing.length === 0 || isOff) {
    return false
  }
  const later = planLater(situation)
  const kept = new Set(later.uplinks.flatMap(textsOf))
  const served = new Set(later.uplinks.flatMap(({ rules }) => rules.map(({ from }) => from)))
  const isLost = ({ family, from }: Rule) => !event.families.includes(family) && !served.has(from)
  return (
    later.refused.size > 0 ||
    uplinks.flatMap(textsOf).some((text) => !kept.has(text)) ||
    standing.some(isLost)
  )
}

/** What a look at the whole host would want of the device, once the run has recorded what it was told. */
function planLater({ host, device, lookups }: Situation): Plan {
  const { snapshot, stanzas } = host
  return planHost({
    host: indexHost(snapshot, [...stanzas, ...silentFamilies(host.stanzasFor(device))], [], [device]),
    scope: { devices: [device], families: snapshot.families, orphans: false },
    lookups,
    trustsTable: () => false,
    ...{ deaths: () => [], whole: false },
  })
}

function textsOf({ rules, routes }: Uplink): string[] {
  return [...rules, ...routes].map((one) => JSON.stringify(one))
}
