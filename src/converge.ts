/** Read, diff, apply; read again and retry, else take back. */
import { type LineAnswer, parseAnswers, parseFailures } from './batch.ts'
import { formatCommand, formatLine, toBatches } from './command.ts'
import { diffState, invertChanges } from './diff.ts'
import type { Event } from './environment.ts'
import type { Edge } from './ip.ts'
import { type Lease, parseDhclientLeases, parseDhcpcdLease } from './lease.ts'
import { ownedState } from './owned.ts'
import { Refusal } from './refusal.ts'
import { parseSnapshot, type Question, questions, type Reply } from './snapshot.ts'
import type { Change, Family, Snapshot } from './state.ts'
import { parseTableNames } from './table.ts'
import { type Lookups, type Plan, planState } from './wanted.ts'

/** Where a run tells what it does, each text without the program's name. */
export interface Report {
  /** What the admin should hear. */
  readonly notice: (text: string) => void
  /** What -v tells. */
  readonly detail: (text: string) => void
  /** An `ip` command, before it runs. */
  readonly command: (text: string) => void
}

export interface Run {
  readonly event: Event
  readonly edge: Edge
  readonly dryRun: boolean
  readonly report: Report
}

/** A rival hook that does the same work makes a round fail; a third failure is the kernel's own word. */
const MOST_ROUNDS = 3

/** How long duplicate address detection may take: the kernel's own is over in 1 to 2 s. */
const DAD_LIMIT = 5000
const DAD_POLL = 50

/**
 * Brings the kernel to the state that the event wants.
 *
 * @throws Refusal after it has taken back what it did (up), or done what could be done (down)
 */
export function converge(run: Run): void {
  const plan = settle(run)
  if (plan.waiting.length === 0) {
    return
  }
  // Rules and routes are in; the kernel never tries an endpoint again that it met on a tentative address.
  const { waiting } = run.dryRun ? plan : settleAfterDetection(run)
  for (const address of waiting) {
    run.report.notice(
      `address ${address} gets no endpoint: duplicate address detection has failed or is not over`,
    )
  }
}

function settleAfterDetection(run: Run): Plan {
  waitForAddresses(run)
  return settle(run)
}

/** One wanted state, in a few rounds. */
function settle(run: Run): Plan {
  const done: Change[] = []
  try {
    let failures: Failure[] = []
    for (let round = 1; round <= MOST_ROUNDS; round += 1) {
      const { plan, changes } = planRound(run, round === 1)
      failures = run.dryRun ? [] : applyChanges(run, changes, done)
      if (failures.length === 0) {
        return plan
      }
    }
    throw new Refusal(describeFailures(failures))
  } catch (error) {
    throw run.event.direction === 'up' && done.length > 0 ? takeBack(run, done, error) : error
  }
}

function planRound(run: Run, first: boolean): { plan: Plan; changes: Change[] } {
  const { event, edge, report } = run
  const snapshot = readSnapshot(event, edge)
  const acting = { ...event, families: event.families.filter((family) => isReadable(family, event, edge)) }
  const plan = planState(acting, snapshot, createLookups(event.device, edge))
  if (snapshot.link === undefined && event.direction === 'up' && !run.dryRun) {
    throw new Refusal('there is no such device (set by IFACE)')
  }
  if (first) {
    plan.notices.forEach(report.notice)
    plan.details.forEach(report.detail)
  }
  const changes = diffState(event.device, ownedState(acting, snapshot), plan.wanted)
  for (const change of changes) {
    report.command(formatCommand(change))
  }
  return { plan, changes }
}

/** Down looks at both families: the link leaves the uplinks' group only when neither has a rule any more. */
function readSnapshot(event: Event, edge: Edge): Snapshot {
  const wanted: readonly Family[] = event.direction === 'down' ? ['inet6', 'inet'] : event.families
  const families = wanted.filter((family) => isReadable(family, event, edge))
  const mptcp = edge.readFile('/proc/sys/net/mptcp/enabled')
  const replies = questions(families, event.device, mptcp !== undefined).map((question) =>
    ask(question, edge),
  )
  return parseSnapshot(event.device, replies, mptcp?.trim() === '1')
}

/** A kernel without IPv6 is no fault unless the stanza is about IPv6 alone. */
function isReadable(family: Family, event: Event, edge: Edge): boolean {
  const alone = event.families.length === 1 && event.families[0] === family && event.direction === 'up'
  return family === 'inet' || alone || edge.readFile('/proc/net/if_inet6') !== undefined
}

