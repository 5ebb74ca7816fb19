/** The configuration's file, read whole: at a command's start, and again by the service when it is told to. */

import type { Edge } from '../words/edge.ts'
import { quote } from '../words/refusal.ts'
import { type Configuration, parseConfiguration } from './configuration.ts'

export const DEFAULT_FILE = '/etc/mptcp-routes.conf'

/**
 * @returns no section where the default file is missing; a problem where another is, or one that is there cannot be read
 */
export function readConfiguration({ readFile, listDirectory }: Edge, file: string): Configuration {
  const text = readFile(file)
  if (text !== undefined) {
    return parseConfiguration(text, file)
  }
  const isMissing = file === DEFAULT_FILE && !listDirectory('/etc').includes('mptcp-routes.conf')
  return { sections: [], problems: isMissing ? [] : [`${quote(file)} cannot be read (configuration)`] }
}
