/** What a device carries in a family, each address with the stanza that names it. */
import type { Stanza } from '../ask/stanza.ts'
import type { Address, Family } from '../words/state.ts'
import type { Host } from './host.ts'

export interface Carried extends Address {
  /** The stanza that names the address; undefined for one that came by DHCP, router advertisement or hand. */
  readonly named: Stanza | undefined
  /** The kernel shows it; else only the stanza of this run knows of it. */
  readonly shown: boolean
}

/**
 * The global addresses that the device carries and no other device has, and those that the run's own stanzas give and
 * the kernel does not show.
 */
export function carriedAddresses(
  host: Host,
  device: string,
  family: Family,
  stanzas: readonly Stanza[],
): Carried[] {
  const shown = host.addressesOf(device).filter((address) => address.family === family)
  const known = new Set(shown.map(({ local }) => local))
  const names = namedAddresses(stanzas)
  const absent = stanzas
    .filter(({ fresh }) => fresh)
    .flatMap((stanza) => stanza.addresses.filter(({ text }) => !known.has(text)))
    .map(({ text, peer }): Carried => {
      const flags = { global: true, temporary: false, deprecated: false, tentative: false, duplicate: false }
      return { ...flags, family, device, local: text, peer, named: names.get(text), shown: false }
    })
  const present = firstOfEach(shown.filter(({ global }) => global)).map(
    (address): Carried => ({ ...address, named: names.get(address.local), shown: true }),
  )
  return [...present, ...absent]
}

/** Of several stanzas that name an address, the run's own counts, then the one that was there first. */
function namedAddresses(stanzas: readonly Stanza[]): Map<string, Stanza> {
  const names = new Map<string, Stanza>()
  for (const stanza of [...stanzas].reverse().sort((one, other) => Number(one.fresh) - Number(other.fresh))) {
    for (const { text } of stanza.addresses) {
      names.set(text, stanza)
    }
  }
  return names
}

/** One address may stand twice, with two prefix lengths. */
function firstOfEach(addresses: readonly Address[]): Address[] {
  const seen = new Set<string>()
  return addresses.filter(({ local }) => !seen.has(local) && seen.add(local))
}

/** A message for each address that only the stanza knows of. */
export function absentNotices(addresses: readonly Carried[]): string[] {
  return addresses
    .filter(({ shown }) => !shown)
    .map(({ local, named }) => {
      const who = named === undefined ? '' : ` (${named.setter('IF_ADDRESS')})`
      return `address "${local}" is not on the device: used as given, until mptcp-routes next looks at the host${who}`
    })
}
