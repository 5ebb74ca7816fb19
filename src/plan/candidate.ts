/** Which addresses deserve an MPTCP endpoint, and which of them can have one now. */
import { isLinkLocal, isUniqueLocal } from '../words/address.ts'
import type { Endpoint, EndpointFlag } from '../words/state.ts'
import type { Carried } from './carried.ts'
import { isSpokenFor, type Uplink } from './uplink.ts'

/** An address that deserves an endpoint. */
export interface Candidate {
  readonly address: Carried
  /** The flags that the stanza asks for; undefined where it is silent, or speaks of other addresses. */
  readonly asked: readonly EndpointFlag[] | undefined
  /** The endpoint of ours that stands there already, be it of a device that is gone. */
  readonly standing: Endpoint | undefined
}

/** The candidates of an uplink, those that have a place first, and of the others those that a stanza names. */
export function findCandidates(uplink: Uplink, owned: readonly Endpoint[]): Candidate[] {
  const standing = new Map(owned.map((endpoint) => [endpoint.address, endpoint]))
  const rank = ({ standing: has, address }: Candidate) =>
    has === undefined ? 256 + Number(address.named === undefined) : 255 - has.id
  return uplink.addresses
    .flatMap((address): Candidate[] => {
      const asked = askedFlags(address, uplink)
      return deserves(address, asked, uplink)
        ? [{ address, asked, standing: standing.get(address.local) }]
        : []
    })
    .sort((one, other) => rank(one) - rank(other))
}

/** Undefined where the stanza is silent, or speaks of other addresses. */
export function askedFlags(address: Carried, uplink: Uplink): readonly EndpointFlag[] | undefined {
  const stanza = address.named ?? (isSpokenFor(address, uplink) ? uplink.stanza : undefined)
  return stanza?.options.endpoint
}

/** Temporary and deprecated addresses are not to start connections from, nor is a dead uplink; a unique-local one leads nowhere outside. */
function deserves(
  address: Carried,
  asked: readonly EndpointFlag[] | undefined,
  { out, stanza, avoided }: Uplink,
): boolean {
  const { local, temporary, deprecated, named } = address
  if (avoided || temporary || deprecated || isLinkLocal(local) || (named ?? stanza)?.leaving === true) {
    return false
  }
  return asked === undefined ? out !== undefined && !isUniqueLocal(local) : asked.length > 0
}

/** The kernel never tries an endpoint again that it met on a tentative address. */
export function isReady({ address }: Candidate): boolean {
  return !address.tentative && !address.duplicate
}
