/** Where what no rule by source address decides goes by a living uplink, round a dead one. */
import type { WholeStep } from '../whole.ts'
import { VERSIONS } from '../words/family.ts'
import type { Change, Family, Rule } from '../words/state.ts'

/** A detour that stands. */
export interface Detour {
  readonly family: Family
  /** Whose uplink leads the way. */
  readonly devices: readonly string[]
  readonly table: number
  /** By what is known, main's default leads to a dead uplink: a run would make one. */
  readonly isDue: boolean
}

export function standingDetours({ host, snapshot, plan }: WholeStep): Detour[] {
  return snapshot.rules.filter(isLeading).map(({ family, table }) => ({
    ...{ family, table },
    devices: host.devicesOfTable(family, table),
    isDue: wantedDetour(plan, family) !== undefined,
  }))
}

function wantedDetour({ wanted }: WholeStep['plan'], family: Family): Rule | undefined {
  return wanted.rules.find((rule) => isLeading(rule) && rule.family === family)
}

/** The detour is the host's, and no uplink's. */
export function isOfDetour(change: Change): boolean {
  return change.kind === 'rule' && change.rule.kind === 'detour'
}

export interface DetourFault {
  readonly what: string
  /** Too much stands, and nothing is missing. */
  readonly isLeft: boolean
}

/** One a family: rules of a pair come and go together. */
export function detourFaults({ changes, plan }: WholeStep): DetourFault[] {
  const families = new Set(
    changes.flatMap((change) => (change.kind === 'rule' && isOfDetour(change) ? [change.rule.family] : [])),
  )
  return [...families].map((family) => {
    const wanted = wantedDetour(plan, family)
    return wanted === undefined
      ? { what: `a detour in ${VERSIONS[family]} is left over`, isLeft: true }
      : {
          what: `no detour round the dead uplink in ${VERSIONS[family]}: it is to lead by table ${wanted.table}`,
          isLeft: false,
        }
  })
}

/** The second of the pair. */
function isLeading({ kind, suppress }: Rule): boolean {
  return kind === 'detour' && suppress === undefined
}
