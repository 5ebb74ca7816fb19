/** From a plan to what verdicts are about, and to whom the prober asks. */
import { formatTarget } from '../../ask/probe-targets.ts'
import type { Uplink } from '../../plan/uplink.ts'
import { uplinkKey } from '../../words/death.ts'
import type { Snapshot } from '../../words/state.ts'
import type { Course } from './probe/prober.ts'
import { textOf } from './standing.ts'
import type { Seen } from './verdict.ts'

/** One that has no way out cannot lose it. */
export function seenIn(uplinks: readonly Uplink[], { links }: Snapshot): Seen[] {
  const cut = new Set(links.filter(({ up, carrier }) => up && !carrier).map(({ name }) => name))
  return uplinks
    .filter(({ out }) => out !== undefined)
    .map((uplink) => ({
      ...{ device: uplink.device, family: uplink.family, table: uplink.table },
      carrier: !cut.has(uplink.device),
      probe: probeText(uplink),
      interval: 1000 * (uplink.probe?.interval ?? 0),
    }))
}

/** As many as a line can hold for a reader. */
const MOST_TARGETS = 3

function probeText({ probe }: Uplink): string | undefined {
  const texts = (probe?.targets ?? []).map(formatTarget)
  const more = texts.length - MOST_TARGETS
  const all = more > 1 ? [...texts.slice(0, MOST_TARGETS), `${more} more`] : texts
  return all.length === 0 ? undefined : all.join(', ')
}

/** Whose rules do not all stand is not asked: the question could leave by another uplink. */
export function coursesOf(uplinks: readonly Uplink[], contested: ReadonlySet<string>): Course[] {
  return uplinks.flatMap((uplink) => {
    const { device, probe } = uplink
    const { targets = [], interval = 0 } = probe ?? {}
    const sources = sourcesOf(uplink)
    return targets.length === 0 || sources.length === 0 || isContested(uplink, contested)
      ? []
      : [{ key: uplinkKey(uplink), device, sources, targets, interval }]
  })
}

function isContested({ rules }: Uplink, contested: ReadonlySet<string>): boolean {
  return (
    contested.size > 0 && rules.some((rule) => contested.has(textOf({ kind: 'rule', verb: 'add', rule })))
  )
}

/** What a socket can be bound to. */
function sourcesOf({ addresses }: Uplink): string[] {
  return addresses
    .filter(({ shown, tentative, duplicate }) => shown && !tentative && !duplicate)
    .map(({ local }) => local)
}
