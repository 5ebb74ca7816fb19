/** The nft table that stands and the one that is wanted → the change between them. */
import type { NftTable } from '../words/forwarding.ts'
import type { NftChange } from '../words/state.ts'

/** What puts the table there; undefined where it stands. */
export function putTable(standing: NftTable | undefined, wanted: NftTable): NftChange | undefined {
  if (standing === undefined) {
    return { kind: 'nft', verb: 'add', table: wanted }
  }
  return standing.signature === wanted.signature ? undefined : { kind: 'nft', verb: 'replace', table: wanted }
}

/** Marked packets without rules go as they always did, so a table comes before its rules, and goes behind them. */
export function diffTable(standing: NftTable | undefined, wanted: NftTable | undefined) {
  const put = wanted && putTable(standing, wanted)
  const gone: NftChange | undefined =
    standing !== undefined && wanted === undefined
      ? { kind: 'nft', verb: 'delete', table: standing }
      : undefined
  return { put: put === undefined ? [] : [put], gone: gone === undefined ? [] : [gone] }
}
