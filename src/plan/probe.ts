/** Whom an uplink's own stanza tells to ask whether it leads anywhere, and what the admin should hear of that. */
import { type Fault, findTargets, type Target } from '../ask/probe-targets.ts'
import type { Stanza } from '../ask/stanza.ts'
import { isIpv6, isLinkLocal } from '../words/address.ts'
import { quote } from '../words/refusal.ts'
import type { Host } from './host.ts'
import { whyNoRouter } from './reach.ts'
import type { Uplink } from './uplink.ts'
import type { Way } from './ways.ts'

export interface Probe {
  /** None where all words are wrong: the uplink then counts as alive. */
  readonly targets: readonly Target[]
  /** In seconds, from one round to the next. */
  readonly interval: number
  /** `mptcp-probe "VALUE" WHY (WHO SET IT)`. */
  readonly notices: readonly string[]
}

/** Undefined where nobody asks for it, or there is no way out that could be dead. */
export function probeOf(
  host: Host,
  uplink: Pick<Uplink, 'device' | 'family' | keyof Way>,
): Probe | undefined {
  const { out, device, family } = uplink
  const stanza = speakerOf(uplink)
  if (out === undefined || stanza === undefined) {
    return undefined
  }
  const { targets, faults, isForOther } = findTargets({
    ...{ words: stanza.options.probe, family, device },
    gateways: out.hops.flatMap(({ gateway }) => gateway ?? []),
    whyNobody: (address) => whyNobody(host, device, address),
  })
  const missing = { value: stanza.options.probe.join(' '), why: `has no ${family} address` }
  const told = isForOther && !speaksForBoth(host, stanza) ? [missing, ...faults] : faults
  return {
    targets,
    interval: stanza.options.probeInterval,
    notices: told.map((fault) => noticeOf(fault, stanza)),
  }
}

/** Whose words count. */
export function speakerOf(uplink: Pick<Uplink, 'stanza' | 'addresses'>): Stanza | undefined {
  return spokesmen(uplink).find(({ options }) => options.probe.length > 0)
}

/** Who made the way, then those whose addresses go that way. */
function spokesmen({ stanza, addresses }: Pick<Uplink, 'stanza' | 'addresses'>): Stanza[] {
  return [stanza, ...addresses.map(({ named }) => named)].filter((one) => one !== undefined)
}

/** A link-local address may be this host's on another link. A broadcast would be answered by nobody, or by this host. */
function whyNobody(host: Host, device: string, address: string): string | undefined {
  const family = isIpv6(address) ? 'inet6' : 'inet'
  const others = isLinkLocal(address) ? [] : host.snapshot.links.map(({ name }) => name)
  return [device, ...others]
    .map((name) => whyNoRouter({ host, device: name, family }, address))
    .find((why) => why !== undefined)
}

/** A section, a family that nobody asked for, or one run for both: the words for the other family are in their place. */
function speaksForBoth(host: Host, { door, configured, device, iface, family, options }: Stanza): boolean {
  const isTwin = (other: Stanza) =>
    other.iface === iface && other.family !== family && isSameWords(other.options.probe, options.probe)
  return door === 'configuration' || !configured || host.stanzasFor(device).some(isTwin)
}

function isSameWords(words: readonly string[], others: readonly string[]): boolean {
  return words.join(' ') === others.join(' ')
}

export function noticeOf({ value, why }: Fault, { setter }: Stanza): string {
  return `mptcp-probe ${quote(value)} ${why} (${setter('IF_MPTCP_PROBE')})`
}
