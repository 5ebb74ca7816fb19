/** What the device of a run carries, with the rules that stand for it. */
import type { Event } from '../ask/environment.ts'
import { Refusal } from '../words/refusal.ts'
import type { Address, Family, Rule, Snapshot } from '../words/state.ts'
import { deriveTable } from '../words/table.ts'

export interface CarriedAddress extends Address {
  /** The source rule of ours that the address has already. */
  readonly standing: Rule | undefined
  /**
   * The stanza speaks for the address: it names it, or names none. Of another one, what stands stays as it is, and what
   * is missing is made. Whether something stands must not count here: a run that was killed would not find its way back.
   */
  readonly own: boolean
}

/** What the device carries, and what the stanza gives and the kernel does not show. */
export function carriedAddresses(family: Family, event: Event, snapshot: Snapshot): CarriedAddress[] {
  const given = event.addresses.filter((address) => address.family === family)
  const shown = snapshot.addresses.filter(
    (address) => address.family === family && address.device === snapshot.device,
  )
  const known = [...shown, ...snapshot.otherAddresses.filter(({ device }) => device === snapshot.device)]
  const absent = given.filter(({ text }) => !known.some(({ local }) => local === text))
  const all: Address[] = [
    ...shown,
    ...absent.map(({ text, subnet, peer }) => {
      return {
        family,
        device: snapshot.device,
        local: text,
        subnet,
        peer,
        temporary: false,
        tentative: false,
      }
    }),
  ]
  return all
    .filter((address, i) => all.findIndex(({ local }) => local === address.local) === i)
    .map((address) => {
      const standing = snapshot.rules.find((rule) => rule.kind === 'source' && rule.from === address.local)
      const own = given.length === 0 || given.some(({ text }) => text === address.local)
      return { ...address, standing, own }
    })
}

/**
 * Two devices with one address cannot be told apart by source rules: the first keeps its rule. And what is on another
 * device alone is not this one's.
 *
 * @throws Refusal on the second device
 */
export function checkHolders(addresses: readonly CarriedAddress[], snapshot: Snapshot, event: Event): void {
  for (const { local, standing } of addresses) {
    const holders = snapshot.addresses
      .filter((address) => address.local === local)
      .map(({ device }) => device)
    const other = holders.find((device) => device !== snapshot.device)
    const isOurs =
      snapshot.routes.some(({ table }) => table === standing?.table) ||
      standing?.table === deriveTable(snapshot.device)
    if (other !== undefined && !holders.includes(snapshot.device)) {
      throw new Refusal(
        `address "${local}" is on ${other}, not on ${event.device} (${event.setter('IF_ADDRESS')})`,
      )
    }
    if (other !== undefined && standing !== undefined && !isOurs) {
      const why = 'rules by source address cannot tell the two apart: give one of them another address'
      throw new Refusal(`address "${local}" is also on ${other}, whose rule it has; ${why}`)
    }
  }
}

/** A message for each address that only the stanza knows of. */
export function absentNotices(
  addresses: readonly CarriedAddress[],
  snapshot: Snapshot,
  event: Event,
): string[] {
  return addresses
    .filter(
      ({ local }) =>
        !snapshot.addresses.some((shown) => shown.local === local && shown.device === snapshot.device),
    )
    .map(
      ({ local }) => `address "${local}" is not on the device: used as given (${event.setter('IF_ADDRESS')})`,
    )
}
