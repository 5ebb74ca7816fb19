/** The marks that uplinks have been given: kept as long as the host runs, so that a connection outlives an ifdown. */
import type { Edge } from '../words/edge.ts'
import type { MarkedWay } from '../words/forwarding.ts'
import { recordsDirectory } from './records.ts'

export interface Marks {
  /** In the order of giving. */
  readonly given: readonly MarkedWay[]
  /** A table of ours may stand in nftables. */
  readonly standing: boolean
}

const NONE: Marks = { given: [], standing: false }

/** Those of this boot; none where there is no room for a file. */
export function readMarks(edge: Edge): Marks {
  const path = marksPath(edge)
  const text = path === undefined ? undefined : edge.readFile(path)
  return text === undefined ? NONE : parseMarks(text, bootId(edge))
}

/** Where they cannot be written, the rules that stand tell them. */
export function writeMarks(edge: Edge, { given, standing }: Marks): void {
  const path = marksPath(edge)
  if (path !== undefined) {
    edge.writeFile(path, `${JSON.stringify({ boot: bootId(edge), standing, given })}\n`)
  }
}

/** Beside the records, so that their directory holds nothing else. */
function marksPath(edge: Edge): string | undefined {
  const directory = recordsDirectory(edge)
  return directory === undefined ? undefined : `${directory}.marks`
}

function bootId(edge: Edge): string {
  return edge.readFile('/proc/sys/kernel/random/boot_id')?.trim() ?? ''
}

/** What is not of this boot, or not of ours, says nothing. */
function parseMarks(text: string, boot: string): Marks {
  try {
    const value = JSON.parse(text)
    return value?.boot === boot && Array.isArray(value.given)
      ? { given: value.given.filter(isMarkedWay), standing: value.standing === true }
      : NONE
  } catch {
    return NONE
  }
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
