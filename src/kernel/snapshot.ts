/** The questions that a run asks the kernel through `ip -N -j -batch`, and the text of its answers → snapshot. */
import { parseIp, subnetOf } from '../words/address.ts'
import { Refusal } from '../words/refusal.ts'
import type { Address, Endpoint, EndpointFlag, Family, Route, Rule, Snapshot } from '../words/state.ts'
import { IPV6_METRIC, MAIN_TABLE, PROTOCOL, UPLINK_GROUP } from '../words/table.ts'
import type { LineAnswer } from './batch.ts'

/** One `ip` process of a read: its family and its lines by name. */
export interface Question {
  readonly family: Family
  readonly lines: ReadonlyMap<Topic, string>
}

type Topic = 'rules' | 'addresses' | 'defaults' | 'routes' | 'link' | 'endpoints' | 'limits'

/** The answers to a question, by the same names. */
export interface Reply {
  readonly family: Family
  readonly answers: ReadonlyMap<Topic, LineAnswer>
}

/**
 * The questions of one read, one per family. Rules come before addresses: a rule whose address is then not there is
 * an orphan, and never one that another hook has just added.
 *
 * @param mptcp whether the kernel knows MPTCP endpoints
 */
export function questions(families: readonly Family[], device: string, mptcp: boolean): Question[] {
  return families.map((family, i) => {
    const lines = new Map<Topic, string>([
      // Some versions of ip know the filter and do nothing; what is not ours is left out below in any case.
      ['rules', `rule show proto ${PROTOCOL}`],
      ['addresses', 'addr show'],
      ['defaults', 'route show default'],
      ['routes', `route show table all dev ${device}`],
    ])
    if (i === families.length - 1) {
      lines.set('link', `link show dev ${device}`)
      if (mptcp) {
        lines.set('endpoints', 'mptcp endpoint show').set('limits', 'mptcp limits show')
      }
    }
    return { family, lines }
  })
}

/**
 * @param mptcpEnabled the kernel's switch, /proc/sys/net/mptcp/enabled
 * @throws Refusal where the kernel did not answer a question that every plan needs
 */
export function parseSnapshot(device: string, replies: readonly Reply[], mptcpEnabled: boolean): Snapshot {
  const link = parseLink(replies)
  const families = replies.map((reply) => reply.family)
  // `ip` without a family shows IPv6 routes too; where IPv6 was asked on its own, its own answer counts.
  const routes = replies.flatMap((reply) =>
    parseRoutes(reply, device, link !== undefined).filter(
      ({ route }) => route.family === reply.family || !families.includes(route.family),
    ),
  )
  const endpoints = objects(replies, 'endpoints')
  const limits = replies
    .map((reply) => reply.answers.get('limits')?.output)
    .find((text) => text !== undefined)
  return {
    device,
    link,
    addresses: replies.flatMap((reply) => parseAddresses(reply, device)),
    otherAddresses: replies.flatMap(parseOtherAddresses),
    rules: replies.flatMap(parseRules),
    routes: routes.filter((route) => route.ours).map((route) => route.route),
    foreignRoutes: routes.filter((route) => !route.ours).map((route) => route.route),
    staticRoutes: routes.filter((route) => route.isStatic).map((route) => route.route),
    otherDefaults: replies.flatMap((reply) => parseOtherDefaults(reply, device)),
    endpoints: endpoints.filter((object) => object['port'] === undefined).map(toEndpoint),
    endpointCount: endpoints.length,
    subflows: toNumber(/subflows (\d+)/.exec(limits ?? '')?.[1]),
    mptcpEnabled,
  }
}

type Json = Readonly<Record<string, unknown>>

/** The objects of one topic over all replies; none where it was not asked or the kernel refused to tell. */
function objects(replies: readonly Reply[], topic: Topic): Json[] {
  return replies.flatMap((reply) => {
    const output = reply.answers.get(topic)?.output
    return output === undefined ? [] : parseObjects(output)
  })
}

/** The objects of a topic that every plan needs. */
function neededObjects(reply: Reply, topic: Topic): Json[] {
  const answer = reply.answers.get(topic)
  if (answer?.output === undefined) {
    const option = reply.family === 'inet6' ? ' -6' : ''
    throw new Refusal(
      `the kernel refused "ip${option} ${answer?.line ?? topic}": ${answer?.error ?? 'no answer'}`,
    )
  }
  return parseObjects(answer.output)
}

function parseObjects(text: string): Json[] {
  try {
    const value: unknown = JSON.parse(text)
    // Some versions of iproute2 print an empty object for what a filter left out.
    return Array.isArray(value) ? value.filter((item) => Object.keys(item).length > 0) : []
  } catch {
    throw new Refusal('the ip command did not answer in JSON: apt-get install iproute2 (5.10 or later)')
  }
}

function parseLink(replies: readonly Reply[]): Snapshot['link'] {
  const link = objects(replies, 'link')[0]
  if (link === undefined) {
    return undefined
  }
  const flags = Array.isArray(link['flags']) ? link['flags'] : []
  return { group: Number(link['group'] ?? 0), pointToPoint: flags.includes('POINTOPOINT') }
}

function parseAddresses(reply: Reply, own: string): Address[] {
  return addressObjects(reply)
    .filter(({ info }) => isGlobal(info))
    .map(({ info, device }) => toAddress(info, device, reply.family, own))
}

