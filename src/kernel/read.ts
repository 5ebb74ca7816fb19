/** The reading half of a run: the kernel's state, and what a plan looks up elsewhere. */

import type { Event } from '../ask/environment.ts'
import { type Lease, parseDhclientLeases, parseDhcpcdLease } from '../ask/lease.ts'
import type { Lookups } from '../plan/uplink.ts'
import { Refusal } from '../words/refusal.ts'
import type { Family, Snapshot } from '../words/state.ts'
import { parseTableNames } from '../words/table.ts'
import { type LineAnswer, parseAnswers, parseFailures } from './batch.ts'
import { familyOption } from './command.ts'
import type { Edge, Outcome } from './ip.ts'
import { parseSnapshot, type Question, questions, type Reply } from './snapshot.ts'

/**
 * How long a run waits for IPv6 addresses: the kernel asks for a router advertisement at once when the link is up, and
 * its duplicate address detection is over in 1 to 2 s.
 */
const ADDRESS_LIMIT = 5000
const ADDRESS_POLL = 50

/**
 * Down of IPv6 alone looks at IPv4 too: the link leaves the uplinks' group when neither is configured any more. The
 * other way round one process is enough, as `ip` without a family shows the routes of both.
 */
export function readSnapshot(event: Event, edge: Edge): Snapshot {
  const alsoIpv4 = event.direction === 'down' && !event.families.includes('inet')
  const wanted: readonly Family[] = alsoIpv4 ? ['inet6', 'inet'] : event.families
  const families = wanted.filter((family) => isReadable(family, event, edge))
  const mptcp = edge.readFile('/proc/sys/net/mptcp/enabled')
  const replies = questions(families, event.device, mptcp !== undefined).map((question) =>
    ask(question, edge),
  )
  return parseSnapshot(event.device, replies, mptcp?.trim() === '1')
}

/** A kernel without IPv6 is no fault unless the stanza is about IPv6 alone. */
export function isReadable(family: Family, event: Event, edge: Edge): boolean {
  const alone = event.families.length === 1 && event.families[0] === family && event.direction === 'up'
  return family === 'inet' || alone || hasIpv6(edge)
}

/** The kernel's list changed while it was told, so some of it may be missing: a live rule would look like an orphan. */
const INTERRUPTED = 'Dump was interrupted'

/** How often the kernel is asked until nothing changes meanwhile; at boot that may take a few times. */
const MOST_READS = 10

function askWhole(edge: Edge, args: readonly string[], input: string): Outcome {
  for (let read = 1; read <= MOST_READS; read += 1) {
    const outcome = edge.ip(args, input)
    if (!outcome.stderr.includes(INTERRUPTED)) {
      return outcome
    }
  }
  throw new Refusal("the kernel's addresses, rules or routes change too fast to be read: run the hook again")
}

function hasIpv6(edge: Edge): boolean {
  return edge.readFile('/proc/net/if_inet6') !== undefined
}

function ask({ family, lines }: Question, edge: Edge): Reply {
  const input = [...lines.values()]
  const args = [...familyOption(family), '-N', '-j', '-force', '-batch', '-']
  const { status, stdout, stderr } = askWhole(edge, args, `${input.join('\n')}\n`)
  if (status !== 0 && parseFailures(stderr).size === 0) {
    const words = stderr.trim().split('\n')[0] ?? ''
    throw new Refusal(`"ip ${args.join(' ')}" failed: ${words}: apt-get install iproute2 (5.10 or later)`)
  }
  const answers = parseAnswers(input, stdout, stderr)
  return { family, answers: new Map([...lines.keys()].map((topic, i) => [topic, answers[i] as LineAnswer])) }
}

/** Waits until duplicate address detection is over on the device, for at most 5 s. */
export function waitForDetection(event: Event, edge: Edge): void {
  waitUntil(edge, () => !globalAddresses(event, edge).includes('tentative'))
}

/** Waits until the device has a global IPv6 address, for at most 5 s. */
export function waitForAddress(event: Event, edge: Edge): void {
  const exists = (edge.readFile('/proc/net/dev') ?? '').includes(`${event.device}:`)
  if (exists && hasIpv6(edge)) {
    waitUntil(edge, () => globalAddresses(event, edge).length > 0)
  }
}

function waitUntil(edge: Edge, isOver: () => boolean): void {
  for (let waited = 0; waited < ADDRESS_LIMIT && !isOver(); waited += ADDRESS_POLL) {
    edge.sleep(ADDRESS_POLL)
  }
}

/** IFA_F_TENTATIVE and IFA_F_DADFAILED, the kernel's include/uapi/linux/if_addr.h. */
const TENTATIVE = 0x40
const DETECTION_FAILED = 0x08

/**
 * The state of each global IPv6 address of the device, from /proc/net/if_inet6: address, interface index, prefix
 * length, scope, flags (all hexadecimal), name.
 */
function globalAddresses(event: Event, edge: Edge): ('tentative' | 'settled')[] {
  return (edge.readFile('/proc/net/if_inet6') ?? '').split('\n').flatMap((line) => {
    const [, , , scope, hex = '0', name] = line.trim().split(/\s+/)
    const flags = Number.parseInt(hex, 16)
    const isTentative = (flags & TENTATIVE) !== 0 && (flags & DETECTION_FAILED) === 0
    return name === event.device && scope === '00' ? [isTentative ? 'tentative' : 'settled'] : []
  })
}

const TABLE_NAME_FILES = ['/usr/lib/iproute2', '/usr/share/iproute2', '/etc/iproute2']

/** rt_tables and the DHCP clients' leases, read when a plan asks. */
export function createLookups(device: string, edge: Edge): Lookups {
  return {
    tableNames: () =>
      parseTableNames(TABLE_NAME_FILES.flatMap((directory) => readTableNames(directory, edge))),
    leases: () => {
      const leases: (Lease | undefined)[] = [
        parseDhclientLeases(
          edge.readFile(`/var/lib/dhcp/dhclient.${device}.leases`) ?? '',
          device,
          edge.now(),
        ),
        parseDhcpcdLease(edge.dhcpcdLease(device)),
      ]
      return leases.filter((lease) => lease !== undefined)
    },
  }
}

function readTableNames(directory: string, edge: Edge): string[] {
  const parts = edge.listDirectory(`${directory}/rt_tables.d`).filter((name) => name.endsWith('.conf'))
  return ['rt_tables', ...parts.map((name) => `rt_tables.d/${name}`)].map(
    (name) => edge.readFile(`${directory}/${name}`) ?? '',
  )
}
