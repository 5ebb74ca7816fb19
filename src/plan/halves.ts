/** Half defaults of main's: routes so short that they take over from the default, as those of VPN clients do. */
import type { Family, Route } from '../words/state.ts'
import { MAIN_TABLE, PROTOCOL, SUPPRESSED_LENGTH, UNICAST } from '../words/table.ts'
import type { Host } from './host.ts'

/** To be asked for by `host.once`. */
export function findHalves({ snapshot }: Host, family: Family): Route[] {
  return snapshot.routes.filter(
    (route) =>
      route.family === family &&
      route.table === MAIN_TABLE &&
      route.type === UNICAST &&
      route.protocol !== PROTOCOL &&
      isHalf(route.destination, family),
  )
}

function isHalf(destination: string, family: Family): boolean {
  const [base = '', length] = destination.split('/')
  return length !== undefined && Number(length) <= SUPPRESSED_LENGTH[family] && !isBeyondHosts(base, family)
}

/**
 * Up there are groups (224.0.0.0/4, ff00::/8), what nobody has (240.0.0.0/4), and addresses of sites and links: a
 * cluster's route to its group is nobody's default.
 */
function isBeyondHosts(base: string, family: Family): boolean {
  return family === 'inet' ? Number.parseInt(base, 10) >= 224 : Number.parseInt(base, 16) >= 0xe000
}
