/**
 * The uplinks that the service has found dead. It alone writes them, and they hold as long as it lives. All of them are
 * written: who reads them judges whether they count, by who else is alive (src/plan/dead.ts).
 */
import type { Death } from '../words/death.ts'
import type { Edge } from '../words/edge.ts'
import { isUsableTable } from '../words/table.ts'
import { readBootFile, writeBootFile } from './boot-file.ts'
import { isDevice } from './records/form.ts'
import { recordsDirectory, watchPath } from './records.ts'

/** Those of the service that watches the network namespace now; none where nobody does. */
export function readDeaths(edge: Edge): readonly Death[] {
  const deaths = lastDeaths(edge)
  return deaths.length > 0 && isWatched(edge) ? deaths : []
}

/** The same, whoever lives: what a service that starts takes over from the one before it. */
export function lastDeaths(edge: Edge): readonly Death[] {
  const { deaths } = readBootFile(edge, deathsPath(edge))
  return Array.isArray(deaths) ? deaths.filter(isDeath) : []
}

/** Says whether it could. */
export function writeDeaths(edge: Edge, deaths: readonly Death[]): boolean {
  return writeBootFile(edge, deathsPath(edge), { deaths })
}

/** Beside the records, like the service's other files. */
function deathsPath(edge: Edge): string | undefined {
  const directory = recordsDirectory(edge)
  return directory === undefined ? undefined : `${directory}.dead`
}

/**
 * The service holds a lock as long as it lives, however it ends. Readers share theirs: none is a service to another. An
 * ordinary user, who may not try it, is told all the same.
 */
function isWatched(edge: Edge): boolean {
  const path = watchPath(edge)
  if (path === undefined) {
    return false
  }
  const lock = edge.tryShared(path)
  if (lock === 'busy' || lock === 'none') {
    return lock === 'busy' || edge.readFile(path) === undefined
  }
  lock.release()
  return false
}

/** The last moment that a Date can hold. */
const LATEST = 8.64e15

/** Reads what an editor or a full disk may have left: every field is looked at. */
function isDeath(value: unknown): value is Death {
  const { device, family, table, since, why } = Object(value) as Partial<Record<keyof Death, unknown>>
  return (
    isDevice(device) &&
    (family === 'inet' || family === 'inet6') &&
    typeof table === 'number' &&
    isUsableTable(table) &&
    typeof since === 'number' &&
    since >= 0 &&
    since <= LATEST &&
    typeof why === 'string'
  )
}
