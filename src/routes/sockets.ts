/** The lines of `ss -HOMtni` (iproute2 6.1 and later) → sockets. */
import { parseIp } from '../words/address.ts'
import { quote, Refusal } from '../words/refusal.ts'
import type { Family } from '../words/state.ts'

/** An address and a port, `10.1.1.2:5201`. */
export interface End {
  readonly family: Family
  /** IPv4 also where the socket is one of IPv6 that serves both (`::ffff:10.1.1.2`). */
  readonly address: string
  readonly port: number
  /** The device that the socket is bound to. */
  readonly device: string | undefined
}

export interface Socket {
  /** `mptcp` is what the program holds, `tcp` a connection on the wire. */
  readonly kind: 'tcp' | 'mptcp'
  /** As ss names it: ESTAB, SYN-SENT, FIN-WAIT-1 … */
  readonly state: string
  readonly local: End
  readonly peer: End
  /** `rtt:56.4/1.1` by its name; a word without a value has an empty one. */
  readonly facts: ReadonlyMap<string, string>
}

/** One socket a line, numbers, TCP's and MPTCP's own facts; without -a, as what listens or is over has no way to take. */
export const SOCKET_ARGUMENTS: readonly string[] = ['-H', '-O', '-M', '-t', '-n', '-i']

/**
 * Parses a whole answer.
 *
 * @throws Refusal on a line that is no socket: a part of an answer is not to pass for all of it
 */
export function parseSockets(text: string): Socket[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.map(parseSocket)
}

function parseSocket(line: string): Socket {
  const [kind, state, , , here = '', there = '', ...words] = line.trim().split(/\s+/)
  const local = parseEnd(here)
  const peer = parseEnd(there)
  if (
    (kind !== 'tcp' && kind !== 'mptcp') ||
    state === undefined ||
    local === undefined ||
    peer === undefined
  ) {
    throw new Refusal(`ss answers ${quote(line.trim())}, which is no socket (package iproute2)`)
  }
  return { kind, state, local, peer, facts: new Map(words.map(parseFact)) }
}

/** `10.1.2.2%eth1:44683`, `[2001:db8::2]%eth1:53391`, `[::ffff:10.1.1.2]:5201`. */
function parseEnd(text: string): End | undefined {
  const [, place = '', port] = /^(.+):(\d+)$/.exec(text) ?? []
  const [bracketed = '', device] = splitOnce(place, '%')
  const ip = parseIp(bracketed.replace(/^\[(.*)\]$/, '$1').replace(/^::ffff:(?=\d+\.)/, ''))
  return ip && { family: ip.family, address: ip.text, port: Number(port), device }
}

/** `rtt:56.4/1.1` → its name and its value. */
function parseFact(word: string): [string, string] {
  const [name = '', value = ''] = splitOnce(word, ':')
  return [name, value]
}

function splitOnce(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + mark.length)]
}
