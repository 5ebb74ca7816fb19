/** The companion rules: main's specific routes through devices that are no uplinks win before the source rule. */

import type { Family, Route, Rule } from '../words/state.ts'
import {
  MAIN_TABLE,
  PROTOCOL,
  SUPPRESSED_LENGTH,
  TERMINAL_TYPES,
  UNICAST,
  UPLINK_GROUP,
} from '../words/table.ts'
import type { Host } from './host.ts'
import { stanzaFor } from './speaker.ts'

/**
 * Main's default of a family that answers with an error, if it is the one that the kernel takes: a companion would then
 * end every look-up with it, as suppression is for ways only (fib_rules, FIB_LOOKUP_NOREF).
 */
export function terminalDefault(host: Host, family: Family): Route | undefined {
  return host.once(findTerminalDefault, family)
}

function findTerminalDefault(host: Host, family: Family): Route | undefined {
  const isIgnored = ignoredDevices(host, family)
  const defaults = host.snapshot.routes.filter(
    (route) =>
      route.family === family &&
      route.table === MAIN_TABLE &&
      !isPassedOver(route, isIgnored) &&
      // Our own for failover come and go with the run that judges.
      route.protocol !== PROTOCOL &&
      route.destination === 'default' &&
      route.tos === 0 &&
      (route.type === UNICAST || TERMINAL_TYPES.includes(route.type)),
  )
  const best = defaults.reduce<Route | undefined>(
    (winner, route) => (winner && winner.metric <= route.metric ? winner : route),
    undefined,
  )
  return best !== undefined && best.type !== UNICAST ? best : undefined
}

/** The kernel does not count it, and the error behind it does. */
function isPassedOver({ hops }: Route, isIgnored: (device: string) => boolean): boolean {
  return hops.length > 0 && hops.every(({ device }) => device !== undefined && isIgnored(device))
}

/**
 * Whether routes through a device do not count: its cable is out, and ignore_routes_with_linkdown is set. Where that has
 * not been read, it is set for uplinks.
 */
function ignoredDevices({ snapshot, link }: Host, family: Family): (device: string) => boolean {
  const own = snapshot.settings.filter((setting) => setting.family === family)
  const values = new Map(own.map(({ device, value }) => [device, value]))
  return (device) => {
    const { carrier, group } = link(device) ?? {}
    return carrier === false && (values.get(device) ?? Number(group === UPLINK_GROUP)) === 1
  }
}

export function companionOf({ family, from, priority }: Rule): Rule {
  return {
    kind: 'companion',
    family,
    from,
    table: MAIN_TABLE,
    priority: priority - 1,
    suppress: SUPPRESSED_LENGTH[family],
  }
}

/**
 * The companions of source rules that the run does not plan anew: whatever its device, a run judges a terminal default
 * for all of them, brings the first version's to today's form, and puts back what an earlier judgement took away.
 */
export function otherCompanions(host: Host, family: Family, planned: ReadonlySet<Rule>): Rule[] {
  if (terminalDefault(host, family) !== undefined) {
    return []
  }
  const { rules } = host.snapshot
  const sources = rules.filter((rule) => rule.kind === 'source' && rule.family === family)
  return sources.filter((rule) => !planned.has(rule) && isAccompanied(rule, host)).map(companionOf)
}

function isAccompanied(rule: Rule, host: Host): boolean {
  if (host.companionsOf(rule.from).length > 0) {
    return true
  }
  // Where nothing is recorded, a missing companion may be the stanza's own wish.
  const stanza = stanzaFor(host, rule)
  return stanza !== undefined && stanza.options.mainRoutes === 'keep'
}

export function terminalNotice(host: Host, families: readonly Family[]): string[] {
  return families.flatMap((family) => {
    const route = terminalDefault(host, family)
    const why = `main's default of ${family} is no way (metric ${route?.metric}): rules by source address go before it`
    return route === undefined ? [] : [`${why}, so that main's specific routes do not count for uplinks`]
  })
}
