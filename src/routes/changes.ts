/** The changes that a run would make → what is missing, wrong or left over, in words. */
import { formatRoute } from '../kernel/route-command.ts'
import { devicesOf } from '../plan/host.ts'
import type { WholeStep } from '../whole.ts'
import type { Change, Endpoint, Limits, Route, Rule } from '../words/state.ts'
import { MAIN_TABLE, UPLINK_GROUP } from '../words/table.ts'
import { describeMarks } from './forwarding.ts'
import { listed } from './words.ts'

type Of<K extends Change['kind']> = Extract<Change, { kind: K }>

/** @param changes of one uplink, or of none */
export function describeChanges(changes: readonly Change[], step: WholeStep): string[] {
  return [
    ...describeRules(pick(changes, 'rule'), step),
    ...describeRoutes(pick(changes, 'route'), step),
    ...describeEndpoints(pick(changes, 'endpoint'), pick(changes, 'flags'), step),
    ...pick(changes, 'group').map(({ device, group }) =>
      group === UPLINK_GROUP
        ? `the link is in group ${step.host.link(device)?.group} instead of ${group}`
        : `the link is still in group ${UPLINK_GROUP}`,
    ),
    ...pick(changes, 'setting').map(({ setting: { value } }) =>
      value === 1
        ? 'ignore_routes_with_linkdown is 0: new connections fail while its cable is out'
        : 'ignore_routes_with_linkdown is still 1, and not put back',
    ),
  ]
}

function pick<K extends Change['kind']>(changes: readonly Change[], kind: K): Of<K>[] {
  return changes.filter((change): change is Of<K> => change.kind === kind)
}

/** A companion and a barrier are told only where their source rule is in order. */
function describeRules(changes: readonly Of<'rule'>[], { host }: WholeStep): string[] {
  const sources = changes.filter(({ rule }) => rule.kind === 'source')
  const told = new Set(sources.map(({ rule }) => rule.from))
  const others = (kind: Rule['kind']) =>
    withoutReplaced(changes.filter(({ rule }) => rule.kind === kind && !told.has(rule.from)))
  return [
    ...withoutReplaced(sources).map(({ verb, rule }) =>
      verb === 'add' ? missingRule(rule, host.sourcesOf(rule.from)[0]) : leftRule(rule),
    ),
    ...others('companion').map(({ verb, rule: { from, priority } }) =>
      verb === 'add'
        ? `no companion rule for ${from} at ${priority}: main's specific routes do not count for it`
        : `a companion rule for ${from} at ${priority} is left over`,
    ),
    ...others('barrier').map(({ verb, rule: { from, priority } }) =>
      verb === 'add'
        ? `no barrier for ${from} at ${priority}: what its table does not lead out leaves by another uplink`
        : `a barrier for ${from} at ${priority} is left over`,
    ),
    ...describeMarks(changes),
  ]
}

/** Of a rule that another takes the place of, the other is told. */
function withoutReplaced(changes: readonly Of<'rule'>[]): Of<'rule'>[] {
  const added = new Set(changes.filter(({ verb }) => verb === 'add').map(({ rule }) => rule.from))
  return changes.filter(({ verb, rule }) => verb === 'add' || !added.has(rule.from))
}

function missingRule({ from, table, priority }: Rule, standing: Rule | undefined): string {
  return standing === undefined
    ? `no rule for ${from}`
    : `the rule for ${from} is at ${standing.priority} and looks up ${standing.table}, instead of ${priority} and ${table}`
}

function leftRule({ from, table, priority }: Rule): string {
  return `a rule for ${from} at ${priority} is left over: lookup ${table}`
}

