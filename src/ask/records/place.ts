/** Where records lie: a directory for each network namespace, in it a file for each interface, family and address. */
import type { Edge } from '../../words/edge.ts'
import type { Family } from '../../words/state.ts'
import type { RecordedLease, RecordedSetting, RecordedStanza, Tombstone } from './form.ts'

export const RECORDS = '/run/mptcp-routes'

/** Undefined where /proc does not tell the namespace: there are no records then. */
export function recordsDirectory(edge: Edge): string | undefined {
  const namespace = edge.networkNamespace()
  return namespace === undefined ? undefined : `${RECORDS}/${namespace}`
}

/** The file that one run at a time holds; beside the records, so that a directory holds nothing else. */
export function lockPath(edge: Edge): string | undefined {
  const directory = recordsDirectory(edge)
  return directory === undefined ? undefined : `${directory}.lock`
}

/** The file that the namespace's one watcher holds as long as it lives. */
export function watchPath(edge: Edge): string | undefined {
  const directory = recordsDirectory(edge)
  return directory === undefined ? undefined : `${directory}.watch`
}

export function stanzaFile({ iface, family, address }: RecordedStanza): string {
  return `${filePrefix(iface, family)}${encode(address ?? '-')}`
}

export function tombstoneFile({ iface, family }: Tombstone): string {
  return `down,${filePrefix(iface, family)}`
}

/** None of the interface's own records: those go with an ifdown, this one with the lease. */
export function leaseFile({ iface, family, door }: Pick<RecordedLease, 'iface' | 'family' | 'door'>): string {
  return `lease,${filePrefix(iface, family)}${encode(door)}`
}

const SETTING = 'setting,'

/** By the device's number: its name may have changed when the setting is put back. */
export function settingFile({ family, index }: Pick<RecordedSetting, 'family' | 'index'>): string {
  return `${SETTING}${family},${index}`
}

export function isSettingFile(file: string): boolean {
  return file.startsWith(SETTING)
}

/** What the names of all an interface's records of the family begin with. */
export function filePrefix(iface: string, family: Family): string {
  return `${family},${encode(iface)},`
}

/** What the names of all records of its aliases begin with. */
export function aliasPrefix(iface: string, family: Family): string {
  return `${family},${encode(iface)}:`
}

/** Two of them, family and commas make a name that every file system takes: 255 bytes. */
const LONGEST_PART = 120

/**
 * A part of a file's name: never a slash or a comma, and the colons of aliases and IPv6 addresses as people read them.
 * What is too long is told by its hash, behind a sign that encoding leaves nowhere else.
 */
function encode(text: string): string {
  // By way of bytes: half a surrogate pair, as JSON may hold it, cannot be encoded.
  const encoded = encodeURIComponent(Buffer.from(text).toString()).replaceAll('%3A', ':')
  return encoded.length <= LONGEST_PART ? encoded : `=${hash(text)}`
}

const FNV_OFFSET = 0xcbf29ce484222325n
const FNV_PRIME = 0x100000001b3n

/** FNV-1a, 64 bits, in hexadecimal. Loading node:crypto would cost a run more than all its records. */
function hash(text: string): string {
  let value = FNV_OFFSET
  for (const byte of Buffer.from(text)) {
    value = BigInt.asUintN(64, (value ^ BigInt(byte)) * FNV_PRIME)
  }
  return value.toString(16)
}
