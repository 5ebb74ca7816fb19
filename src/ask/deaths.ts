/**
 * The uplinks that the service has found dead. It alone writes them, and they hold as long as it lives. All of them are
 * written: who reads them judges whether they count, by who else is alive (src/plan/dead.ts).
 */
import type { Death } from '../words/death.ts'
import type { Edge } from '../words/edge.ts'
import { recordsDirectory, watchPath } from './records.ts'

/** Those of the service that watches the network namespace now; none where nobody does. */
export function readDeaths(edge: Edge): readonly Death[] {
  const deaths = lastDeaths(edge)
  return deaths.length > 0 && isWatched(edge) ? deaths : []
}

/** The same, whoever lives: what a service that starts takes over from the one before it. */
export function lastDeaths(edge: Edge): readonly Death[] {
  const path = deathsPath(edge)
  const text = path === undefined ? undefined : edge.readFile(path)
  return text === undefined ? [] : parseDeaths(text, bootId(edge))
}

/** Says whether it could. */
export function writeDeaths(edge: Edge, deaths: readonly Death[]): boolean {
  const path = deathsPath(edge)
  return path !== undefined && edge.writeFile(path, `${JSON.stringify({ boot: bootId(edge), deaths })}\n`)
}

/** Beside the records, like the service's other files. */
function deathsPath(edge: Edge): string | undefined {
  const directory = recordsDirectory(edge)
  return directory === undefined ? undefined : `${directory}.dead`
}

/** The service holds a lock as long as it lives, however it ends. An ordinary user, who may not try it, is told all the same. */
function isWatched(edge: Edge): boolean {
  const path = watchPath(edge)
  if (path === undefined) {
    return false
  }
  const lock = edge.tryLock(path)
  if (lock === 'busy' || lock === 'none') {
    return lock === 'busy' || edge.readFile(path) === undefined
  }
  lock.release()
  return false
}

function bootId(edge: Edge): string {
  return edge.readFile('/proc/sys/kernel/random/boot_id')?.trim() ?? ''
}

/** What is not of this boot, or not of ours, says nothing. */
function parseDeaths(text: string, boot: string): Death[] {
  try {
    const value = JSON.parse(text)
    return value?.boot === boot && Array.isArray(value.deaths) ? value.deaths.filter(isDeath) : []
  } catch {
    return []
  }
}

function isDeath(value: unknown): value is Death {
  const { device, family, table, since, why } = Object(value) as Partial<Record<keyof Death, unknown>>
  return (
    typeof device === 'string' &&
    (family === 'inet' || family === 'inet6') &&
    Number.isSafeInteger(table) &&
    Number.isFinite(since) &&
    typeof why === 'string'
  )
}
