/** The project's numbers, each with its reason, and the tables' ids. */

/**
 * The routing protocol on every rule and route of ours: the mark of ownership. Free in iproute2's rt_protos, above
 * the kernel's own (RTPROT_STATIC is 4) and the routing daemons'.
 */
export const PROTOCOL = 77

/** The link group of uplinks, by which the companion rule tells them from other devices. The same number, to be found. */
export const UPLINK_GROUP = 77

/** The group of a link that nobody has put into one (INIT_NETDEV_GROUP). */
export const DEFAULT_GROUP = 0

/** The source rules' place: behind the rules of VPNs and admins, which start low, and before main's at 32766. */
export const PRIORITY = 31000

/** The kernel's main table (RT_TABLE_MAIN). */
export const MAIN_TABLE = 254

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
function hash(text: string): number {
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
 * @returns an id from 65536 to 2147483647
 */
export function deriveTable(device: string): number {
  const [, stem, digits] = /^(.*?)(0|[1-9]\d{0,4})?$/.exec(device) ?? ['', device]
  const number = digits !== undefined && !/\d$/.test(stem ?? '') ? Number(digits) : NUMBERS_PER_STEM
  const named = number < NUMBERS_PER_STEM
  const blocks = Math.floor((LAST_DERIVED + 1 - FIRST_DERIVED) / NUMBERS_PER_STEM)
  const block = hash(named ? `${stem}#` : device) % blocks
  const offset = named ? number : hash(`${device}#offset`) % NUMBERS_PER_STEM
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
