/** The lines of `ip -batch` that change something → the change. A line that is not of this grammar ends the test. */
import type { EndpointFlag, Family } from '../../src/words/state.ts'
import { addEndpoint, deleteEndpoint, setSubflows } from './endpoints.ts'
import type { Fault, Kernel } from './kernel.ts'
import { addAddress, addVeth, deleteAddress, deleteVeth, setGroup, setUp } from './links.ts'
import { changeRoute } from './routes.ts'
import { addRule, deleteRule } from './rules.ts'

type Words = Readonly<Record<string, string | undefined>>
type Act = (kernel: Kernel, words: Words, family: Family) => Fault | undefined

const GRAMMAR: readonly (readonly [RegExp, Act])[] = [
  [
    /^rule (?<verb>add|delete) from (?<from>\S+) lookup (?<table>\S+)( suppress_prefixlength 0 suppress_ifgroup (?<group>\d+))? priority (?<priority>\d+) protocol (?<protocol>\d+)$/,
    actOnRule,
  ],
  [
    /^route (?<verb>add|replace|delete) (?<destination>\S+)( via (?<gateway>\S+))? dev (?<device>\S+)(?<onlink> onlink)?( scope link)?( metric (?<metric>\d+))? table (?<table>\S+) protocol (?<protocol>\d+)$/,
    actOnRoute,
  ],
  [
    /^mptcp endpoint add (?<address>\S+)( port (?<port>\d+))?( dev (?<device>\S+))?(?<flags>( (subflow|signal|backup|fullmesh))*)$/,
    actOnEndpoint,
  ],
  [/^mptcp endpoint delete id (?<id>\d+)$/, (kernel, { id }) => deleteEndpoint(kernel, Number(id))],
  [/^mptcp limits set subflows (?<limit>\d+)$/, (kernel, { limit }) => setSubflows(kernel, Number(limit))],
  [
    /^link set dev (?<device>\S+) group (?<group>\d+)$/,
    (kernel, { device = '', group }) => setGroup(kernel, device, Number(group)),
  ],
  [
    /^link set dev (?<device>\S+) (?<state>up|down)$/,
    (kernel, { device = '', state }) => setUp(kernel, device, state === 'up'),
  ],
  [
    /^link add (?<device>\S+) type veth peer name (?<peer>\S+)$/,
    (kernel, { device = '', peer = '' }) => addVeth(kernel, device, peer),
  ],
  // A peer's name is its device's with a p before it.
  [/^link delete dev (?<device>\S+)$/, (kernel, { device = '' }) => deleteVeth(kernel, device, `p${device}`)],
  [
    /^addr add (?<local>[^/ ]+)(\/(?<length>\d+))?( peer (?<peer>[^/ ]+))? dev (?<device>\S+)(?<nodad> nodad)?$/,
    actOnNewAddress,
  ],
  [
    /^addr delete (?<local>[^/ ]+)(\/(?<length>\d+))?( peer (?<peer>\S+))? dev (?<device>\S+)$/,
    (kernel, { local = '', length = '32', peer, device = '' }) =>
      deleteAddress(kernel, device, { local, length: Number(length), peer }),
  ],
]

/**
 * Runs a line; the fault, if the kernel or `ip` refuses it.
 *
 * @param family `inet` is `ip` without -6, which then takes the family of the line's addresses
 */
export function runLine(kernel: Kernel, family: Family, line: string): Fault | undefined {
  for (const [pattern, act] of GRAMMAR) {
    const match = pattern.exec(line)
    if (match !== null) {
      const words = match.groups ?? {}
      const { from, destination, gateway } = words
      const isIpv6 = [from, destination, gateway].some((text) => text?.includes(':'))
      return act(kernel, words, isIpv6 ? 'inet6' : family)
    }
  }
  throw new Error(`the fake kernel does not know the line ${JSON.stringify(line)}`)
}

function toTable(text: string | undefined): number {
  return text === 'main' ? 254 : Number(text)
}

function actOnRule(kernel: Kernel, words: Words, family: Family): Fault | undefined {
  const rule = {
    family,
    from: words['from'] ?? '',
    table: toTable(words['table']),
    priority: Number(words['priority']),
    protocol: Number(words['protocol']),
    suppress: words['group'] === undefined ? undefined : Number(words['group']),
  }
  return words['verb'] === 'add' ? addRule(kernel, rule) : deleteRule(kernel, rule)
}

function actOnRoute(kernel: Kernel, words: Words, family: Family): Fault | undefined {
  return changeRoute(kernel, words['verb'] as 'add' | 'replace' | 'delete', {
    family,
    table: toTable(words['table']),
    destination: words['destination'] ?? '',
    gateway: words['gateway'],
    device: words['device'] ?? '',
    metric: words['metric'] === undefined ? undefined : Number(words['metric']),
    protocol: Number(words['protocol']),
    onlink: words['onlink'] !== undefined,
  })
}

function actOnEndpoint(kernel: Kernel, words: Words): Fault | undefined {
  return addEndpoint(kernel, {
    address: words['address'] ?? '',
    port: words['port'] === undefined ? undefined : Number(words['port']),
    device: words['device'],
    flags: (words['flags'] ?? '').split(' ').filter((flag): flag is EndpointFlag => flag !== ''),
  })
}

function actOnNewAddress(kernel: Kernel, words: Words): Fault | undefined {
  const local = words['local'] ?? ''
  const isIpv6 = local.includes(':')
  return addAddress(kernel, {
    device: words['device'] ?? '',
    local,
    peer: words['peer'],
    length: words['length'] === undefined ? (isIpv6 ? 128 : 32) : Number(words['length']),
    tentative: isIpv6 && words['nodad'] === undefined,
  })
}
