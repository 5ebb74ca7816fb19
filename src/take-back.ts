/** A run that fails takes back what it did: the kernel is brought to what it held of ours before. */
import { applyAll, describeFailures } from './kernel/apply.ts'
import { formatCommand } from './kernel/command.ts'
import { diffState } from './plan/diff.ts'
import { indexHost } from './plan/host.ts'
import { planHost } from './plan/wanted.ts'
import type { Round, RoundQuery } from './round.ts'
import { look } from './situation.ts'
import { Refusal } from './words/refusal.ts'
import type { Change, Endpoint, State } from './words/state.ts'

/**
 * Compares states instead of inverting commands, so that it does not matter which of them went through.
 *
 * @param first the round in which the run saw the kernel as it was
 * @param command is told each command before it runs
 * @returns what could not be taken back, in words
 */
export function takeBack(
  query: RoundQuery,
  first: Round,
  command: (text: string) => void,
): string | undefined {
  try {
    const changes = changesBack(query, first)
    for (const change of changes) {
      command(formatCommand(change))
    }
    const failures = applyAll(query.edge, changes)
    return failures.length === 0 ? undefined : describeFailures(failures)
  } catch (error) {
    if (error instanceof Refusal) {
      return error.message
    }
    throw error
  }
}

function changesBack(query: RoundQuery, { situation, plan }: Round): Change[] {
  const { device, asked } = situation
  const now = look({ ...query, families: situation.host.snapshot.families })
  // With nothing asked for, all that stands of the device is what the run may change.
  const gone = [...now.host.stanzas, ...asked.gone]
  const host = indexHost(now.host.snapshot, [], gone, [device])
  const scope = { devices: [device], families: query.event.families, orphans: false }
  const { owned } = planHost({ host, scope, lookups: now.lookups, trustsTable: () => false })
  const before = { ...plan.owned, endpoints: plan.owned.endpoints.filter(({ implicit }) => !implicit) }
  return diffState(withStanding(owned, before, host.snapshot.endpoints), onlyOf(device, before))
}

/** Endpoints of other uplinks that gave way, where they have not gone yet. */
function withStanding(owned: State, before: State, endpoints: readonly Endpoint[]): State {
  const keys = new Set([...owned.endpoints, ...before.endpoints].map(({ id, address }) => `${id} ${address}`))
  return { ...owned, endpoints: endpoints.filter(({ id, address }) => keys.has(`${id} ${address}`)) }
}

/** Of the link groups, the run has changed that of its device at most. */
function onlyOf(device: string, state: State): State {
  const group = state.groups.get(device)
  return { ...state, groups: group === undefined ? new Map() : new Map([[device, group]]) }
}
