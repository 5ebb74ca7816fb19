/** Whose each change of a plan is. */
import type { WholeStep } from '../../whole.ts'
import type { Change } from '../../words/state.ts'
import { MAIN_TABLE } from '../../words/table.ts'
import { isOfDetour } from '../detours.ts'
import { isOfNft } from '../forwarding.ts'
import { type Subject, subjectOf } from '../subject.ts'
import type { Row } from './rows.ts'

export interface Attribution {
  readonly ofRow: ReadonlyMap<Row, readonly Change[]>
  /** Leftovers of devices and addresses that are gone. */
  readonly ofNobody: readonly Change[]
}

/** The limits, the detour and the nft table are the host's, and are left out. */
export function attribute(changes: readonly Change[], rows: readonly Row[], step: WholeStep): Attribution {
  const ofRow = new Map<Row, Change[]>()
  const ofNobody: Change[] = []
  for (const change of changes.filter((one) => one.kind !== 'limits' && !isOfDetour(one) && !isOfNft(one))) {
    const row = findRow(subjectOf(change, step), rows)
    if (row === undefined) {
      ofNobody.push(change)
    } else {
      ofRow.set(row, [...(ofRow.get(row) ?? []), change])
    }
  }
  return { ofRow, ofNobody }
}

/** By address, by table, else the first of the device in that family, else of the device. */
function findRow({ family, address, device, table }: Subject, rows: readonly Row[]): Row | undefined {
  const ofDevice = rows.filter((row) => row.device === device)
  const ofFamily = ofDevice.filter((row) => family === undefined || row.family === family)
  const isOwnTable = table !== undefined && table !== MAIN_TABLE
  return (
    ofFamily.find((row) => address !== undefined && row.addresses.includes(address)) ??
    ofFamily.find((row) => isOwnTable && row.table === table) ??
    // A rule whose address is gone is known by its table alone.
    (device === undefined && isOwnTable
      ? rows.find((row) => row.family === family && row.table === table)
      : undefined) ??
    ofFamily[0] ??
    ofDevice[0]
  )
}
