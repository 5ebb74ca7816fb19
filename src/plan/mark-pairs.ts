/** The rules by mark that stand: in pairs, each an uplink's. */
import { type MarkedWay, markText } from '../words/forwarding.ts'
import type { Family, Mark, Rule } from '../words/state.ts'
import type { Host } from './host.ts'
import type { Scope } from './owned.ts'

export interface MarkPair {
  readonly family: Family
  readonly mark: Mark
  /** Undefined where somebody has deleted the rule that tells. */
  readonly table: number | undefined
  readonly devices: readonly string[]
  /** Both, or what is left of them. */
  readonly rules: readonly Rule[]
}

/** @param given the marks that are known to have been given: they tell whose a pair is whose table is empty */
export function standingPairs(host: Host, given: readonly MarkedWay[]): MarkPair[] {
  const groups = new Map<string, { family: Family; mark: Mark; rules: Rule[] }>()
  for (const rule of host.snapshot.rules) {
    const { family, mark } = rule
    if (mark !== undefined) {
      const key = `${family} ${markText(mark)}`
      const known = groups.get(key) ?? { family, mark, rules: [] }
      known.rules.push(rule)
      groups.set(key, known)
    }
  }
  return [...groups.values()].map(({ family, mark, rules }) => {
    const table = rules.find(({ suppress }) => suppress === undefined)?.table
    return { family, mark, table, rules, devices: devicesOf({ family, mark, table }, host, given) }
  })
}

/** By our routes in its table, by whom the mark was given to, by a claim to the table. */
function devicesOf(
  { family, mark, table }: Pick<MarkPair, 'family' | 'mark' | 'table'>,
  host: Host,
  given: readonly MarkedWay[],
): readonly string[] {
  const through = table === undefined ? [] : host.devicesOfTable(family, table)
  if (through.length > 0) {
    return through
  }
  const named = given.filter((way) => way.family === family && markText(way.mark) === markText(mark))
  return named.length > 0 || table === undefined
    ? named.map(({ device }) => device)
    : host.claimantsOf(family, table)
}

/** Those that the run may change: its devices', and orphans, whose devices are gone. */
export function isOwned(
  { family, devices }: MarkPair,
  host: Host,
  { devices: own, families, orphans }: Scope,
): boolean {
  const isOfRun = families.includes(family) && devices.some((device) => own.includes(device))
  return isOfRun || (orphans && devices.every((device) => host.link(device) === undefined))
}
