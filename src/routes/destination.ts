/** Networks that are not in use, for look-ups that only a default route is to answer. */
import { contains, isIpv6, parseIp } from '../words/address.ts'
import type { Family, Route, Snapshot } from '../words/state.ts'
import { SUPPRESSED_LENGTH } from '../words/table.ts'

export interface UnusedNetwork {
  /** Two hosts of it. */
  readonly hosts: readonly [string, string]
  /** Its prefix length. */
  readonly length: number
}

/** The first network that no address, route or rule of the host is about; undefined where there is none. */
export function unusedNetwork(snapshot: Snapshot, family: Family): UnusedNetwork | undefined {
  const used = usedPrefixes(snapshot).filter((prefix) => isIpv6(prefix) === (family === 'inet6'))
  for (const stem of family === 'inet6' ? stems6() : stems4()) {
    const [network, length] = family === 'inet6' ? [`${stem}::`, 126] : [`${stem}.0`, 30]
    if (!used.some((prefix) => overlap(prefix, `${network}/${length}`))) {
      return { hosts: family === 'inet6' ? [`${stem}::1`, `${stem}::2`] : [`${stem}.1`, `${stem}.2`], length }
    }
  }
  return undefined
}

/** Those for documentation first (RFC 5737, RFC 3849), which lead nowhere; then others, as some hosts use even these. */
function* stems4(): Generator<string> {
  yield* ['203.0.113', '198.51.100', '192.0.2']
  for (let first = 11; first < 100; first += 1) {
    yield `${first}.99.99`
  }
}

function* stems6(): Generator<string> {
  for (let third = 0xffff; third > 0xff00; third -= 1) {
    yield `2001:db8:${third.toString(16)}`
  }
  for (let second = 0xff; second > 0; second -= 1) {
    yield `2600:${second.toString(16)}`
  }
}

function usedPrefixes({ addresses, routes, foreignRules }: Snapshot): string[] {
  const selected = foreignRules.flatMap(({ text }) => / to ([^ ]+)/.exec(text)?.[1] ?? [])
  return [
    ...addresses.map(({ local }) => local),
    ...routes.filter(isSpecific).map(({ destination }) => destination),
    ...selected.filter((prefix) => parseIp(prefix.split('/')[0] ?? '') !== undefined),
  ]
}

/** Not a default, nor a part of one as VPN clients make them. */
export function isSpecific({ destination, family }: Route): boolean {
  const length = Number(destination.split('/')[1] ?? 128)
  return destination !== 'default' && length > SUPPRESSED_LENGTH[family]
}

function overlap(one: string, other: string): boolean {
  return holds(one, other) || holds(other, one)
}

function holds(prefix: string, other: string): boolean {
  const [address = ''] = other.split('/')
  return prefix.includes('/') ? contains(prefix, address) : prefix === address
}
