/** Points about Multipath TCP: the kernel's switches, limits, endpoints of others, and what its counters tell. */
import { isMarked } from '../../plan/owned.ts'
import type { Endpoint, Snapshot } from '../../words/state.ts'
import { listed } from '../words.ts'
import { type Finding, fail, ok, warn } from './finding.ts'

export interface MptcpFacts {
  readonly snapshot: Snapshot
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
    ...checkStrangers(snapshot),
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
  // Endpoints that are only announced start nothing.
  const starting = endpoints.filter(
    ({ flags }) => flags.includes('subflow') || flags.includes('fullmesh'),
  ).length
  const text = `limits: subflows ${subflows}, add_addr_accepted ${addAddrAccepted}`
  return subflows < starting
    ? warn(
        `${text}, for ${starting} endpoints`,
        `ip mptcp limits set subflows ${starting} add_addr_accepted ${addAddrAccepted}`,
      )
    : ok(text)
}

/** What somebody else has given the path manager: its subflows go wherever main's default leads. */
function checkStrangers({ endpoints, addresses, rules }: Snapshot): Finding[] {
  const carried = new Set(addresses.map(({ local }) => local))
  const ruled = new Set(rules.map(({ from }) => from))
  const isStarting = ({ flags }: Endpoint) => flags.includes('subflow') || flags.includes('fullmesh')
  const strangers = endpoints.filter((endpoint) => !isMarked(endpoint) && !endpoint.implicit)
  return strangers.flatMap((endpoint) => {
    const { id, address } = endpoint
    const what = `endpoint ${address} (id ${id}) of somebody else`
    const cure = `ip mptcp endpoint delete id ${id}`
    if (!carried.has(address)) {
      return [warn(`${what} is for an address that no device has`, cure)]
    }
    return ruled.has(address) || !isStarting(endpoint)
      ? [ok(what)]
      : [
          warn(
            `${what}: the address has no rule, so its subflows take main's default, whoever's that is`,
            cure,
          ),
        ]
  })
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
