/** Whether this iproute2 knows the endpoint flag `laminar`, which came after 6.1. */
import type { Edge } from '../words/edge.ts'
import type { Endpoint, State } from '../words/state.ts'

export interface Speakable {
  readonly endpoints: readonly Endpoint[]
  readonly notices: readonly string[]
}

/** Endpoints as this `ip` can say them. It is asked only where the flag is wanted. */
export function withoutLaminar({ endpoints }: State, edge: Edge): Speakable {
  const isWanted = endpoints.some(({ flags }) => flags.includes('laminar'))
  if (!isWanted || knowsLaminar(edge)) {
    return { endpoints, notices: [] }
  }
  const rest = endpoints
    .map((endpoint) => ({ ...endpoint, flags: endpoint.flags.filter((flag) => flag !== 'laminar') }))
    .filter(({ flags }) => flags.length > 0)
  const notice =
    'mptcp-endpoint "laminar" is not known to this iproute2 and has no effect: a later one is needed'
  return { endpoints: rest, notices: [notice] }
}

function knowsLaminar(edge: Edge): boolean {
  const { stdout, stderr } = edge.ip(['mptcp', 'help'], '')
  return `${stdout}${stderr}`.includes('laminar')
}
