/** IPv6 routes that a dump shows on one line, each as the route of its own that it is in the kernel. */
import ipaddr from 'ipaddr.js'
import type { Hop, Route, RouterPreference } from '../words/state.ts'

/**
 * The routes, those of IPv6 with one hop each. A line tells the preference of its first hop alone.
 *
 * @param list gives /proc/net/ipv6_route, where the preferences of the others are; asked for only if there are any
 */
export function separateSiblings(routes: readonly Route[], list: () => string): Route[] {
  const shared = routes.filter(isShared)
  if (shared.length === 0) {
    return [...routes]
  }
  const places = new Set(shared.map(placeOf))
  const untold = parsePreferences(list(), places)
  for (const route of routes) {
    const [hop] = route.hops
    if (hop !== undefined && route.family === 'inet6' && places.has(placeOf(route))) {
      takeOut(untold.get(keyOf(route, hop)), route.preference)
    }
  }
  return routes.flatMap((route) =>
    isShared(route) ? route.hops.map((hop, i) => toSibling(route, hop, i, untold)) : [route],
  )
}

function isShared({ family, hops }: Route): boolean {
  return family === 'inet6' && hops.length > 1
}

function toSibling(
  route: Route,
  hop: Hop,
  place: number,
  untold: ReadonlyMap<string, RouterPreference[]>,
): Route {
  const preference = place === 0 ? undefined : untold.get(keyOf(route, hop))?.shift()
  return { ...route, hops: [hop], behind: place > 0, preference: preference ?? route.preference }
}

function takeOut(preferences: RouterPreference[] | undefined, known: RouterPreference): void {
  const at = preferences?.indexOf(known) ?? -1
  if (at !== -1) {
    preferences?.splice(at, 1)
  }
}

/** The flags' bits 27 and 28, RFC 4191's two bits for a preference (RTF_PREF). */
const PREFERENCES: readonly (RouterPreference | undefined)[] = ['medium', 'high', undefined, 'low']

/**
 * The preferences of the routes to the places, in the kernel's order. All tables stand in the list, without their
 * numbers, so a key may have several.
 *
 * @param text destination, its length, source, its length, gateway, metric, references, uses, flags (all hexadecimal), device
 */
function parsePreferences(text: string, places: ReadonlySet<string>): Map<string, RouterPreference[]> {
  const found = new Map<string, RouterPreference[]>()
  for (const line of text.split('\n')) {
    const [to, toLength, from, fromLength, gateway, metric, , , flags = '', device] = line.split(/ +/)
    const preference = PREFERENCES[(Number.parseInt(flags, 16) >>> 27) & 3]
    const place = `${to}/${toLength} ${from}/${fromLength}`
    if (preference !== undefined && places.has(place)) {
      const key = `${place} ${gateway} ${metric} ${device}`
      found.set(key, [...(found.get(key) ?? []), preference])
    }
  }
  return found
}

/** Destination and source, as /proc/net/ipv6_route spells them. */
function placeOf({ destination, source }: Route): string {
  return `${toHex(destination)} ${toHex(source ?? 'default')}`
}

function keyOf(route: Route, { gateway, device }: Hop): string {
  const [address] = toHex(gateway ?? '::').split('/')
  return `${placeOf(route)} ${address} ${route.metric.toString(16).padStart(8, '0')} ${device}`
}

function toHex(prefix: string): string {
  const [address = '', length = '128'] = (prefix === 'default' ? '::/0' : prefix).split('/')
  const hex = (byte: number) => byte.toString(16).padStart(2, '0')
  return `${ipaddr.IPv6.parse(address).toByteArray().map(hex).join('')}/${hex(Number(length))}`
}
