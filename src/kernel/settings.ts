/** What the kernel does with the routes of a device whose cable is out: read and written, and put back if it was ours. */
import { recordsDirectory } from '../ask/records.ts'
import {
  type RecordedSetting,
  readSettingRecords,
  removeSetting,
  writeSettingRecord,
} from '../ask/setting-records.ts'
import type { Edge } from '../words/edge.ts'
import { KERNEL_NAMES } from '../words/family.ts'
import type { Address, Family, Link, Setting, StandingSetting } from '../words/state.ts'

interface Seen {
  readonly links: readonly Link[]
  readonly addresses: readonly Address[]
}

const FAMILIES: readonly Family[] = ['inet', 'inet6']
const SETTING = 'ignore_routes_with_linkdown'

/** As sysctl(8) takes it: a dot in a device's name is written as a slash. */
export function formatSetting({
  family,
  device,
  value,
}: Pick<Setting, 'family' | 'device' | 'value'>): string {
  return `net.${KERNEL_NAMES[family]}.conf.${device.replaceAll('.', '/')}.${SETTING}=${value}`
}

/** The file of the setting. */
export function settingPath({ family, device }: Pick<Setting, 'family' | 'device'>): string {
  return `/proc/sys/net/${KERNEL_NAMES[family]}/conf/${device}/${SETTING}`
}

/**
 * The settings of the devices in the families in which they have addresses, and those that we have made. The record of a
 * device that is gone, or has come back as another, does not count: the setting went with the device.
 *
 * @param names devices that may become uplinks, or are some
 */
export function readSettings(
  names: readonly string[],
  { links, addresses }: Seen,
  edge: Edge,
): StandingSetting[] {
  const records = readSettingRecords(edge)
  const byName = new Map(links.map((link) => [link.name, link]))
  const byIndex = new Map(records.length > 0 ? links.map((link) => [link.index, link]) : [])
  const asked = new Set(names)
  const pairs = new Map<string, { link: Link; family: Family; ours: boolean }>()
  // A run for one device may be about addresses that are yet to come.
  const ahead = names.length > 1 ? [] : FAMILIES.map((family) => ({ device: names[0], family, global: true }))
  for (const { device = '', family, global } of [...addresses, ...ahead]) {
    const link = global && asked.has(device) ? byName.get(device) : undefined
    if (link !== undefined) {
      pairs.set(`${family} ${device}`, { link, family, ours: false })
    }
  }
  for (const record of records) {
    const link = byIndex.get(record.index)
    if (link !== undefined && link.mac === record.mac) {
      pairs.set(`${record.family} ${link.name}`, { link, family: record.family, ours: true })
    }
  }
  return [...pairs.values()].flatMap(({ link, family, ours }) => readSetting(link, family, ours, edge))
}

/** None where the kernel has no such file for the device. */
function readSetting(link: Link, family: Family, ours: boolean, edge: Edge): StandingSetting[] {
  const { name: device, index, mac } = link
  const path = settingPath({ family, device })
  const text = edge.readFile(path)
  const value = text?.trim() === '1' ? 1 : 0
  const fixed = value === 1 || ours ? undefined : obstacleTo(path, edge)
  return text === undefined ? [] : [{ family, device, value, ours, link: { index, mac }, fixed }]
}

function obstacleTo(path: string, edge: Edge): StandingSetting['fixed'] {
  if (edge.isReadOnly(path)) {
    return '/proc/sys'
  }
  return edge.isReadOnly('/run') ? '/run' : undefined
}

/**
 * Brings a setting to its value. That it is ours is recorded before it is, and forgotten after it is no more: a run that
 * dies between the two leaves nothing that nobody puts back.
 *
 * @returns why it could not
 */
export function writeSetting(edge: Edge, setting: Setting): string | undefined {
  return setting.ours ? claim(edge, setting) : release(edge, setting)
}

/** Somebody else may have been faster: then it is his. */
function claim(edge: Edge, setting: Setting): string | undefined {
  const path = settingPath(setting)
  const record = toRecord(setting)
  if (edge.readFile(path)?.trim() === '1') {
    return undefined
  }
  if (!writeSettingRecord(edge, record)) {
    const directory = recordsDirectory(edge) ?? 'a directory of ours'
    return `${directory} takes no file, which would tell that it is to be put back`
  }
  const why = edge.writeSysctl(path, '1')
  if (why !== undefined) {
    removeSetting(edge, record)
  }
  return why
}

function release(edge: Edge, setting: Setting): string | undefined {
  const path = settingPath(setting)
  const isSet = edge.readFile(path)?.trim() === '1'
  const why = isSet ? edge.writeSysctl(path, '0') : undefined
  if (why === undefined) {
    removeSetting(edge, toRecord(setting))
  }
  return why
}

function toRecord({ family, device, link }: Setting): RecordedSetting {
  return { iface: device, family, index: link?.index ?? 0, mac: link?.mac }
}
