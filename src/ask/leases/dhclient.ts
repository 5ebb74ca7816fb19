/** dhclient's lease files (dhclient.leases(5)). */
import type { Edge } from '../../words/edge.ts'
import { type Lease, makeLease } from './lease.ts'

const DIRECTORY = '/var/lib/dhcp'

/** ifupdown gives each device a file of its own; `dhclient eth1` by hand writes one for all. The first that tells wins. */
export function dhclientLease(device: string, edge: Edge): Lease | undefined {
  const files = [`${DIRECTORY}/dhclient.${device}.leases`, `${DIRECTORY}/dhclient.leases`]
  for (const file of files) {
    const lease = parseDhclientLeases(edge.readFile(file) ?? '', device, edge.now())
    if (lease !== undefined) {
      return lease
    }
  }
  return undefined
}

/**
 * The last lease of the device, unless it is over; a renewal is appended, so no earlier one is in force.
 *
 * @param text the file; a lease whose end is missing is still being written, and does not count
 * @param now to tell an expired lease
 */
export function parseDhclientLeases(text: string, device: string, now: Date): Lease | undefined {
  const last = `\n${text}`
    .split('\nlease {\n')
    .slice(1)
    .findLast((lease) => findValue(linesOf(lease), 'interface') === `"${device}"`)
  const lines = linesOf(last ?? '')
  if (!(expiryOf(lines) > now.getTime())) {
    return undefined
  }
  return makeLease("dhclient's lease file", {
    address: findValue(lines, 'fixed-address'),
    routers: findValue(lines, 'option routers'),
    classless: [findValue(lines, 'option rfc3442-classless-static-routes')],
  })
}

/** The lines of a lease up to its closing brace, which stands alone; strings within are escaped and hold no newline. */
function linesOf(lease: string): string[] {
  const end = lease.indexOf('\n}')
  return end < 0 ? [] : lease.slice(0, end).split('\n')
}

/** The value of the line `NAME VALUE;`. */
function findValue(lines: readonly string[], name: string): string | undefined {
  const start = `  ${name} `
  const line = lines.findLast((one) => one.startsWith(start))
  return line?.slice(start.length, Math.max(line.lastIndexOf(';'), start.length))
}

/**
 * Milliseconds since the epoch: `1 2026/11/23 13:58:06` is UTC after the day of the week, `epoch 1795442286` is what
 * `db-time-format local` writes; NaN, which is never in the future, for anything else.
 */
function expiryOf(lines: readonly string[]): number {
  const [kind = '', ...words] = (findValue(lines, 'expire') ?? '').split(' ')
  if (kind === 'never') {
    return Number.POSITIVE_INFINITY
  }
  if (kind === 'epoch') {
    return Number(words[0]) * 1000
  }
  const [year = NaN, month = NaN, day, hour, minute, second] = words.join('/').split(/[/:]/).map(Number)
  return Date.UTC(year, month - 1, day, hour, minute, second)
}
