/** Which of the uplink's addresses are announced to the kernel's MPTCP path manager, ip-mptcp(8). */
import { isLinkLocal, isUniqueLocal } from '../words/address.ts'
import type { Address, Endpoint, EndpointFlag, Snapshot } from '../words/state.ts'

/** The kernel's limit of endpoints and of subflows per connection (MPTCP_PM_ADDR_MAX). */
export const MOST_ENDPOINTS = 8

const DEFAULT_FLAGS: readonly EndpointFlag[] = ['subflow']

/** An address that a run considers for an endpoint. */
export interface Candidate extends Address {
  /** What the stanza says of its endpoint: flags, none of them for no endpoint, or undefined where it is silent. */
  readonly asked: readonly EndpointFlag[] | undefined
  /** The stanza speaks for this address, so its word changes an endpoint that stands. */
  readonly own: boolean
  /** The device has a way out, without which an endpoint is made only where it is asked for. */
  readonly uplink: boolean
}

export interface EndpointPlan {
  readonly endpoints: readonly Endpoint[]
  /** Addresses whose endpoint waits for the end of duplicate address detection. */
  readonly waiting: readonly string[]
  /** Addresses that found no place among the kernel's endpoints. */
  readonly left: readonly string[]
}

/**
 * An endpoint that stands keeps its flags, unless the stanza speaks for it; what is missing is added while there is room.
 *
 * @param owned the endpoints that the run may change
 */
export function planEndpoints(
  candidates: readonly Candidate[],
  owned: readonly Endpoint[],
  snapshot: Snapshot,
): EndpointPlan {
  const standing = owned.flatMap((endpoint) => {
    const candidate = candidates.find(({ local }) => local === endpoint.address)
    return candidate === undefined ? [] : keptEndpoint(candidate, endpoint)
  })
  const missing = candidates.filter(
    (candidate) =>
      snapshot.mptcpEnabled &&
      deservesEndpoint(candidate) &&
      !snapshot.endpoints.some(
        (endpoint) => endpoint.address === candidate.local && !isStale(candidate, endpoint),
      ),
  )
  const room = MOST_ENDPOINTS - (snapshot.endpointCount - owned.length + standing.length)
  const ready = missing.filter(({ tentative }) => !tentative)
  return {
    endpoints: [...standing, ...ready.slice(0, Math.max(0, room)).map(newEndpoint)],
    waiting: missing.filter(({ tentative }) => tentative).map(({ local }) => local),
    left: ready.slice(Math.max(0, room)).map(({ local }) => local),
  }
}

/**
 * What stays of a standing endpoint. One of a device that was pulled and is back names the old device: it counts as
 * absent, so that a run killed between its removal and the new one ends in the same state. Without a way out it goes.
 */
function keptEndpoint(candidate: Candidate, standing: Endpoint): Endpoint[] {
  const { own, asked, uplink } = candidate
  if (isStale(candidate, standing) || (own && asked === undefined && !uplink)) {
    return []
  }
  if (!own || asked === undefined) {
    return [standing]
  }
  return asked.length === 0 ? [] : [{ ...standing, flags: asked }]
}

function isStale({ device }: Candidate, standing: Endpoint): boolean {
  return standing.device !== undefined && standing.device !== device
}

function newEndpoint({ local, device, asked }: Candidate): Endpoint {
  return { id: undefined, address: local, device, flags: asked ?? DEFAULT_FLAGS }
}

function deservesEndpoint({ local, temporary, asked, uplink }: Candidate): boolean {
  if (temporary || isLinkLocal(local)) {
    return false
  }
  return asked === undefined ? uplink && !isUniqueLocal(local) : asked.length > 0
}
