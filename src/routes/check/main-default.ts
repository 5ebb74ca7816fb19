/** Points about main's default, by which goes what is bound to no address of an uplink. */
import { formatSetting } from '../../kernel/settings.ts'
import { terminalDefault } from '../../plan/companion.ts'
import { devicesOf } from '../../plan/host.ts'
import { comparePreference, isPlainDefault } from '../../plan/main-routes.ts'
import type { WholeStep } from '../../whole.ts'
import type { Family, Route } from '../../words/state.ts'
import { MAIN_TABLE } from '../../words/table.ts'
import type { Probes } from '../probes.ts'
import { commandLine } from '../words.ts'
import { about, type Finding, fail, warn } from './finding.ts'

export interface DefaultFacts {
  readonly step: WholeStep
  readonly probes: Pick<Probes, 'wayless' | 'carrierless'>
  /** `inet eth0` where routes through it do not count while it has no carrier. */
  readonly ignoring: ReadonlySet<string>
}

export function checkMainDefault(facts: DefaultFacts): Finding[] {
  return facts.step.snapshot.families.flatMap((family) => {
    const defaults = defaultsOf(facts.step, family)
    return [...checkMissing(facts, family, defaults), ...checkDead(facts, family, defaults)]
  })
}

/** The best one first. */
function defaultsOf({ snapshot }: WholeStep, family: Family): Route[] {
  return snapshot.routes
    .filter((route) => route.family === family && route.table === MAIN_TABLE && isPlainDefault(route))
    .sort(comparePreference)
}

/** One that is an error is a point of its own. Another table may have one, by a rule of a VPN's: so the kernel is asked. */
function checkMissing({ step, probes }: DefaultFacts, family: Family, defaults: readonly Route[]): Finding[] {
  const words = probes.wayless.get(family)
  if (words === undefined || defaults.length > 0 || terminalDefault(step.host, family) !== undefined) {
    return []
  }
  const what = `main has no default of ${family}: what is bound to no address gets "${words}"`
  return [warn(what, 'mptcp-metric 200 for one uplink, or gateway in the stanza of the first')]
}

/** Without a carrier the kernel still takes main's default, unless it is told otherwise for the device. */
function checkDead(
  { probes, ignoring }: DefaultFacts,
  family: Family,
  defaults: readonly Route[],
): Finding[] {
  const device = defaults[0] && devicesOf(defaults[0])[0]
  if (device === undefined || !probes.carrierless.has(device) || ignoring.has(`${family} ${device}`)) {
    return []
  }
  const cure = commandLine('sysctl', '-w', formatSetting({ family, device, value: 1 }))
  const what = `main's default of ${family} leads through it while it has no carrier: new connections fail`
  const isAlone = defaults.length === 1
  return about(device, [
    isAlone ? warn(what, `mptcp-metric in the stanza of another uplink, and ${cure}`) : fail(what, cure),
  ])
}
