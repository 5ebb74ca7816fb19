/** Event and snapshot → the state that the run wants. */

import { type Candidate, MOST_ENDPOINTS, planEndpoints } from './endpoint.ts'
import type { Event } from './environment.ts'
import { isOnlyOn, ownedState } from './owned.ts'
import type { Snapshot, State } from './state.ts'
import { DEFAULT_GROUP, UPLINK_GROUP } from './table.ts'
import { type Lookups, planUplink, type Uplink } from './uplink.ts'

export interface Plan {
  /** What the run may change. */
  readonly owned: State
  readonly wanted: State
  /** What the admin should hear, though the run goes on. */
  readonly notices: readonly string[]
  /** What only -v tells. */
  readonly details: readonly string[]
  /** Addresses whose endpoint waits for the end of duplicate address detection. */
  readonly waiting: readonly string[]
}

const NOTHING: State = { rules: [], routes: [], endpoints: [], group: undefined, subflows: undefined }

/**
 * @throws Refusal where the stanza asks for a table that it cannot have, or an address has its rule on another device
 */
export function planState(event: Event, snapshot: Snapshot, lookups: Lookups): Plan {
  return event.direction === 'up' ? planUp(event, snapshot, lookups) : planDown(event, snapshot)
}

/** Down is the empty state. The link leaves the uplinks' group with the last rule of any family. */
function planDown(event: Event, snapshot: Snapshot): Plan {
  const others = [...snapshot.rules.filter((rule) => isOnlyOn(snapshot, rule.from)), ...snapshot.routes]
  const remains = others.some(({ family }) => !event.families.includes(family))
  const leaves = !event.alias && !remains && snapshot.link?.group === UPLINK_GROUP
  return {
    owned: ownedState(event, snapshot, []),
    wanted: { ...NOTHING, group: leaves ? DEFAULT_GROUP : undefined },
    notices: [],
    details: [],
    waiting: [],
  }
}

function planUp(event: Event, snapshot: Snapshot, lookups: Lookups): Plan {
  const uplinks = event.families.map((family) => planUplink(family, event, snapshot, lookups))
  const rules = uplinks.flatMap((uplink) => uplink.rules)
  const owned = ownedState(
    event,
    snapshot,
    rules.filter(({ kind }) => kind === 'source'),
  )
  const endpoints = planEndpoints(uplinks.flatMap(candidates), owned.endpoints, snapshot)
  const isUplink = uplinks.some(({ hop }) => hop !== undefined)
  return {
    owned,
    wanted: {
      rules,
      routes: uplinks.flatMap(({ routes }) => routes),
      endpoints: endpoints.endpoints,
      group: isUplink && isFreeGroup(snapshot) ? UPLINK_GROUP : undefined,
      subflows: raisedLimit(snapshot, owned.endpoints.length, endpoints.endpoints.length),
    },
    notices: [
      ...uplinks.flatMap(({ notices }) => notices),
      ...(isUplink && !isFreeGroup(snapshot) ? [groupNotice(snapshot)] : []),
      ...endpoints.left.map(
        (local) => `address ${local} gets no endpoint: the kernel holds ${MOST_ENDPOINTS} at most`,
      ),
    ],
    details: snapshot.mptcpEnabled
      ? []
      : ['MPTCP is off in the kernel (sysctl net.mptcp.enabled): no endpoint is made'],
    waiting: endpoints.waiting,
  }
}

function candidates({ event, addresses, hop }: Uplink): Candidate[] {
  return addresses.map((address) => ({
    ...address,
    asked: event.options.endpoint,
    uplink: hop !== undefined,
  }))
}

function isFreeGroup(snapshot: Snapshot): boolean {
  const group = snapshot.link?.group ?? DEFAULT_GROUP
  return group === DEFAULT_GROUP || group === UPLINK_GROUP
}

function groupNotice(snapshot: Snapshot): string {
  const why = `only uplinks in group ${UPLINK_GROUP} are kept apart where two have the same subnet`
  return `the link is in group ${snapshot.link?.group}, set by somebody else, and stays there: ${why}`
}

/** As many subflows per connection as there are endpoints, and never fewer than before. */
function raisedLimit(snapshot: Snapshot, owned: number, wanted: number): number | undefined {
  const total = Math.min(snapshot.endpointCount - owned + wanted, MOST_ENDPOINTS)
  return wanted > 0 && snapshot.subflows !== undefined && total > snapshot.subflows ? total : undefined
}
