/** The captured leases, and a world that holds some of them. */
import { readFileSync } from 'node:fs'
import type { Edge } from '../../../src/words/edge.ts'

export function readLease(name: string): string {
  return readFileSync(new URL(`../../fixtures/leases/${name}`, import.meta.url), 'utf8')
}

export interface World {
  readonly files?: Readonly<Record<string, string>>
  /** What dhcpcd answers. */
  readonly dhcpcd?: string
  readonly now?: Date
}

/** @returns the edge, and the devices that dhcpcd was asked about */
export function edgeOf({ files = {}, dhcpcd = '', now = new Date(0) }: World): {
  edge: Edge
  asked: string[]
} {
  const asked: string[] = []
  const edge: Partial<Edge> = {
    readFile: (path) => files[path],
    listDirectory: (path) =>
      Object.keys(files)
        .filter((file) => file.startsWith(`${path}/`))
        .map((file) => file.slice(path.length + 1)),
    dhcpcdLease: (device) => {
      asked.push(device)
      return dhcpcd
    },
    now: () => now,
  }
  return { edge: edge as Edge, asked }
}
