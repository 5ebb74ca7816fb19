/** All devices at once: one look at the host, one plan, one batch a family, all or nothing. */
import type { Section } from './ask/configuration.ts'
import { readDeaths } from './ask/deaths.ts'
import type { Word } from './ask/door.ts'
import { readRecords } from './ask/records.ts'
import { type Served, servedStanzas } from './ask/served.ts'
import { deviceOf } from './ask/stanza.ts'
import { readForwarding } from './forwarding.ts'
import { type Heard, hearWord } from './heard.ts'
import { isCarriable, quoteForShell } from './kernel/command.ts'
import { withoutLaminar } from './kernel/laminar.ts'
import { parseNames } from './kernel/links.ts'
import { readSnapshot } from './kernel/read.ts'
import { diffState } from './plan/diff.ts'
import { type Host, indexHost, resolverOf } from './plan/host.ts'
import type { Scope } from './plan/owned.ts'
import type { Uplink } from './plan/uplink.ts'
import { planHost } from './plan/wanted.ts'
import type { Step } from './settle.ts'
import { createLookups, ofThisHardware } from './situation.ts'
import type { Death } from './words/death.ts'
import type { Edge } from './words/edge.ts'
import { quote, Refusal } from './words/refusal.ts'
import type { Change, Family, Snapshot } from './words/state.ts'

export interface WholeQuery {
  readonly edge: Edge
  readonly env: NodeJS.ProcessEnv
  readonly sections: readonly Section[]
  /** Of the same configuration; absent where it is not in order. */
  readonly mask?: number | undefined
  /** The devices to act on, by name or altname; empty for all. */
  readonly devices: readonly string[]
  /** Nothing is wanted, whatever was asked for. */
  readonly flush: boolean
  /** Devices that a section named before: what stands of ours on them goes where nobody asks for it any more. */
  readonly former?: readonly string[]
  /** Where the sections are from: a device that is named and that nobody asks for is then refused. */
  readonly configurationFile?: string
  /** What a run for all devices leaves as it is. */
  readonly except?: Exceptions
  /** What the service finds of the uplinks; without it what it has written counts. */
  readonly deaths?: Judge
  /** What a door has to say: the run is about its device, if anybody asked for that. */
  readonly word?: Word
}

/** Says which of the uplinks that a plan has found are dead. */
export type Judge = (uplinks: readonly Uplink[], snapshot: Snapshot) => readonly Death[]

export interface Exceptions {
  readonly devices: ReadonlySet<string>
  readonly orphans: boolean
  /** Changes that are not made. */
  readonly spares: (change: Change) => boolean
}

/** The host as a whole, and what is wanted of it. */
export interface WholeStep extends Step {
  readonly host: Host
  readonly scope: Scope
  /** Who is looked after, whether the run acts on them or not. */
  readonly served: Served
  /** What becomes of the word. */
  readonly heard: Heard | undefined
  /** Files of records of an earlier boot. */
  readonly outdated: readonly string[]
}

/** IPv6 first: its rules must be read before any address. */
const BOTH: readonly Family[] = ['inet6', 'inet']

/** @throws Refusal where the kernel does not answer, or there is no such device */
export function planWhole(query: WholeQuery): WholeStep {
  const { edge, env, flush } = query
  const { snapshot, served, known, heard } = lookAtHost(query)
  const devices = query.devices.map(resolverOf(snapshot))
  const scope =
    heard === undefined
      ? withoutExceptions(scopeOf(query, devices, served, snapshot), query.except)
      : scopeOfHeard(heard, served, snapshot)
  const wanted = flush
    ? served.stanzas.filter(({ device }) => !scope.devices.includes(device))
    : served.stanzas
  const gone = flush ? served.stanzas : []
  const host = indexHost(snapshot, wanted, gone, scope.devices)
  if (heard === undefined) {
    checkDevices(query.devices, host, served, scope)
    if (!flush) {
      checkAsked(query, scope, served)
    }
  }
  const plan = planHost({
    host,
    scope,
    lookups: createLookups(snapshot, known, edge, env),
    trustsTable: () => false,
    deaths: (uplinks) => query.deaths?.(uplinks, snapshot) ?? readDeaths(edge),
    whole: query.devices.length === 0 && heard === undefined,
    forwarding: readForwarding(edge, host, () => ({ mask: query.mask, problems: [] })),
  })
  const speakable = withoutLaminar(plan.wanted, edge)
  const state = { ...plan.wanted, endpoints: speakable.endpoints }
  return {
    host,
    scope,
    served,
    heard,
    snapshot,
    outdated: known.outdated,
    plan: { ...plan, wanted: state, notices: [...served.notices, ...plan.notices, ...speakable.notices] },
    changes: diffState(plan.owned, state).filter((change) => query.except?.spares(change) !== true),
  }
}

