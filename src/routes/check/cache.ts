/** What V8 has made of the programs (hooks/cache.cjs): is it there, and does it count? */
import type { Edge } from '../../words/edge.ts'
import { commandLine } from '../words.ts'
import { isRootsAlone, type Machine } from './machine.ts'
import { BOOT_PATH, LIBRARY, PLACES } from './places.ts'

const CACHE_DIRECTORY = '/var/cache/ifupdown-mptcp'

export interface Cache {
  readonly program: string
  /**
   * Stale: made from another text. Rejected: V8 of the Node that runs the hooks does not take it. Unsafe: not root's
   * alone, so that no hook reads it.
   */
  readonly state: 'fresh' | 'stale' | 'rejected' | 'absent' | 'unsafe'
  /** The command that makes it anew, or takes an unsafe one out; undefined where its maker is not here. */
  readonly cure: string | undefined
}

interface CacheQuery {
  readonly edge: Edge
  readonly machine: Machine
  /** Where this program lies. */
  readonly directory: string
}

/** Each with what it is run with to make a cache: something that changes nothing. */
const CACHED = [
  ['mptcp_up', '-n'],
  ['mptcp_down', '-n'],
  ['mptcp-routes', 'status'],
] as const

/** A device that need not exist, so that all of the way is compiled. */
const RUN = 'IFACE=mptcp-check0 IF_ADDRESS=192.0.2.2/24 IF_GATEWAY=192.0.2.1'

export function readCaches(query: CacheQuery): Cache[] {
  return CACHED.map((program) => readCache(program, query))
}

function readCache([program, option]: (typeof CACHED)[number], query: CacheQuery): Cache {
  const { edge, machine, directory } = query
  const place = `${CACHE_DIRECTORY}/${program}`
  const beside = PLACES.filter((file) => file.endsWith(`/${program}`))
  const texts = [...beside, `${LIBRARY}/${program}`, `/usr/sbin/${program}`].flatMap((file) => {
    const text = edge.readFile(file)
    return text?.includes('\n// ifupdown-mptcp:\n') ? [{ file, text }] : []
  })
  const maker = [LIBRARY, directory].map((path) => `${path}/cache.cjs`).find((path) => machine.status(path))
  const [source] = texts
  const cure = source && maker && `${RUN} ${commandLine('node', maker, source.file, option)} >/dev/null 2>&1`
  const cache = edge.readFile(place)
  if (cache === undefined) {
    return { program, state: 'absent', cure }
  }
  // A crafted one is not even tried.
  if (![CACHE_DIRECTORY, place].every((path) => isRootsAlone(path, machine))) {
    return { program, state: 'unsafe', cure: [cleared(place), cure].filter(Boolean).join(' && ') }
  }
  const same = texts.find(({ text }) => cache.startsWith(text))
  const state = same === undefined ? 'stale' : isTaken(same.file, place, query) ? 'fresh' : 'rejected'
  return { program, state, cure }
}

/** What others could write goes: it may hold anything. */
function cleared(place: string): string {
  const commands = [
    ['chown', 'root:', CACHE_DIRECTORY],
    ['chmod', '755', CACHE_DIRECTORY],
    ['rm', place],
  ]
  return commands.map((words) => commandLine(...words)).join(' && ')
}

/** As hooks/loader.cjs hands it over. */
const TAKES = `const [text, cache] = process.argv.slice(1).map((file) => require('fs').readFileSync(file))
const cachedData = cache.subarray(text.length)
process.exitCode = new (require('vm').Script)(String(text), { cachedData }).cachedDataRejected ? 1 : 0`

/** V8 knows only what it has made itself, in the same version and with the same switches. */
function isTaken(file: string, place: string, { machine }: CacheQuery): boolean {
  return machine.run('node', ['-e', TAKES, '--', file, place], { PATH: BOOT_PATH })?.status === 0
}
