/** Words as people read and copy them. */
import { quoteForShell } from '../kernel/command.ts'

/** A command line for a shell, whatever is in the words. */
export function commandLine(...words: readonly (string | number)[]): string {
  return words.map((word) => quoteForShell(String(word))).join(' ')
}

/** `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`. */
export function listed(items: readonly string[], most = 3): string {
  const named = items.length > most ? [...items.slice(0, most), `${items.length - most} more`] : [...items]
  const last = named.pop() ?? ''
  return named.length === 0 ? last : `${named.join(', ')} and ${last}`
}
