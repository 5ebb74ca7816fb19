/** The lines of `ip -batch` that change something → the change. A line that is not of this grammar ends the test. */
import type { EndpointFlag, Family } from '../../src/words/state.ts'
import { addEndpoint, changeEndpoint, deleteEndpoint, setLimits } from './endpoints.ts'
import type { Fault, Kernel } from './kernel.ts'
import { addAddress, addAltname, addVeth, deleteAddress, deleteVeth, setGroup, setUp } from './links.ts'
import { parseRouteLine, toTable } from './route-line.ts'
import { changeRoute, type Verb } from './routes.ts'
import { addRule, deleteRule } from './rules.ts'

type Words = Readonly<Record<string, string | undefined>>
type Act = (kernel: Kernel, words: Words, family: Family) => Fault | undefined

const GRAMMAR: readonly (readonly [RegExp, Act])[] = [
  [
    /^rule (?<verb>add|delete) from (?<from>\S+)( fwmark (?<mark>0x[\da-f]+\/0x[\da-f]+))? (lookup (?<table>\S+)|unreachable)( suppress_prefixlength (?<length>\d+)( suppress_ifgroup (?<group>\d+))?)? priority (?<priority>\d+) protocol (?<protocol>\d+)$/,
    actOnRule,
  ],
  [
    /^route (?<verb>add|append|replace|delete) (?<route>.+)$/,
    (kernel, { verb, route = '' }, family) =>
      changeRoute(kernel, verb as Verb, parseRouteLine(route.split(' '), family)),
  ],
  [
    /^mptcp endpoint add (?<address>\S+)( port (?<port>\d+))?( id (?<id>\d+))?( dev (?<device>\S+))?(?<flags>( (subflow|signal|backup|fullmesh))*)(?<implicit> implicit)?$/,
    actOnEndpoint,
  ],
  [/^mptcp endpoint delete id (?<id>\d+)$/, (kernel, { id }) => deleteEndpoint(kernel, Number(id))],
  [
    /^mptcp endpoint change id (?<id>\d+)(?<flags>( (no)?(backup|fullmesh))+)$/,
    (kernel, { id, flags }) => changeEndpoint(kernel, Number(id), toFlags(flags)),
  ],
  [
    /^mptcp limits set( subflows (?<subflows>\d+))?( add_addr_accepted (?<accepted>\d+))?$/,
    (kernel, { subflows, accepted }) => setLimits(kernel, toNumber(subflows), toNumber(accepted)),
  ],
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
  [/^link delete dev (?<device>\S+)$/, (kernel, { device = '' }) => deleteVeth(kernel, device)],
  [
    /^link property add dev (?<device>\S+) altname (?<altname>\S+)$/,
    (kernel, { device = '', altname = '' }) => addAltname(kernel, device, altname),
  ],
  [
    /^addr add (?<local>[^/ ]+)(\/(?<length>\d+))?( peer (?<peer>[^/ ]+))? dev (?<device>\S+)(?<deprecated> preferred_lft 0)?(?<nodad> nodad)?$/,
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
      return act(kernel, match.groups ?? {}, family)
    }
  }
  throw new Error(`the fake kernel does not know the line ${JSON.stringify(line)}`)
}

function toNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

function toFlags(text: string | undefined): EndpointFlag[] {
  return (text ?? '').split(' ').filter((word): word is EndpointFlag => word !== '')
}

function actOnRule(kernel: Kernel, words: Words, family: Family): Fault | undefined {
  const { from = '', table, length, group } = words
  if (from !== 'all' && from.includes(':') !== (family === 'inet6')) {
    return { words: `Error: ${family} prefix is expected rather than "${from}".` }
  }
  const rule = {
    family,
    from,
    table: table === undefined ? undefined : toTable(table),
    priority: Number(words['priority']),
    protocol: Number(words['protocol']),
    mark: words['mark'],
    suppress: length === undefined ? undefined : { length: Number(length), group: toNumber(group) },
  }
  return words['verb'] === 'add' ? addRule(kernel, rule) : deleteRule(kernel, rule)
}

function actOnEndpoint(kernel: Kernel, words: Words): Fault | undefined {
  return addEndpoint(kernel, {
    address: words['address'] ?? '',
    port: toNumber(words['port']),
    id: toNumber(words['id']),
    device: words['device'],
    flags: toFlags(words['flags']),
    implicit: words['implicit'] !== undefined,
  })
}

function actOnNewAddress(kernel: Kernel, words: Words): Fault | undefined {
  const local = words['local'] ?? ''
  const isIpv6 = local.includes(':')
  return addAddress(kernel, {
    device: words['device'] ?? '',
    local,
    peer: words['peer'],
    length: toNumber(words['length']) ?? (isIpv6 ? 128 : 32),
    deprecated: words['deprecated'] !== undefined,
    tentative: isIpv6 && words['nodad'] === undefined,
  })
}