function parseOtherAddresses(reply: Reply): Pick<Address, 'device' | 'local'>[] {
  return addressObjects(reply)
    .filter(({ info }) => !isGlobal(info))
    .map(({ info, device }) => ({ device, local: String(info['local']) }))
}

/** The addresses of the reply's family, each with its device. */
function addressObjects(reply: Reply): { info: Json; device: string }[] {
  return neededObjects(reply, 'addresses').flatMap((link) => {
    const infos: Json[] = Array.isArray(link['addr_info']) ? link['addr_info'] : []
    const device = String(link['ifname'])
    return infos.filter((info) => info['family'] === reply.family).map((info) => ({ info, device }))
  })
}

/** RT_SCOPE_UNIVERSE */
function isGlobal(info: Json): boolean {
  return String(info['scope']) === '0'
}

function toAddress(info: Json, device: string, family: Family, own: string): Address {
  const local = String(info['local'])
  const peer = info['address'] === undefined ? undefined : String(info['address'])
  return {
    family,
    device,
    local,
    // Of other devices nobody asks the subnet, and a large host has hundreds of them.
    subnet:
      device === own
        ? (subnetOf({ family, text: peer ?? local }, Number(info['prefixlen'])) ?? peer)
        : undefined,
    peer,
    temporary: info['temporary'] === true,
    tentative: info['tentative'] === true || info['dadfailed'] === true,
  }
}

/** The keys of a rule of ours: one with any other key is somebody else's work with our number, and not understood. */
const RULE_KEYS = ['priority', 'src', 'table', 'protocol', 'suppress_prefixlen', 'suppress_ifgroup']

function parseRules(reply: Reply): Rule[] {
  return neededObjects(reply, 'rules')
    .filter(
      (rule) =>
        Number(rule['protocol']) === PROTOCOL && Object.keys(rule).every((key) => RULE_KEYS.includes(key)),
    )
    .flatMap((rule) => toRule(rule, reply.family) ?? [])
}

function toRule(rule: Json, family: Family): Rule | undefined {
  const from = parseIp(String(rule['src']))?.text
  const table = Number(rule['table'])
  const suppressed =
    Number(rule['suppress_prefixlen']) === 0 && Number(rule['suppress_ifgroup']) === UPLINK_GROUP
  const plain = rule['suppress_prefixlen'] === undefined && rule['suppress_ifgroup'] === undefined
  const kind = table === MAIN_TABLE ? 'companion' : 'source'
  if (from === undefined || (kind === 'companion' ? !suppressed : !plain)) {
    return undefined
  }
  return { kind, family, from, table, priority: Number(rule['priority']) }
}

interface ReadRoute {
  readonly route: Route
  readonly ours: boolean
  readonly isStatic: boolean
}

/** The routes through the device, and main's multipath defaults with a next hop there. */
function parseRoutes(reply: Reply, device: string, exists: boolean): ReadRoute[] {
  const single = exists ? neededObjects(reply, 'routes') : []
  const multipath = objects([reply], 'defaults').flatMap((route) => {
    const hops: Json[] = Array.isArray(route['nexthops']) ? route['nexthops'] : []
    return hops.filter((hop) => hop['dev'] === device).map((hop) => ({ ...route, ...hop }))
  })
  return [...single, ...multipath]
    .filter((route: Json) => route['type'] === undefined || Number(route['type']) === 1)
    .map((route: Json) => toReadRoute(route, device))
}

/** What the kernel makes itself (RTPROT_REDIRECT, RTPROT_KERNEL) follows from addresses. */
const KERNEL_PROTOCOLS = [1, 2]

function toReadRoute(object: Json, device: string): ReadRoute {
  const route = toRoute(object, device)
  const protocol = Number(object['protocol'])
  const isSpecific = route.table === MAIN_TABLE && route.destination !== 'default'
  const ours = protocol === PROTOCOL
  return { route, ours, isStatic: isSpecific && !ours && !KERNEL_PROTOCOLS.includes(protocol) }
}

function parseOtherDefaults(reply: Reply, device: string): Route[] {
  return objects([reply], 'defaults')
    .filter((route) => route['dev'] !== undefined && route['dev'] !== device)
    .map((route) => toRoute(route, String(route['dev'])))
}

/** Only IPv6 routes have a preference (RFC 4191), and all of them have one. */
function toRoute(route: Json, device: string): Route {
  const family = route['pref'] === undefined ? 'inet' : 'inet6'
  const flags = Array.isArray(route['flags']) ? route['flags'] : []
  const gateway = route['gateway'] ?? (route['via'] as Json | undefined)?.['host']
  return {
    family,
    table: Number(route['table'] ?? MAIN_TABLE),
    destination: String(route['dst']),
    gateway: gateway === undefined ? undefined : String(gateway),
    device,
    metric: Number(route['metric'] ?? (family === 'inet6' ? IPV6_METRIC : 0)),
    onlink: flags.includes('onlink'),
  }
}

const FLAGS: readonly EndpointFlag[] = ['subflow', 'signal', 'backup', 'fullmesh']

function toEndpoint(object: Json): Endpoint {
  return {
    id: Number(object['id']),
    address: String(object['address']),
    device: object['dev'] === undefined ? undefined : String(object['dev']),
    flags: FLAGS.filter((flag) => object[flag] === true),
  }
}

function toNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}
