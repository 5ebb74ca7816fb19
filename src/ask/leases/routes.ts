/** The routers that a DHCP server names, in the options' text forms. IPv4 only. */
import { parseIp, subnetOf } from '../../words/address.ts'

/** One route of option 121 (RFC 3442). */
export interface ClasslessRoute {
  /** `10.7.0.0/16`; `0.0.0.0/0` for the default route. */
  readonly prefix: string
  /** `0.0.0.0`: the destination is on the link. */
  readonly router: string
}

/** The routers of `10.1.1.1,10.1.1.2` or `10.1.1.1 10.1.1.2`, in order, without what is no IPv4 address or 0.0.0.0. */
export function parseRouters(text: string): string[] {
  return splitWords(text).flatMap((word) => {
    const router = parseIpv4(word)
    return router === undefined || router === '0.0.0.0' ? [] : [router]
  })
}

/**
 * The routes of RFC 3442's option.
 *
 * @param text octets (dhclient: `16,10,7,10,1,1,7,0,10,1,1,1`, or with blanks) or pairs of prefix and router (dhcpcd:
 *   `10.7.0.0/16 10.1.1.7 0.0.0.0/0 10.1.1.1`, systemd-networkd: `10.7.0.0/16,10.1.1.7 …`)
 * @returns the routes in order; none where any part is not understood, as the rest cannot be told from it
 */
export function parseClasslessRoutes(text: string): ClasslessRoute[] {
  const words = splitWords(text)
  return text.includes('/') ? parsePairs(words) : parseOctets(words)
}

function parsePairs(words: readonly string[]): ClasslessRoute[] {
  const routes: ClasslessRoute[] = []
  for (let at = 0; at < words.length; at += 2) {
    const [destination = '', width = '', ...more] = (words[at] ?? '').split('/')
    const route = makeRoute(destination, parseNumber(width), words[at + 1] ?? '')
    if (route === undefined || more.length > 0) {
      return []
    }
    routes.push(route)
  }
  return routes
}

/** Each route: the prefix length, the octets of the destination that it covers, the router. */
function parseOctets(words: readonly string[]): ClasslessRoute[] {
  const routes: ClasslessRoute[] = []
  let at = 0
  while (at < words.length) {
    const width = parseNumber(words[at] ?? '')
    const router = at + 1 + Math.ceil((width ?? 0) / 8)
    const destination = [...words.slice(at + 1, router), '0', '0', '0', '0'].slice(0, 4)
    const route = makeRoute(destination.join('.'), width, words.slice(router, router + 4).join('.'))
    if (route === undefined) {
      return []
    }
    routes.push(route)
    at = router + 4
  }
  return routes
}

/** The host's bits of the destination are cleared, as RFC 3442 asks of a client. */
function makeRoute(destination: string, width: number | undefined, via: string): ClasslessRoute | undefined {
  const ip = parseIp(destination)
  const router = parseIpv4(via)
  if (ip?.family !== 'inet' || router === undefined || width === undefined || width > 32) {
    return undefined
  }
  return { prefix: width === 0 ? '0.0.0.0/0' : (subnetOf(ip, width) ?? `${ip.text}/32`), router }
}

/** A prefix length; undefined for what is no number of at most two digits. */
function parseNumber(text: string): number | undefined {
  return /^\d{1,2}$/.test(text) ? Number(text) : undefined
}

function parseIpv4(text: string): string | undefined {
  const ip = parseIp(text)
  return ip?.family === 'inet' ? ip.text : undefined
}

/** Longer values are not understood: DHCP has no message of this size in octets, so no server has sent one. */
const LONGEST_VALUE = 65_536

function splitWords(text: string): string[] {
  return text.length > LONGEST_VALUE ? [] : text.split(/[\s,]/).filter((word) => word !== '')
}