function lookAtHost({ edge, sections, devices, former = [], word }: WholeQuery) {
  const records = readRecords(edge)
  const recorded = records.stanzas.map(({ iface }) => deviceOf(iface))
  const names = sections.length > 0 ? [...parseNames(edge.readFile('/proc/net/dev') ?? '')] : []
  const tables = records.stanzas.flatMap(({ variables }) => Number(variables['IF_MPTCP_TABLE'] ?? 0))
  const snapshot = readSnapshot(
    BOTH,
    [...new Set([...recorded, ...names, ...devices, ...former])],
    tables,
    edge,
  )
  const ours = ofThisHardware(records, snapshot)
  const heard = word && hearWord(ours, word, snapshot)
  const known = heard?.records ?? ours
  const served = servedStanzas(known, sections, snapshot.links, resolverOf(snapshot), edge)
  return { snapshot, known, heard, served }
}

/**
 * Those that are looked after, or were until their manager took them down or their section went; a flush is for every
 * device that may bear our marks. A device of neither kind is left alone, but for orphans.
 */
function scopeOf(
  { flush, former = [] }: WholeQuery,
  devices: readonly string[],
  served: Served,
  { links, families }: Snapshot,
): Scope {
  const asked = [...served.stanzas.map(({ device }) => device), ...served.down]
  const rest = links.map(({ name }) => name).filter((name) => flush || former.includes(name))
  const all = [...asked, ...rest]
  const chosen = devices.length > 0 ? devices : all
  return {
    devices: [...new Set(chosen)].filter(isCarriable),
    families,
    orphans: devices.length === 0,
  }
}

/** A device that nobody asked for is left alone, but for what goes with its lease or its own end. */
function scopeOfHeard(
  { device, direction, removed }: Heard,
  served: Served,
  { links, families }: Snapshot,
): Scope {
  const isGone = direction === 'down' && links.every(({ name }) => name !== device)
  const isLost = removed.length > 0 || isGone
  const isMeant = isLost || isServed(device, served)
  return { devices: isMeant && isCarriable(device) ? [device] : [], families, orphans: isLost }
}

function withoutExceptions(scope: Scope, except: Exceptions | undefined): Scope {
  return except === undefined
    ? scope
    : {
        ...scope,
        devices: scope.devices.filter((device) => !except.devices.has(device)),
        orphans: scope.orphans && !except.orphans,
      }
}

function checkDevices(named: readonly string[], host: Host, served: Served, { devices }: Scope): void {
  for (const [i, name] of named.entries()) {
    const device = devices[i]
    const isKnown = device !== undefined && (host.link(device) !== undefined || isServed(device, served))
    if (!isKnown) {
      const why = isCarriable(name) ? 'there is no such device' : 'a batch of ip cannot carry the name'
      throw new Refusal(`interface ${quote(name)}: ${why} (named on the command line)`)
    }
  }
}

/** Nothing is wanted on it: all that stands there of ours would go, which is what a flush is for. */
function checkAsked(
  { devices: named, configurationFile }: WholeQuery,
  { devices }: Scope,
  served: Served,
): void {
  const unasked = devices.find((device) => !isServed(device, served) && !served.down.has(device))
  if (configurationFile === undefined || named.length === 0 || unasked === undefined) {
    return
  }
  const who = `no record of an ifup, no section of ${configurationFile} (named on the command line)`
  const word = quoteForShell(unasked)
  const cure = `mptcp-routes flush ${word} takes out what is there, then IFACE=${word} /etc/network/if-up.d/mptcp_up records it`
  throw new Refusal(`interface ${quote(unasked)}: nobody asks for it: ${who}; ${cure}`)
}

function isServed(device: string, { stanzas }: Served): boolean {
  return stanzas.some((stanza) => stanza.device === device)
}
