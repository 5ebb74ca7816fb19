/** The configuration's file, read whole: at a command's start, and again by the service when it is told to. */

import type { Edge } from '../words/edge.ts'
import { FORWARD_MASK } from '../words/forwarding.ts'
import { quote } from '../words/refusal.ts'
import { type Configuration, parseConfiguration } from './configuration.ts'
import { DEFAULT_FILE } from './forward-mask.ts'

export { DEFAULT_FILE } from './forward-mask.ts'

/** As other programs take it: no configuration, which is no mistake. */
const NO_FILE = '/dev/null'

/** What is no configuration at all, such as a program, has a mistake in each of its lines. */
const MOST_PROBLEMS = 10

/**
 * @returns no section where the default file is missing; a problem where another is, or one that is there cannot be read
 */
export function readConfiguration({ readFile, listDirectory }: Edge, file: string): Configuration {
  const text = readFile(file)
  if (text !== undefined) {
    return limited(parseConfiguration(text, file), file)
  }
  const isMissing = file === DEFAULT_FILE && !listDirectory('/etc').includes('mptcp-routes.conf')
  const isNone = isMissing || file === NO_FILE
  return {
    sections: [],
    mask: FORWARD_MASK,
    problems: isNone ? [] : [`${quote(file)} cannot be read (configuration)`],
  }
}

function limited(configuration: Configuration, file: string): Configuration {
  const { problems } = configuration
  const more = problems.length - MOST_PROBLEMS
  return more <= 1
    ? configuration
    : {
        ...configuration,
        problems: [...problems.slice(0, MOST_PROBLEMS), `and ${more} mistakes more (${file})`],
      }
}
