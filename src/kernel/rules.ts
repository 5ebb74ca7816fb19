/** The text of `ip -N -d rule show` → policy rules: ours, and everybody else's. */
import { parseIp } from '../words/address.ts'
import type { Family, ForeignRule, Rule } from '../words/state.ts'
import { DETOUR_PRIORITY, MAIN_TABLE, PROTOCOL, UPLINK_GROUP } from '../words/table.ts'
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

/** What a rule answers with that leads nowhere: RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT, which `-N` prints as numbers. */
const ACTIONS: Readonly<Record<string, string>> = { 6: 'blackhole', 7: 'unreachable', 8: 'prohibit' }
const UNREACHABLE = 7

type ReadRule = { readonly ours: Rule } | { readonly foreign: ForeignRule }

/** Ours bear our protocol and have exactly one of our forms: any other is not understood. */
const OURS = new RegExp(
  [
    '^(?<priority>\\d+):\\tfrom (?<from>[^ /]+)',
    '(?: fwmark (?<value>0x[0-9a-f]+)/(?<mask>0x[0-9a-f]+))?',
    `(?: lookup (?<table>\\d+)|(?<unreachable> ${UNREACHABLE}))`,
    `(?: suppress_prefixlength (?<suppress>\\d+)(?<group> suppress_ifgroup ${UPLINK_GROUP})?)?`,
    ` proto ${PROTOCOL} *$`,
  ].join(''),
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
  const words = OURS.exec(line)?.groups as Words | undefined
  const kind = words && kindOf(words)
  const from = words?.from === 'all' ? 'all' : addressOf(words?.from, family)
  if (words === undefined || kind === undefined || from === undefined) {
    return undefined
  }
  return {
    ...{ kind, family, from, table: Number(words.table ?? 0), priority: Number(words.priority) },
    suppress: words.suppress === undefined ? undefined : Number(words.suppress),
    ...(words.value !== undefined && { mark: { value: Number(words.value), mask: Number(words.mask) } }),
  }
}

type Words = Readonly<Record<'priority' | 'from', string>> &
  Readonly<Partial<Record<'value' | 'mask' | 'table' | 'unreachable' | 'suppress' | 'group', string>>>

function addressOf(text: string | undefined, family: Family): string | undefined {
  const address = parseIp(text ?? '')
  return address?.family === family ? address.text : undefined
}

/** Whoever looks up main does so for its specific routes alone, and nobody else suppresses anything. */
function kindOf(words: Words): Rule['kind'] | undefined {
  const { priority, from, value, table, unreachable, suppress, group } = words
  const isWhole = (Number(table) === MAIN_TABLE) === (suppress !== undefined)
  if (from === 'all') {
    const isOurs = isWhole && group === undefined && unreachable === undefined
    const isInPlace = Number(priority) === DETOUR_PRIORITY - Number(suppress !== undefined)
    return !isOurs ? undefined : value !== undefined ? 'mark' : isInPlace ? 'detour' : undefined
  }
  if (value !== undefined || !isWhole) {
    return undefined
  }
  if (unreachable !== undefined) {
    return 'barrier'
  }
  return suppress === undefined ? 'source' : group === undefined ? undefined : 'companion'
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

/** A rule that looks up no table and jumps nowhere ends with the number of its action, and its protocol. */
function nameAction(text: string): string {
  return / (lookup|goto|nop)\b/.test(text)
    ? text
    : text.replace(/ ([678])( proto \d+)$/, (_, number: string, rest: string) => ` ${ACTIONS[number]}${rest}`)
}
