/** Owned and wanted state → the changes between them, in the order that keeps traffic flowing. */
import { isIpv6 } from '../words/address.ts'
import type { Change, Endpoint, Family, Route, Rule, State } from '../words/state.ts'
import { DEFAULT_GROUP } from '../words/table.ts'

/**
 * One family after the other, so that each takes one `ip` process. Within a family: what carries traffic is added
 * before what used to carry it goes, routes before the rules that lead to them, endpoints when both are in, as the
 * kernel starts subflows from a new endpoint at once; on the way out the reverse. A companion goes before its source
 * rule, because the source rule shows whose an orphaned companion is if the run is killed between the two.
 */
export function diffState(device: string, owned: State, wanted: State): Change[] {
  const families: readonly Family[] = ['inet6', 'inet']
  const changes = families.flatMap((family) => diffFamily(ofFamily(owned, family), ofFamily(wanted, family)))
  const limit = diffSubflows(owned, wanted)
  const group = diffGroup(device, owned, wanted)
  return wanted.group === DEFAULT_GROUP ? [...limit, ...changes, ...group] : [...group, ...limit, ...changes]
}

/** The changes that take the given ones back, last first. */
export function invertChanges(changes: readonly Change[]): Change[] {
  return changes.map(invertChange).reverse()
}

function invertChange(change: Change): Change {
  switch (change.kind) {
    case 'group':
      return { ...change, group: change.old, old: change.group }
    case 'subflows':
      return { ...change, limit: change.old, old: change.limit }
    case 'route':
      return change.verb === 'replace'
        ? { ...change, route: change.old, old: change.route }
        : { ...change, verb: opposite(change.verb) }
    default:
      return { ...change, verb: opposite(change.verb) }
  }
}

function opposite(verb: 'add' | 'delete'): 'add' | 'delete' {
  return verb === 'add' ? 'delete' : 'add'
}

function ofFamily(state: State, family: Family): State {
  const isOurs = (item: { readonly family: Family }) => item.family === family
  return {
    ...state,
    rules: state.rules.filter(isOurs),
    routes: state.routes.filter(isOurs),
    endpoints: state.endpoints.filter(({ address }) => isIpv6(address) === (family === 'inet6')),
  }
}

function diffFamily(owned: State, wanted: State): Change[] {
  const rules = {
    added: missing(wanted.rules, owned.rules, ruleKey),
    removed: missing(owned.rules, wanted.rules, ruleKey),
  }
  const endpoints = diffEndpoints(owned.endpoints, wanted.endpoints)
  const routes = diffRoutes(owned.routes, wanted.routes)
  return [
    ...routes.filter(({ verb }) => verb !== 'delete').sort(connectedFirst),
    ...['companion', 'source'].flatMap((kind) => ruleChanges('add', rules.added, kind)),
    ...endpoints,
    ...['companion', 'source'].flatMap((kind) => ruleChanges('delete', rules.removed, kind)),
    ...routes
      .filter(({ verb }) => verb === 'delete')
      .sort(connectedFirst)
      .reverse(),
  ]
}

/** The items of a list that the other does not hold. */
function missing<T>(items: readonly T[], others: readonly T[], key: (item: T) => string): T[] {
  const known = new Set(others.map(key))
  return items.filter((item) => !known.has(key(item)))
}

function ruleKey({ kind, from, table, priority }: Rule): string {
  return `${kind} ${from} ${table} ${priority}`
}

function ruleChanges(verb: 'add' | 'delete', rules: readonly Rule[], kind: string): Change[] {
  return rules.filter((rule) => rule.kind === kind).map((rule) => ({ kind: 'rule', verb, rule }))
}

/** What the kernel holds once: a table has one route of a metric to a destination. */
function routeKey({ table, destination, metric }: Route): string {
  return `${table} ${destination} ${metric}`
}

type RouteChange = Extract<Change, { kind: 'route' }>

/** The kernel takes a gateway only where a connected route leads to it. */
function connectedFirst(one: RouteChange, other: RouteChange): number {
  return Number(one.route.gateway !== undefined) - Number(other.route.gateway !== undefined)
}

function diffRoutes(owned: readonly Route[], wanted: readonly Route[]): RouteChange[] {
  const standing = new Map(owned.map((route) => [routeKey(route), route]))
  const changed = wanted.flatMap((route): RouteChange[] => {
    const old = standing.get(routeKey(route))
    if (old === undefined) {
      return [{ kind: 'route', verb: 'add', route }]
    }
    // A gateway whose subnet goes stays reachable only as onlink.
    const isSame = old.gateway === route.gateway && (old.onlink || !route.onlink)
    return isSame ? [] : [{ kind: 'route', verb: 'replace', route, old }]
  })
  const removed = missing(owned, wanted, routeKey)
  return [...changed, ...removed.map((route): RouteChange => ({ kind: 'route', verb: 'delete', route }))]
}

/** The kernel has no change of all flags, so an endpoint with other flags goes and comes; those that go make room first. */
function diffEndpoints(owned: readonly Endpoint[], wanted: readonly Endpoint[]): Change[] {
  const key = ({ address, device, flags }: Endpoint) => [address, device, ...[...flags].sort()].join(' ')
  return [
    ...missing(owned, wanted, key).map(
      (endpoint): Change => ({ kind: 'endpoint', verb: 'delete', endpoint }),
    ),
    ...missing(wanted, owned, key).map((endpoint): Change => ({ kind: 'endpoint', verb: 'add', endpoint })),
  ]
}

function diffSubflows(owned: State, wanted: State): Change[] {
  return wanted.subflows === undefined || owned.subflows === undefined
    ? []
    : [{ kind: 'subflows', limit: wanted.subflows, old: owned.subflows }]
}

function diffGroup(device: string, owned: State, wanted: State): Change[] {
  const old = owned.group ?? DEFAULT_GROUP
  return wanted.group === undefined || wanted.group === old
    ? []
    : [{ kind: 'group', device, group: wanted.group, old }]
}
