/** Asking `ip`: in a batch, which costs one process, or by a single command, which the kernel filters itself. */
import type { Edge, Outcome } from '../words/edge.ts'
import { quote, Refusal } from '../words/refusal.ts'
import type { Family } from '../words/state.ts'
import { type Answer, CURE, formatQuestions, parseAnswers, parseFailures, reasonOf } from './batch.ts'

/** Numbers for names, all that there is to know, one line a record. */
const FORM = ['-N', '-d', '-o']

/** The kernel's list changed while it was told, so some of it may be missing: a live rule would look like an orphan. */
const INTERRUPTED = 'Dump was interrupted'

/** How often the kernel is asked until nothing changes meanwhile; at boot that may take a few times. */
const MOST_READS = 10

function askWhole<T extends Outcome | undefined>(run: () => T): T {
  for (let read = 1; read <= MOST_READS; read += 1) {
    const outcome = run()
    if (!outcome?.stderr.includes(INTERRUPTED)) {
      return outcome
    }
  }
  throw new Refusal("the kernel's addresses, rules or routes change too fast to be read: run the hook again")
}

type Answers<Question extends string, More extends string> = Readonly<Record<Question, Answer>> &
  Readonly<Partial<Record<More, Answer>>>

/**
 * Asks several questions by one process, for their answers by question.
 *
 * @param family whose rules are told; `inet` tells the links, addresses and routes of both
 * @param more questions that are asked only on some hosts
 * @throws Refusal where `ip` does not work, or answers something else
 */
export function askBatch<Question extends string, More extends string = never>(
  edge: Edge,
  family: Family,
  questions: readonly Question[],
  more: readonly More[] = [],
): Answers<Question, More> {
  const option = family === 'inet6' ? ['-6'] : []
  const args = [...option, ...FORM, '-force', '-batch', '-']
  const all = [...questions, ...more]
  const { status, stdout, stderr } = askWhole(() => edge.ip(args, formatQuestions(all)))
  if (status !== 0 && parseFailures(stderr).size === 0) {
    throw new Refusal(`"ip ${args.join(' ')}" failed: ${reasonOf(stderr)}: ${CURE}`)
  }
  const answers = parseAnswers(['ip', ...option].join(' '), all, stdout, stderr)
  return Object.fromEntries(all.map((question, i) => [question, answers[i]])) as Record<
    Question | More,
    Answer
  >
}

/** What the kernel says about routes where there is no such table, and `ip` where there is no such device. */
const NOTHING = /FIB table does not exist|^Cannot find device /

/**
 * Asks for routes of one family.
 *
 * @param filter the words behind `ip route show`
 */
export function askRoutes(edge: Edge, family: Family, filter: readonly string[]): Answer {
  const args = routeArguments(family, filter)
  return toAnswer(
    args,
    askWhole(() => edge.ip(args, '')),
  )
}

/** The same, but undefined where the answer is longer than so many bytes. */
export function askRoutesUpTo(
  bytes: number,
  edge: Edge,
  family: Family,
  filter: readonly string[],
): Answer | undefined {
  const args = routeArguments(family, filter)
  const outcome = askWhole(() => edge.ipUpTo(args, bytes))
  return outcome && toAnswer(args, outcome)
}

function routeArguments(family: Family, filter: readonly string[]): string[] {
  return [family === 'inet6' ? '-6' : '-4', ...FORM, 'route', 'show', ...filter]
}

function toAnswer(args: readonly string[], { status, stdout, stderr }: Outcome): Answer {
  const asked = `ip ${args.filter((word) => !FORM.includes(word)).join(' ')}`
  if (status !== 0) {
    return NOTHING.test(stderr)
      ? { asked, lines: [], error: undefined }
      : { asked, lines: undefined, error: reasonOf(stderr) }
  }
  const lines = stdout.split('\n')
  const rest = lines.pop()
  return rest === '' ? { asked, lines, error: undefined } : misunderstood(asked, rest ?? '')
}

/** @throws Refusal where the kernel refused to tell, or a line is not what it should be */
export function parseEach<T>(answer: Answer, parse: (line: string) => T | undefined): T[] {
  return linesOf(answer).map((line) => parse(line) ?? misunderstood(answer.asked, line))
}

/** @throws Refusal where the answer is not one line, or that is not what it should be */
export function parseOne<T>(answer: Answer, parse: (line: string) => T | undefined): T {
  const [parsed, ...more] = parseEach(answer, parse)
  return parsed === undefined || more.length > 0
    ? misunderstood(answer.asked, linesOf(answer).join(' '))
    : parsed
}

/** @throws Refusal where the kernel refused to tell */
export function linesOf({ asked, lines, error }: Answer): readonly string[] {
  if (lines === undefined) {
    throw new Refusal(`the kernel refused "${asked}": ${error}`)
  }
  return lines
}

function misunderstood(asked: string, line: string): never {
  throw new Refusal(`"${asked}" answered ${quote(line)}, which is not understood: ${CURE}`)
}
