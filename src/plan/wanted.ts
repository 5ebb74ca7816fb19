/** Event and snapshot → the state that the run wants. */

import type { Event } from '../ask/environment.ts'
import type { Snapshot, State } from '../words/state.ts'
import { DEFAULT_GROUP, UPLINK_GROUP } from '../words/table.ts'
import { type Candidate, MOST_ENDPOINTS, planEndpoints } from './endpoint.ts'
import { isOnlyOn, ownedState } from './owned.ts'
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

/** What a run wants that has nothing to act on. */
export const NO_PLAN: Plan = { owned: NOTHING, wanted: NOTHING, notices: [], details: [], waiting: [] }

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
      group: wantedGroup(event, snapshot, isUplink),
      subflows: raisedLimit(snapshot, owned.endpoints.length, endpoints.endpoints.length),
    },
    notices: [
      ...uplinks.flatMap(({ notices }) => notices),
      ...(isUplink && !isFreeGroup(snapshot) ? [groupNotice(snapshot)] : []),
      ...leftNotice(endpoints.left),
    ],
    details: [
      ...uplinks.flatMap(({ details }) => details),
      ...(snapshot.mptcpEnabled
        ? []
        : ['MPTCP is off in the kernel (sysctl net.mptcp.enabled): no endpoint is made']),
    ],
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

function leftNotice([first, ...rest]: readonly string[]): string[] {
  const others = rest.length === 0 ? '' : ` and ${rest.length} more get`
  const who = first === undefined ? '' : `address ${first}${others || ' gets'} no endpoint`
  return first === undefined ? [] : [`${who}: the kernel holds ${MOST_ENDPOINTS} at most`]
}

/** A device that has lost its way out is an uplink no more, if it has none in the other family either. */
function wantedGroup(event: Event, snapshot: Snapshot, isUplink: boolean): number | undefined {
  if (isUplink) {
    return isFreeGroup(snapshot) ? UPLINK_GROUP : undefined
  }
  const seesBoth = event.families.includes('inet')
  const leads = snapshot.routes.some(
    ({ family, destination }) => destination === 'default' && !event.families.includes(family),
  )
  return seesBoth && !leads && snapshot.link?.group === UPLINK_GROUP ? DEFAULT_GROUP : undefined
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
