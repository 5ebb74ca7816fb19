/** How the kernel's eight places for endpoints are shared among uplinks. */
import type { Endpoint } from '../words/state.ts'
import { MOST_ENDPOINTS } from '../words/table.ts'
import type { Candidate } from './candidate.ts'

export interface Places {
  readonly given: readonly Candidate[]
  /** Further endpoints of other uplinks that give way. */
  readonly evicted: readonly Endpoint[]
}

/**
 * One place for each uplink and family comes first; further addresses take turns for what is left. In each turn those that
 * stand go first: nobody loses a place to one of the same right. An uplink that holds two more than another gives one up
 * to it.
 *
 * @param groups the candidates of each uplink of the run, those that have a place first; the uplinks in the order of who
 *   was asked for first
 * @param others the endpoints of each other uplink of ours
 * @param fixed how many places others hold that are not ours
 */
export function sharePlaces(
  groups: readonly (readonly Candidate[])[],
  others: readonly (readonly Endpoint[])[],
  fixed: number,
): Places {
  const rivals = others.map((group) => [...group].sort((one, other) => other.id - one.id))
  const given: Candidate[] = []
  const evicted: Endpoint[] = []
  let room = MOST_ENDPOINTS - fixed - rivals.flat().length
  const turns = Math.max(0, ...groups.map((group) => group.length))
  for (let turn = 0; turn < turns; turn += 1) {
    for (const candidate of standingFirst(groups.flatMap((group) => group[turn] ?? []))) {
      const loser = room > 0 ? undefined : evictFrom(rivals, turn)
      if (room > 0 || loser !== undefined) {
        given.push(candidate)
      }
      if (loser !== undefined) {
        evicted.push(loser)
      } else {
        room -= 1
      }
    }
  }
  return { given, evicted }
}

function standingFirst(candidates: readonly Candidate[]): Candidate[] {
  const isNew = ({ standing }: Candidate) => Number(standing === undefined)
  return [...candidates].sort((one, other) => isNew(one) - isNew(other))
}

/** Takes the newest endpoint of the uplink that holds most, if it then still holds no less than the one that wants it. */
function evictFrom(rivals: Endpoint[][], held: number): Endpoint | undefined {
  const largest = rivals.reduce<Endpoint[]>((most, group) => (group.length > most.length ? group : most), [])
  return largest.length > held + 1 ? largest.pop() : undefined
}
