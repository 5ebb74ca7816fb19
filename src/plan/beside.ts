/**
 * Targets of a probe that a specific route of main's leads to through a device that is no uplink, as a VPN's: the companion
 * lets it win, so that an answer would tell nothing of the uplink.
 */
import { formatTarget } from '../ask/probe-targets.ts'
import { subnetOf } from '../words/address.ts'
import type { Family, Route } from '../words/state.ts'
import { DEFAULT_GROUP, MAIN_TABLE, SUPPRESSED_LENGTH, UNICAST, UPLINK_GROUP } from '../words/table.ts'
import { devicesOf, type Host } from './host.ts'
import { comparePreference } from './main-routes.ts'
import { noticeOf, speakerOf } from './probe.ts'
import type { Uplink } from './uplink.ts'

interface Planned {
  readonly uplinks: readonly Uplink[]
  readonly notices: readonly string[]
}

/** The plans of devices, with probes that do not ask such targets, and with notices that tell of them. */
export function askNoneBeside<T extends Planned>(host: Host, plans: readonly T[]): T[] {
  const isUplink = uplinksAfter(host, plans)
  return plans.map((plan) => {
    const checked = plan.uplinks.map((uplink) => check(uplink, host, isUplink))
    const notices = checked.flatMap((one) => one.notices)
    return notices.length === 0
      ? plan
      : {
          ...plan,
          uplinks: checked.map(({ uplink }) => uplink),
          notices: [...new Set([...plan.notices, ...notices])],
        }
  })
}

/** Which devices the companion takes for uplinks once the plan has come true: by their group alone. */
function uplinksAfter(host: Host, plans: readonly Planned[]): (device: string) => boolean {
  const uplinks = plans.flatMap((plan) => plan.uplinks)
  const leading = new Set(uplinks.filter(({ out }) => out !== undefined).map(({ device }) => device))
  return (device) => {
    const group = host.link(device)?.group
    return group === UPLINK_GROUP || (group === DEFAULT_GROUP && leading.has(device))
  }
}

function check(
  uplink: Uplink,
  host: Host,
  isUplink: (device: string) => boolean,
): { readonly uplink: Uplink; readonly notices: readonly string[] } {
  const { probe, rules, family, device } = uplink
  const stanza = speakerOf(uplink)
  if (probe === undefined || stanza === undefined || rules.every(({ kind }) => kind !== 'companion')) {
    return { uplink, notices: [] }
  }
  const isBeside = (other: string) => other !== device && !isUplink(other)
  const read = probe.targets.map((target) => {
    const route = bestRoute(host, family, target.address)
    const other = route && devicesOf(route).find(isBeside)
    const why = `is reached by main's route ${route?.destination} through ${other}, beside the uplink: give another address`
    return { target, why: other === undefined ? undefined : why }
  })
  const targets = read.filter(({ why }) => why === undefined).map(({ target }) => target)
  const notices = read.flatMap(({ target, why }) =>
    why === undefined ? [] : [noticeOf({ value: formatTarget(target), why }, stanza)],
  )
  return { uplink: { ...uplink, probe: { ...probe, targets } }, notices }
}

/** Main's routes by their destinations, the best of each, as far as the companion does not pass over them. */
interface Destinations {
  /** The longest first. */
  readonly lengths: readonly number[]
  readonly best: ReadonlyMap<string, Route>
}

/** The one that main would choose; undefined where that is no way, or as short as a default. Zones keep to their link. */
function bestRoute(host: Host, family: Family, address: string): Route | undefined {
  if (address.includes('%')) {
    return undefined
  }
  const { lengths, best } = host.once(findDestinations, family)
  for (const length of lengths) {
    const route = best.get(subnetOf({ family, text: address }, length) ?? address)
    if (route !== undefined) {
      return route.type === UNICAST ? route : undefined
    }
  }
  return undefined
}

const BITS = { inet: 32, inet6: 128 } as const

function findDestinations(host: Host, family: Family): Destinations {
  const best = new Map<string, Route>()
  const lengths = new Set<number>()
  for (const route of host.snapshot.routes) {
    const { destination, table, tos, source } = route
    const length = Number(destination.split('/')[1] ?? (destination === 'default' ? 0 : BITS[family]))
    const isMain = route.family === family && table === MAIN_TABLE && tos === 0 && source === undefined
    const rival = best.get(destination)
    if (isMain && length > SUPPRESSED_LENGTH[family]) {
      lengths.add(length)
      best.set(destination, rival !== undefined && comparePreference(rival, route) <= 0 ? rival : route)
    }
  }
  return { lengths: [...lengths].sort((one, other) => other - one), best }
}
