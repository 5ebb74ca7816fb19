/** Waiting for IPv6: the kernel settles addresses in its own time. */
import type { Edge } from '../words/edge.ts'

/**
 * How long a run waits for IPv6 addresses: the kernel asks for a router advertisement at once when the link is up, and
 * its duplicate address detection is over in 1 to 2 s.
 */
const LIMIT = 5000
const POLL = 50

/** Waits until duplicate address detection is over on the device, for at most 5 s. */
export function waitForDetection(device: string, edge: Edge): void {
  waitUntil(edge, () => !globalAddresses(device, edge).includes('tentative'))
}

/** Waits until the device has a global IPv6 address, for at most 5 s; not at all where IPv6 is off on it. */
export function waitForAddress(device: string, edge: Edge): void {
  const disabled = edge.readFile(`/proc/sys/net/ipv6/conf/${device}/disable_ipv6`)
  if (disabled?.trim() === '0') {
    waitUntil(edge, () => globalAddresses(device, edge).length > 0)
  }
}

function waitUntil(edge: Edge, isOver: () => boolean): void {
  for (let waited = 0; waited < LIMIT && !isOver(); waited += POLL) {
    edge.sleep(POLL)
  }
}

/** IFA_F_TENTATIVE and IFA_F_DADFAILED, the kernel's include/uapi/linux/if_addr.h. */
const TENTATIVE = 0x40
const DETECTION_FAILED = 0x08

/**
 * The state of each global IPv6 address of the device, from /proc/net/if_inet6: address, interface index, prefix
 * length, scope, flags (all hexadecimal), name.
 */
function globalAddresses(device: string, edge: Edge): ('tentative' | 'settled')[] {
  return (edge.readFile('/proc/net/if_inet6') ?? '').split('\n').flatMap((line) => {
    const [, , , scope, hex = '0', name] = line.split(/ +/)
    const flags = Number.parseInt(hex, 16)
    const isTentative = (flags & TENTATIVE) !== 0 && (flags & DETECTION_FAILED) === 0
    return name === device && scope === '00' ? [isTentative ? 'tentative' : 'settled'] : []
  })
}
