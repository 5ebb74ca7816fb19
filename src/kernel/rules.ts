/** The text of `ip -N -d rule show` → policy rules: ours, and everybody else's. */
import { parseIp } from '../words/address.ts'
import type { Family, ForeignRule, Rule } from '../words/state.ts'
import { MAIN_TABLE, PROTOCOL, UPLINK_GROUP } from '../words/table.ts'
import { parseEach } from './ask.ts'
import type { Answer } from './batch.ts'

/** The answer for each family that was asked for its rules. */
export type RuleAnswers = readonly { readonly family: Family; readonly answer: Answer }[]

export function parseRules(answers: RuleAnswers): { rules: Rule[]; foreignRules: ForeignRule[] } {
  const read = answers.flatMap(({ family, answer }) => parseEach(answer, (line) => parseRule(line, family)))
  return {
    rules: read.flatMap((rule) => ('ours' in rule ? [rule.ours] : [])),
    foreignRules: read.flatMap((rule) => ('foreign' in rule ? [rule.foreign] : [])),
  }
}

type ReadRule = { readonly ours: Rule } | { readonly foreign: ForeignRule }

/** Ours bear our protocol and have exactly one of our two forms: any other is not understood. */
const SOURCE = new RegExp(`^from ([^ /]+) lookup (\\d+) proto ${PROTOCOL}$`)
const COMPANION = new RegExp(
  `^from ([^ /]+) lookup ${MAIN_TABLE} suppress_prefixlength (\\d+) suppress_ifgroup ${UPLINK_GROUP} proto ${PROTOCOL}$`,
)

/** `31000:⇥from 10.1.1.2 lookup 100 proto 77`; undefined where the line is no rule. */
function parseRule(line: string, family: Family): ReadRule | undefined {
  const [, number, text] = /^(\d+):\t((?:not )?from [^ ]+ .*\bproto \d+(?: .*)?)$/.exec(line.trimEnd()) ?? []
  if (number === undefined || text === undefined) {
    return undefined
  }
  const priority = Number(number)
  const ours = parseOurs(text, priority, family)
  return ours === undefined ? { foreign: toForeign(text, priority, family) } : { ours }
}

function parseOurs(text: string, priority: number, family: Family): Rule | undefined {
  const [, companion, suppress] = COMPANION.exec(text) ?? []
  const [, source, lookup] = SOURCE.exec(text) ?? []
  const address = companion ?? source
  // Most rules of a large host are not ours, and trying to parse nothing costs an exception.
  const from = address === undefined ? undefined : parseIp(address)
  const table = companion === undefined ? Number(lookup) : MAIN_TABLE
  if (from?.family !== family || (companion === undefined && table === MAIN_TABLE)) {
    return undefined
  }
  const base = { family, from: from.text, table, priority }
  return companion === undefined
    ? { kind: 'source', ...base, suppress: undefined }
    : { kind: 'companion', ...base, suppress: Number(suppress) }
}

/** A rule without a selector but `from`: what follows is what it does, a table, a number of an action, or a jump. */
const PLAIN = /^from [^ ]+( lookup \d+| \d+| goto [^ ]+( \[unresolved\])?| nop)( realms [^ ]+)? proto \d+$/

function toForeign(text: string, priority: number, family: Family): ForeignRule {
  const from = /^(?:not )?from ([^ ]+)/.exec(text)?.[1]
  const table = / lookup (\d+)/.exec(text)?.[1]
  return {
    family,
    priority,
    // The details that were asked for tell protocols 0 and 2 too, which a user is not shown.
    text: text.replace(/ proto [02]$/, ''),
    from: from === 'all' ? undefined : from,
    table: table === undefined ? undefined : Number(table),
    plain: PLAIN.test(text),
  }
}
