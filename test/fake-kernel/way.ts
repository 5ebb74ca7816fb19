/** Which way the kernel sends a packet: rules in their order, with suppression, and the routes that they lead to. */
import {
  findLink,
  type Kernel,
  type KernelHop,
  type KernelRoute,
  type KernelRule,
  prefixLength,
  reaches,
} from './kernel.ts'

export interface Found {
  /** The rule that decided; undefined where it was one of the kernel's own. */
  readonly rule: KernelRule | undefined
  /** Any of them is taken; none where the answer is an error. */
  readonly hops: readonly KernelHop[]
}

/** Undefined where no rule leads anywhere. */
export function way(kernel: Kernel, from: string, to: string): Found | undefined {
  const family = to.includes(':') ? 'inet6' : 'inet'
  const rules = kernel.rules
    .filter((rule) => rule.family === family && (rule.from === 'all' || reaches(rule.from, from)))
    // No packet of these tests bears a mark.
    .filter(({ mark }) => mark === undefined)
    .sort((one, other) => one.priority - other.priority)
  for (const rule of [...rules, undefined]) {
    const table = rule === undefined ? 254 : rule.table
    if (table === undefined) {
      return { rule, hops: [] }
    }
    const routes = lookUp(kernel, table, to)
    const [first] = routes
    if (first !== undefined && !isSuppressed(kernel, rule, first)) {
      return { rule, hops: routes.flatMap(({ hops }) => hops.filter(({ dead }) => !dead)) }
    }
  }
  return undefined
}

/** The longest prefix, then the lowest metric, then the first; in IPv6 with its siblings. */
function lookUp({ routes }: Kernel, table: number, to: string): KernelRoute[] {
  const [first, ...others] = routes
    .filter((route) => route.table === table && route.tos === 0 && reaches(route.destination, to))
    .filter((route) => route.family === (to.includes(':') ? 'inet6' : 'inet'))
    .filter(({ type, hops }) => type !== 1 || hops.some(({ dead }) => !dead))
    .sort(
      (one, other) =>
        prefixLength(other.destination) - prefixLength(one.destination) || one.metric - other.metric,
    )
  if (first === undefined) {
    return []
  }
  const isSibling = (route: KernelRoute) =>
    [route, first].every(({ family, hops }) => family === 'inet6' && hops[0]?.gateway !== undefined) &&
    route.destination === first.destination &&
    route.metric === first.metric
  return [first, ...others.filter(isSibling)]
}

/** Suppression is for ways only: an error is the answer. */
function isSuppressed(kernel: Kernel, rule: KernelRule | undefined, route: KernelRoute): boolean {
  if (rule?.suppress === undefined || route.type !== 1) {
    return false
  }
  const { length, group } = rule.suppress
  const device = route.hops[0]?.device ?? ''
  return prefixLength(route.destination) <= length || findLink(kernel, device)?.group === group
}
