/** What a run leaves in the records of what was asked for. */
import type { Event } from './ask/environment.ts'
import {
  markLeaving,
  type RecordedStanza,
  readRecords,
  recordsDirectory,
  removeAliases,
  removeLease,
  removeOutdated,
  removeStanza,
  removeStanzas,
  writeStanza,
  writeTombstone,
} from './ask/records.ts'
import { keepSettings } from './ask/setting-records.ts'
import type { Round } from './round.ts'
import type { Situation } from './situation.ts'
import type { Edge } from './words/edge.ts'
import type { Snapshot } from './words/state.ts'

/** What counts no more: reading leaves it, as a run that writes may be beside it. This one is to hold the lock. */
export function forgetOutdated(edge: Edge, outdated: readonly string[], { settings }: Snapshot): void {
  removeOutdated(edge, outdated)
  keepSettings(
    edge,
    settings.flatMap(({ family, link, ours }) => (ours && link ? [{ family, index: link.index }] : [])),
  )
}

/**
 * Written before the kernel is, so that a run which dies on the way can be finished by the next.
 *
 * @returns what the admin should hear
 */
export function rememberAsked(edge: Edge, round: Round): string[] {
  const { situation } = round
  for (const record of situation.stale) {
    removeStanza(edge, record)
  }
  const due = [...askedRecords(round), ...backRecords(situation)]
  const written = due.map((record) => writeStanza(edge, record))
  return [...trustNotice(round), ...noticeOf(edge, written)]
}

/** What the run itself asks for, as far as it is not recorded already. */
function askedRecords(round: Round): RecordedStanza[] {
  const { asked, host, device, recorded } = round.situation
  const mac = host.link(device)?.mac
  return (isWithoutRecord(round) ? [] : asked.recorded)
    .map((stanza) => ({ ...stanza, mac }))
    .filter((record) => !recorded.some((old) => isSame(old, record)))
}

/** The interface is back, with all that was asked for it. */
function backRecords({ event, asked, recorded }: Situation): RecordedStanza[] {
  const written = new Set(asked.recorded.map(keyOf))
  return recorded
    .filter((old) => old.iface === event.iface && old.leaving !== undefined)
    .filter((old) => !event.bare && !written.has(keyOf(old)))
    .map((old) => ({ ...old, leaving: undefined }))
}

/** Without a namespace in /proc there never are records. */
function noticeOf(edge: Edge, written: readonly boolean[]): string[] {
  const directory = recordsDirectory(edge)
  const why = 'takes no file: mptcp-routes and the service do not know what was asked for; make room there'
  return directory === undefined || written.every(Boolean) ? [] : [`directory "${directory}" ${why}`]
}

/**
 * What stands without a record is all that is known of what was asked for: a record of the few words that were given by
 * hand would take the rest away at the next run, and so would one of a stanza that leaves the way out to others.
 */
function isWithoutRecord({ situation, relies }: Round): boolean {
  const { event, host, device, recorded } = situation
  const stands = host.addressesOf(device).some(({ local }) => host.sourcesOf(local).length > 0)
  return relies || (event.byHand && recorded.length === 0 && stands)
}

function trustNotice({ relies, situation }: Round): string[] {
  const cure = 'run ifdown and ifup, or give mptcp-gateway'
  return relies && !situation.event.byHand
    ? [`nothing is recorded, as only what stands in the kernel tells all that was asked for: ${cure}`]
    : []
}

function keyOf({ iface, family, address }: Pick<RecordedStanza, 'iface' | 'family' | 'address'>): string {
  return `${iface} ${family} ${address}`
}

function isSame(old: RecordedStanza, record: RecordedStanza): boolean {
  const text = (one: RecordedStanza) =>
    JSON.stringify([
      keyOf(one),
      one.order,
      one.door,
      one.mac,
      one.leaving,
      Object.entries(one.variables).sort(),
    ])
  return text(old) === text(record)
}

/** After a failure that its manager is told of, the interface counts as not asked for: what was recorded before stands again. */
export function forgetAsked(edge: Edge, { asked, recorded }: Situation): void {
  const touched = new Map(asked.recorded.map((stanza) => [`${stanza.iface} ${stanza.family}`, stanza]))
  for (const { iface, family } of touched.values()) {
    removeStanzas(edge, iface, [family])
    for (const old of recorded.filter((one) => one.iface === iface && one.family === family)) {
      writeStanza(edge, old)
    }
  }
}

/** The manager has taken the interface down: nothing is asked for any more, not by a section of the configuration either. */
export function rememberDown(edge: Edge, { iface, alias, families }: Event): void {
  removeStanzas(edge, iface, families)
  if (!alias) {
    // Its method sets the link down: the next look must not build upon what the aliases asked for.
    removeAliases(edge, iface, families)
  }
  for (const lease of readRecords(edge).leases) {
    if (lease.iface === iface && families.includes(lease.family)) {
      removeLease(edge, lease)
    }
  }
  for (const family of families) {
    writeTombstone(edge, iface, family)
  }
}

/** @returns what the admin should hear */
export function rememberLeaving(edge: Edge, { iface }: Event): string[] {
  return noticeOf(edge, [markLeaving(edge, iface, edge.now())])
}
