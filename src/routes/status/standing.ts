/** What stands of a row's addresses, and what uses them. */
import type { Host } from '../../plan/host.ts'
import type { Rule } from '../../words/state.ts'
import type { Connection } from '../connections.ts'
import type { AddressStatus, UplinkStatus, Usage } from './model.ts'
import type { Row } from './rows.ts'

export function standingAddresses({ addresses, table }: Row, host: Host): AddressStatus[] {
  return addresses.map((address) => {
    const sources = host.sourcesOf(address)
    const rule = sources.find((source) => source.table === table) ?? sources[0]
    return {
      address,
      rule: rule && { priority: rule.priority, table: rule.table },
      barrier: standingBarrier(address, rule, host),
      endpoint: host.snapshot.endpoints.find((one) => one.address === address && one.port === undefined),
    }
  })
}

function standingBarrier(address: string, rule: Rule | undefined, host: Host) {
  const isBehind = ({ priority }: Rule) => rule === undefined || priority === rule.priority + 1
  const barrier = host.barriersOf(address).find(isBehind)
  return barrier && { priority: barrier.priority }
}

/** `ignore_routes_with_linkdown`, where it was read. */
export function standingSetting({ device, family }: Row, { snapshot }: Host): UplinkStatus['linkdown'] {
  const found = snapshot.settings.find((one) => one.device === device && one.family === family)
  return found && { value: found.value, ours: found.ours }
}

/** A connection that has fallen back to plain TCP has no subflow, and uses the way of its own address. */
export function usageOf({ addresses }: Row, connections: readonly Connection[]): Usage {
  const own = new Set(addresses)
  const counts = connections.map(({ local, subflows }) => ({
    paths: subflows.filter((subflow) => own.has(subflow.local.address)).length,
    isPlain: subflows.length === 0 && own.has(local.address),
  }))
  return {
    connections: counts.filter(({ paths, isPlain }) => paths > 0 || isPlain).length,
    subflows: counts.reduce((sum, { paths }) => sum + paths, 0),
  }
}
