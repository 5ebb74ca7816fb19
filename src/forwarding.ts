/** What a run knows of forwarding, and what it leaves for the next: nothing is read where nobody asks for it, or did. */

import type { MaskReading } from './ask/forward-mask.ts'
import { type Marks, readMarks, writeMarks } from './ask/marks.ts'
import { readNft, tryNft } from './kernel/nft.ts'
import { printTable } from './kernel/nft-table.ts'
import { putTable } from './plan/diff-table.ts'
import type { Forwarding } from './plan/forward.ts'
import type { Host } from './plan/host.ts'
import type { Plan } from './plan/wanted.ts'
import type { Edge } from './words/edge.ts'

/** @param mask read only where it is needed */
export function readForwarding(edge: Edge, host: Host, mask: () => MaskReading): Forwarding | undefined {
  const { given, standing: isThere } = readMarks(edge)
  const isAsked = host.stanzas.some(({ options }) => options.forward && !options.off)
  if (!isAsked && !isThere && host.snapshot.rules.every(({ kind }) => kind !== 'mark')) {
    return undefined
  }
  return lookAtForwarding(edge, mask(), given)
}

/** The same, whoever asks. */
export function lookAtForwarding(edge: Edge, mask: MaskReading, given = readMarks(edge).given): Forwarding {
  const standing = readNft(edge)
  return {
    ...{ ...mask, given, standing },
    print: printTable,
    whyNot: (table) => {
      const change = putTable(standing.owner === 'ours' ? standing.table : undefined, table)
      return change && tryNft(edge, change)
    },
  }
}

/** Written before the kernel is, so that what a run which dies has made is known to the next. */
export function rememberForwarding(edge: Edge, { forward }: Plan): void {
  if (forward === undefined) {
    return
  }
  const marks: Marks = { given: forward.given, standing: forward.mayStand }
  if (JSON.stringify(readMarks(edge)) !== JSON.stringify(marks)) {
    writeMarks(edge, marks)
  }
}
