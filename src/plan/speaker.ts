/** Which stanza speaks for a rule that stands. */
import type { Stanza } from '../ask/stanza.ts'
import type { Rule } from '../words/state.ts'
import { type Host, stanzasOf } from './host.ts'

/** The devices whose rule it is: by our routes in its table, by a claim to the table, by who holds its address. */
export function devicesOfRule(host: Host, { family, from, table }: Rule): readonly string[] {
  const through = host.devicesOfTable(family, table)
  if (through.length > 0) {
    return through
  }
  const claimants = host.claimantsOf(family, table)
  if (claimants.length > 0) {
    return claimants
  }
  const holders = host.holdersOf(from)
  return holders.length === 1 ? holders : []
}

/** The stanza that names the rule's address, else the first of its device. */
export function stanzaFor(host: Host, rule: Rule): Stanza | undefined {
  const [device] = devicesOfRule(host, rule)
  const stanzas = device === undefined ? [] : stanzasOf(host, device, rule.family)
  return stanzas.find(({ addresses }) => addresses.some(({ text }) => text === rule.from)) ?? stanzas[0]
}
