/** Addresses, prefixes and netmasks as text, parsed and printed by ipaddr.js. */
import ipaddr from 'ipaddr.js'
import { rememberLately } from './memo.ts'
import type { Family } from './state.ts'

export interface Ip {
  readonly family: Family
  /** As the kernel's tools print it: dotted quad, or RFC 5952. */
  readonly text: string
}

const BITS = { inet: 32, inet6: 128 } as const

/**
 * Texts that are in the one spelling already, as nearly all that the kernel prints: a dotted quad, and IPv6 with one gap
 * of two groups or more and no other zero. They need no parser, which would make up most of a large host's reading.
 */
const PLAIN_QUAD = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/
const PLAIN_GROUPS = /^(?=(?:[^:]*:){2,6}[^:]*$)(?:[1-9a-f][\da-f]{0,3}:)+(?::[1-9a-f][\da-f]{0,3})+$/

/** The address that the text spells, or undefined. IPv4 only as a dotted quad; no zone. */
export function parseIp(text: string): Ip | undefined {
  if (!isIpv6(text)) {
    return PLAIN_QUAD.test(text) ? { family: 'inet', text } : undefined
  }
  if (PLAIN_GROUPS.test(text)) {
    return { family: 'inet6', text }
  }
  if (!text.includes('%') && ipaddr.IPv6.isValid(text)) {
    return { family: 'inet6', text: ipaddr.IPv6.parse(text).toRFC5952String() }
  }
  return undefined
}

/**
 * The length of a netmask.
 *
 * @param text a dotted quad (255.255.255.0), a length (24), or empty: the address stands alone
 * @returns bits, or undefined where the text is no netmask of the family
 */
export function parseNetmask(text: string, family: Family): number | undefined {
  if (text === '') {
    return BITS[family]
  }
  if (/^\d{1,3}$/.test(text)) {
    return Number(text) <= BITS[family] ? Number(text) : undefined
  }
  if (family === 'inet' && ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return ipaddr.IPv4.parse(text).prefixLengthFromSubnetMask() ?? undefined
  }
  return undefined
}

/** The subnet of an address, `10.1.1.0/24`; undefined for one that stands alone or whose subnet is everything. */
export function subnetOf(address: Ip, length: number): string | undefined {
  if (length === 0 || length === BITS[address.family]) {
    return undefined
  }
  const cidr = `${address.text}/${length}`
  return address.family === 'inet'
    ? `${ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()}/${length}`
    : `${ipaddr.IPv6.networkAddressFromCIDR(cidr).toRFC5952String()}/${length}`
}

/** Whether the subnet (`10.1.1.0/24`) holds the address. The family is told first: a failed guess costs an exception. */
export function contains(subnet: string, address: string): boolean {
  if (isIpv6(subnet) !== isIpv6(address)) {
    return false
  }
  const [base, bits] = parseSubnet(subnet)
  // The package's types do not tell that the families are the same.
  return isIpv6(subnet)
    ? (parse(address) as ipaddr.IPv6).match(base as ipaddr.IPv6, bits)
    : (parse(address) as ipaddr.IPv4).match(base as ipaddr.IPv4, bits)
}

const parseSubnet = rememberLately((text: string) =>
  isIpv6(text) ? ipaddr.IPv6.parseCIDR(text) : ipaddr.IPv4.parseCIDR(text),
)

/**
 * Whether the address is the network or the broadcast address of the subnet. IPv6 has no broadcast, and its network
 * address is a router's (RFC 4291, subnet-router anycast); /31 has neither (RFC 3021).
 */
export function isEdgeOf(subnet: string, { family, text }: Ip): boolean {
  const length = Number(subnet.split('/')[1] ?? 32)
  if (family === 'inet6' || isIpv6(subnet) || length > 30 || !contains(subnet, text)) {
    return false
  }
  return edgesOf(subnet).includes(text)
}

const edgesOf = rememberLately((subnet: string) =>
  [ipaddr.IPv4.networkAddressFromCIDR(subnet), ipaddr.IPv4.broadcastAddressFromCIDR(subnet)].map(String),
)

/** The package's own parse() tries IPv6 first: for IPv4 that costs an exception. */
const parse = rememberLately((address: string) =>
  isIpv6(address) ? ipaddr.IPv6.parse(address) : ipaddr.IPv4.parse(address),
)

const rangeOf = rememberLately((address: string) => parse(address).range())

/** Whether the text, known to be an address or a prefix, is IPv6. */
export function isIpv6(text: string): boolean {
  return text.includes(':')
}

/** fe80::/10 and 169.254.0.0/16: reached on the link alone. */
export function isLinkLocal(address: string): boolean {
  return rangeOf(address) === 'linkLocal'
}

/** Whether the address, with or without a prefix length, is 0.0.0.0 or ::. */
export function isUnspecified(text: string): boolean {
  const ip = parseIp(text.split('/', 1)[0] ?? '')
  return ip?.text === '0.0.0.0' || ip?.text === '::'
}

/** Whether the address can be another host's or this one's on a network: no group, no loopback, no stand-in. */
export function isHost(ip: Ip): boolean {
  return !['unspecified', 'broadcast', 'multicast', 'loopback', 'ipv4Mapped'].includes(rangeOf(ip.text))
}

/** fc00::/7, RFC 4193: not routed on the internet. */
export function isUniqueLocal(address: string): boolean {
  return rangeOf(address) === 'uniqueLocal'
}
