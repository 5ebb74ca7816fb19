/** Forwarded connections, which keep the uplink that they came in by: the words that reading, planning and writing share. */
import type { Family, Mark } from './state.ts'

/** Clear of the bits that Docker, kube-proxy, wg-quick, mwan3 and Tailscale use. */
export const FORWARD_MASK = 0x7f000000

/** A mark or a mask as ip and nft print it. */
export function toHex(number: number): string {
  return `0x${number.toString(16)}`
}

/** A mark with its mask as ip and nft print it, which also tells it from any other: `0x1000000/0x7f000000`. */
export function markText({ value, mask }: Mark): string {
  return `${toHex(value)}/${toHex(mask)}`
}

/** The mark that an uplink has been given: connections keep it over ifdown and ifup. */
export interface MarkedWay {
  readonly device: string
  readonly family: Family
  /** The uplink's own: a device with two ways out has two. */
  readonly table: number
  readonly mark: Mark
}

/** What comes in by an uplink and is forwarded bears its mark. */
export interface ForwardedWay extends MarkedWay {
  /** Where the device has several ways out, which of them it is: by the address that a connection was opened to. */
  readonly destinations: { readonly addresses: readonly string[]; readonly others: boolean } | undefined
}

/** Whether nft can name the device: its strings know no escape but for a star, which stands for a name's rest. */
export function isMarkable(device: string): boolean {
  return !/["*\\]/.test(device)
}

/** The table that is ours alone, in the place where nft(8) wants a table's name. */
export const NFT_TABLE = 'inet mptcp_routes'

/** How the comment of our table begins: one of the same name without it is somebody else's. */
export const NFT_COMMENT = 'ifupdown-mptcp'

/** The nft table of forwarded connections. */
export interface NftTable {
  /** Commands of nft(8) that make it where there is none. */
  readonly text: string
  /** Tells it from any other, however nft may spell it: see signatureOf() in src/kernel/nft.ts. */
  readonly signature: string
}

/** What stands under the table's name. */
export type NftStanding =
  | { readonly owner: 'nobody' | 'others' }
  | { readonly owner: 'ours'; readonly table: NftTable }
  /** nft is missing, or does not tell; why, in words. */
  | { readonly owner: 'untold'; readonly why: string }
