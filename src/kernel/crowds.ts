/** Routes of routing daemons: a few are mirrored, a whole internet is not. */
import type { Family, Hop, Route, Snapshot } from '../words/state.ts'
import { isDaemonProtocol, MAIN_TABLE, MOST_DAEMON_ROUTES } from '../words/table.ts'

export type Crowd = Snapshot['crowded'][number]

/**
 * Leaves out the daemons' routes through devices that have more than can be mirrored, all of them. Defaults stay: they
 * are ways out.
 *
 * @param known devices of which that is known already
 */
export function leaveOutCrowds(
  routes: readonly Route[],
  known: readonly Crowd[],
): { routes: readonly Route[]; crowded: readonly Crowd[] } {
  const counts = new Map<string, { crowd: Crowd; count: number }>()
  for (const { family, hops } of routes.filter(isOfMany)) {
    for (const device of new Set(hops.map((hop) => hop.device))) {
      count(counts, family, device)
    }
  }
  const counted = [...counts.values()].filter((entry) => entry.count > MOST_DAEMON_ROUTES)
  const crowded = [...known, ...counted.map(({ crowd }) => crowd)]
  if (crowded.length === 0) {
    return { routes, crowded }
  }
  const names = new Set(crowded.map(({ family, device }) => `${family} ${device}`))
  return { routes: routes.flatMap((route) => withoutCrowds(route, names)), crowded }
}

function isOfMany({ table, destination, protocol }: Route): boolean {
  return table === MAIN_TABLE && destination !== 'default' && isDaemonProtocol(protocol)
}

function count(
  counts: Map<string, { crowd: Crowd; count: number }>,
  family: Family,
  device: string | undefined,
) {
  if (device !== undefined) {
    const key = `${family} ${device}`
    const entry = counts.get(key) ?? { crowd: { family, device }, count: 0 }
    entry.count += 1
    counts.set(key, entry)
  }
}

/** What another device's hops of a route are is none of the crowd's business. */
function withoutCrowds(route: Route, names: ReadonlySet<string>): Route[] {
  if (!isOfMany(route) || route.hops.length === 0) {
    return [route]
  }
  const hops = route.hops.filter((hop: Hop) => !names.has(`${route.family} ${hop.device}`))
  if (hops.length === route.hops.length) {
    return [route]
  }
  return hops.length === 0 ? [] : [{ ...route, hops }]
}