function describeRoutes(changes: readonly Of<'route'>[], { host }: WholeStep): string[] {
  const added = changes.filter(({ verb }) => verb !== 'delete').map(({ route }) => route)
  const places = new Set(added.map(({ table, destination }) => `${table} ${destination}`))
  const left = changes
    .filter(({ verb, route }) => verb === 'delete' && !places.has(`${route.table} ${route.destination}`))
    .map(({ route }) => route)
  const isOfMain = ({ table }: Route) => table === MAIN_TABLE
  const isDefault = ({ destination }: Route) => destination === 'default'
  const own = added.filter((route) => !isOfMain(route))
  const specific = own.filter((route) => !isDefault(route)).map(({ destination }) => destination)
  const standing = (route: Route) =>
    devicesOf(route)
      .flatMap(host.ownRoutesOf)
      .find(
        ({ family, table, destination }) =>
          family === route.family && table === route.table && destination === 'default',
      )
  return [
    ...own
      .filter(isDefault)
      .slice(0, 1)
      .map((route) => missingDefault(route, standing(route))),
    ...(specific.length > 0 ? [`not in its table, or not as in main: ${listed(specific)}`] : []),
    ...added.filter(isOfMain).map(({ metric }) => `no default of metric ${metric} in main`),
    ...left.filter(isOfMain).map(({ metric }) => `the default of metric ${metric} in main is left over`),
    ...left
      .filter((route) => !isOfMain(route))
      .map(({ destination, table }) => `a route to ${destination} is left over in table ${table}`),
  ]
}

/** Where the gateways are the same it is another word that differs, which only the whole routes tell. */
function missingDefault(wanted: Route, standing: Route | undefined): string {
  const way = (route: Route) => route.hops.map(({ gateway }) => gateway ?? 'the link').join(' and ')
  if (standing === undefined) {
    return 'no default in its table'
  }
  return way(standing) === way(wanted)
    ? `the default in its table is "${routeWords(standing)}" instead of "${routeWords(wanted)}"`
    : `the default in its table goes by ${way(standing)} instead of ${way(wanted)}`
}

/** Without what all of ours have. */
function routeWords(route: Route): string {
  return formatRoute(route, 'add')
    .join(' ')
    .replace(/ table \d+ protocol \d+/, '')
}

function describeEndpoints(
  changes: readonly Of<'endpoint'>[],
  flags: readonly Of<'flags'>[],
  { snapshot }: WholeStep,
): string[] {
  const added = changes.filter(({ verb }) => verb === 'add').map(({ endpoint }) => endpoint)
  const renewed = new Set(added.map(({ address }) => address))
  const left = changes.filter(({ verb, endpoint }) => verb === 'delete' && !renewed.has(endpoint.address))
  const standing = (address: string) =>
    snapshot.endpoints.find((one) => one.address === address && one.port === undefined && !one.implicit)
  const other = [...added, ...flags.map(({ endpoint }) => endpoint)]
  return [
    ...other.map((wanted) => missingEndpoint(wanted, standing(wanted.address))),
    ...left.map(({ endpoint: { address, id } }) => `the endpoint ${id} for ${address} is left over`),
  ]
}

/** Of a device that was pulled and is back the flags may be the same. */
function missingEndpoint(wanted: Endpoint, standing: Endpoint | undefined): string {
  const words = ({ flags, device }: Endpoint, named: boolean) =>
    `"${[...flags, ...(named && device !== undefined ? ['dev', device] : [])].join(' ')}"`
  if (standing === undefined) {
    return `no endpoint for ${wanted.address}`
  }
  const named = words(standing, false) === words(wanted, false)
  return `the endpoint of ${wanted.address} is ${words(standing, named)} instead of ${words(wanted, named)}`
}

export function describeLimits(changes: readonly Change[], limits: Limits | undefined): string[] {
  return pick(changes, 'limits').map(({ limits: { subflows, addAddrAccepted } }) => {
    const accepted =
      addAddrAccepted === limits?.addAddrAccepted ? '' : ` and ${addAddrAccepted} addresses of a peer`
    return `the limits of the path manager are too low: ${subflows} subflows${accepted} are needed`
  })
}
