/** The text of a record: JSON, with the version of its form and the boot that it was written in. */
import { parseIp } from '../../words/address.ts'
import type { Family } from '../../words/state.ts'

/** What one stanza said of one family. */
export interface RecordedStanza {
  /** As the manager spelled it, alias included: `eth0:1`. */
  readonly iface: string
  readonly family: Family
  /** The stanza's first address; undefined where it names none. */
  readonly address: string | undefined
  /** Which of the device's records was first, lowest first; kept when the record is written anew. */
  readonly order: number
  /** METHOD, IF_ADDRESS, IF_MPTCP … as the manager gave them. */
  readonly variables: Readonly<Record<string, string>>
  /** Who asked: `ifupdown`, `hand`, a DHCP client's name. */
  readonly door: string
  /** The device's hardware address then; undefined where it had none. */
  readonly mac: string | undefined
  /** When the manager began to take the interface down, in ms since the epoch. */
  readonly leaving: number | undefined
}

/** What a door was told of one family of a device, by the keeper of its lease: it goes with the lease, and asks for nothing. */
export interface RecordedLease {
  /** The device. */
  readonly iface: string
  readonly family: Family
  /** Who keeps the lease: `dhclient`, `pppd` … */
  readonly door: string
  /** The address that is leased; undefined where the keeper does not tell. */
  readonly address: string | undefined
  /** In the keeper's order. */
  readonly routers: readonly string[]
  /** The file in /etc/ppp/peers of the line. */
  readonly provider: string | undefined
  /** When the keeper spoke, in seconds since the boot; undefined where the door did not tell. */
  readonly since: number | undefined
  readonly mac: string | undefined
}

/** An interface that was taken down: what the configuration says of it does not count until the next up. */
export interface Tombstone {
  readonly iface: string
  readonly family: Family
}

/** `ignore_routes_with_linkdown` of a device and family, which a run of ours has set and is to put back. */
export interface RecordedSetting {
  /** The device as it was called then. */
  readonly iface: string
  readonly family: Family
  /** By these it is known, whatever it is called now. */
  readonly index: number
  readonly mac: string | undefined
}

/** What a record's text turns out to be: one of this boot, `stale` from an earlier one, or why it is no use. */
export type Reading =
  | { readonly stanza: RecordedStanza }
  | { readonly down: Tombstone }
  | { readonly lease: RecordedLease }
  | { readonly setting: RecordedSetting }
  | 'stale'
  | { readonly fault: string }

/** Goes up when a reader of the form before would misunderstand a record. */
const VERSION = 1

export function printStanza(stanza: RecordedStanza, boot: string): string {
  return print({ version: VERSION, boot, stanza })
}

export function printTombstone(down: Tombstone, boot: string): string {
  return print({ version: VERSION, boot, down })
}

export function printLease(lease: RecordedLease, boot: string): string {
  return print({ version: VERSION, boot, lease })
}

export function printSetting(setting: RecordedSetting, boot: string): string {
  return print({ version: VERSION, boot, setting })
}

/** People read records too. */
function print(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

/** Reads what an editor, a full disk or another version may have left: every field is looked at. */
export function parseRecord(text: string, boot: string): Reading {
  const record = parseObject(text)
  if (typeof record['boot'] === 'string' && record['boot'] !== boot) {
    return 'stale'
  }
  const { version } = record
  if (typeof version === 'number' && version !== VERSION) {
    return { fault: `is of version ${version} instead of ${VERSION}` }
  }
  const isOurs = version === VERSION && record['boot'] === boot
  if (isOurs && isStanza(record['stanza'])) {
    return { stanza: withAllFields(record['stanza']) }
  }
  if (isOurs && isTombstone(record['down'])) {
    return { down: record['down'] }
  }
  if (isOurs && isLease(record['lease'])) {
    return { lease: record['lease'] }
  }
  if (isOurs && isSetting(record['setting'])) {
    return { setting: record['setting'] }
  }
  return { fault: 'is damaged' }
}

type Unknown = Readonly<Record<string, unknown>>

function parseObject(text: string): Unknown {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

function isObject(value: unknown): value is Unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTombstone(value: unknown): value is Tombstone {
  return (
    isObject(value) &&
    isInterface(value['iface']) &&
    (value['family'] === 'inet' || value['family'] === 'inet6')
  )
}

function isStanza(value: unknown): value is RecordedStanza {
  if (!isObject(value) || !isTombstone(value)) {
    return false
  }
  const { address, order, variables, door, mac, leaving } = value as Unknown
  return (
    isTextOrAbsent(address) &&
    Number.isSafeInteger(order) &&
    isObject(variables) &&
    Object.entries(variables).every(isVariable) &&
    isText(door) &&
    isTextOrAbsent(mac) &&
    (leaving === undefined || Number.isFinite(leaving))
  )
}

function isLease(value: unknown): value is RecordedLease {
  if (!isObject(value) || !isTombstone(value)) {
    return false
  }
  const { family } = value
  const { door, address, routers, provider, since, mac } = value as Unknown
  const isIp = (text: unknown) => isText(text) && parseIp(text)?.family === family
  return (
    isText(door) &&
    (address === undefined || isIp(address)) &&
    Array.isArray(routers) &&
    routers.every(isIp) &&
    isTextOrAbsent(provider) &&
    (since === undefined || Number.isFinite(since)) &&
    isTextOrAbsent(mac)
  )
}

function isSetting(value: unknown): value is RecordedSetting {
  if (!isObject(value) || !isTombstone(value)) {
    return false
  }
  const { index, mac } = value as Unknown
  return Number.isSafeInteger(index) && isTextOrAbsent(mac)
}

/** A device's name as the kernel takes it: no blank or newline, as it will stand in a batch of `ip`. */
export function isDevice(value: unknown): value is string {
  return isText(value) && /^[^\s/:\p{Cc}]+$/u.test(value)
}

/** The same, perhaps with an alias behind a colon. */
function isInterface(value: unknown): boolean {
  return isText(value) && /^[^\s/:\p{Cc}]+(:|$)/u.test(value)
}

function isVariable([name, value]: [string, unknown]): boolean {
  return /^(METHOD$|IF_)/.test(name) && typeof value === 'string'
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isTextOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || isText(value)
}

/** JSON leaves out what is undefined, and may hold what nobody asked for. */
function withAllFields(stanza: RecordedStanza): RecordedStanza {
  const { iface, family, address, order, variables, door, mac, leaving } = stanza
  return { iface, family, address, order, variables, door, mac, leaving }
}
