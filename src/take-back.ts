/** A run that fails takes back what it did: the kernel is brought to what it held of ours before. */
import type { Stanza } from './ask/stanza.ts'
import { lookAtForwarding } from './forwarding.ts'
import { applyAll, describeFailures } from './kernel/apply.ts'
import { formatCommand } from './kernel/command.ts'
import { readSnapshot } from './kernel/read.ts'
import { diffState } from './plan/diff.ts'
import { indexHost } from './plan/host.ts'
import type { Scope } from './plan/owned.ts'
import { type Plan, planHost } from './plan/wanted.ts'
import type { Step } from './settle.ts'
import type { Edge } from './words/edge.ts'
import { FORWARD_MASK } from './words/forwarding.ts'
import { Refusal } from './words/refusal.ts'
import type { Change, Rule, Setting, Snapshot, State } from './words/state.ts'

export interface Defeat {
  readonly edge: Edge
  /** The step in which the run saw the kernel as it was. */
  readonly first: Step
  /** What the run was about. */
  readonly scope: Scope
  /** All that was asked for before and during the run: it tells whose the tables are. */
  readonly stanzas: readonly Stanza[]
  /** An `ip` command, before it runs. */
  readonly command: (text: string) => void
}

/**
 * Compares states instead of inverting commands, so that it does not matter which of them went through.
 *
 * @returns what could not be taken back, in words
 */
export function takeBack(defeat: Defeat): string | undefined {
  try {
    const changes = changesBack(defeat)
    for (const change of changes) {
      defeat.command(formatCommand(change))
    }
    const failures = applyAll(defeat.edge, changes)
    return failures.length === 0 ? undefined : describeFailures(failures)
  } catch (error) {
    if (error instanceof Refusal) {
      return error.message
    }
    throw error
  }
}

/** Nothing is asked for, so no mark is given. */
const NO_MASK = { mask: FORWARD_MASK, problems: [] }
const NO_LOOKUPS = { tableNames: () => new Map<string, number>(), leases: () => [] }

function changesBack({ edge, first, scope, stanzas }: Defeat): Change[] {
  const { owned, wanted } = first.plan
  const tables = new Set([...owned.routes, ...wanted.routes].map(({ table }) => table))
  const now = readSnapshot(first.snapshot.families, scope.devices, [...tables], edge)
  // With nothing asked for, all that stands of the devices is what the run may change.
  const asked = stanzas.map((stanza) => ({ ...stanza, fresh: false }))
  const host = indexHost(now, [], asked, scope.devices)
  const standing = planHost({
    ...{ host, scope: { ...scope, orphans: false }, lookups: NO_LOOKUPS },
    ...{ trustsTable: () => false, deaths: () => [], whole: false },
    forwarding: first.plan.forward && lookAtForwarding(edge, NO_MASK),
  }).owned
  const before = { ...owned, endpoints: owned.endpoints.filter(({ implicit }) => !implicit) }
  return diffState(withMade(standing, first.plan, now), {
    ...onlyOf([...scope.devices, ...wanted.groups.keys()], before),
    settings: settingsBack(owned, now),
  })
}

/** What may stand without its source rule. */
const LONE: readonly Rule['kind'][] = ['companion', 'barrier']

/**
 * With what the run may have made or taken that does not show whose it is: a lone companion, a rule by mark without its
 * other half, an endpoint that gave way.
 */
function withMade(standing: State, { owned, wanted }: Plan, now: Snapshot): State {
  const sources = new Set(wanted.rules.map(({ from }) => from))
  const marks = new Set(wanted.rules.map(markOf))
  const rules = new Set([
    ...standing.rules,
    ...now.rules.filter(({ kind, from }) => LONE.includes(kind) && sources.has(from)),
    ...now.rules.filter((rule) => rule.kind === 'mark' && marks.has(markOf(rule))),
  ])
  const keys = new Set(
    [...standing.endpoints, ...owned.endpoints].map(({ id, address }) => `${id} ${address}`),
  )
  const endpoints = now.endpoints.filter(({ id, address }) => keys.has(`${id} ${address}`))
  return { ...standing, rules: [...rules], endpoints }
}

function markOf({ family, mark }: Rule): string {
  return `${family} ${mark?.value}/${mark?.mask}`
}

/** Of the link groups, the run has changed those of its devices, and of who has lost its rules by it. */
function onlyOf(devices: readonly string[], state: State): State {
  return { ...state, groups: new Map([...state.groups].filter(([device]) => devices.includes(device))) }
}

/** Those that the run has made ours, or has given up: what an admin has set meanwhile is his. */
function settingsBack({ settings }: State, now: Snapshot): Setting[] {
  const present = new Map(now.settings.map((setting) => [`${setting.family} ${setting.device}`, setting]))
  return settings.filter(({ family, device, ours }) => {
    const current = present.get(`${family} ${device}`)
    return current !== undefined && current.ours !== ours
  })
}
