/** dhcpcd's lease, asked of the running daemon (`dhcpcd -U`, dhcpcd(8)). */
import type { Edge } from '../../words/edge.ts'
import { parseAssignments } from './assignments.ts'
import { type Lease, makeLease } from './lease.ts'

/**
 * The lease that dhcpcd says it has for the device; asked only where it runs and has written one for it: about any other
 * device the daemon says nothing, and `dhcpcd -U` waits 5 s for it to speak.
 */
export function dhcpcdLease(device: string, edge: Edge, env: NodeJS.ProcessEnv): Lease | undefined {
  const asks = !isInsideHook(env) && hasLeaseFile(device, edge) && isRunning(device, edge)
  return asks ? parseDhcpcdLease(edge.dhcpcdLease(device)) : undefined
}

/** The DHCP lease among the blocks that `dhcpcd -4 -U` prints, one a protocol; each begins with its reason. */
export function parseDhcpcdLease(text: string): Lease | undefined {
  const blocks = `\n${text}`.split('\nreason=').map(parseAssignments)
  const lease = blocks.find((block) => block.get('protocol') === 'dhcp')
  return makeLease('dhcpcd', {
    address: lease?.get('ip_address'),
    routers: lease?.get('routers'),
    classless: [lease?.get('classless_static_routes'), lease?.get('ms_classless_static_routes')],
  })
}

/**
 * Whether the daemon waits for us, and so cannot answer. It clears the environment of its hooks; `interface_order` is in
 * each of them and in no other client's (dhclient's has `reason` too).
 */
function isInsideHook(env: NodeJS.ProcessEnv): boolean {
  return (
    env['MPTCP_DOOR'] === 'dhcpcd' || (env['reason'] !== undefined && env['interface_order'] !== undefined)
  )
}

/** `eth1.lease`, for a wireless network `wlan0-NAME.lease`. Removed when the lease is given back. */
function hasLeaseFile(device: string, edge: Edge): boolean {
  return edge
    .listDirectory('/var/lib/dhcpcd')
    .some((name) => name === `${device}.lease` || (name.startsWith(`${device}-`) && name.endsWith('.lease')))
}

/** One daemon for all devices writes `pid`; one for eth1 `eth1.pid`, or `eth1-4.pid` with -4. */
function isRunning(device: string, edge: Edge): boolean {
  const names = ['pid', `${device}.pid`, `${device}-4.pid`]
  return edge.listDirectory('/run/dhcpcd').some((name) => names.includes(name))
}
