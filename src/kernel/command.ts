/** Changes → lines for `ip -batch`, ip-rule(8), ip-route(8), ip-mptcp(8), ip-link(8). */
import { isIpv6 } from '../words/address.ts'
import type { Change, Endpoint, Family, Route, Rule } from '../words/state.ts'
import { IPV6_METRIC, MAIN_TABLE, PROTOCOL, UPLINK_GROUP } from '../words/table.ts'

/** The lines that one `ip` process runs. */
export interface Batch {
  readonly family: Family
  readonly changes: readonly Change[]
}

/** Cuts the changes, in their order, into as few `ip` processes as their families allow. */
export function toBatches(changes: readonly Change[]): Batch[] {
  const batches: { family: Family | undefined; changes: Change[] }[] = []
  for (const change of changes) {
    const family = familyOf(change)
    const last = batches.at(-1)
    if (last === undefined || (family !== undefined && last.family !== undefined && family !== last.family)) {
      batches.push({ family, changes: [change] })
    } else {
      last.family ??= family
      last.changes.push(change)
    }
  }
  return batches.map((batch) => ({ ...batch, family: batch.family ?? 'inet' }))
}

/** What `ip` takes on its command line to work on a family; without it, on IPv4, and IPv6 where both make sense. */
export function familyOption(family: Family): string[] {
  return family === 'inet6' ? ['-6'] : []
}

/** The family whose rules and routes the change is about; links and limits have none. */
function familyOf(change: Change): Family | undefined {
  switch (change.kind) {
    case 'rule':
      return change.rule.family
    case 'route':
      return change.route.family
    case 'endpoint':
      return isIpv6(change.endpoint.address) ? 'inet6' : 'inet'
    default:
      return undefined
  }
}

/** The change as a command for a shell. */
export function formatCommand(change: Change): string {
  const isIpv6 = (change.kind === 'rule' || change.kind === 'route') && familyOf(change) === 'inet6'
  return `ip ${isIpv6 ? '-6 ' : ''}${formatLine(change)}`
}

/** The change as a line of a batch of its family. */
export function formatLine(change: Change): string {
  switch (change.kind) {
    case 'rule':
      return `rule ${change.verb} ${formatRule(change.rule)}`
    case 'route':
      return `route ${change.verb} ${formatRoute(change.route, change.verb === 'delete')}`
    case 'endpoint':
      return `mptcp endpoint ${change.verb} ${change.verb === 'add' ? formatEndpoint(change.endpoint) : `id ${change.endpoint.id}`}`
    case 'group':
      return `link set dev ${change.device} group ${change.group}`
    case 'subflows':
      return `mptcp limits set subflows ${change.limit}`
  }
}

function formatRule({ kind, from, table, priority }: Rule): string {
  return kind === 'companion'
    ? `from ${from} lookup main suppress_prefixlength 0 suppress_ifgroup ${UPLINK_GROUP} priority ${priority} protocol ${PROTOCOL}`
    : `from ${from} lookup ${table} priority ${priority} protocol ${PROTOCOL}`
}

/** Where the metric is not told, the kernel deletes the IPv6 route with the lowest. */
function formatRoute(route: Route, exactly: boolean): string {
  const { family, table, destination, gateway, device, metric, onlink } = route
  const isUsualMetric = family === 'inet6' ? metric === IPV6_METRIC && !exactly : metric === 0
  return [
    destination,
    gateway === undefined ? `dev ${device}` : `via ${formatGateway(family, gateway)} dev ${device}`,
    onlink ? 'onlink' : '',
    family === 'inet' && gateway === undefined ? 'scope link' : '',
    isUsualMetric ? '' : `metric ${metric}`,
    `table ${table === MAIN_TABLE ? 'main' : table}`,
    `protocol ${PROTOCOL}`,
  ]
    .filter((word) => word !== '')
    .join(' ')
}

/** An IPv4 route may have an IPv6 gateway (RFC 5549), which `ip` wants to be told. */
function formatGateway(family: Family, gateway: string): string {
  return family === 'inet' && isIpv6(gateway) ? `inet6 ${gateway}` : gateway
}

function formatEndpoint({ address, device, flags }: Endpoint): string {
  return [address, ...(device === undefined ? [] : ['dev', device]), ...flags].join(' ')
}
