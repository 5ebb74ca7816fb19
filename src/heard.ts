/** A door's word and what is recorded → the leases that are known from now on. */
import type { Word } from './ask/door.ts'
import type { RecordedLease, Records } from './ask/records.ts'
import { resolveDevice } from './plan/host.ts'
import type { Snapshot } from './words/state.ts'

export interface Heard {
  /** The device by the kernel's own name. */
  readonly device: string
  readonly direction: Word['direction']
  readonly records: Records
  readonly written: RecordedLease | undefined
  readonly removed: readonly RecordedLease[]
}

/**
 * Doors do not wait for their runs, so a word may be overtaken by a later one: then it says nothing any more. Nor does a
 * lease whose address the device does not carry.
 */
export function hearWord(records: Records, word: Word, snapshot: Snapshot): Heard {
  const device = resolveDevice(word.device, snapshot)
  const earlier = records.leases.filter(
    ({ iface, family, door }) => iface === device && door === word.door && word.families.includes(family),
  )
  const isOvertaken = earlier.some(({ since }) => (since ?? 0) > (word.since ?? Number.POSITIVE_INFINITY))
  const written = isOvertaken ? undefined : currentLease(word, device, snapshot)
  const removed = isOvertaken || word.direction === 'up' ? [] : earlier
  const gone = written === undefined ? removed : earlier
  const kept = records.leases.filter((lease) => !gone.includes(lease))
  return {
    ...{ device, direction: word.direction },
    records: { ...records, leases: written === undefined ? kept : [...kept, written] },
    ...{ written, removed },
  }
}

function currentLease(
  { lease }: Word,
  device: string,
  { links, addresses }: Snapshot,
): RecordedLease | undefined {
  const link = links.find(({ name }) => name === device)
  const isCarried = (address: string) =>
    addresses.some((one) => one.device === device && one.local === address)
  if (lease === undefined || link === undefined) {
    return undefined
  }
  const { address } = lease
  return address === undefined || isCarried(address) ? { ...lease, iface: device, mac: link.mac } : undefined
}
