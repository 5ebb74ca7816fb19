/** Owned and wanted state → the changes between them, in the order that keeps traffic flowing. */
import { isIpv6 } from '../words/address.ts'
import type { Change, Endpoint, Family, Rule, SettingChange, State } from '../words/state.ts'
import { DEFAULT_GROUP } from '../words/table.ts'
import { diffRoutes } from './diff-routes.ts'
import { diffTable } from './diff-table.ts'

/**
 * Endpoints that go make room first. Then one family after the other, so that each takes one `ip` process: what carries
 * traffic is added before what used to carry it goes, routes before the rules that lead to them, endpoints when both are
 * in, as the kernel starts subflows from a new endpoint at once; on the way out the reverse. A companion goes before its
 * source rule, because the source rule shows whose an orphaned companion is if the run is killed between the two.
 * A setting comes last and goes first: while it holds and a cable is out, only the barriers keep what is bound to that
 * uplink's addresses from leaving by another.
 */
export function diffState(owned: State, wanted: State): Change[] {
  const families: readonly Family[] = ['inet6', 'inet']
  const endpoints = diffEndpoints(owned.endpoints, wanted.endpoints)
  const groups = diffGroups(owned, wanted)
  const settings = diffSettings(owned, wanted)
  const table = diffTable(owned.nft, wanted.nft)
  return [
    ...settings.filter(({ setting }) => setting.value === 0),
    ...table.gone,
    ...groups.filter(({ group }) => group !== DEFAULT_GROUP),
    ...endpoints.removed.map((endpoint): Change => ({ kind: 'endpoint', verb: 'delete', endpoint })),
    ...diffLimits(owned, wanted),
    ...families.flatMap((family) =>
      diffFamily(
        ofFamily(owned, family),
        ofFamily(wanted, family),
        endpoints.changed.filter(({ endpoint }) => isIpv6(endpoint.address) === (family === 'inet6')),
      ),
    ),
    ...groups.filter(({ group }) => group === DEFAULT_GROUP),
    ...settings.filter(({ setting }) => setting.value === 1),
    ...table.put,
  ]
}

type Part = Pick<State, 'rules' | 'routes'>

function ofFamily({ rules, routes }: State, family: Family): Part {
  const isOurs = (item: { readonly family: Family }) => item.family === family
  return { rules: rules.filter(isOurs), routes: routes.filter(isOurs) }
}

function diffFamily(owned: Part, wanted: Part, endpoints: readonly Change[]): Change[] {
  const standing = byKey(owned.rules)
  const asked = byKey(wanted.rules)
  const added = missing(asked, standing)
  const removed = missing(standing, asked)
  const routes = diffRoutes(owned.routes, wanted.routes)
  return [
    ...routes.added,
    ...COMING.flatMap((isMeant) => ruleChanges('add', added, isMeant)),
    ...endpoints,
    ...GOING.flatMap((isMeant) => ruleChanges('delete', removed, isMeant)),
    ...routes.removed,
  ]
}

const isKind =
  (...kinds: readonly Rule['kind'][]) =>
  ({ kind }: Rule) =>
    kinds.includes(kind)
const isOfPair = ({ kind }: Rule) => kind === 'detour' || kind === 'mark'

/** Of a pair that is for what no source rule decides: the one that lets main's specific routes win, and the other. */
const first = (rule: Rule) => isOfPair(rule) && rule.suppress !== undefined
const second = (rule: Rule) => isOfPair(rule) && rule.suppress === undefined

/** A barrier without its source rule would cut the address off. */
const COMING = [isKind('companion'), isKind('source'), isKind('barrier'), first, second]
const GOING = [second, first, isKind('barrier'), isKind('companion'), isKind('source')]

type KeyedRule = readonly [key: string, rule: Rule]

function byKey(rules: readonly Rule[]): { list: readonly KeyedRule[]; keys: ReadonlySet<string> } {
  const list = rules.map((rule): KeyedRule => [ruleKey(rule), rule])
  return { list, keys: new Set(list.map(([key]) => key)) }
}

type Keyed = ReturnType<typeof byKey>

/** The rules that the others do not hold. */
function missing({ list }: Keyed, { keys }: Keyed): Rule[] {
  return list.flatMap(([key, rule]) => (keys.has(key) ? [] : [rule]))
}

function ruleKey({ kind, from, table, priority, suppress, mark }: Rule): string {
  return `${kind} ${from} ${table} ${priority} ${suppress} ${mark?.value}/${mark?.mask}`
}

function ruleChanges(
  verb: 'add' | 'delete',
  rules: readonly Rule[],
  isMeant: (rule: Rule) => boolean,
): Change[] {
  return rules.filter(isMeant).map((rule) => ({ kind: 'rule', verb, rule }))
}

type EndpointChange = Extract<Change, { kind: 'endpoint' | 'flags' }>

/** Flags that the kernel changes under standing subflows (MPTCP_PM_CMD_SET_FLAGS); with others an endpoint goes and comes. */
const CHANGEABLE = ['backup', 'fullmesh'] as const

function diffEndpoints(owned: readonly Endpoint[], wanted: readonly Endpoint[]) {
  const standing = new Map(owned.map((endpoint) => [endpointKey(endpoint), endpoint]))
  const kept = new Set<Endpoint>()
  const changed = wanted.flatMap((endpoint): EndpointChange[] => {
    const old = standing.get(endpointKey(endpoint))
    if (old === undefined || fixedFlags(old) !== fixedFlags(endpoint)) {
      return [{ kind: 'endpoint', verb: 'add', endpoint }]
    }
    kept.add(old)
    const words = changedWords(old, endpoint)
    return words.length === 0 ? [] : [{ kind: 'flags', endpoint, words }]
  })
  return { removed: owned.filter((endpoint) => !kept.has(endpoint)), changed }
}

function endpointKey({ id, address, device, implicit }: Endpoint): string {
  return `${id} ${address} ${device} ${implicit}`
}

function fixedFlags({ flags }: Endpoint): string {
  return flags.filter((flag) => !CHANGEABLE.some((word) => word === flag)).join(' ')
}

function changedWords(old: Endpoint, { flags }: Endpoint): string[] {
  return CHANGEABLE.filter((word) => old.flags.includes(word) !== flags.includes(word)).map((word) =>
    flags.includes(word) ? word : `no${word}`,
  )
}

function diffLimits({ limits: old }: State, { limits }: State): Change[] {
  const isSame =
    limits === undefined ||
    old === undefined ||
    (limits.subflows === old.subflows && limits.addAddrAccepted === old.addAddrAccepted)
  return isSame ? [] : [{ kind: 'limits', limits }]
}

type GroupChange = Extract<Change, { kind: 'group' }>

function diffGroups(owned: State, wanted: State): GroupChange[] {
  return [...wanted.groups]
    .filter(([device, group]) => owned.groups.get(device) !== group)
    .map(([device, group]) => ({ kind: 'group', device, group }))
}

/** One that is put back is so once more where somebody has done that already: its record is to go. */
function diffSettings(owned: State, wanted: State): SettingChange[] {
  const standing = new Map(owned.settings.map((setting) => [`${setting.family} ${setting.device}`, setting]))
  return wanted.settings.flatMap((setting): SettingChange[] => {
    const old = standing.get(`${setting.family} ${setting.device}`)
    const isSame = old?.value === setting.value && old.ours === setting.ours
    return isSame ? [] : [{ kind: 'setting', setting }]
  })
}
