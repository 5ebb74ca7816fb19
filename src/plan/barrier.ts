/** The barriers: what comes from an uplink's address and finds no way in its table does not leave by another uplink. */
import type { Family, Rule } from '../words/state.ts'
import type { Host } from './host.ts'

export function barrierOf({ family, from, priority }: Rule): Rule {
  // RTN_UNSPEC: it looks up no table.
  return { kind: 'barrier', family, from, table: 0, priority: priority + 1, suppress: undefined }
}

/** Those behind source rules that the run does not plan anew: they stay as they stand. */
export function otherBarriers(host: Host, family: Family, planned: ReadonlySet<Rule>): Rule[] {
  const isBehind = (rule: Rule) =>
    host.sourcesOf(rule.from).some((source) => !planned.has(source) && source.priority + 1 === rule.priority)
  return host.snapshot.rules.filter(
    (rule) => rule.kind === 'barrier' && rule.family === family && isBehind(rule),
  )
}
