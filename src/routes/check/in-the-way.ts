/** Points about what others have set: defaults of main's that lead astray, filters, crowds, and what else the plan noticed. */

import { terminalDefault, terminalNotice } from '../../plan/companion.ts'
import { findHalves } from '../../plan/halves.ts'
import { devicesOf } from '../../plan/host.ts'
import { groupNotice, halvesNotice, pathManagerNotice } from '../../plan/notices.ts'
import type { WholeStep } from '../../whole.ts'
import type { Family } from '../../words/state.ts'
import { isDaemonProtocol, TERMINAL_TYPES, UPLINK_GROUP } from '../../words/table.ts'
import { commandLine, listed } from '../words.ts'
import { about, type Finding, fail, ok, warn } from './finding.ts'

export interface WayFacts {
  readonly step: WholeStep
  /** rp_filter of each device and of `all`: 0 off, 1 strict, 2 loose. */
  readonly filters: ReadonlyMap<string, number>
  readonly watched: boolean
}

export function checkWhatIsInTheWay(facts: WayFacts): Finding[] {
  const { step } = facts
  const { families } = step.snapshot
  return [
    ...families.flatMap((family) => checkTerminal(step, family)),
    ...checkHalves(step),
    ...checkFilters(facts),
    ...checkDaemons(facts),
    ...checkGroups(step),
    ...checkNotices(step),
  ]
}

const TERMINAL_WORDS = ['blackhole', 'unreachable', 'prohibit']

function ip(family: Family): string[] {
  return family === 'inet6' ? ['ip', '-6'] : ['ip']
}

function checkTerminal({ host, plan }: WholeStep, family: Family): Finding[] {
  const route = terminalDefault(host, family)
  const isMet = plan.uplinks.some((uplink) => uplink.family === family)
  if (route === undefined || !isMet) {
    return []
  }
  const word = TERMINAL_WORDS[TERMINAL_TYPES.indexOf(route.type)] ?? 'unreachable'
  const cure = commandLine(...ip(family), 'route', 'del', word, 'default', 'metric', route.metric)
  return terminalNotice(host, [family]).map((text) => warn(`${text}; if it is left over`, cure))
}

/** Told once, however many uplinks they pass by. */
function checkHalves({ host, snapshot, plan }: WholeStep): Finding[] {
  return snapshot.families.flatMap((family) => {
    const own = new Set(plan.uplinks.filter((uplink) => uplink.family === family).map(({ device }) => device))
    const halves = host.once(findHalves, family)
    const passed = [...own].filter((device) => halvesNotice(host, device, family).length > 0)
    const [first] = halves
    if (passed.length === 0 || first === undefined) {
      return []
    }
    const commands = halves.map((route) =>
      commandLine(
        ...ip(family),
        'route',
        'del',
        route.destination,
        ...devicesOf(route).flatMap((name) => ['dev', name]),
      ),
    )
    const what = `main sends ${listed(halves.map(({ destination }) => destination))} through ${devicesOf(first)[0]}`
    const why = `as VPN clients do: what is sent from an address of ${listed(passed)} goes beside it`
    return [warn(`${what}, ${why}; if it is left over`, commands.join(' && '))]
  })
}

/** The kernel takes the larger one of `all` and the device's own. Strict works, as the reverse look-up follows the rules too. */
function checkFilters({ step, filters }: WayFacts): Finding[] {
  const all = filters.get('all') ?? 0
  const strict = [...filters]
    .filter(([device, own]) => device !== 'all' && Math.max(own, all) === 1)
    .map(([device]) => device)
  if (strict.length === 0) {
    return [ok('rp_filter: not strict')]
  }
  const isMissing = (device: string) =>
    step.changes.some(
      (change) =>
        change.kind === 'rule' &&
        change.verb === 'add' &&
        change.rule.kind === 'source' &&
        step.host.holdersOf(change.rule.from).includes(device),
    )
  const closed = strict.filter(isMissing)
  return closed.length === 0
    ? [ok(`rp_filter: strict on ${listed(strict)}, which works with these rules`)]
    : closed.flatMap((device) =>
        about(device, [
          fail(
            'rp_filter is strict, and what comes in is dropped while its rules are missing',
            commandLine('mptcp-routes', 'apply', device),
          ),
        ]),
      )
}

/** A routing daemon's routes change, and what is mirrored or left out follows only where somebody looks. */
function checkDaemons({ step, watched }: WayFacts): Finding[] {
  const { snapshot, host, plan } = step
  const uplinks = new Set(plan.uplinks.map(({ device }) => device))
  return [...uplinks].flatMap((device) => {
    const count = host
      .mainRoutesOf(device)
      .filter((route) => isDaemonProtocol(route.protocol) && route.destination !== 'default').length
    const isCrowded = snapshot.crowded.some((crowd) => crowd.device === device)
    if (watched || (count === 0 && !isCrowded)) {
      return []
    }
    const what = isCrowded ? 'main has very many routes' : `main has ${count} route${count === 1 ? '' : 's'}`
    const cure = 'systemctl enable --now mptcp-routes, or run: mptcp-routes watch'
    return about(device, [warn(`${what} of routing daemons through it, and no watcher follows them`, cure)])
  })
}

function checkGroups({ host, plan }: WholeStep): Finding[] {
  const devices = [...new Set(plan.uplinks.filter(({ out }) => out).map(({ device }) => device))]
  return devices.flatMap((device) => {
    const command = commandLine('ip', 'link', 'set', 'dev', device, 'group', UPLINK_GROUP)
    const firewalls = 'iptables -m devgroup, nft iifgroup'
    const cure = `nothing to do where no two uplinks share a subnet; else ${command}, which changes what firewalls match by the group (${firewalls})`
    return about(
      device,
      groupNotice(host, device).map((text) => warn(text, cure)),
    )
  })
}

/** What the plan has noticed besides. */
function checkNotices({ host, plan, snapshot }: WholeStep): Finding[] {
  const devices = [...new Set(plan.uplinks.map(({ device }) => device))]
  const told = new Set([
    ...terminalNotice(host, snapshot.families),
    ...devices.flatMap((device) => groupNotice(host, device)),
    ...devices.flatMap((device) => snapshot.families.flatMap((family) => halvesNotice(host, device, family))),
    ...pathManagerNotice(snapshot),
  ])
  return [...new Set(plan.notices)]
    .filter((text) => !told.has(text))
    .flatMap(
      (text) => plan.subjects.get(text)?.flatMap((device) => about(device, [warn(text)])) ?? [warn(text)],
    )
}