function ask({ family, lines }: Question, edge: Edge): Reply {
  const input = [...lines.values()]
  const args = [familyOption(family), '-N', '-j', '-force', '-batch', '-']
  const { status, stdout, stderr } = edge.ip(args, `${input.join('\n')}\n`)
  if (status !== 0 && parseFailures(stderr).size === 0) {
    const words = stderr.trim().split('\n')[0] ?? ''
    throw new Refusal(`"ip ${args.join(' ')}" failed: ${words}: apt-get install iproute2 (5.10 or later)`)
  }
  const answers = parseAnswers(input, stdout, stderr)
  return { family, answers: new Map([...lines.keys()].map((topic, i) => [topic, answers[i] as LineAnswer])) }
}

function familyOption(family: Family): string {
  return family === 'inet6' ? '-6' : '-4'
}

/** A change that the kernel refused, in its own words. */
interface Failure {
  readonly change: Change
  readonly words: string
}

/**
 * Runs the changes, at most one `ip` process a family. Up stops at the first failure, as what follows builds on it;
 * down goes on.
 *
 * @param done receives what went through, and all of a batch whose end is unknown
 */
function applyChanges(run: Run, changes: readonly Change[], done: Change[]): Failure[] {
  const goOn = run.event.direction === 'down'
  const failures: Failure[] = []
  for (const batch of toBatches(changes)) {
    const failed = runBatch(run.edge, batch.family, batch.changes, goOn, done)
    failures.push(...failed)
    if (failed.length > 0 && !goOn) {
      break
    }
  }
  return failures
}

function runBatch(
  edge: Edge,
  family: Family,
  changes: readonly Change[],
  goOn: boolean,
  done: Change[],
): Failure[] {
  const args = [familyOption(family), ...(goOn ? ['-force'] : []), '-batch', '-']
  const before = done.length
  done.push(...changes)
  const { status, stderr } = edge.ip(args, changes.map((change) => `${formatLine(change)}\n`).join(''))
  const words = parseFailures(stderr)
  if (status !== 0 && words.size === 0) {
    words.set(1, stderr.trim() || 'no reason given')
  }
  const failures = changes.flatMap((change, i) => {
    const reason = words.get(i + 1)
    return reason === undefined ? [] : [{ change, words: reason }]
  })
  if (failures.length > 0) {
    const stop = goOn ? changes.length : Math.min(...words.keys()) - 1
    const through = changes
      .slice(0, stop)
      .filter((change) => !failures.some((failure) => failure.change === change))
    done.splice(before, changes.length, ...through)
  }
  return failures
}

/** Takes the changes back and gives the error to throw, with what could not be taken back. */
function takeBack(run: Run, done: readonly Change[], error: unknown): unknown {
  if (!(error instanceof Refusal)) {
    return error
  }
  const { edge, event, report } = run
  const snapshot = readSnapshot(event, edge)
  const changes = invertChanges(done).flatMap((change) => withStandingId(change, snapshot))
  for (const change of changes) {
    report.command(formatCommand(change))
  }
  const failures = toBatches(changes).flatMap((batch) =>
    runBatch(edge, batch.family, batch.changes, true, []),
  )
  const rest = failures.map(({ change, words }) => `"${formatCommand(change)}" (${words})`)
  return rest.length === 0 ? error : new Refusal(`${error.message}; not taken back: ${rest.join(', ')}`)
}

/** An endpoint is deleted by the id that the kernel gave it after it was added. */
function withStandingId(change: Change, snapshot: Snapshot): Change[] {
  if (change.kind !== 'endpoint' || change.verb === 'add') {
    return [change]
  }
  const endpoint = snapshot.endpoints.find(({ address }) => address === change.endpoint.address)
  return endpoint === undefined ? [] : [{ ...change, endpoint }]
}

function describeFailures(failures: readonly Failure[]): string {
  return failures
    .map(({ change, words }) => `the kernel refused "${formatCommand(change)}": ${words}`)
    .join('; ')
}

/** Waits until duplicate address detection is over on the device. */
function waitForAddresses({ event, edge }: Run): void {
  const isWaiting = () =>
    (edge.readFile('/proc/net/if_inet6') ?? '').split('\n').some((line) => isTentative(line, event.device))
  for (let waited = 0; waited < DAD_LIMIT && isWaiting(); waited += DAD_POLL) {
    edge.sleep(DAD_POLL)
  }
}

/** A line of /proc/net/if_inet6: address, interface index, prefix length, scope, flags (all hexadecimal), name. */
function isTentative(line: string, device: string): boolean {
  const [, , , scope, flags = '0', name] = line.trim().split(/\s+/)
  const [tentative, failed] = [0x40, 0x08].map((bit) => (Number.parseInt(flags, 16) & bit) !== 0)
  return name === device && scope === '00' && tentative === true && failed !== true
}

const TABLE_NAME_FILES = ['/usr/lib/iproute2', '/usr/share/iproute2', '/etc/iproute2']

function createLookups(device: string, edge: Edge): Lookups {
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
