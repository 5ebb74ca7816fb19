/** What check says of one point. */

export type Level = 'ok' | 'warn' | 'fail'

export interface Finding {
  readonly level: Level
  /** One line, without the device. */
  readonly what: string
  /** The command that cures it, or what to do in words; none where all is well or nothing can be done. */
  readonly cure?: string
  readonly device?: string
}

export function ok(what: string): Finding {
  return { level: 'ok', what }
}

export function warn(what: string, cure?: string): Finding {
  return { level: 'warn', what, ...(cure !== undefined && { cure }) }
}

export function fail(what: string, cure?: string): Finding {
  return { level: 'fail', what, ...(cure !== undefined && { cure }) }
}

export function about(device: string, findings: readonly Finding[]): Finding[] {
  return findings.map((finding) => ({ ...finding, device }))
}

/** A command line for a shell, whatever is in the words. */
export function commandLine(...words: readonly (string | number)[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(`${word}`) ? word : `'${`${word}`.replaceAll("'", "'\\''")}'`))
    .join(' ')
}

/** `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`. */
export function listed(items: readonly string[], most = 3): string {
  const named = items.length > most ? [...items.slice(0, most), `${items.length - most} more`] : [...items]
  const last = named.pop() ?? ''
  return named.length === 0 ? last : `${named.join(', ')} and ${last}`
}
