/** The files of a directory of records, each with what it turns out to be. */
import type { Edge } from '../../words/edge.ts'
import { parseRecord, type Reading } from './form.ts'
import { leaseFile, settingFile, stanzaFile, tombstoneFile } from './place.ts'

export interface Read {
  readonly file: string
  readonly reading: Reading
}

/** @param isAsked tells by a file's name whether it is to be read */
export function readAll(
  edge: Edge,
  directory: string | undefined,
  isAsked: (file: string) => boolean,
): Read[] {
  const files = listRecords(edge, directory).filter(isAsked)
  const boot = files.length > 0 ? bootId(edge) : ''
  return files.flatMap((file) => {
    const text = edge.readFile(`${directory}/${file}`)
    // Who reads without the lock may find that a run has meanwhile removed the file.
    if (text === undefined && !listRecords(edge, directory).includes(file)) {
      return []
    }
    return [{ file, reading: checkPlace(file, parseRecord(text ?? '', boot)) }]
  })
}

/** A name with a dot before it is a file that is being written. */
export function listRecords(edge: Edge, directory: string | undefined): string[] {
  const files = directory === undefined ? [] : edge.listDirectory(directory)
  return files.filter((file) => !file.startsWith('.'))
}

/** A copy under another name would speak for its interface twice, and no down would remove it. */
function checkPlace(file: string, reading: Reading): Reading {
  if (reading === 'stale' || 'fault' in reading) {
    return reading
  }
  return placeOf(reading) === file ? reading : { fault: 'is not what its name says' }
}

function placeOf(reading: Exclude<Reading, 'stale' | { fault: string }>): string {
  if ('stanza' in reading) {
    return stanzaFile(reading.stanza)
  }
  if ('setting' in reading) {
    return settingFile(reading.setting)
  }
  return 'down' in reading ? tombstoneFile(reading.down) : leaseFile(reading.lease)
}

/** The kernel's name for this boot; a container whose kernel hides it has its records all the same. */
export function bootId(edge: Edge): string {
  return edge.readFile('/proc/sys/kernel/random/boot_id')?.trim() ?? ''
}
