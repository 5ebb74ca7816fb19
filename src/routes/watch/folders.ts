/** Where leases and records lie: what is written there gives no event of the kernel's. */
import { type FSWatcher, watch } from 'node:fs'

export interface Folders {
  /** Takes up those that have come to be since. */
  readonly refresh: () => void
  readonly close: () => void
}

/** @param changed is told the file, as far as the kernel tells it */
export function watchFolders(paths: readonly string[], changed: (path: string) => void): Folders {
  const watchers = new Map<string, FSWatcher>()
  const refresh = () => {
    for (const path of paths.filter((one) => !watchers.has(one))) {
      const watcher = open(path, changed, () => watchers.delete(path))
      if (watcher !== undefined) {
        watchers.set(path, watcher)
      }
    }
  }
  refresh()
  return {
    refresh,
    close: () => {
      for (const watcher of watchers.values()) {
        watcher.close()
      }
    },
  }
}

/** A folder that is not there, or cannot be watched, is left to the regular look. */
function open(path: string, changed: (path: string) => void, gone: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(path, (event, file) => {
      // Its own removal is told by its name.
      if (event === 'rename' && file === path.split('/').at(-1)) {
        watcher.close()
        gone()
      }
      changed(`${path}/${file ?? ''}`)
    })
    watcher.on('error', () => {
      watcher.close()
      gone()
    })
    return watcher
  } catch {
    return undefined
  }
}
