/** What runs of ours have set in /proc/sys, a file a device and family: as long as it lies there, it is to be put back. */
import type { Edge } from '../words/edge.ts'
import { printSetting, type RecordedSetting } from './records/form.ts'
import { isSettingFile, recordsDirectory, settingFile } from './records/place.ts'
import { bootId, listRecords, readAll } from './records/read.ts'

export type { RecordedSetting } from './records/form.ts'

/** Those of this boot; what is none does not count, and gives way to one. */
export function readSettingRecords(edge: Edge): RecordedSetting[] {
  return readAll(edge, recordsDirectory(edge), isSettingFile).flatMap(({ reading }) =>
    reading !== 'stale' && 'setting' in reading ? [reading.setting] : [],
  )
}

/** Says whether it could. */
export function writeSettingRecord(edge: Edge, setting: RecordedSetting): boolean {
  const directory = recordsDirectory(edge)
  return (
    directory !== undefined &&
    edge.writeFile(`${directory}/${settingFile(setting)}`, printSetting(setting, bootId(edge)))
  )
}

/** Removes all but these, whatever they say. */
export function keepSettings(
  edge: Edge,
  settings: readonly Pick<RecordedSetting, 'family' | 'index'>[],
): void {
  const directory = recordsDirectory(edge)
  const kept = new Set(settings.map(settingFile))
  for (const file of listRecords(edge, directory)) {
    if (isSettingFile(file) && !kept.has(file)) {
      edge.removeFile(`${directory}/${file}`)
    }
  }
}

export function removeSetting(edge: Edge, setting: RecordedSetting): void {
  const directory = recordsDirectory(edge)
  if (directory !== undefined) {
    edge.removeFile(`${directory}/${settingFile(setting)}`)
  }
}
