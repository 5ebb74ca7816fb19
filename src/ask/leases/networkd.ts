/** systemd-networkd's lease file of a device. */
import type { Edge } from '../../words/edge.ts'
import { parseAssignments } from './assignments.ts'
import { type Lease, makeLease } from './lease.ts'

export function networkdLease(index: number, edge: Edge): Lease | undefined {
  return parseNetworkdLease(edge.readFile(`/run/systemd/netif/leases/${index}`) ?? '')
}

/** The lease. Its LIFETIME counts from a moment that the file does not tell, but networkd removes the file with the lease. */
export function parseNetworkdLease(text: string): Lease | undefined {
  const values = parseAssignments(text)
  return makeLease('systemd-networkd', {
    address: values.get('ADDRESS'),
    routers: values.get('ROUTER'),
    classless: [values.get('CLASSLESS_ROUTES')],
  })
}
