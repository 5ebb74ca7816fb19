/**
 * The devices that sections of the configuration have named. One that none names any more bears no record that would tell
 * why our rules stand on it, so the watcher remembers, beyond its own end.
 */
import { recordsDirectory } from '../../ask/records.ts'
import type { Edge } from '../../words/edge.ts'

export interface Names {
  readonly read: () => readonly string[]
  /** Where there is no /run, they last as long as the watcher. */
  readonly write: (devices: readonly string[]) => void
}

export function namesOn(edge: Edge): Names {
  const directory = recordsDirectory(edge)
  const path = directory === undefined ? undefined : `${directory}.named`
  const boot = edge.readFile('/proc/sys/kernel/random/boot_id')?.trim() ?? ''
  return {
    read: () => parseNames(path === undefined ? undefined : edge.readFile(path), boot),
    write: (devices) => {
      if (path !== undefined) {
        edge.writeFile(path, `${JSON.stringify({ boot, devices })}\n`)
      }
    },
  }
}

/** What is not of this boot, or not of ours, names nobody. */
function parseNames(text: string | undefined, boot: string): string[] {
  const value = parseJson(text ?? '')
  const isOurs = typeof value === 'object' && value !== null && 'boot' in value && 'devices' in value
  return isOurs && value.boot === boot && Array.isArray(value.devices)
    ? value.devices.filter((one) => typeof one === 'string')
    : []
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
