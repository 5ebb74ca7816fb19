/** The project's numbers, each with its reason, and the tables' ids. */

/**
 * The routing protocol on every rule and route of ours: the mark of ownership. Free in iproute2's rt_protos, above
 * the kernel's own (RTPROT_STATIC is 4) and the routing daemons'.
 */
export const PROTOCOL = 77

/** The link group of uplinks, by which the companion rule tells them from other devices. The same number, to be found. */
export const UPLINK_GROUP = 77

/**
 * How short the prefix of a route of main's must be to count as a default: the companion passes over it. VPN clients
 * take over by halves, 0.0.0.0/1 and 128.0.0.0/1, ZeroTier by quarters, OpenVPN by ::/3 and 2000::/4.
 */
export const SUPPRESSED_LENGTH = { inet: 7, inet6: 4 } as const

/**
 * The ids of our endpoints: the highest that there are. The kernel holds 8 and chooses on its own behind the highest id
 * that was ever given, wrapping to 1 (net/mptcp/pm_kernel.c).
 */
export const FIRST_ENDPOINT_ID = 248
export const LAST_ENDPOINT_ID = 255

/** The kernel's limit of endpoints and of subflows per connection (MPTCP_PM_ADDR_MAX). */
export const MOST_ENDPOINTS = 8

/** The group of a link that nobody has put into one (INIT_NETDEV_GROUP). */
export const DEFAULT_GROUP = 0

/** The source rules' place: behind the rules of VPNs and admins, which start low, and before main's at 32766. */
export const PRIORITY = 31000

/** The last place of a source rule: its barrier stands behind it, and before the detour. */
export const LAST_PRIORITY = 32762

/** The two rules before main's that lead round a dead uplink: first main's specific routes, then a living uplink's table. */
export const DETOUR_PRIORITY = 32765

/** The kernel's main table (RT_TABLE_MAIN). */
export const MAIN_TABLE = 254

/** RTN_UNICAST, and the types that answer with an error instead of a way: blackhole, unreachable, prohibit. */
export const UNICAST = 1
export const TERMINAL_TYPES: readonly number[] = [6, 7, 8]

/** RTPROT_KERNEL: routes that follow from addresses. */
export const KERNEL_PROTOCOL = 2

/** Routes that an admin, the kernel or a client of its own makes: unspec, redirect, kernel, boot, static, ra, dhcp. */
const PLAIN_PROTOCOLS: readonly number[] = [0, 1, KERNEL_PROTOCOL, 3, 4, 9, 16]

/** Whether a routing daemon made the route: one of those may be one of very many. */
export function isDaemonProtocol(protocol: number): boolean {
  return protocol !== PROTOCOL && !PLAIN_PROTOCOLS.includes(protocol)
}

/** How many routes of routing daemons a device and family may have in main to be mirrored: more would cost every run. */
export const MOST_DAEMON_ROUTES = 1000

/** RT_SCOPE_UNIVERSE and RT_SCOPE_LINK. */
export const GLOBAL_SCOPE = 0
export const LINK_SCOPE = 253

/** The metric of IPv6 routes that are given none (IP6_RT_PRIO_USER). */
export const IPV6_METRIC = 1024

/** unspec, default, main and local, rtnetlink(7). */
const RESERVED_TABLES = [0, 253, MAIN_TABLE, 255]

const LARGEST_TABLE = 4294967295

/** Derived ids start here: above all that people and tools pick by hand. */
const FIRST_DERIVED = 65536

/** Derived ids stay below this: some tools read them as signed 32-bit numbers. */
const LAST_DERIVED = 2 ** 31 - 1

/** How many trailing numbers each stem has to itself. */
const NUMBERS_PER_STEM = 65536

/** Whether rules of ours may look up the table. */
export function isUsableTable(id: number): boolean {
  return Number.isInteger(id) && id <= LARGEST_TABLE && id >= 0 && !RESERVED_TABLES.includes(id)
}

/** FNV-1a, 32 bits: short, and spreads the few characters of an interface's name well. */
export function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0
  }
  return value
}

/**
 * The table id of a device: a pure function of its name, so that every run finds the same one without a state file.
 * Names that differ in their trailing number alone, as eth0 and eth1 do, get ids that differ by the same amount; a
 * number with leading zeros or above 65535 (enx001122334455) counts as letters.
 *
 * @param gateway of a further way out of the same device, which has a table of its own
 * @returns an id from 65536 to 2147483647
 */
export function deriveTable(device: string, gateway?: string): number {
  const name = gateway === undefined ? device : `${device} ${gateway}`
  const [, stem, digits] = /^(.*?)(0|[1-9]\d{0,4})?$/s.exec(device) ?? ['', device]
  const number = digits !== undefined && !/\d$/.test(stem ?? '') ? Number(digits) : NUMBERS_PER_STEM
  const named = gateway === undefined && number < NUMBERS_PER_STEM
  const blocks = Math.floor((LAST_DERIVED + 1 - FIRST_DERIVED) / NUMBERS_PER_STEM)
  const block = hash(named ? `${stem}#` : name) % blocks
  const offset = named ? number : hash(`${name}#offset`) % NUMBERS_PER_STEM
  return FIRST_DERIVED + block * NUMBERS_PER_STEM + offset
}

/**
 * The names that iproute2 knows tables by.
 *
 * @param files the texts of rt_tables and rt_tables.d/*.conf, in the order of reading: `ID NAME` a line, `#` comments
 */
export function parseTableNames(files: readonly string[]): Map<string, number> {
  const names = new Map<string, number>()
  for (const line of files.join('\n').split('\n')) {
    const match = /^\s*(0x[0-9a-f]+|\d+)\s+(\S+)/i.exec(line)
    if (match?.[1] !== undefined && match[2] !== undefined) {
      names.set(match[2], Number(match[1]))
    }
  }
  return names
}
