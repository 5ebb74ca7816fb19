/** What runs of ours have set in /proc/sys, a file a device and family: as long as it lies there, it is to be put back. */
import type { Edge } from '../words/edge.ts'
import { printSetting, type RecordedSetting } from './records/form.ts'
import { isSettingFile, recordsDirectory, settingFile } from './records/place.ts'
import { bootId, readAll } from './records/read.ts'

export type { RecordedSetting } from './records/form.ts'

/** Those of this boot; what is none is removed, as it would be in the way of one. */
export function readSettingRecords(edge: Edge): RecordedSetting[] {
  const directory = recordsDirectory(edge)
  return readAll(edge, directory, isSettingFile).flatMap(({ file, reading }) => {
    if (reading !== 'stale' && 'setting' in reading) {
      return [reading.setting]
    }
    edge.removeFile(`${directory}/${file}`)
    return []
  })
}

/** Says whether it could. */
export function writeSettingRecord(edge: Edge, setting: RecordedSetting): boolean {
  const directory = recordsDirectory(edge)
  return (
    directory !== undefined &&
    edge.writeFile(`${directory}/${settingFile(setting)}`, printSetting(setting, bootId(edge)))
  )
}

export function removeSetting(edge: Edge, setting: RecordedSetting): void {
  const directory = recordsDirectory(edge)
  if (directory !== undefined) {
    edge.removeFile(`${directory}/${settingFile(setting)}`)
  }
}
