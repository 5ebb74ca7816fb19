/** DHCP leases → the gateway that they give. */
import { parseIp } from '../words/address.ts'

/** What a lease says of an IPv4 address and its router. */
export interface Lease {
  readonly address: string
  readonly gateway: string
}

/**
 * The last lease of the device in a lease file of dhclient (dhclient.leases(5)), unless it is over.
 *
 * @param text the file; a lease renewed is appended, so the last one of the device is in force
 * @param now to tell an expired lease
 */
export function parseDhclientLeases(text: string, device: string, now: Date): Lease | undefined {
  const leases = [...text.matchAll(/^lease \{\n([\s\S]*?)^\}/gm)].map((match) => match[1] ?? '')
  const last = leases.findLast((lease) => statement(lease, 'interface') === `"${device}"`)
  if (last === undefined || expiry(last) <= now.getTime()) {
    return undefined
  }
  const classless = statement(last, 'option rfc3442-classless-static-routes')
  // RFC 3442: a client that was given classless routes ignores the router option.
  const gateway = classless === undefined ? statement(last, 'option routers') : classlessDefault(classless)
  return makeLease(statement(last, 'fixed-address'), gateway)
}

/**
 * The lease that `dhcpcd -U DEVICE` prints (dhcpcd(8)): assignments, in some versions quoted or with `new_` before the
 * name.
 */
export function parseDhcpcdLease(text: string): Lease | undefined {
  const value = (name: string) => new RegExp(`^(?:new_)?${name}='?([^'\\n]*)'?$`, 'm').exec(text)?.[1]
  const classless = value('classless_static_routes')
  const classlessGateway = classless && /(?:^|\s)0\.0\.0\.0\/0\s+(\S+)/.exec(classless)?.[1]
  return makeLease(value('ip_address'), classless ? classlessGateway : value('routers'))
}

/** A lease of an address and the first of its routers; undefined where either is missing or no address. */
function makeLease(address: string | undefined, routers: string | undefined): Lease | undefined {
  const ip = parseIp(address ?? '')
  const gateway = parseIp(routers?.split(/[\s,]+/)[0] ?? '')
  return ip && gateway && gateway.text !== '0.0.0.0' ? { address: ip.text, gateway: gateway.text } : undefined
}

/** The value of `NAME VALUE;` in a lease. */
function statement(lease: string, name: string): string | undefined {
  return new RegExp(`^\\s*${name} (.*);`, 'm').exec(lease)?.[1]
}

/** Milliseconds since the epoch. `expire 1 2026/11/23 13:58:06;` is UTC, `expire epoch 1795442286; # …` is seconds. */
function expiry(lease: string): number {
  const value = statement(lease, 'expire') ?? 'never'
  const epoch = /^epoch (\d+)/.exec(value)
  if (epoch !== null) {
    return Number(epoch[1]) * 1000
  }
  const date = /^\d (\d+)\/(\d+)\/(\d+) (\d+):(\d+):(\d+)$/.exec(value)
  if (date === null) {
    return Number.POSITIVE_INFINITY
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = date.slice(1).map(Number)
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/** The default route's gateway among RFC 3442's octets: width, significant octets of the destination, router. */
function classlessDefault(value: string): string | undefined {
  const octets = value.split(/[,\s]+/).map(Number)
  let at = 0
  while (at < octets.length) {
    const width = octets[at] ?? 0
    const router = at + 1 + Math.ceil(width / 8)
    if (width === 0) {
      return octets.slice(router, router + 4).join('.')
    }
    at = router + 4
  }
  return undefined
}
