/** The dialogue with `ip -batch -`: lines out, one answer a line back. */

/** What `ip` said to one line of a batch. */
export interface LineAnswer {
  readonly line: string
  /** What it printed; undefined where the line failed. */
  readonly output: string | undefined
  /** The kernel's or ip's own words; undefined where the line went through. */
  readonly error: string | undefined
}

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
      failures.set(Number(failed[1]), words.join('; ') || 'no reason given')
      words = []
    } else if (text.trim() !== '') {
      words.push(text.trim().replace(/^(RTNETLINK answers|Error): /, ''))
    }
  }
  return failures
}

/**
 * Pairs the lines of a batch that only reads with their answers. Each line that goes through prints one line.
 *
 * @param stdout of `ip -j -force -batch -`
 */
export function parseAnswers(lines: readonly string[], stdout: string, stderr: string): LineAnswer[] {
  const failures = parseFailures(stderr)
  const outputs = stdout.split('\n').filter((text) => text.trim() !== '' && text.trim() !== '[')
  let next = 0
  return lines.map((line, i) => {
    const error = failures.get(i + 1)
    return error === undefined
      ? { line, output: outputs[next++] ?? '', error }
      : { line, output: undefined, error }
  })
}
