/** The lines of a world, see worlds.ts → what they add to a snapshot. */
import { parseEndpoint } from '../../src/kernel/endpoints.ts'
import { parseRoutes } from '../../src/kernel/routes.ts'
import { isIpv6, parseIp, subnetOf } from '../../src/words/address.ts'
import type { Address, Family, ForeignRule, Link, Route, Rule, Snapshot } from '../../src/words/state.ts'
import { MAIN_TABLE, SUPPRESSED_LENGTH } from '../../src/words/table.ts'

export type Mutable = {
  -readonly [K in keyof Snapshot]: Snapshot[K] extends readonly (infer T)[] ? T[] : Snapshot[K]
}

export function readLine(line: string, snapshot: Mutable): void {
  const [kind = '', ...words] = line.split(/ +/)
  const read = READERS[kind] ?? fail(line)
  read(words, snapshot)
}

const READERS: Readonly<Record<string, (words: string[], snapshot: Mutable) => void>> = {
  link: readLink,
  addr: readAddress,
  route: (words, { routes }) => routes.push(...readRoute(words)),
  rule: (words, { rules }) => rules.push(readRule('source', words)),
  companion: (words, { rules }) => rules.push(readRule('companion', words)),
  barrier: (words, { rules }) => rules.push(readRule('barrier', words)),
  detour: ([family, table], { rules }) => rules.push(...detourOf(family as Family, Number(table))),
  mark: (words, { rules }) => rules.push(...marksOf(words)),
  foreign: (words, { foreignRules }) => foreignRules.push(readForeign(words)),
  endpoint: (words, { endpoints }) => endpoints.push(parseEndpoint(words.join(' ')) ?? fail(words.join(' '))),
  limits: ([subflows, accepted], snapshot) => {
    snapshot.limits = { subflows: Number(subflows), addAddrAccepted: Number(accepted) }
  },
  mptcp: ([word], snapshot) => {
    snapshot.mptcp = {
      enabled: word !== 'off',
      pathManager: word === 'userspace' ? 'userspace' : 'kernel',
    }
  },
  crowded: ([device = '', family], { crowded }) => crowded.push({ device, family: family as Family }),
  setting: readSetting,
  families: (words, snapshot) => {
    snapshot.families = words as Family[]
  },
}

function fail(line: string): never {
  throw new Error(`a world has no line "${line}"`)
}

/** Takes a word out of a line, with the value behind it. */
function take(words: string[], word: string): string | undefined {
  const at = words.indexOf(word)
  return at === -1 ? undefined : words.splice(at, 2)[1]
}

function has(words: string[], word: string): boolean {
  const at = words.indexOf(word)
  return at !== -1 && words.splice(at, 1).length > 0
}

function readLink([name = '', ...words]: string[], snapshot: Mutable): void {
  const known = snapshot.links.findIndex((link) => link.name === name)
  const index = known === -1 ? snapshot.links.length + 2 : known + 2
  const link: Link = {
    ...{ index, name, altnames: [take(words, 'altname') ?? []].flat(), up: !has(words, 'down') },
    ...{ group: Number(take(words, 'group') ?? 0), pointToPoint: has(words, 'pointopoint') },
    ...{ ppp: has(words, 'ppp'), carrier: !has(words, 'no-carrier'), mac: take(words, 'mac') },
  }
  if (known === -1) {
    snapshot.links.push(link)
  } else {
    snapshot.links[known] = link
  }
}

function readAddress([text = '', ...words]: string[], snapshot: Mutable): void {
  const [local = '', length = '32'] = text.split('/')
  const ip = parseIp(local) ?? fail(text)
  const { family } = ip
  const device = take(words, 'dev') ?? fail(text)
  const peer = take(words, 'peer')
  const address: Address = {
    ...{ family, device, local: ip.text, peer, global: take(words, 'scope') === undefined },
    ...{ temporary: has(words, 'temporary'), deprecated: has(words, 'deprecated') },
    ...{ tentative: has(words, 'tentative'), duplicate: has(words, 'dadfailed') },
  }
  const subnet = peer ?? subnetOf(ip, Number(length))
  const isDown = snapshot.links.find(({ name }) => name === device)?.up === false
  snapshot.addresses.push(address)
  if (subnet !== undefined && !isDown && !has(words, 'noprefixroute')) {
    const metric = family === 'inet6' ? ['metric', '256'] : []
    snapshot.routes.push(...readRoute([subnet, 'dev', device, 'proto', '2', ...metric]))
  }
}

