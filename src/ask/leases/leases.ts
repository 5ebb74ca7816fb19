/** The DHCP leases of a device, whoever keeps them. */
import type { Edge } from '../../words/edge.ts'
import type { Family } from '../../words/state.ts'
import type { RecordedLease } from '../records.ts'
import { dhclientLease } from './dhclient.ts'
import { dhcpcdLease } from './dhcpcd.ts'
import type { Lease } from './lease.ts'
import { networkdLease } from './networkd.ts'
import { networkManagerLease } from './networkmanager.ts'

export type { Lease } from './lease.ts'

/** What doors were told of the device, by the keepers of its leases. */
export function heardLeases(device: string, family: Family, leases: readonly RecordedLease[]): Lease[] {
  return leases
    .filter((lease) => lease.iface === device && lease.family === family)
    .map(({ address, routers, door }) => ({ address, routers, from: door }))
}

/**
 * Every IPv4 lease in force for the device: dhclient's, dhcpcd's, NetworkManager's, systemd-networkd's. Files outlive
 * their writers, so a lease says nothing of a device that does not carry its address.
 *
 * @param index the device's number in the kernel (ifindex); undefined where it has none
 * @param env of the run: a hook of dhcpcd must not ask dhcpcd
 */
export function findLeases(
  device: string,
  index: number | undefined,
  edge: Edge,
  env: NodeJS.ProcessEnv,
): Lease[] {
  const leases = [
    dhclientLease(device, edge),
    dhcpcdLease(device, edge, env),
    index === undefined ? undefined : networkManagerLease(index, edge),
    index === undefined ? undefined : networkdLease(index, edge),
  ]
  return leases.filter((lease) => lease !== undefined)
}
