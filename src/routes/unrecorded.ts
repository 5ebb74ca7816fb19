/** What bears marks of ours on devices that nobody asks for. */
import { isOrphan } from '../plan/owned.ts'
import { devicesOfRule } from '../plan/speaker.ts'
import type { WholeStep } from '../whole.ts'
import type { Rule } from '../words/state.ts'

export const UNRECORDED =
  'not recorded: made by an earlier version, before /run was cleared, or for a section that is gone'

/** Our rules on devices that nobody asks for: a list for each family and table. */
export function unrecordedRules({ host, snapshot, served }: WholeStep): Map<string, Rule[][]> {
  const asked = new Set(served.stanzas.map(({ device }) => device))
  const groups = new Map<string, Map<string, Rule[]>>()
  for (const rule of snapshot.rules.filter(({ kind }) => kind === 'source')) {
    const device = devicesOfRule(host, rule).find((name) => host.link(name) !== undefined)
    if (device !== undefined && !asked.has(device) && !served.down.has(device) && !isOrphan(host, rule)) {
      const tables = groups.get(device) ?? new Map<string, Rule[]>()
      const key = `${rule.family} ${rule.table}`
      groups.set(device, tables.set(key, [...(tables.get(key) ?? []), rule]))
    }
  }
  return new Map([...groups].map(([device, tables]) => [device, [...tables.values()]]))
}
