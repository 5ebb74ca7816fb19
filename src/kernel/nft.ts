/** The only place that knows how `nft` talks: it tells what stands under our table's name, and puts a table there. */
import type { Edge, Outcome } from '../words/edge.ts'
import { NFT_COMMENT, NFT_TABLE, type NftStanding } from '../words/forwarding.ts'
import type { NftChange } from '../words/state.ts'

/** What `nft` is told, for its command line as for its input: one transaction, which no flush in between makes fail. */
export function formatNft({ verb, table }: NftChange): string {
  switch (verb) {
    case 'add':
      return table.text
    case 'replace':
      return `add table ${NFT_TABLE}; delete table ${NFT_TABLE}; ${table.text}`
    case 'delete':
      return `delete table ${NFT_TABLE}`
  }
}

/** @returns nft's own words where it refuses; undefined where all is done */
export function runNft(edge: Edge, change: NftChange): string | undefined {
  const words = refusalOf(edge.nft(['-f', '-'], formatNft(change)))
  // A rival, or a flush of the whole ruleset, was faster.
  const isDone = change.verb === 'delete' && words !== undefined && isMissing(words)
  return isDone ? undefined : words
}

/** Whether it would take the change, which the kernel judges too: nothing is changed. @returns nft's words if not */
export function tryNft(edge: Edge, change: NftChange): string | undefined {
  return refusalOf(edge.nft(['-c', '-f', '-'], formatNft(change)))
}

export function readNft(edge: Edge): NftStanding {
  const outcome = edge.nft(['list', 'table', ...NFT_TABLE.split(' ')], '')
  const words = refusalOf(outcome)
  if (outcome === undefined || words !== undefined) {
    const why = words ?? NO_PROGRAM
    return isMissing(why) ? { owner: 'nobody' } : { owner: 'untold', why }
  }
  const signature = signatureOf(outcome.stdout)
  return signature.startsWith(NFT_COMMENT)
    ? { owner: 'ours', table: { text: outcome.stdout.trim(), signature } }
    : { owner: 'others' }
}

const NO_PROGRAM = 'there is no nft command: apt-get install nftables'

function refusalOf(outcome: Outcome | undefined): string | undefined {
  if (outcome === undefined) {
    return NO_PROGRAM
  }
  const { status, stderr } = outcome
  return status === 0 ? undefined : reasonOf(stderr)
}

/** An ordinary user is told so in two lines, whose order is not that of their meaning. */
function reasonOf(stderr: string): string {
  if (stderr.includes('Operation not permitted')) {
    return 'nft: Operation not permitted (run it as root)'
  }
  const [first = ''] = stderr.trim().split('\n')
  return `nft: ${first.replace(/^\S*:\d+:\d+-\d+: /, '').replace(/^Error: /, '') || 'no reason given'}`
}

function isMissing(words: string): boolean {
  return words.endsWith('No such file or directory')
}

/** What every table of ours has, however it is spelt. */
const FRAME =
  /^(|\}|table .* \{|chain prerouting \{|type filter hook prerouting priority .*; policy accept;)$/

/**
 * Versions of nft spell a rule in different ways, so ours are known by their comments, which hold a hash of each: the
 * comments in their order, and what has none as it stands.
 *
 * @param listing as `nft list table` prints it
 */
export function signatureOf(listing: string): string {
  return listing
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !FRAME.test(line))
    .map((line) => /(?:^| )comment "([^"]*)"$/.exec(line)?.[1] ?? line)
    .join('\n')
}
