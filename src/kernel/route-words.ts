/** The words of a route as `ip -N -d` prints them, ip-route(8) and print_route() of iproute2. */

/** What stands between the destination of a route, or the start of a hop, and its end. */
export interface Fields {
  /** The last of each word's values; the address of `via`. */
  readonly values: ReadonlyMap<string, string>
  readonly onlink: boolean
  /** Metrics in the words that `ip route add` takes. */
  readonly attributes: readonly string[]
  /** The first word that is not known. */
  readonly strange: string | undefined
}

/** What makes a route what it is. */
const VALUES = ['from', 'tos', 'dev', 'table', 'proto', 'scope', 'metric', 'pref', 'weight']

/** What is no part of a copy: it belongs to the moment, to one address of the host, or to somebody's own numbering. */
const PASSING_VALUES = ['src', 'expires', 'error', 'users', 'age', 'uid', 'realm', 'realms', 'nhid', 'id']
const PASSING_FLAGS = [
  ...['dead', 'linkdown', 'pervasive', 'unresolved', 'notify', 'cache'],
  ...['offload', 'trap', 'rt_offload', 'rt_trap', 'rt_offload_failed', 'offload_failed'],
]

/** RTAX_*, each with whether `ip route add` can lock it. */
const METRICS: Readonly<Record<string, boolean>> = {
  ...{ mtu: true, window: true, rtt: true, rttvar: true, ssthresh: true, cwnd: true, advmss: true },
  ...{ reordering: true, hoplimit: true, initcwnd: true, initrwnd: true, congctl: true },
  // Adding it locks it, without the word.
  rto_min: false,
  ...{ quickack: false, fastopen_no_cookie: false },
}

const FAMILIES = ['inet', 'inet6']
const FEATURES = ['ecn', 'tcp_usec_ts']

/** Where an encapsulation ends, whose own words are as many as there are kinds. */
const AFTER_ENCAP = ['via', 'dev', 'table', 'proto', 'scope', 'weight']

export function readFields(words: readonly string[]): Fields {
  const values = new Map<string, string>()
  const attributes: string[] = []
  let onlink = false
  let strange: string | undefined
  let at = 0
  const take = () => words[at++] ?? ''
  const takeIf = (isKnown: (word: string) => boolean) => (isKnown(words[at] ?? '') ? [take()] : [])
  while (at < words.length) {
    const word = take()
    if (word === 'via') {
      takeIf((next) => FAMILIES.includes(next))
      values.set('via', take())
    } else if (VALUES.includes(word) && !(word === 'metric' && values.has('metric'))) {
      values.set(word, take())
    } else if (PASSING_VALUES.includes(word)) {
      take()
    } else if (word === 'onlink') {
      onlink = true
    } else if (word === 'features') {
      attributes.push([word, ...takeIf(isFeature), ...takeIf(isFeature)].join(' '))
    } else if (word in METRICS) {
      const lock = takeIf((next) => next === 'lock')
      attributes.push([word, ...(METRICS[word] ? lock : []), take()].join(' '))
    } else if (!PASSING_FLAGS.includes(word)) {
      strange ??= word
      at = word === 'encap' ? endOfEncap(words, at) : at
    }
  }
  return { values, onlink, attributes, strange }
}

const isFeature = (word: string) => FEATURES.includes(word)

function endOfEncap(words: readonly string[], start: number): number {
  const end = words.findIndex((word, i) => i >= start && AFTER_ENCAP.includes(word))
  return end === -1 ? words.length : end
}
