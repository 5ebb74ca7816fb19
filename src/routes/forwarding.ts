/** What stands for connections that are forwarded, and what is wrong with it, in words. */
import type { Host } from '../plan/host.ts'
import type { WholeStep } from '../whole.ts'
import { type MarkedWay, markText, NFT_TABLE } from '../words/forwarding.ts'
import type { Change, Family, Mark, NftChange, Rule } from '../words/state.ts'

/** Whose a rule by mark is, whether it stands or is to. */
export function wayOfMark({ family, mark }: Rule, { plan }: Pick<WholeStep, 'plan'>): MarkedWay | undefined {
  return plan.forward?.given.find(
    (way) => way.family === family && mark && markText(way.mark) === markText(mark),
  )
}

/** The mark by which a table is looked up. */
export function standingMark(
  family: Family,
  table: number | undefined,
  { snapshot }: Host,
): Mark | undefined {
  return snapshot.rules.find((rule) => rule.kind === 'mark' && rule.family === family && rule.table === table)
    ?.mark
}

/** The nft table is for all uplinks, and no one's. */
export function isOfNft(change: Change): boolean {
  return change.kind === 'nft'
}

const FAULTS: Readonly<Record<NftChange['verb'], string>> = {
  add: 'is missing: what is forwarded is not marked',
  replace: 'is not as it is to be',
  delete: 'is left over',
}

export function nftFaults({ changes }: Pick<WholeStep, 'changes'>): { what: string; isLeft: boolean }[] {
  return changes.flatMap((change) =>
    change.kind === 'nft'
      ? [{ what: `the nft table "${NFT_TABLE}" ${FAULTS[change.verb]}`, isLeft: change.verb === 'delete' }]
      : [],
  )
}

/** One a pair. */
export function describeMarks(changes: readonly Extract<Change, { kind: 'rule' }>[]): string[] {
  const texts = changes.flatMap(({ verb, rule: { mark } }) => {
    const text = mark && markText(mark)
    return text === undefined
      ? []
      : verb === 'add'
        ? `no rules for its mark ${text}: replies of what is forwarded leave by main's default`
        : `rules for the mark ${text} are left over`
  })
  return [...new Set(texts)]
}
