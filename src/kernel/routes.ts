/** The text of `ip -N -d -o route show` → routes. */
import type { Family, Hop, Route, RouterPreference } from '../words/state.ts'
import { GLOBAL_SCOPE, IPV6_METRIC, UNICAST } from '../words/table.ts'
import { linesOf, parseEach } from './ask.ts'
import type { Answer } from './batch.ts'
import { type Fields, readFields } from './route-words.ts'

/** What a question has fixed, and `ip` therefore leaves out of the answer. */
export interface Fixed {
  readonly family?: Family
  readonly table?: number
  readonly device?: string
  readonly protocol?: number
}

/** The routes of an answer; one of IPv6 may still have several hops. */
export function parseRoutes(answer: Answer, fixed: Fixed = {}): Route[] {
  return parseEach({ ...answer, lines: joinObjects(linesOf(answer)) }, (text) => parseRoute(text, fixed))
}

/** A line that begins with a tab goes on with the route before it: it tells of its nexthop object. */
function joinObjects(lines: readonly string[]): string[] {
  const joined: string[] = []
  for (const line of lines) {
    if (line.startsWith('\t') && joined.length > 0) {
      joined.push(`${joined.pop()}\n${line}`)
    } else {
      joined.push(line)
    }
  }
  return joined
}

const DESTINATION = /^(default|[\d.]+(\/\d+)?|[\da-f:.]+(\/\d+)?)$/

/**
 * `1 default via 10.1.1.1 dev eth0 table 254 proto 3 scope 0 mtu lock 1400`, with `\⇥nexthop via …` behind where there
 * are several hops; undefined where the text is no route.
 */
function parseRoute(text: string, fixed: Fixed): Route | undefined {
  return parsePlain(text, fixed) ?? parseAny(text, fixed)
}

/** One hop, and no word beyond those that nearly all routes have: of a large host's routes, thousands. */
const PLAIN =
  /^(\d+) (default|[\d.]+(?:\/\d+)?|[\da-f:.]+(?:\/\d+)?) (?:via ([\d.]+|[\da-f:]+) )?dev ([^ ]+) (?:table (\d+) )?proto (\d+) scope (\d+)(?: src [^ ]+)?(?: metric (\d+))?(?: pref (low|medium|high))? ?$/

/** The same route as parseAny() finds, by one expression instead of its words; undefined where there is more to it. */
function parsePlain(text: string, fixed: Fixed): Route | undefined {
  const match = PLAIN.exec(text)
  const table = fixed.table ?? toNumber(match?.[5])
  if (match === null || table === undefined) {
    return undefined
  }
  const [, type, destination = '', gateway, device, , protocol, scope, metric, preference] = match
  const family = fixed.family ?? (preference === undefined ? 'inet' : 'inet6')
  const hop = { gateway, device: fixed.device ?? device, onlink: false, weight: 1 }
  return {
    family,
    table,
    type: Number(type),
    destination,
    tos: 0,
    metric: Number(metric ?? (family === 'inet6' ? IPV6_METRIC : 0)),
    protocol: fixed.protocol ?? Number(protocol),
    scope: family === 'inet6' ? GLOBAL_SCOPE : Number(scope),
    hops: Number(type) === UNICAST ? [hop] : [],
    attributes: [],
    preference: toPreference(preference),
    source: undefined,
    behind: false,
    strange: undefined,
  }
}

function parseAny(text: string, fixed: Fixed): Route | undefined {
  const [head = '', ...parts] = text.split(/[\\\n]\t/)
  const [type = '', destination = '', ...words] = toWords(head)
  const fields = readFields(words)
  const { values } = fields
  const scope = values.get('scope')
  const table = fixed.table ?? toNumber(values.get('table'))
  const protocol = fixed.protocol ?? toNumber(values.get('proto'))
  const isRoute = /^\d+$/.test(type) && DESTINATION.test(destination) && scope !== undefined
  if (!isRoute || table === undefined || protocol === undefined) {
    return undefined
  }
  const family = fixed.family ?? (values.has('pref') ? 'inet6' : 'inet')
  const hops = Number(type) === UNICAST ? readHops(fields, parts.map(toWords), fixed.device) : []
  return {
    family,
    table,
    type: Number(type),
    destination,
    tos: Number(values.get('tos') ?? 0),
    metric: Number(values.get('metric') ?? (family === 'inet6' ? IPV6_METRIC : 0)),
    protocol,
    scope: family === 'inet6' ? GLOBAL_SCOPE : Number(scope),
    hops: hops.map(toHop),
    attributes: [...fields.attributes].sort(),
    preference: toPreference(values.get('pref')),
    source: values.get('from'),
    behind: false,
    strange: [fields, ...hops].find(({ strange }) => strange !== undefined)?.strange,
  }
}

function toWords(text: string): string[] {
  return text.split(' ').filter((word) => word !== '')
}

function toNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

/** Several hops have a part each. One stands in the route, or, where the kernel does not repeat it there, in its nexthop object. */
function readHops(head: Fields, parts: readonly string[][], device: string | undefined): Fields[] {
  const hops = parts.filter(([first]) => first === 'nexthop').map(([, ...words]) => readFields(words))
  if (hops.length > 0) {
    return hops
  }
  const [, ...object] = parts.find(([first]) => first === 'nh_info') ?? []
  const isTold = head.values.has('via') || head.values.has('dev') || object.length === 0
  const hop = isTold ? head : readFields(object)
  return [device === undefined ? hop : { ...hop, values: new Map(hop.values).set('dev', device) }]
}

function toHop({ values, onlink }: Fields): Hop {
  return {
    gateway: values.get('via'),
    device: values.get('dev'),
    onlink,
    weight: Number(values.get('weight') ?? 1),
  }
}

function toPreference(word: string | undefined): RouterPreference {
  return word === 'low' || word === 'high' ? word : 'medium'
}
