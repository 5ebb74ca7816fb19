/** Points about Multipath TCP: the kernel's switches, limits, endpoints of others, and what its counters tell. */
import type { Endpoint, Snapshot } from '../../words/state.ts'
import { isStranger, type Probes, startsSubflows } from '../probes.ts'
import { wayText } from '../ways.ts'
import { listed } from '../words.ts'
import { type Finding, fail, ok, warn } from './finding.ts'

export interface MptcpFacts {
  readonly snapshot: Snapshot
  readonly probes: Pick<Probes, 'strangers'>
  /** The kernel has Multipath TCP at all. */
  readonly known: boolean
  /** There is the newer switch for the path manager, net.mptcp.path_manager. */
  readonly named: boolean
  /** Of /proc/net/netstat, since this network was made. */
  readonly counters: ReadonlyMap<string, number>
}

export function checkMptcp(facts: MptcpFacts): Finding[] {
  const { snapshot, known } = facts
  if (!known) {
    const what = 'the kernel has no Multipath TCP, so only tables and rules are made'
    return [fail(what, 'a kernel of Linux 5.6 or later with CONFIG_MPTCP')]
  }
  if (!snapshot.mptcp.enabled) {
    const what = 'Multipath TCP is off in the kernel, so only tables and rules are made'
    return [fail(what, 'sysctl -w net.mptcp.enabled=1')]
  }
  return [
    ok('Multipath TCP is on in the kernel'),
    checkPathManager(facts),
    checkLimits(snapshot),
    ...checkStrangers(facts),
    ...checkCounters(facts.counters),
  ]
}

function checkPathManager({ snapshot, named }: MptcpFacts): Finding {
  const cure = `sysctl -w ${named ? 'net.mptcp.path_manager=kernel' : 'net.mptcp.pm_type=0'}`
  return snapshot.mptcp.pathManager === 'kernel'
    ? ok("the path manager is the kernel's own")
    : warn('the path manager is in user space, which does not look at endpoints: none is made', cure)
}

function checkLimits({ limits, endpoints }: Snapshot): Finding {
  if (limits === undefined) {
    return warn('the limits and endpoints of Multipath TCP are not told', 'sudo mptcp-routes check')
  }
  const { subflows, addAddrAccepted } = limits
  const starting = endpoints.filter(startsSubflows).length
  const text = `limits: subflows ${subflows}, add_addr_accepted ${addAddrAccepted}`
  return subflows < starting
    ? warn(
        `${text}, for ${starting} endpoints`,
        `ip mptcp limits set subflows ${starting} add_addr_accepted ${addAddrAccepted}`,
      )
    : ok(text)
}

/** Whoever has made it may know what it is for, so that nothing is said of taking it out. */
const OWNERS = 'see: ip mptcp endpoint; NetworkManager, mptcpd or a script of this host may have made it'

/** An endpoint of somebody else is judged by what the kernel does with its subflows. */
function checkStrangers({ snapshot, probes }: MptcpFacts): Finding[] {
  return snapshot.endpoints.filter(isStranger).map((endpoint) => {
    const { id, address } = endpoint
    const what = `endpoint ${address} (id ${id}) of somebody else`
    const devices = snapshot.addresses.flatMap(({ local, device }) => (local === address ? device : []))
    if (startsSubflows(endpoint) && devices.length === 0) {
      return warn(`${what} is for an address that no device has, so that its subflows do not start`, OWNERS)
    }
    const hops = probes.strangers.get(id)?.hops ?? []
    const wanted = endpoint.device === undefined ? devices : [endpoint.device]
    return hops.every(({ device = '' }) => wanted.includes(device)) || isOfHost(endpoint, devices)
      ? ok(what)
      : warn(`${what}: its subflows leave ${wayText(hops)} instead of by ${listed(wanted)}`, OWNERS)
  })
}

/** An address on lo is the host's, and goes by any device. */
function isOfHost({ device }: Endpoint, devices: readonly string[]): boolean {
  return device === undefined && devices.includes('lo')
}

/** What failed, by the counters of the kernel's net/mptcp/mib.c, in words. */
const FAILURES: readonly (readonly [counter: string, what: string])[] = [
  ['MPJoinSynTxBindErr', 'could not be bound to their address or device'],
  ['MPJoinSynTxConnectErr', 'found no way to the peer'],
  ['MPJoinSynTxCreatSkErr', 'found no socket'],
  [
    'MPJoinSynAckHMacFailure',
    'were answered with a wrong signature: something changes the packets on the way',
  ],
  ['MPJoinAckHMacFailure', 'of peers had a wrong signature: something changes the packets on the way'],
  ['MPJoinNoTokenFound', 'of peers were for a connection that is not here: they may have met another server'],
  ['MPJoinRejected', 'of peers were refused by a limit (see: ip mptcp limits)'],
]

/** Counted since the network was made: what is over is counted still, so nothing here is a failure. */
function checkCounters(counters: ReadonlyMap<string, number>): Finding[] {
  const count = (name: string) => counters.get(name) ?? 0
  const failures = FAILURES.filter(([name]) => count(name) > 0).map(
    ([name, what]) => `${count(name)} ${what} (${name})`,
  )
  const tried = count('MPJoinSynTx')
  const unanswered = tried > 0 && count('MPJoinSynAckRx') === 0
  const opened = count('MPCapableSYNTX')
  const plain = opened > 0 && count('MPCapableSYNACKRX') === 0
  const cure = 'nstat -az | grep MPTcp, and watch: mptcp-routes top'
  const findings = [
    ...(failures.length > 0 ? [warn(`joins of further paths failed: ${listed(failures)}`, cure)] : []),
    ...(unanswered
      ? [warn(`none of ${tried} joins of further paths was answered (MPJoinSynTx, MPJoinSynAckRx)`, cure)]
      : []),
    ...(plain
      ? [
          warn(
            `none of ${opened} peers answered with Multipath TCP (MPCapableSYNTX, MPCapableSYNACKRX)`,
            cure,
          ),
        ]
      : []),
  ]
  const sum = `joins of further paths: ${tried} sent, ${count('MPJoinSynAckRx')} answered, ${count('MPJoinAckRx')} from peers`
  return findings.length > 0 ? findings : [ok(sum)]
}
