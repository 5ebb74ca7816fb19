/** The marks that uplinks have been given: kept as long as the host runs, so that a connection outlives an ifdown. */
import type { Edge } from '../words/edge.ts'
import { isMarkable, type MarkedWay } from '../words/forwarding.ts'
import type { Mark } from '../words/state.ts'
import { isUsableTable } from '../words/table.ts'
import { readBootFile, writeBootFile } from './boot-file.ts'
import { isDevice } from './records/form.ts'
import { recordsDirectory } from './records.ts'

export interface Marks {
  /** In the order of giving. */
  readonly given: readonly MarkedWay[]
  /** A table of ours may stand in nftables. */
  readonly standing: boolean
}

/** Those of this boot; none where there is no room for a file. */
export function readMarks(edge: Edge): Marks {
  const { given, standing } = readBootFile(edge, marksPath(edge))
  return Array.isArray(given)
    ? { given: given.filter(isMarkedWay), standing: standing === true }
    : { given: [], standing: false }
}

/** Where they cannot be written, the rules that stand tell them. */
export function writeMarks(edge: Edge, { given, standing }: Marks): void {
  writeBootFile(edge, marksPath(edge), { standing, given })
}

/** Beside the records, so that their directory holds nothing else. */
function marksPath(edge: Edge): string | undefined {
  const directory = recordsDirectory(edge)
  return directory === undefined ? undefined : `${directory}.marks`
}

/** All of it reaches the texts of nft and ip. */
function isMarkedWay(way: unknown): way is MarkedWay {
  const { device, family, table, mark } = Object(way) as Partial<Record<keyof MarkedWay, unknown>>
  return (
    isDevice(device) &&
    isMarkable(device) &&
    (family === 'inet' || family === 'inet6') &&
    typeof table === 'number' &&
    isUsableTable(table) &&
    isMark(mark)
  )
}

/** Bits of a mask of 32, and some of them: a packet without a mark has none. */
function isMark(mark: unknown): mark is Mark {
  const { value, mask } = Object(mark) as Partial<Record<keyof Mark, unknown>>
  return isWord(value) && isWord(mask) && (value & ~mask) === 0
}

function isWord(bits: unknown): bits is number {
  return Number.isInteger(bits) && Number(bits) > 0 && Number(bits) <= 0xffffffff
}
