/** Before a device's addresses go: its endpoints go first, so that the peer is told and subflows end in order. */
import type { Host } from './host.ts'
import { ownedSources } from './owned.ts'
import { endpointsOf } from './parts.ts'
import { EMPTY_PLAN, type Plan } from './wanted.ts'

/** @param addresses those that go; undefined for all of the device */
export function planLeave(host: Host, device: string, addresses: ReadonlySet<string> | undefined): Plan {
  const scope = { devices: [device], families: host.snapshot.families, orphans: false }
  const { owned } = endpointsOf(host, scope, [], ownedSources(host, scope))
  const leaving = owned.filter(({ address }) => addresses === undefined || addresses.has(address))
  return { ...EMPTY_PLAN, owned: { ...EMPTY_PLAN.owned, endpoints: leaving } }
}
