/** The families by other names than those that rtnetlink and ifupdown give them. */
import type { Family } from './state.ts'

/** As people call them. */
export const VERSIONS: Readonly<Record<Family, string>> = { inet: 'IPv4', inet6: 'IPv6' }

/** As sysctl(8) and nft(8) spell them. */
export const KERNEL_NAMES: Readonly<Record<Family, string>> = { inet: 'ipv4', inet6: 'ipv6' }
