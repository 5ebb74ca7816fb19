/** One round of a run: a look, a plan, and the changes that lead from what is to what is wanted. */
import { readDeaths } from './ask/deaths.ts'
import type { Event } from './ask/environment.ts'
import { DEFAULT_FILE, readMask } from './ask/forward-mask.ts'
import { readForwarding } from './forwarding.ts'
import { withoutLaminar } from './kernel/laminar.ts'
import { diffState } from './plan/diff.ts'
import { planLeave } from './plan/leave.ts'
import { isMarked, type Scope } from './plan/owned.ts'
import { EMPTY_PLAN, type Plan, planHost } from './plan/wanted.ts'
import type { Step } from './settle.ts'
import { look, type Situation } from './situation.ts'
import { reliesOnStanding } from './trust.ts'
import { isIpv6 } from './words/address.ts'
import type { Edge } from './words/edge.ts'
import { quote, Refusal } from './words/refusal.ts'
import type { Family } from './words/state.ts'
import { UPLINK_GROUP } from './words/table.ts'

export interface Round extends Step {
  readonly situation: Situation
  /** What stands is all that is known of a part of what was asked for: a record without it would take it away. */
  readonly relies: boolean
}

export interface RoundQuery {
  readonly event: Event
  readonly edge: Edge
  readonly env: NodeJS.ProcessEnv
  readonly dryRun: boolean
}

/** IPv6 first: its rules must be read before any address. */
const BOTH: readonly Family[] = ['inet6', 'inet']

/** @throws Refusal where there is no such device, or it cannot have what is asked for */
export function planRound(query: RoundQuery): Round {
  const { event } = query
  // On the way down orphans of both families go.
  const families = event.direction === 'up' ? event.families : BOTH
  const round = planFor(query, families)
  return isShort(round) || isHalfSeen(round) || isHalfMarked(round) ? planFor(query, BOTH) : round
}

/** Nothing is recorded, and the device is an uplink of ours: something may stand in the family that was not read. */
function isHalfSeen({ situation: { event, host, device, recorded } }: Round): boolean {
  const isUnrecorded = event.direction === 'up' && recorded.length === 0
  return isUnrecorded && host.link(device)?.group === UPLINK_GROUP && host.snapshot.families.length === 1
}

/** The nft table is for both families: who writes it is to know the marks of both. */
function isHalfMarked({ plan, snapshot }: Round): boolean {
  return plan.forward !== undefined && snapshot.families.length === 1
}

/** Places are short, and some may be further addresses of the family whose rules were not read. */
function isShort({ situation, plan }: Round): boolean {
  const { families, endpoints } = situation.host.snapshot
  return plan.short && endpoints.some((one) => isMarked(one) && !families.includes(familyOf(one.address)))
}

function familyOf(address: string): Family {
  return isIpv6(address) ? 'inet6' : 'inet'
}

function planFor(query: RoundQuery, families: readonly Family[]): Round {
  const { event, edge } = query
  const situation = look({ ...query, families })
  const plan = planEvent(query, situation)
  const refused = plan.refused.get(situation.device)
  if (refused !== undefined) {
    throw refused
  }
  const speakable = withoutLaminar(plan.wanted, edge)
  const wanted = { ...plan.wanted, endpoints: speakable.endpoints }
  const isAsked = event.direction === 'up'
  return {
    situation,
    relies: isAsked && reliesOnStanding(situation, plan),
    snapshot: situation.host.snapshot,
    plan: { ...plan, wanted, notices: [...plan.notices, ...(isAsked ? speakable.notices : [])] },
    changes: diffState(plan.owned, wanted),
  }
}

function planEvent({ event, edge, dryRun }: RoundQuery, situation: Situation): Plan {
  const { host, device, recorded, lookups } = situation
  if (event.direction === 'leave') {
    return planLeave(host, device, leavingAddresses(event, recorded))
  }
  if (event.direction === 'up' && host.link(device) === undefined) {
    // A dry run may plan for a device that is yet to come, from what the stanza gives.
    const isPlanned = dryRun && event.stanzas.some(({ addresses }) => addresses.length > 0)
    if (event.dialUp) {
      const why = 'pppd has not made the device yet: run mptcp_up from /etc/ppp/ip-up.d'
      return { ...EMPTY_PLAN, details: [why] }
    }
    if (!isPlanned) {
      throw new Refusal(`there is no device ${quote(event.device)} (${event.setter('IFACE')})`)
    }
  }
  const trustsTable = () => recorded.length === 0
  return planHost({
    host,
    scope: scopeOf(situation),
    lookups,
    trustsTable,
    ...{ deaths: () => readDeaths(edge), whole: false },
    forwarding: readForwarding(edge, host, () => readMask(edge, DEFAULT_FILE)),
  })
}

/** Of an alias that nobody has recorded it is not known which part of the device's it was: only orphans go. */
function scopeOf(situation: Situation): Scope {
  const { event, host, device, recorded } = situation
  const isUp = event.direction === 'up'
  const isUnknown = !isUp && event.alias && recorded.length === 0
  const meant = takesLast(situation) ? BOTH : event.families
  return {
    devices: isUnknown ? [] : [device],
    families: meant.filter((family) => host.snapshot.families.includes(family)),
    orphans: !isUp,
  }
}

/** With the last stanza of a device goes what it has got in the family that nobody asked for. */
function takesLast({ event, host, device, recorded }: Situation): boolean {
  return event.direction === 'down' && recorded.length > 0 && host.stanzasFor(device).length === 0
}

/** The base interface takes the device with it; an alias only the addresses that it named. Undefined: all. */
function leavingAddresses(event: Event, recorded: Situation['recorded']): ReadonlySet<string> | undefined {
  if (!event.alias) {
    return undefined
  }
  const own = recorded.filter(({ iface }) => iface === event.iface)
  return new Set(own.flatMap(({ address }) => address ?? []))
}
