/** NetworkManager's runtime file of a device, which has the router even where the profile is `never-default`. */
import type { Edge } from '../../words/edge.ts'
import { parseAssignments } from './assignments.ts'
import { type Lease, makeLease } from './lease.ts'

export function networkManagerLease(index: number, edge: Edge): Lease | undefined {
  const text = edge.readFile(`/run/NetworkManager/devices/${index}`)
  return text === undefined ? undefined : parseNetworkManagerState(text, edge.now())
}

/**
 * The lease in the section `[dhcp4]`, whose keys begin with `dhcp4.`. It is rewritten at each renewal, goes when the
 * device is disconnected, and stays when NetworkManager ends.
 *
 * @param now to tell an expired lease; one without an end has no `expiry`
 */
export function parseNetworkManagerState(text: string, now: Date): Lease | undefined {
  const values = parseAssignments(text)
  const option = (name: string) => values.get(`dhcp4.${name}`)
  const expiry = Number(option('expiry') ?? Number.POSITIVE_INFINITY) * 1000
  if (!(expiry > now.getTime())) {
    return undefined
  }
  return makeLease('NetworkManager', {
    address: option('ip_address'),
    routers: option('routers'),
    classless: [option('rfc3442_classless_static_routes'), option('ms_classless_static_routes')],
  })
}