const TYPES: Readonly<Record<string, number>> = { blackhole: 6, unreachable: 7, prohibit: 8, throw: 9 }

function readRoute(given: readonly string[]): Route[] {
  const words = [...given]
  const type = TYPES[words[0] ?? ''] ?? 1
  const [destination = ''] = words.splice(0, type === 1 ? 1 : 2).slice(-1)
  const table = take(words, 'table') ?? `${MAIN_TABLE}`
  const proto = take(words, 'proto') ?? '3'
  const text = words.join(' ')
  const isVia = type !== 1 || text.includes('via ')
  const scope = take(words, 'scope') ?? (isVia ? '0' : '253')
  const isSix = isIpv6(destination) || (destination === 'default' && !text.includes('inet6') && isIpv6(text))
  const at = words.indexOf('nexthop')
  const [head, hops] = at === -1 ? [words, []] : [words.slice(0, at), words.slice(at)]
  const parts = hops.join(' ').replaceAll('nexthop', '\\\tnexthop')
  const pref = isSix && !words.includes('pref') ? ' pref medium' : ''
  const fixed = `table ${table} proto ${proto} scope ${scope}`
  const line = `${type} ${destination} ${head.join(' ')} ${fixed}${pref}${parts}`
  return parseRoutes({ asked: 'a world', lines: [line.replace(/ +/g, ' ')], error: undefined })
}

function readRule(kind: Rule['kind'], words: string[]): Rule {
  const from = take(words, 'from') ?? fail(words.join(' '))
  const family = isIpv6(from) ? 'inet6' : 'inet'
  const suppress = Number(take(words, 'suppress') ?? SUPPRESSED_LENGTH[family])
  return {
    ...{ kind, family, from },
    table: kind === 'source' ? Number(take(words, 'lookup')) : kind === 'companion' ? MAIN_TABLE : 0,
    priority: Number(take(words, 'priority') ?? USUAL_PRIORITIES[kind]),
    suppress: kind === 'companion' ? suppress : undefined,
  }
}

function detourOf(family: Family, table: number): Rule[] {
  const rule = { kind: 'detour', family, from: 'all' } as const
  return [
    { ...rule, table: MAIN_TABLE, priority: 32764, suppress: SUPPRESSED_LENGTH[family] },
    { ...rule, table, priority: 32765, suppress: undefined },
  ]
}

/** `half`: without the one that tells the table. */
function marksOf([family, mark = '', ...words]: string[]): Rule[] {
  const [value, mask] = mark.split('/').map(Number) as [number, number]
  const both = { kind: 'mark', family: family as Family, from: 'all', mark: { value, mask } } as const
  const first = { ...both, table: MAIN_TABLE, priority: 30999, suppress: SUPPRESSED_LENGTH[both.family] }
  return has(words, 'half')
    ? [first]
    : [first, { ...both, table: Number(take(words, 'lookup')), priority: 31000, suppress: undefined }]
}

const USUAL_PRIORITIES: Readonly<Record<Rule['kind'], number>> = {
  ...{ companion: 30999, source: 31000, barrier: 31001, mark: 31000, detour: 32765 },
}

function readSetting([device = '', family, value, ...words]: string[], { settings, links }: Mutable): void {
  settings.push({
    ...{ device, family: family as Family, value: value === '1' ? 1 : 0 },
    ...{ ours: has(words, 'ours'), fixed: has(words, 'fixed') ? '/proc/sys' : undefined },
    link: links.find(({ name }) => name === device),
  })
}

function readForeign(words: string[]): ForeignRule {
  const priority = Number(take(words, 'priority') ?? 1000)
  const text = words.join(' ')
  const from = take(words, 'from')
  const table = take(words, 'lookup')
  return {
    ...{ family: isIpv6(text) ? 'inet6' : 'inet', priority, text },
    from: from === 'all' ? undefined : from,
    table: table === undefined ? undefined : Number(table),
    plain: words.length === 0,
  } as const
}
