/** The words behind `ip route VERB` → a route. Words that are not known end the test. */
import type { Family, RouterPreference } from '../../src/words/state.ts'
import { type KernelHop, MAIN } from './kernel.ts'
import type { NamedRoute } from './routes.ts'

const TYPES: Readonly<Record<string, number>> = { unicast: 1, blackhole: 6, unreachable: 7, prohibit: 8 }

const SCOPES: Readonly<Record<string, number>> = { global: 0, link: 253 }

/** In the order of their RTAX_* numbers, as they are printed; each with whether it can be locked. */
const METRICS: readonly (readonly [string, boolean])[] = [
  ['mtu', true],
  ['advmss', true],
  ['hoplimit', true],
  ['initcwnd', true],
]

/** @param family `inet` is `ip` without -6, which takes the family of the first address */
export function parseRouteLine(words: readonly string[], family: Family): NamedRoute {
  const rest = [...words]
  const take = () => rest.shift() ?? unknown(words)
  const takeIf = (word: string) => rest[0] === word && rest.shift() !== undefined
  const type = TYPES[rest[0] ?? ''] === undefined ? 1 : (TYPES[take()] as number)
  const destination = take()
  const values = new Map<string, string>()
  const attributes = new Map<string, string>()
  const hops: KernelHop[] = []
  let hop: KernelHop = { gateway: undefined, device: undefined, onlink: false, weight: 1, dead: false }
  const isSeveral = rest.includes('nexthop')
  while (rest.length > 0) {
    const word = take()
    const metric = METRICS.find(([name]) => name === word)
    if (word === 'nexthop') {
      hop = { gateway: undefined, device: undefined, onlink: false, weight: 1, dead: false }
      hops.push(hop)
    } else if (['via', 'dev', 'weight', 'onlink'].includes(word)) {
      hop = withWord(hop, word, takeIf('inet6'), word === 'onlink' ? '' : take())
      if (isSeveral) {
        hops[hops.length - 1] = hop
      }
    } else if (metric !== undefined) {
      const lock = metric[1] && takeIf('lock') ? 'lock ' : ''
      attributes.set(word, `${word} ${lock}${take()}`)
    } else if (['tos', 'scope', 'metric', 'pref', 'table', 'protocol', 'src'].includes(word)) {
      values.set(word, take())
    } else {
      unknown(words)
    }
  }
  const isIpv6 = [destination, hop.gateway].some((text) => text?.includes(':'))
  const own = family === 'inet6' || isIpv6 ? 'inet6' : 'inet'
  return {
    family: own,
    type,
    destination,
    tos: Number(values.get('tos') ?? 0),
    table: toTable(values.get('table')),
    metric: toNumber(values.get('metric')),
    // RTPROT_BOOT
    protocol: Number(values.get('protocol') ?? 3),
    scope: own === 'inet6' ? undefined : toScope(values.get('scope')),
    hops: isSeveral ? hops : type === 1 ? [hop] : [],
    attributes: METRICS.flatMap(([name]) => attributes.get(name) ?? []),
    preference: (values.get('pref') ?? 'medium') as RouterPreference,
    src: values.get('src'),
  }
}

function unknown(words: readonly string[]): never {
  throw new Error(`the fake kernel does not know the route ${JSON.stringify(words.join(' '))}`)
}

function withWord(hop: KernelHop, word: string, _inet6: boolean, value: string): KernelHop {
  switch (word) {
    case 'via':
      return { ...hop, gateway: value }
    case 'dev':
      return { ...hop, device: value }
    case 'weight':
      return { ...hop, weight: Number(value) }
    default:
      return { ...hop, onlink: true }
  }
}

export function toTable(text: string | undefined): number {
  return text === undefined || text === 'main' ? MAIN : Number(text)
}

function toNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

function toScope(text: string | undefined): number | undefined {
  return text === undefined ? undefined : (SCOPES[text] ?? Number(text))
}
