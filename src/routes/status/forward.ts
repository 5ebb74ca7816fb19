/** Which uplinks keep the connections that are forwarded, in a line. */
import { VERSIONS } from '../../words/family.ts'
import { markText } from '../../words/forwarding.ts'
import { listed } from '../words.ts'
import type { HostStatus } from './model.ts'

/** None where nobody asked for it; what is missing is told as a problem. */
export function forwardWords({ uplinks }: HostStatus): string[] {
  const marked = uplinks.flatMap(({ device, family, forward }) =>
    forward === undefined ? [] : [`${device} ${VERSIONS[family]} (mark ${markText(forward)})`],
  )
  return marked.length > 0 ? [`Forwarding: replies leave as requests came in, by ${listed(marked, 8)}`] : []
}
