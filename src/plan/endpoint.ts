/** The MPTCP endpoints of a run's uplinks, ip-mptcp(8). */
import type { Endpoint, EndpointFlag, Snapshot } from '../words/state.ts'
import { LAST_ENDPOINT_ID } from '../words/table.ts'
import { askedFlags, type Candidate, findCandidates, isReady } from './candidate.ts'
import { sharePlaces } from './places.ts'
import type { Uplink } from './uplink.ts'

export interface EndpointQuery {
  readonly snapshot: Snapshot
  readonly uplinks: readonly Uplink[]
  /** The endpoints of ours that the run may change. */
  readonly owned: readonly Endpoint[]
  /** The endpoints of each other uplink of ours. */
  readonly others: readonly (readonly Endpoint[])[]
}

export interface EndpointPlan {
  readonly endpoints: readonly Endpoint[]
  /** Endpoints that are not the run's and go all the same: implicit ones in its places, further ones of other uplinks. */
  readonly evicted: readonly Endpoint[]
  /** Addresses whose endpoint waits for the end of duplicate address detection. */
  readonly waiting: readonly string[]
  /** Addresses that found no place among the kernel's endpoints. */
  readonly left: readonly string[]
  /** Somebody else's endpoints that stand where a stanza asks for other flags. */
  readonly kept: readonly Endpoint[]
}

const DEFAULT_FLAGS: readonly EndpointFlag[] = ['subflow']

export function planEndpoints({ snapshot, uplinks, owned, others }: EndpointQuery): EndpointPlan {
  const foreign = foreignEndpoints(snapshot, owned)
  const all = inOrder(uplinks).map((uplink) => findCandidates(uplink, owned))
  const free = all.map((group) => group.filter(({ address }) => !foreign.has(address.local)))
  const ready = free.map((group) => group.filter(isReady))
  const addresses = new Set(ready.flat().map(({ address }) => address.local))
  const implicit = snapshot.endpoints.filter((one) => one.implicit && addresses.has(one.address))
  const fixed = snapshot.endpoints.length - owned.length - implicit.length - others.flat().length
  const { given, evicted } = sharePlaces(ready, others, fixed)
  const served = new Set(given.map(({ address }) => address.local))
  const replaced = implicit.filter(({ address }) => served.has(address))
  return {
    endpoints: giveIds(given, snapshot, [...owned, ...evicted, ...replaced]),
    evicted: [...evicted, ...replaced],
    waiting: free.flat().flatMap((one) => (isReady(one) ? [] : [one.address.local])),
    left: [...addresses].filter((address) => !served.has(address)),
    kept: uplinks.flatMap((uplink) => otherFlags(uplink, foreign)),
  }
}

/** As they were asked for, like the hooks' runs: the names of files tell nothing of that. */
function inOrder(uplinks: readonly Uplink[]): Uplink[] {
  const order = ({ stanza }: Uplink) => stanza?.order ?? 0
  return [...uplinks].sort((one, other) => order(one) - order(other))
}

/** By address; the kernel has one endpoint without a port for each. An implicit one counts as absent. */
function foreignEndpoints({ endpoints }: Snapshot, owned: readonly Endpoint[]): Map<string, Endpoint> {
  const mine = new Set(owned)
  const isForeign = (one: Endpoint) => !mine.has(one) && !one.implicit && one.port === undefined
  return new Map(endpoints.filter(isForeign).map((one) => [one.address, one]))
}

/** `none` is asked for, too. */
function otherFlags(uplink: Uplink, foreign: ReadonlyMap<string, Endpoint>): Endpoint[] {
  return uplink.addresses.flatMap((address) => {
    const asked = askedFlags(address, uplink)
    const other = foreign.get(address.local)
    return asked === undefined || other === undefined || asked.join() === other.flags.join() ? [] : [other]
  })
}

/**
 * What stands keeps its id, and its flags unless the stanza speaks for it; one of a device that was pulled and is back
 * counts as absent. New ones take the highest ids that are free.
 *
 * @param freed endpoints whose ids are free once the run has taken them away
 */
function giveIds(given: readonly Candidate[], snapshot: Snapshot, freed: readonly Endpoint[]): Endpoint[] {
  const gone = new Set(freed)
  const used = new Set(snapshot.endpoints.filter((one) => !gone.has(one)).map(({ id }) => id))
  for (const { standing } of given) {
    if (standing !== undefined) {
      used.add(standing.id)
    }
  }
  return given.map(({ address, asked, standing }) => {
    const { local, device } = address
    const kept = standing?.device === device ? standing.flags : undefined
    const id = standing?.id ?? highestFree(used)
    used.add(id)
    return {
      ...{ id, address: local, port: undefined, device, implicit: false },
      flags: asked ?? kept ?? DEFAULT_FLAGS,
    }
  })
}

function highestFree(used: ReadonlySet<number>): number {
  let id = LAST_ENDPOINT_ID
  while (used.has(id)) {
    id -= 1
  }
  return id
}
