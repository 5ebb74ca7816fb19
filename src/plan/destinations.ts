/** A device with several ways out: what comes in by it is told apart by the address that a connection was opened to. */
import type { ForwardedWay, MarkedWay } from '../words/forwarding.ts'
import type { Family } from '../words/state.ts'
import type { Host } from './host.ts'
import type { Uplink } from './uplink.ts'

/**
 * The ways, each with the addresses that it is for, where its device has another: those of its table. What was opened to
 * none of the device's own addresses goes with the way that got its mark first.
 *
 * @param uplinks those that the run plans: others are as they stand
 */
export function withDestinations(
  ways: readonly MarkedWay[],
  host: Host,
  uplinks: readonly Uplink[],
): ForwardedWay[] {
  return ways.flatMap((way): ForwardedWay[] => {
    const addresses = addressesByTable(way.device, way.family, host, uplinks)
    if (addresses.size < 2) {
      return [{ ...way, destinations: undefined }]
    }
    const rivals = ways.filter(({ device, family }) => device === way.device && family === way.family)
    const isFirst = rivals.every(({ mark }) => mark.value >= way.mark.value)
    const others = [...addresses].flatMap(([table, list]) => (table === way.table ? [] : list))
    const own = addresses.get(way.table) ?? []
    const destinations = isFirst ? { addresses: others, others: true } : { addresses: own, others: false }
    // A way that has lost its addresses waits for them.
    return destinations.addresses.length > 0 ? [{ ...way, destinations }] : []
  })
}

function addressesByTable(
  device: string,
  family: Family,
  host: Host,
  uplinks: readonly Uplink[],
): Map<number, string[]> {
  const planned = uplinks.filter((uplink) => uplink.device === device && uplink.family === family)
  const standing = host.snapshot.rules.filter(
    (rule) => rule.family === family && host.devicesOfTable(family, rule.table).includes(device),
  )
  const rules = planned.length > 0 ? planned.flatMap((uplink) => uplink.rules) : standing
  const tables = new Map<number, string[]>()
  for (const { kind, table, from } of rules) {
    if (kind === 'source') {
      tables.set(table, [...(tables.get(table) ?? []), from].sort())
    }
  }
  return tables
}
