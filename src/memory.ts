/** What a run leaves in the records of what was asked for. */
import type { Event } from './ask/environment.ts'
import {
  markLeaving,
  type RecordedStanza,
  readRecords,
  removeLease,
  removeStanza,
  removeStanzas,
  writeStanza,
  writeTombstone,
} from './ask/records.ts'
import type { Situation } from './situation.ts'
import type { Edge } from './words/edge.ts'

/** Written before the kernel is, so that a run which dies on the way can be finished by the next. */
export function rememberAsked(edge: Edge, situation: Situation): void {
  const { event, asked, host, device, recorded, stale } = situation
  for (const record of stale) {
    removeStanza(edge, record)
  }
  const mac = host.link(device)?.mac
  for (const stanza of isWithoutRecord(situation) ? [] : asked.recorded) {
    const record = { ...stanza, mac }
    if (!recorded.some((old) => isSame(old, record))) {
      writeStanza(edge, record)
    }
  }
  // The interface is back, with all that was asked for it.
  for (const old of recorded.filter(({ iface, leaving }) => iface === event.iface && leaving !== undefined)) {
    const isWritten = asked.recorded.some((record) => keyOf(record) === keyOf(old))
    if (!event.bare && !isWritten) {
      writeStanza(edge, { ...old, leaving: undefined })
    }
  }
}

/**
 * What stands without a record is all that is known of what was asked for: a record of the few words that were given by
 * hand would take the rest away at the next run.
 */
function isWithoutRecord({ event, host, device, recorded }: Situation): boolean {
  const stands = host.addressesOf(device).some(({ local }) => host.sourcesOf(local).length > 0)
  return event.byHand && recorded.length === 0 && stands
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
export function rememberDown(edge: Edge, { iface, families }: Event): void {
  removeStanzas(edge, iface, families)
  for (const lease of readRecords(edge).leases) {
    if (lease.iface === iface && families.includes(lease.family)) {
      removeLease(edge, lease)
    }
  }
  for (const family of families) {
    writeTombstone(edge, iface, family)
  }
}

export function rememberLeaving(edge: Edge, { iface }: Event): void {
  markLeaving(edge, iface, edge.now())
}
