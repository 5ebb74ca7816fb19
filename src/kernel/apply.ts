/** The writing half of a run: changes → `ip -batch`, and which of them the kernel refused. */
import type { Edge } from '../words/edge.ts'
import type { Change, IpChange, NftChange, SettingChange } from '../words/state.ts'
import { parseFailures, reasonOf } from './batch.ts'
import { type Batch, familyOption, formatCommand, formatLine, toBatches } from './command.ts'
import { runNft } from './nft.ts'
import { writeSetting } from './settings.ts'

/** A change that the kernel refused, in its own words. */
export interface Failure {
  readonly change: Change
  readonly words: string
}

/** Without a setting an uplink works, but for a pulled cable; without a table, but for what it forwards. */
export function isSlight({ change }: Failure): boolean {
  return change.kind === 'setting' || change.kind === 'nft'
}

/**
 * Runs the changes, one `ip` process a family, up to the first that is refused: what follows builds on it, but for a
 * setting and a table.
 *
 * @param done receives what went through, and all of a batch whose end is unknown because `ip` was stopped or named no line
 */
export function applyInOrder(edge: Edge, changes: readonly Change[], done: Change[]): Failure[] {
  const failures: Failure[] = []
  for (const part of toBatches(changes)) {
    failures.push(...('kind' in part ? runAlone(edge, part, done) : runInOrder(edge, part, done)))
    if (!failures.every(isSlight)) {
      return failures
    }
  }
  return failures
}

function runAlone(edge: Edge, change: SettingChange | NftChange, done: Change[]): Failure[] {
  const words = change.kind === 'nft' ? runNft(edge, change) : writeSetting(edge, change.setting)
  if (words === undefined) {
    done.push(change)
  }
  return words === undefined ? [] : [{ change, words }]
}

/** Where `ip` stops at a deletion of what is gone already, it is started again behind it. */
function runInOrder(edge: Edge, batch: Batch, done: Change[]): Failure[] {
  let { changes } = batch
  while (changes.length > 0) {
    const before = done.length
    done.push(...changes)
    const { words, failure } = runBatch(edge, { ...batch, changes }, [])
    if (failure !== undefined) {
      return [failure]
    }
    const stopped = words.keys().next().value
    if (stopped === undefined) {
      return []
    }
    const change = changes[stopped - 1]
    const reason = words.get(stopped)
    const isDone = change !== undefined && reason !== undefined && isGone(change, reason)
    done.splice(before + (isDone ? stopped : stopped - 1))
    if (change !== undefined && reason !== undefined && !isDone) {
      return [{ change, words: reason }]
    }
    changes = changes.slice(stopped)
  }
  return []
}

/**
 * Runs all changes that can be made: taking away goes on past what is refused. An endpoint is known as ours by its rule,
 * so where it cannot be deleted the rule stays.
 */
export function applyAll(edge: Edge, changes: readonly Change[]): Failure[] {
  const run = (some: readonly Change[]) =>
    toBatches(some).flatMap((part) => ('kind' in part ? runAlone(edge, part, []) : runAll(edge, part)))
  const refused = run(changes.filter(isEndpointRemoval))
  const stuck = new Set(refused.map(({ change }) => isEndpointRemoval(change) && change.endpoint.address))
  const rest = changes.filter((change) => !isEndpointRemoval(change))
  return [...refused, ...run(rest.filter((change) => change.kind !== 'rule' || !stuck.has(change.rule.from)))]
}

function isEndpointRemoval(change: Change): change is Extract<Change, { kind: 'endpoint' }> {
  return change.kind === 'endpoint' && change.verb === 'delete'
}

function runAll(edge: Edge, batch: Batch): Failure[] {
  const { words, failure } = runBatch(edge, batch, ['-force'])
  if (failure !== undefined) {
    return [failure]
  }
  return batch.changes.flatMap((change, i) => {
    const reason = words.get(i + 1)
    return reason === undefined || isGone(change, reason) ? [] : [{ change, words: reason }]
  })
}

interface Ending {
  /** The refused lines, by number from 1. */
  readonly words: Map<number, string>
  /** Set where `ip` has ended without naming a line, as after words that it does not understand. */
  readonly failure: Failure | undefined
}

function runBatch(edge: Edge, batch: Batch, options: readonly string[]): Ending {
  const args = [...familyOption(batch), ...options, '-batch', '-']
  const { status, stderr } = edge.ip(args, batch.changes.map((change) => `${formatLine(change)}\n`).join(''))
  const words = parseFailures(stderr)
  const [change] = batch.changes
  const isUnknown = status !== 0 && words.size === 0 && change !== undefined
  return { words, failure: isUnknown ? { change, words: reasonOf(stderr) } : undefined }
}

/** What the kernel says to a deletion of what is not there (any more): a rival was faster, or its device or table has gone. */
const GONE = {
  route: /^(No such process|(ipv[46]: )?FIB table does not exist|Cannot find device )/,
  rule: /^No such file or directory/,
  endpoint: /^address not found/,
}

function isGone(change: IpChange, words: string): boolean {
  switch (change.kind) {
    case 'route':
    case 'rule':
    case 'endpoint':
      return change.verb === 'delete' && GONE[change.kind].test(words)
    default:
      return false
  }
}

/** A flood would hide what the first of them say. */
const MOST_NAMED = 5

/** The refused commands, each with the kernel's words; at most 5, and how many more there are. */
export function describeFailures(failures: readonly Failure[]): string {
  const cure = failures.some(({ words }) => words.includes('not permitted')) ? ' (run it as root)' : ''
  const refused = failures
    .slice(0, MOST_NAMED)
    .map(
      (failure) =>
        `${isSlight(failure) ? 'not done:' : 'the kernel refused'} "${formatCommand(failure.change)}": ${failure.words}`,
    )
  const more = failures.length - refused.length
  return `${[...refused, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')}${cure}`
}
