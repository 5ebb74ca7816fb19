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

/**
 * A table comes behind the rules that go with it, and goes before them: where there is no room for a file, they alone tell a
 * later run that there is one.
 */
export function diffTable(standing: NftTable | undefined, wanted: NftTable | undefined) {
  const put = wanted && putTable(standing, wanted)
  const gone: NftChange | undefined =
    standing !== undefined && wanted === undefined
      ? { kind: 'nft', verb: 'delete', table: standing }
      : undefined
  return { put: put === undefined ? [] : [put], gone: gone === undefined ? [] : [gone] }
}
