/** What a lease says of an address and its routers. */
import { parseIp } from '../../words/address.ts'
import { type ClasslessRoute, parseClasslessRoutes, parseRouters } from './routes.ts'

export interface Lease {
  /** The address that is leased; whether the device carries it is not known here. Undefined where its keeper does not tell. */
  readonly address: string | undefined
  /** Of the address's family, in the server's order; empty where the lease names none. */
  readonly routers: readonly string[]
  /** Who keeps the lease, for a message. */
  readonly from: string
}

/** The values of a lease as its keeper spells them. */
export interface Spelled {
  readonly address: string | undefined
  readonly routers: string | undefined
  /** Options 121 and 249, Microsoft's earlier number for the same. */
  readonly classless: readonly (string | undefined)[]
}

/** The lease that the values spell; undefined where the address is none. IPv4 only. */
export function makeLease(from: string, spelled: Spelled): Lease | undefined {
  const ip = parseIp(spelled.address ?? '')
  return ip?.family === 'inet' ? { address: ip.text, routers: routersOf(spelled), from } : undefined
}

/** RFC 3442: a client that was given classless routes ignores the router option. */
export function routersOf({ routers, classless }: Omit<Spelled, 'address'>): string[] {
  const routes = classless.find((value) => value !== undefined)
  return routes === undefined ? parseRouters(routers ?? '') : defaultRouters(parseClasslessRoutes(routes))
}

function defaultRouters(routes: readonly ClasslessRoute[]): string[] {
  return parseRouters(
    routes
      .filter(({ prefix }) => prefix === '0.0.0.0/0')
      .map(({ router }) => router)
      .join(' '),
  )
}
