/** The dialogue with `ip -batch -`: questions in, their answers out, none lost and none made up. */
import { Refusal } from '../words/refusal.ts'

/** What `ip` said to one question. */
export interface Answer {
  /** The command that asked, as a user would type it: `ip -6 rule show`. */
  readonly asked: string
  /** The lines that it printed; undefined where the kernel refused to tell. */
  readonly lines: readonly string[] | undefined
  /** The kernel's or ip's own words; undefined where it told. */
  readonly error: string | undefined
}

/** What older versions of `ip`, and what is not `ip` at all, are answered with. */
export const CURE = 'iproute2 6.1 or later is needed'

/** The first line that `ip` said to an end of its own: what follows are usage and hints, and a message is one line. */
export function reasonOf(stderr: string): string {
  return stderr.trim().split('\n')[0]?.replace(SPEAKER, '') || NO_REASON
}

/** Who says it, before what is said. */
const SPEAKER = /^(RTNETLINK answers|Error): /
const NO_REASON = 'no reason given'

/**
 * The lines of a batch that failed, by number from 1, each with the words before its `Command failed -:N`.
 *
 * @param stderr of `ip -batch -`
 */
export function parseFailures(stderr: string): Map<number, string> {
  const failures = new Map<number, string>()
  let words: string[] = []
  for (const text of stderr.split('\n')) {
    const failed = /^Command failed -:(\d+)$/.exec(text)
    if (failed !== null) {
      failures.set(Number(failed[1]), words.join('; ') || NO_REASON)
      words = []
    } else if (text.trim() !== '') {
      words.push(text.trim().replace(SPEAKER, ''))
    }
  }
  return failures
}

/**
 * Asked before the first question, between all and behind the last: an answer has no end of its own, and what stands
 * between two sentinels is one answer.
 */
const SENTINEL = 'link show dev lo'

/** How the sentinel's answer begins: lo is the first device of every network namespace. */
const isSentinel = (line: string) => line.startsWith('1: lo: <')

/** The one question whose answer has the sentinel's line in it. */
export const LINKS = 'link show'

/** The input of a batch that asks the questions. */
export function formatQuestions(questions: readonly string[]): string {
  return [SENTINEL, ...questions.flatMap((question) => [question, SENTINEL]), ''].join('\n')
}

/**
 * The answers to the questions of a batch, in their order.
 *
 * @param command what stands before a question where it is typed alone: `ip -6`
 * @throws Refusal where there are more or fewer answers than questions
 */
export function parseAnswers(
  command: string,
  questions: readonly string[],
  stdout: string,
  stderr: string,
): Answer[] {
  const failures = parseFailures(stderr)
  const lines = stdout.split('\n')
  const ends = lines.flatMap((line, i) => (isSentinel(line) ? [i] : []))
  // The line of lo in the middle of the links is no end.
  const errors = questions.map((_, i) => failures.get(2 * i + 2))
  const links = questions.findIndex((question, i) => question === LINKS && errors[i] === undefined)
  if (links !== -1) {
    ends.splice(links + 1, 1)
  }
  const isWhole = ends.length === questions.length + 1 && ends[0] === 0 && ends.at(-1) === lines.length - 2
  if (!isWhole || lines.at(-1) !== '') {
    const asked = questions.map((question) => `"${question}"`).join(', ')
    throw new Refusal(`the answers of ${command} do not fit what was asked, ${asked}: ${CURE}`)
  }
  return questions.map((question, i) => {
    const error = errors[i]
    const told = lines.slice((ends[i] ?? 0) + 1, ends[i + 1])
    return { asked: `${command} ${question}`, lines: error === undefined ? told : undefined, error }
  })
}
