/** What becomes of connections when a cable is pulled, in a line. */
import { listed } from '../words.ts'
import type { HostStatus, UplinkStatus } from './model.ts'

/** None where nothing is an uplink, or none of them is left; what is missing is told as a problem of its uplink. */
export function cableWords({ uplinks }: HostStatus): string[] {
  const leading = uplinks.filter(({ gateways, pointToPoint }) => gateways.length > 0 || pointToPoint)
  const left = leading.filter(({ linkdown }) => linkdown?.value === 1)
  if (left.length === 0) {
    return []
  }
  const isApart = left.every(({ addresses }) => addresses.every(({ barrier }) => barrier !== undefined))
  // What is forwarded has other addresses.
  const apart = isApart ? ', and nothing bound to their addresses leaves by another uplink' : ''
  const names = [...new Set(left.map(({ device }) => device))].map((device) => nameOf(device, left))
  return [`Pulled cable: routes through ${listed(names)} stop counting${apart}`]
}

/** A setting of somebody else's stays when the uplink goes. */
function nameOf(device: string, left: readonly UplinkStatus[]): string {
  const isOurs = left.some((uplink) => uplink.device === device && uplink.linkdown?.ours === true)
  return isOurs ? device : `${device} (not set by us)`
}
