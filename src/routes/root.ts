/** Who may change the kernel. */
import { Refusal } from '../words/refusal.ts'
import { PROGRAM } from './context.ts'
import { commandLine } from './words.ts'

/**
 * @param words the command line
 * @throws Refusal where the kernel would refuse everything, and there could be neither lock nor records
 */
export function requireRoot(...words: readonly string[]): void {
  if (process.geteuid?.() !== 0) {
    throw new Refusal(`only root can change rules and routes: ${commandLine('sudo', PROGRAM, ...words)}`)
  }
}
