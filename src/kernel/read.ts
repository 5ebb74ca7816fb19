/** The reading half of a run: one look at the whole host. */
import type { Edge } from '../words/edge.ts'
import type { Family, Link, Route, Snapshot } from '../words/state.ts'
import { isUsableTable } from '../words/table.ts'
import { parseAddress } from './addresses.ts'
import { askBatch, parseEach, parseOne } from './ask.ts'
import { type Answer, LINKS } from './batch.ts'
import { leaveOutCrowds } from './crowds.ts'
import { parseEndpoint, parseLimits, readMptcp } from './endpoints.ts'
import { isLarge, readLarge } from './large.ts'
import { parseLinks, parseNames } from './links.ts'
import { parseRoutes } from './routes.ts'
import { parseRules, type RuleAnswers } from './rules.ts'
import { readSettings } from './settings.ts'
import { separateSiblings } from './siblings.ts'

/**
 * What the kernel shows of the host.
 *
 * @param families whose rules are needed; a kernel without IPv6 is no fault unless it is about IPv6 alone
 * @param devices whose routes in main are needed, by name or altname, and
 * @param tables whose routes are, on a host with so many that not all are read
 * @throws Refusal where `ip` does not work, the kernel refuses to tell, or an answer is not understood
 */
export function readSnapshot(
  families: readonly Family[],
  devices: readonly string[],
  tables: readonly number[],
  edge: Edge,
): Snapshot {
  const hasIpv6 = edge.readFile('/proc/net/if_inet6') !== undefined
  const ruled = families.filter((family) => family === 'inet' || hasIpv6 || families.length === 1)
  const told = toldWith(ruled, hasIpv6)
  const large = isLarge(told, edge)
  const mptcp = readMptcp(edge)
  const { answers, ruleAnswers } = ask(ruled, !large, mptcp !== undefined, edge)
  const seen = {
    families: ruled,
    links: parseLinks(answers[LINKS], () => parseNames(edge.readFile('/proc/net/dev') ?? '')),
    addresses: parseEach(answers[ADDRESSES], parseAddress),
    ...parseRules(ruleAnswers),
  }
  const names = namesOf(devices, seen.links)
  const { routes, crowded } =
    answers[ROUTES] === undefined
      ? readLarge(told, names, new Set([...tables, ...tablesOf(names, seen)].filter(isUsableTable)), edge)
      : { routes: parseRoutes(answers[ROUTES]), crowded: [] }
  const { [ENDPOINTS]: endpoints, [LIMITS]: limits } = answers
  // The list of very many routes would cost as much as they.
  const list = () => (isLarge(['inet6'], edge) ? '' : (edge.readFile('/proc/net/ipv6_route') ?? ''))
  return {
    ...seen,
    ...leaveOutCrowds(separateSiblings(routes.filter(isWay), list), crowded),
    endpoints: isTold(endpoints) ? parseEach(endpoints, parseEndpoint) : [],
    limits: isTold(limits) ? parseOne(limits, parseLimits) : undefined,
    mptcp: mptcp ?? { enabled: false, pathManager: 'kernel' },
    settings: readSettings(names, seen, edge),
  }
}

/** The families whose addresses and routes `ip` tells: without a family those of both, but for rules. */
function toldWith(ruled: readonly Family[], hasIpv6: boolean): Family[] {
  const told: Family[] = hasIpv6 ? ['inet', 'inet6'] : ['inet']
  return ruled.includes('inet') ? told : ['inet6']
}

const RULES = 'rule show'
const ADDRESSES = 'addr show'
const ROUTES = 'route show table all'
const ENDPOINTS = 'mptcp endpoint show'
const LIMITS = 'mptcp limits show'

/**
 * One process for each family of rules. Rules come before addresses: a rule whose address is then not there is an
 * orphan, and never one that another run has just added.
 */
function ask(ruled: readonly Family[], withRoutes: boolean, withMptcp: boolean, edge: Edge) {
  const family = ruled.includes('inet') ? 'inet' : 'inet6'
  const others = ruled.filter((other) => other !== family)
  const early = others.map((other) => ({ family: other, answer: askBatch(edge, other, [RULES])[RULES] }))
  const answers = askBatch(
    edge,
    family,
    [RULES, LINKS, ADDRESSES],
    [...(withRoutes ? ([ROUTES] as const) : []), ...(withMptcp ? ([ENDPOINTS, LIMITS] as const) : [])],
  )
  const ruleAnswers: RuleAnswers = [...early, { family, answer: answers[RULES] }]
  return { answers, ruleAnswers }
}

/** Endpoints are an extra: a kernel or an `ip` that refuses to tell them has none. */
function isTold(answer: Answer | undefined): answer is Answer {
  return answer?.lines !== undefined
}

/** The names of devices that may be told by an altname; not of those that are not there. */
function namesOf(devices: readonly string[], links: readonly Link[]): string[] {
  const asked = new Set(devices)
  const isAsked = (name: string) => asked.has(name)
  return links.filter(({ name, altnames }) => isAsked(name) || altnames.some(isAsked)).map(({ name }) => name)
}

/** The tables that rules of ours for the devices' addresses look up. */
function tablesOf(
  names: readonly string[],
  { addresses, rules }: Pick<Snapshot, 'addresses' | 'rules'>,
): number[] {
  const asked = new Set(names)
  const locals = new Set(addresses.filter(({ device }) => asked.has(device)).map(({ local }) => local))
  return rules.filter(({ from }) => locals.has(from)).map(({ table }) => table)
}

/** RTN_LOCAL, RTN_BROADCAST, RTN_ANYCAST and RTN_MULTICAST: what the kernel makes of addresses, mostly in `local`. */
const ADDRESS_TYPES = [2, 3, 4, 5]
const LOCAL_TABLE = 255

function isWay({ table, type }: Route): boolean {
  return table !== LOCAL_TABLE && !ADDRESS_TYPES.includes(type)
}
