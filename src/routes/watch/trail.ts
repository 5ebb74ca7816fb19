/** What a look has read: where another reading gives the same, there is nothing to plan. */
import type { Edge, Outcome } from '../../words/edge.ts'
import { Refusal } from '../../words/refusal.ts'

export interface Trail {
  /** The edge for the look, which keeps what it answers. */
  readonly edge: Edge
  /** Asks all of it again; only for a look that has written nothing. False too where that cannot be told. */
  readonly isSameNow: () => boolean
}

interface Read {
  readonly answer: unknown
  readonly again: () => unknown
}

/** In characters: of a host that has more to say, it is not kept. */
const MOST_KEPT = 1024 * 1024

/** Counters that change with every packet; the links and routes themselves are in the answers of `ip`. */
const COUNTERS = /^\/proc\/net\//

export function startTrail(edge: Edge): Trail {
  const reads: Read[] = []
  let size = 0
  let isWhole = true
  const giveUp = () => {
    isWhole = false
    reads.length = 0
  }
  const kept = <T extends Answer>(ask: () => T): T => {
    const answer = ask()
    size += sizeOf(answer)
    if (size > MOST_KEPT) {
      giveUp()
    } else if (isWhole) {
      reads.push({ answer, again: ask })
    }
    return answer
  }
  return {
    edge: {
      ...edge,
      ip: (args, input) => kept(() => edge.ip(args, input)),
      nft: (args, input) => kept(() => edge.nft(args, input)),
      ipUpTo: (args, bytes) => kept(() => edge.ipUpTo(args, bytes)),
      readFile: (path) => (COUNTERS.test(path) ? edge.readFile(path) : kept(() => edge.readFile(path))),
      listDirectory: (path) => kept(() => edge.listDirectory(path)),
      // It takes its time to answer, and each answer serves one look.
      dhcpcdLease: (device) => {
        giveUp()
        return edge.dhcpcdLease(device)
      },
    },
    isSameNow: () => isWhole && reads.length > 0 && isSame(reads),
  }
}

type Answer = Outcome | string | readonly string[] | undefined

function sizeOf(answer: Answer): number {
  return typeof answer === 'object' && 'stdout' in answer ? answer.stdout.length : (answer?.length ?? 0)
}

function isSame(reads: readonly Read[]): boolean {
  try {
    return reads.every(({ again, answer }) => textOf(again()) === textOf(answer))
  } catch (error) {
    if (error instanceof Refusal) {
      return false
    }
    throw error
  }
}

/** Times that run down are no news; what comes of it, as `deprecated`, is. */
function textOf(answer: unknown): string {
  return JSON.stringify(answer ?? null).replace(/\b(valid_lft|preferred_lft|expires) \d+(sec)?/g, '$1')
}
