/** What managers have asked for, one file a stanza and family. The kernel says what is, a record what was asked for. */
import type { Edge } from '../words/edge.ts'
import { quote } from '../words/refusal.ts'
import type { Family } from '../words/state.ts'
import {
  printLease,
  printStanza,
  printTombstone,
  type RecordedLease,
  type RecordedStanza,
  type Tombstone,
} from './records/form.ts'
import {
  aliasPrefix,
  filePrefix,
  isSettingFile,
  leaseFile,
  recordsDirectory,
  stanzaFile,
  tombstoneFile,
} from './records/place.ts'
import { bootId, listRecords, readAll } from './records/read.ts'

export type { RecordedLease, RecordedSetting, RecordedStanza, Tombstone } from './records/form.ts'
export { lockPath, RECORDS, recordsDirectory, watchPath } from './records/place.ts'

/** All of one network namespace and this boot. */
export interface Records {
  readonly stanzas: readonly RecordedStanza[]
  readonly down: readonly Tombstone[]
  /** What doors were told. */
  readonly leases: readonly RecordedLease[]
  /** Files that are no record of ours, each named once. */
  readonly notices: readonly string[]
  /** The files of an earlier boot's, where /run outlives one. They are left to runs that hold the lock. */
  readonly outdated: readonly string[]
}

/** How long, in ms, an interface counts as being taken down when its manager has not said more. */
export const LEAVING_LIMIT = 60_000

const FAMILIES: readonly Family[] = ['inet', 'inet6']

/** Reads every record. */
export function readRecords(edge: Edge): Records {
  const stanzas: RecordedStanza[] = []
  const down: Tombstone[] = []
  const leases: RecordedLease[] = []
  const notices: string[] = []
  const outdated: string[] = []
  const directory = recordsDirectory(edge)
  for (const { file, reading } of readAll(edge, directory, (name) => !isSettingFile(name))) {
    if (reading === 'stale') {
      outdated.push(file)
    } else if ('stanza' in reading) {
      stanzas.push(reading.stanza)
    } else if ('down' in reading) {
      down.push(reading.down)
    } else if ('lease' in reading) {
      leases.push(reading.lease)
    } else if ('fault' in reading) {
      notices.push(`record ${quote(file)} ${reading.fault} and does not count (it is in ${directory})`)
    }
  }
  return { stanzas, down, leases, notices, outdated }
}

/**
 * Records the stanza, in place of one of the same interface, family and address. Says whether it could: where there is no
 * room the earlier record goes all the same, as it would speak against what has been asked for since.
 */
export function writeStanza(edge: Edge, stanza: RecordedStanza): boolean {
  const directory = recordsDirectory(edge)
  if (directory === undefined) {
    return false
  }
  const path = `${directory}/${stanzaFile(stanza)}`
  const isWritten = edge.writeFile(path, printStanza(stanza, bootId(edge)))
  if (!isWritten) {
    edge.removeFile(path)
  }
  edge.removeFile(`${directory}/${tombstoneFile(stanza)}`)
  return isWritten
}

/** Removes one record. */
export function removeStanza(edge: Edge, stanza: RecordedStanza): void {
  const directory = recordsDirectory(edge)
  if (directory !== undefined) {
    edge.removeFile(`${directory}/${stanzaFile(stanza)}`)
  }
}

/** Removes the records of exactly this interface, whatever their address, damaged ones too. */
export function removeStanzas(edge: Edge, iface: string, families: readonly Family[]): void {
  removeFiles(edge, isOf(iface, families))
}

/** Removes those of the interface's aliases. */
export function removeAliases(edge: Edge, iface: string, families: readonly Family[]): void {
  const prefixes = families.map((family) => aliasPrefix(iface, family))
  removeFiles(edge, (file) => prefixes.some((prefix) => file.startsWith(prefix)))
}

/** @param outdated as readRecords() tells them */
export function removeOutdated(edge: Edge, outdated: readonly string[]): void {
  for (const file of outdated) {
    edge.removeFile(`${recordsDirectory(edge)}/${file}`)
  }
}

function removeFiles(edge: Edge, isMeant: (file: string) => boolean): void {
  const directory = recordsDirectory(edge)
  for (const file of listRecords(edge, directory).filter(isMeant)) {
    edge.removeFile(`${directory}/${file}`)
  }
}

function isOf(iface: string, families: readonly Family[]): (file: string) => boolean {
  const prefixes = families.map((family) => filePrefix(iface, family))
  return (file) => prefixes.some((prefix) => file.startsWith(prefix))
}

/** Notes that the interface was taken down. Says whether it could. */
export function writeTombstone(edge: Edge, iface: string, family: Family): boolean {
  const directory = recordsDirectory(edge)
  const down = { iface, family }
  return (
    directory !== undefined &&
    edge.writeFile(`${directory}/${tombstoneFile(down)}`, printTombstone(down, bootId(edge)))
  )
}

/** Marks the records of exactly this interface, of both families: its manager is taking it down. Says whether it could. */
export function markLeaving(edge: Edge, iface: string, now: Date): boolean {
  const stanzas = readAll(edge, recordsDirectory(edge), isOf(iface, FAMILIES)).flatMap(({ reading }) =>
    reading !== 'stale' && 'stanza' in reading ? [reading.stanza] : [],
  )
  const marked = stanzas.map((stanza) => writeStanza(edge, { ...stanza, leaving: now.getTime() }))
  return marked.every(Boolean)
}

/** Records a lease, in place of an earlier one of the same door, interface and family. Says whether it could. */
export function writeLease(edge: Edge, lease: RecordedLease): boolean {
  const directory = recordsDirectory(edge)
  return (
    directory !== undefined &&
    edge.writeFile(`${directory}/${leaseFile(lease)}`, printLease(lease, bootId(edge)))
  )
}

export function removeLease(edge: Edge, lease: RecordedLease): void {
  const directory = recordsDirectory(edge)
  if (directory !== undefined) {
    edge.removeFile(`${directory}/${leaseFile(lease)}`)
  }
}
