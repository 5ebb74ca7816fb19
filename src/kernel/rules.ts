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
const SOURCE = new RegExp(`^(\\d+):\\tfrom ([^ /]+) lookup (\\d+) proto ${PROTOCOL} *$`)
const COMPANION = new RegExp(
  `^(\\d+):\\tfrom ([^ /]+) lookup ${MAIN_TABLE} suppress_prefixlength (\\d+) suppress_ifgroup ${UPLINK_GROUP} proto ${PROTOCOL} *$`,
)

/** `31000:⇥from 10.1.1.2 lookup 100 proto 77`; undefined where the line is no rule. */
function parseRule(line: string, family: Family): ReadRule | undefined {
  const ours = parseOurs(line, family)
  if (ours !== undefined) {
    return { ours }
  }
  const [, number, text] = /^(\d+):\t((?:not )?from [^ ]+ .*\bproto \d+(?: .*)?)$/.exec(line.trimEnd()) ?? []
  return text === undefined ? undefined : { foreign: toForeign(text, Number(number), family) }
}

function parseOurs(line: string, family: Family): Rule | undefined {
  const [, number, address = '', table] = SOURCE.exec(line) ?? []
  if (number === undefined) {
    return parseCompanion(line, family)
  }
  const from = parseIp(address)
  return from?.family === family && Number(table) !== MAIN_TABLE
    ? {
        ...{ kind: 'source', family, from: from.text, table: Number(table) },
        ...{ priority: Number(number), suppress: undefined },
      }
    : undefined
}

function parseCompanion(line: string, family: Family): Rule | undefined {
  const [, number, address = '', suppress] = COMPANION.exec(line) ?? []
  const from = number === undefined ? undefined : parseIp(address)
  return from?.family === family
    ? {
        ...{ kind: 'companion', family, from: from.text, table: MAIN_TABLE },
        ...{ priority: Number(number), suppress: Number(suppress) },
      }
    : undefined
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
    text: nameAction(text).replace(/ proto [02]$/, ''),
    from: from === 'all' ? undefined : from,
    table: table === undefined ? undefined : Number(table),
    plain: PLAIN.test(text),
  }
}

/** What a rule answers with that leads nowhere: RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT, which `-N` prints as numbers. */
const ACTIONS: Readonly<Record<string, string>> = { 6: 'blackhole', 7: 'unreachable', 8: 'prohibit' }

/** A rule that looks up no table and jumps nowhere ends with the number of its action, and its protocol. */
function nameAction(text: string): string {
  return / (lookup|goto|nop)\b/.test(text)
    ? text
    : text.replace(/ ([678])( proto \d+)$/, (_, number: string, rest: string) => ` ${ACTIONS[number]}${rest}`)
}
