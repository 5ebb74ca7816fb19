/** Status for programs. What is here stays: new members may join, none goes or changes its meaning. */
import { isMarked } from '../../plan/owned.ts'
import type { Endpoint } from '../../words/state.ts'
import type { Connection, Subflow } from '../connections.ts'
import type { End } from '../sockets.ts'
import type { HostStatus, UplinkStatus } from './model.ts'

/**
 * One object; what is not known or not there is null. The schema is docs/mptcp-routes-status.schema.json.
 *
 * - `version`: of the program
 * - `uplinks[]`: `device`, `family` (inet, inet6), `state` (see UplinkState), `dead` (`since`, `why`), `addresses[]` with
 *   each one's standing `rule` (`priority`, `table`), `barrier` (`priority`) and `endpoint`; `gateway` and, where there
 *   are several, all `gateways`; `pointToPoint`
 *   where the other end of the link is the way out; `table` and `metric` (the lowest of main's defaults through the
 *   device); `linkdown` (`value` of ignore_routes_with_linkdown, and whether it is `ours`); `forward` (`mark` and
 *   `mask` of the connections that are forwarded); `askedBy[]`; `connections` and `subflows` that use it now; `problems[]` in words
 * - `mptcp`: `enabled`, `pathManager` (kernel, userspace), `endpoints[]`, `limits`, `connections[]` with their
 *   `subflows[]` (times in ms), `counters` by the kernel's names, those that are not 0
 * - `detours[]`: where what no rule by source address decides goes round a dead uplink, by a `table` and its `devices`
 * - `problems[]` of the host as a whole, and `notices[]`, in words; `pending`: how many ip commands apply would run
 */
export function formatJson(status: HostStatus, version: string): string {
  const { uplinks, mptcp, detours, problems, notices, pending } = status
  const { enabled, pathManager, endpoints, limits, connections, counters } = mptcp
  const value = {
    version,
    uplinks: uplinks.map(uplinkValue),
    mptcp: {
      ...{ enabled, pathManager },
      endpoints: endpoints.map(endpointValue),
      limits: limits ?? null,
      connections: connections?.map(connectionValue) ?? null,
      counters: Object.fromEntries(counters),
    },
    detours: detours.map(({ family, devices, table }) => ({ family, devices, table })),
    problems,
    notices,
    pending,
  }
  return `${JSON.stringify(value, undefined, 2)}\n`
}

function uplinkValue(uplink: UplinkStatus) {
  const { device, family, state, gateways, pointToPoint, askedBy, usage, problems } = uplink
  return {
    ...{ device, family, state, dead: deathValue(uplink) },
    addresses: uplink.addresses.map(({ address, rule, barrier, endpoint }) => ({
      address,
      rule: rule ?? null,
      barrier: barrier ?? null,
      endpoint: endpoint === undefined ? null : endpointValue(endpoint),
    })),
    gateway: gateways[0] ?? null,
    ...{ gateways, pointToPoint },
    table: uplink.table ?? null,
    metric: uplink.metric ?? null,
    linkdown: uplink.linkdown ?? null,
    forward: forwardValue(uplink),
    askedBy,
    connections: usage?.connections ?? null,
    subflows: usage?.subflows ?? null,
    problems,
  }
}

function forwardValue({ forward }: UplinkStatus) {
  return forward === undefined ? null : { mark: forward.value, mask: forward.mask }
}

function deathValue({ death }: UplinkStatus) {
  return death === undefined ? null : { since: new Date(death.since).toISOString(), why: death.why }
}

function endpointValue(endpoint: Endpoint) {
  const { id, address, port, device, flags, implicit } = endpoint
  return {
    ...{ id, address },
    port: port ?? null,
    device: device ?? null,
    ...{ flags, implicit, ours: isMarked(endpoint) },
  }
}

function connectionValue({ token, local, peer, state, fallback, subflows }: Connection) {
  return {
    ...{ token, state, fallback },
    ...{ local: endValue(local), peer: endValue(peer), subflows: subflows.map(subflowValue) },
  }
}

function subflowValue(subflow: Subflow) {
  const { local, peer, state, joined, backup, endpoint, sent, received, retransmissions, timeouts } = subflow
  return {
    ...{ local: endValue(local), peer: endValue(peer), state, joined, backup, endpoint },
    ...{ sent, received, retransmissions, timeouts, rtt: subflow.rtt ?? null },
  }
}

function endValue({ address, port, device }: End) {
  return { address, port, device: device ?? null }
}
