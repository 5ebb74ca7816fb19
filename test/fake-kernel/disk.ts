/** The files that a run sees: those of the host, and its own under /run, which a lock goes with. */

export interface Disk {
  readonly files: Map<string, string>
  /** /run takes files; else there are neither records nor a lock. */
  writable: boolean
  /** /proc/sys takes values. */
  settable: boolean
  /** The paths whose lock a run holds. */
  readonly locked: Set<string>
  /** Minutes since the start. */
  minutes: number
}

export function createDisk(): Disk {
  return { files: new Map(), writable: true, settable: true, locked: new Set(), minutes: 0 }
}

export function copyDisk({ files, writable, settable, minutes }: Disk): Disk {
  return { files: new Map(files), writable, settable, locked: new Set(), minutes }
}

export function listDirectory({ files }: Disk, path: string): string[] {
  const inside = [...files.keys()].filter((file) => file.startsWith(`${path}/`))
  return inside.map((file) => file.slice(path.length + 1)).sort()
}
