/** The marks that uplinks have been given: kept as long as the host runs, so that a connection outlives an ifdown. */
import type { Edge } from '../words/edge.ts'
import type { MarkedWay } from '../words/forwarding.ts'
import { readBootFile, writeBootFile } from './boot-file.ts'
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

function isMarkedWay(way: unknown): way is MarkedWay {
  const { device, family, table, mark } = Object(way) as Partial<Record<keyof MarkedWay, unknown>>
  const { value, mask } = Object(mark) as Partial<Record<keyof MarkedWay['mark'], unknown>>
  return (
    typeof device === 'string' &&
    (family === 'inet' || family === 'inet6') &&
    [table, value, mask].every(Number.isSafeInteger)
  )
}
