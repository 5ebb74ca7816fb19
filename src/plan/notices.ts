/** What the admin should hear, though the run goes on. */
import type { Stanza } from '../ask/stanza.ts'
import type { Family, Hop, Route, Snapshot } from '../words/state.ts'
import { DEFAULT_GROUP, MOST_DAEMON_ROUTES, MOST_ENDPOINTS, UPLINK_GROUP } from '../words/table.ts'
import type { Carried } from './carried.ts'
import type { EndpointPlan } from './endpoint.ts'
import type { WayOut } from './gateway.ts'
import { findHalves } from './halves.ts'
import { devicesOf, type Host } from './host.ts'
import type { Way } from './ways.ts'

export interface Notice {
  /** Undefined where it is about the host. */
  readonly device: string | undefined
  readonly text: string
}

/** Half defaults that lead elsewhere: new connections, subflows of the uplink among them, take that way unless bound. */
export function halvesNotice(host: Host, device: string, family: Family): string[] {
  const halves = host.once(findHalves, family)
  const half = halves.find((route) => !devicesOf(route).includes(device))
  const via = half && devicesOf(half)[0]
  return half === undefined
    ? []
    : [
        `main sends ${half.destination} through ${via}, as VPN clients do: what is sent from an address of ${device} goes beside it`,
      ]
}

export function silentDhcpNotice(
  stanzas: readonly Stanza[],
  ways: readonly Way[],
  addresses: readonly Carried[],
): string[] {
  const dhcp = stanzas.find(({ method, fresh }) => fresh && method === 'dhcp')
  const isLost = dhcp !== undefined && addresses.length > 0 && ways.every(({ out }) => out === undefined)
  const isMeant = dhcp?.options.gateway === 'none' || dhcp?.options.off === true
  return isLost && !isMeant
    ? ['no router is known, neither from main nor from a lease: not an uplink; mptcp-gateway names one']
    : []
}

/** A message where the twin leads elsewhere. */
export function twinNotice(route: Route, twin: Route | undefined): string[] {
  if (twin === undefined || isSameWay(route.hops, twin.hops)) {
    return []
  }
  const way = twin.hops.map(({ gateway, device }) => ` ${gateway ? `via ${gateway} ` : ''}dev ${device}`)
  return [
    `table ${route.table} has a route of another program to ${route.destination}${way.join(',')}: left as it is`,
  ]
}

function isSameWay(hops: readonly Hop[], others: readonly Hop[]): boolean {
  return (
    hops.length === others.length &&
    hops.every(({ gateway, device }, i) => gateway === others[i]?.gateway && device === others[i]?.device)
  )
}

export function crowdedNotice({ snapshot }: Host, device: string, family: Family): string[] {
  const isCrowded = snapshot.crowded.some((one) => one.device === device && one.family === family)
  const what = `main has more than ${MOST_DAEMON_ROUTES} ${family} routes of routing daemons through ${device}`
  const cure = 'mptcp off leaves the device alone, mptcp-main-routes ignore says that this is meant'
  return isCrowded ? [`${what}: none of them is copied into its table (${cure})`] : []
}

export function uselessMetricNotice(stanza: Stanza, family: Family): string {
  const { metric } = stanza.options
  return `mptcp-metric "${metric}" has no effect: there is no ${family} gateway (${stanza.setter('IF_MPTCP_METRIC')})`
}

export function takenMetricNotice(stanza: Stanza, out: WayOut, holder: Route): string[] {
  if (isSameWay(out.hops, holder.hops)) {
    return []
  }
  const through = devicesOf(holder)[0]
  const who = through === undefined ? 'of another kind' : `through ${through}`
  const why = `is the metric of the default route ${who}: choose another`
  return [`mptcp-metric "${stanza.options.metric}" ${why} (${stanza.setter('IF_MPTCP_METRIC')})`]
}

/** A link that somebody else has put into a group of his own stays there. */
export function groupNotice({ link }: Host, device: string): string[] {
  const group = link(device)?.group ?? DEFAULT_GROUP
  const why = `only uplinks in group ${UPLINK_GROUP} are kept apart where two have the same subnet`
  return group === DEFAULT_GROUP || group === UPLINK_GROUP
    ? []
    : [`the link is in group ${group}, set by somebody else, and stays there: ${why}`]
}

export function endpointNotices({ left, kept }: EndpointPlan): string[] {
  const [first, ...rest] = left
  const others = rest.length === 0 ? ' gets' : ` and ${rest.length} more get`
  const full =
    first === undefined
      ? []
      : [`address ${first}${others} no endpoint: the kernel holds ${MOST_ENDPOINTS} at most`]
  const foreign = kept.map(
    ({ address, id, flags }) =>
      `address ${address} has an endpoint of somebody else (id ${id} ${flags.join(' ')}): left as it is`,
  )
  return [...full, ...foreign]
}

export function pathManagerNotice({ mptcp }: Snapshot): string[] {
  return mptcp.enabled && mptcp.pathManager === 'userspace'
    ? [
        'the path manager is in user space (sysctl net.mptcp.pm_type, net.mptcp.path_manager), which does not look at endpoints: none is made',
      ]
    : []
}

export function mptcpDetail({ mptcp }: Snapshot): string[] {
  return mptcp.enabled ? [] : ['MPTCP is off in the kernel (sysctl net.mptcp.enabled): no endpoint is made']
}

/** The texts, each once, those about devices with their devices' names. */
export function withDevices(
  texts: readonly string[],
  subjects: ReadonlyMap<string, readonly string[]>,
): string[] {
  return [...new Set(texts)].flatMap(
    (text) => subjects.get(text)?.map((device) => `${device}: ${text}`) ?? [text],
  )
}
