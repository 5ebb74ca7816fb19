/** Multipath TCP connections and their subflows, as `ss` shows them. */
import type { Outcome } from '../words/edge.ts'
import { Refusal } from '../words/refusal.ts'
import { type End, parseSockets, SOCKET_ARGUMENTS, type Socket } from './sockets.ts'

export interface Ss {
  /** Runs `ss` with the arguments. Throws a Refusal where it is missing or does not end. */
  readonly ss: (args: readonly string[]) => Outcome
}

/** A path of a connection: one TCP connection on the wire. */
export interface Subflow {
  readonly local: End
  readonly peer: End
  /** As ss names it: ESTAB, SYN-SENT, CLOSE-WAIT … */
  readonly state: string
  /** The first one began the connection; the others joined. */
  readonly joined: boolean
  /** One side has asked that it be used only where all others fail. */
  readonly backup: boolean
  /** The endpoint whose address it uses, 1 to 255; 0 where the connection began from there. */
  readonly endpoint: number
  /** Bytes of payload that the peer has acknowledged, and that were received: what is lost on the way is no throughput. */
  readonly sent: number
  readonly received: number
  /** Segments that were sent again. */
  readonly retransmissions: number
  /** How often in a row what it sent went without an answer until a timer ran out; 0 while it goes well. */
  readonly timeouts: number
  /**
   * Smoothed round-trip time in milliseconds; undefined before the first answer. Where more is received than sent it is
   * the receiver's estimate: the sender's is as old as the last thing that was sent.
   */
  readonly rtt: number | undefined
}

export interface Connection {
  /** The local token, 8 hexadecimal digits: what its subflows name it by. */
  readonly token: string
  readonly local: End
  readonly peer: End
  readonly state: string
  /** The peer, or something on the way, does not speak Multipath TCP: it is plain TCP. */
  readonly fallback: boolean
  /** In the order of their local addresses, the first subflow first. */
  readonly subflows: readonly Subflow[]
}

/** Reads all of the network namespace. Needs no root. */
export function readConnections(edge: Ss): Connection[] {
  const { status, stdout, stderr } = edge.ss(SOCKET_ARGUMENTS)
  if (status !== 0) {
    throw new Refusal(
      `ss failed: ${stderr.trim().split('\n', 1)[0] || `status ${status}`} (package iproute2)`,
    )
  }
  return parseConnections(stdout)
}

/** Parses the answer to SOCKET_ARGUMENTS. A subflow whose connection is closed already has no place here. */
export function parseConnections(text: string): Connection[] {
  const sockets = parseSockets(text)
  const subflows = new Map<string, Subflow[]>()
  for (const socket of sockets) {
    const ids = parseIds(socket)
    if (ids !== undefined) {
      subflows.set(ids.token, [...(subflows.get(ids.token) ?? []), toSubflow(socket, ids.endpoint)])
    }
  }
  return sockets
    .filter(({ kind }) => kind === 'mptcp')
    .map(({ local, peer, state, facts }) => {
      const token = facts.get('token') ?? ''
      const own = [...(subflows.get(token) ?? [])].sort(inOrder)
      return { token, local, peer, state, fallback: facts.has('fallback'), subflows: own }
    })
}

/**
 * What `tcp-ulp-mptcp` says of a subflow: `token:REMOTE(id:REMOTE)/LOCAL(id:LOCAL)`. The local token is the
 * connection's; the remote one is known only to who joined.
 */
function parseIds({ kind, facts }: Socket): { token: string; endpoint: number } | undefined {
  const words = kind === 'tcp' && facts.has('tcp-ulp-mptcp') ? facts.get('token') : undefined
  const [, token, id] = /\/([0-9a-f]+)\(id:(\d+)\)$/.exec(words ?? '') ?? []
  return token === undefined ? undefined : { token, endpoint: Number(id) }
}

function toSubflow({ local, peer, state, facts }: Socket, endpoint: number): Subflow {
  const count = (name: string) => Number(facts.get(name) ?? 0)
  // The kernel counts the beginning as a byte.
  const sent = Math.max(0, count('bytes_acked') - 1)
  const received = count('bytes_received')
  const rtt = Number.parseFloat(
    (received > sent ? facts.get('rcv_rtt') : undefined) ?? facts.get('rtt') ?? '',
  )
  const flags = facts.get('flags') ?? ''
  return {
    local,
    peer,
    state,
    joined: /j/i.test(flags),
    backup: /b/i.test(flags),
    endpoint,
    sent,
    received,
    // `retrans:3/184`: those on the way now, and all since it began.
    retransmissions: Number(facts.get('retrans')?.split('/')[1] ?? 0),
    timeouts: count('backoff'),
    rtt: Number.isNaN(rtt) ? undefined : rtt,
  }
}

function inOrder(one: Subflow, other: Subflow): number {
  return Number(one.joined) - Number(other.joined) || compareEnds(one.local, other.local)
}

/** By address, then by port. */
export function compareEnds(one: End, other: End): number {
  return one.address.localeCompare(other.address, 'en') || one.port - other.port
}
