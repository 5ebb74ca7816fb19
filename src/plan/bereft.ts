/** Who loses the rules of an address without being asked: a device that bears another name since its rules were made. */
import type { Rule } from '../words/state.ts'
import type { Host } from './host.ts'
import { devicesOfRule } from './speaker.ts'
import type { Uplink } from './uplink.ts'

/**
 * The devices that alone hold an address of which the run takes away the last rule, where that is the rule of a name that
 * no device bears; with these addresses. The endpoint and the group went along with the link.
 *
 * @param sources the source rules that the run may change
 */
export function bereftDevices(
  host: Host,
  uplinks: readonly Uplink[],
  sources: readonly Rule[],
): Map<string, ReadonlySet<string>> {
  const kept = new Set(uplinks.flatMap(({ rules }) => rules.map(({ from }) => from)))
  const changing = new Set(sources)
  const bereft = new Map<string, Set<string>>()
  for (const rule of sources) {
    const [holder, ...others] = host.holdersOf(rule.from)
    const isLast = !kept.has(rule.from) && host.sourcesOf(rule.from).every((one) => changing.has(one))
    const isOfNobody = devicesOfRule(host, rule).every((device) => host.link(device) === undefined)
    if (holder !== undefined && others.length === 0 && isLast && isOfNobody) {
      bereft.set(holder, (bereft.get(holder) ?? new Set()).add(rule.from))
    }
  }
  return bereft
}
