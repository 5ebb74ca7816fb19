/** Uplinks with their marks → the nft table that marks what is forwarded, nft(8). */
import { KERNEL_NAMES } from '../words/family.ts'
import type { ForwardedWay, NftTable } from '../words/forwarding.ts'
import { markText, NFT_COMMENT, NFT_TABLE, toHex } from '../words/forwarding.ts'
import type { Mark } from '../words/state.ts'
import { hash } from '../words/table.ts'

/**
 * Behind DNAT, so that a packet to this host itself is told from one that goes on to a guest, and before the route of
 * either is looked up. Whoever restores whole marks in `mangle` has done so.
 */
const HOOK = 'type filter hook prerouting priority dstnat + 10; policy accept;'

/** @param ways at least one */
export function printTable(ways: readonly ForwardedWay[]): NftTable {
  const marks = new Map(ways.map(({ mark }) => [markText(mark), mark]))
  const rules = [...ways.map(formatWay), ...[...marks.values()].map(formatMark)]
  const comments = rules.map(commentOf)
  const chain = rules.map((rule, i) => `${rule} comment "${comments[i]}"`)
  return {
    // A new table takes its comment alone: nft 1.0.6 drops what else `create` is given.
    text: [
      `create table ${NFT_TABLE} { comment "${NFT_COMMENT}"; }`,
      `table ${NFT_TABLE} { chain prerouting { ${HOOK} ${chain.join('; ')}; }; }`,
    ].join('; '),
    signature: [NFT_COMMENT, ...comments].join('\n'),
  }
}

/** A rule that says something else has another comment. */
function commentOf(rule: string): string {
  return `mptcp ${hash(rule).toString(16).padStart(8, '0')}`
}

const HEADERS = { inet: 'ip', inet6: 'ip6' } as const

/**
 * The first packet of a connection by the uplink that goes on to somebody else; and any later one, should somebody have
 * taken our bits. Both operands of a bitwise operation in registers would need a new kernel.
 */
function formatWay({ device, family, destinations, mark }: ForwardedWay): string {
  const to = destinations && [
    ...['ct original', HEADERS[family], 'daddr', ...(destinations.others ? ['!='] : [])],
    `{ ${destinations.addresses.join(', ')} }`,
  ]
  return [
    `iifname "${device}" meta nfproto ${KERNEL_NAMES[family]} ct direction original`,
    ...(to ?? []),
    `ct mark & ${toHex(mark.mask)} == 0x0 fib daddr type != local`,
    setMark('ct', mark),
  ].join(' ')
}

/** Both directions: strict reverse-path filtering looks the first one up with its mark too. */
function formatMark(mark: Mark): string {
  return `ct mark & ${toHex(mark.mask)} == ${toHex(mark.value)} ${setMark('meta', mark)}`
}

/** The bits of others stay. */
function setMark(whose: 'ct' | 'meta', { value, mask }: Mark): string {
  return `${whose} mark set ${whose} mark & ${toHex(~mask >>> 0)} | ${toHex(value)}`
}
