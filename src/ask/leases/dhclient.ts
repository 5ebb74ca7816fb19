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
    .split('\nlease {')
    .slice(1)
    .map(upToBrace)
    .findLast((lease) => findValue(lease, 'interface') === `"${device}"`)
  if (last === undefined || !(expiryOf(last) > now.getTime())) {
    return undefined
  }
  return makeLease("dhclient's lease file", {
    address: findValue(last, 'fixed-address'),
    routers: findValue(last, 'option routers'),
    classless: [findValue(last, 'option rfc3442-classless-static-routes')],
  })
}

/** A lease ends with a brace at the start of a line: strings are escaped and hold no newline. */
function upToBrace(lease: string): string {
  const end = lease.indexOf('\n}')
  return end < 0 ? '' : lease.slice(0, end)
}

/** The value of the line `  NAME VALUE;`, by searches that take linear time, whatever stands around it. */
function findValue(lease: string, name: string): string | undefined {
  const start = `\n  ${name} `
  const at = lease.lastIndexOf(start)
  if (at < 0) {
    return undefined
  }
  const [line = ''] = lease.slice(at + start.length).split('\n', 1)
  return line.slice(0, Math.max(line.lastIndexOf(';'), 0))
}

/**
 * Milliseconds since the epoch: `1 2026/11/23 13:58:06` is UTC after the day of the week, `epoch 1795442286` is what
 * `db-time-format local` writes; NaN, which is never in the future, for anything else.
 */
function expiryOf(lease: string): number {
  const [kind = '', ...words] = (findValue(lease, 'expire') ?? '').split(' ')
  if (kind === 'never') {
    return Number.POSITIVE_INFINITY
  }
  if (kind === 'epoch') {
    return Number(words[0]) * 1000
  }
  const [year = NaN, month = NaN, day, hour, minute, second] = words.join('/').split(/[/:]/).map(Number)
  return Date.UTC(year, month - 1, day, hour, minute, second)
}
