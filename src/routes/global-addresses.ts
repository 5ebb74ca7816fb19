/** The addresses of a device that lead out of its link. */
import type { Host } from '../plan/host.ts'
import type { Family } from '../words/state.ts'

/** In the kernel's order. */
export function globalAddresses(host: Host, device: string, family: Family): string[] {
  return host
    .addressesOf(device)
    .filter((address) => address.family === family && address.global)
    .map(({ local }) => local)
}
