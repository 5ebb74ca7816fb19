/** What the kernel does with packets of each uplink: questions that change nothing. */

import { askBatch } from '../kernel/ask.ts'
import { type Answer, LINKS } from '../kernel/batch.ts'
import { isCarriable } from '../kernel/command.ts'
import { parseRoutes } from '../kernel/routes.ts'
import { isMarked } from '../plan/owned.ts'
import type { Uplink } from '../plan/uplink.ts'
import { isIpv6 } from '../words/address.ts'
import type { Edge } from '../words/edge.ts'
import type { Endpoint, Family, Route, Snapshot } from '../words/state.ts'
import { unusedNetwork } from './destination.ts'

/** What answers a packet from an address to somewhere that only defaults lead to. */
export interface Probe {
  readonly family: Family
  readonly address: string
  readonly destination: string
  /** The route that it takes; undefined where it takes none. */
  readonly route: Route | undefined
  /** The kernel's words where it takes none. */
  readonly error: string | undefined
}

export interface Probes {
  readonly probes: readonly Probe[]
  /** `DEVICE ADDRESS` of the neighbours that did not answer when they were last asked for. */
  readonly failedNeighbours: ReadonlySet<string>
  /** Devices that are up and have no carrier. */
  readonly carrierless: ReadonlySet<string>
  /** By the id of each endpoint of others, the route that its subflows take; undefined where they take none. */
  readonly strangers: ReadonlyMap<number, Route | undefined>
  /** The families in which a packet that has no source address yet finds no way, each with the kernel's words. */
  readonly wayless: ReadonlyMap<Family, string>
  /** By the device that is a port of it, the bridge or bond: it takes all that comes in. */
  readonly masters: ReadonlyMap<string, string>
}

/**
 * Asks by one process.
 *
 * @throws Refusal where `ip` does not work, or answers something else
 */
export function probeUplinks(edge: Edge, snapshot: Snapshot, uplinks: readonly Uplink[]): Probes {
  const families = snapshot.families.filter((family) => uplinks.some((uplink) => uplink.family === family))
  const asked = families.flatMap((family) => questionsOf(snapshot, family, uplinks))
  const strange = snapshot.families.flatMap((family) => endpointQuestions(snapshot, family))
  const open = families.flatMap((family) => openQuestion(snapshot, family))
  const questions = [...new Set([...asked, ...strange, ...open].map(({ question }) => question))]
  // Without a family of its own `ip` answers for that of the address.
  const answers = askBatch<typeof LINKS, string>(edge, 'inet', [LINKS], [NEIGHBOURS, ...questions])
  return {
    probes: asked.map(({ question, family, address, destination }) => {
      const { route, error } = readAnswer(answers[question], family)
      return { family, address, destination, route, error }
    }),
    failedNeighbours: failedNeighbours(answers[NEIGHBOURS]),
    carrierless: new Set(snapshot.links.filter(({ carrier }) => !carrier).map(({ name }) => name)),
    strangers: new Map(
      strange.map(({ question, family, id }) => [id, readAnswer(answers[question], family).route]),
    ),
    wayless: new Map(
      open.flatMap(({ question, family }) => {
        const { error } = readAnswer(answers[question], family)
        return error === undefined ? [] : [[family, error] as const]
      }),
    ),
    masters: masters(answers[LINKS], snapshot),
  }
}

/** Rules of others may be for one protocol alone, and connections are what uplinks are for. */
const AS_TCP = 'ipproto 6'

type Question = Pick<Probe, 'family' | 'address' | 'destination'> & { readonly question: string }

function questionsOf(snapshot: Snapshot, family: Family, uplinks: readonly Uplink[]): Question[] {
  const destination = unusedNetwork(snapshot, family)?.hosts[0]
  if (destination === undefined) {
    return []
  }
  return uplinks
    .filter((uplink) => uplink.family === family && uplink.out !== undefined)
    .flatMap((uplink) =>
      uplink.addresses.filter(({ shown, tentative, duplicate }) => shown && !tentative && !duplicate),
    )
    .map(({ local: address }) => {
      const question = `route get fibmatch ${destination} from ${address} ${AS_TCP}`
      return { question, family, address, destination }
    })
}

/** What nobody has bound to an address is looked up without one. */
function openQuestion(snapshot: Snapshot, family: Family): Pick<Question, 'question' | 'family'>[] {
  const destination = unusedNetwork(snapshot, family)?.hosts[0]
  return destination === undefined
    ? []
    : [{ question: `route get fibmatch ${destination} ${AS_TCP}`, family }]
}

interface EndpointQuestion {
  readonly question: string
  readonly family: Family
  readonly id: number
}

/** The kernel binds a subflow to the endpoint's address, and to the device where the endpoint names one. */
function endpointQuestions(snapshot: Snapshot, family: Family): EndpointQuestion[] {
  const carried = new Set(snapshot.addresses.map(({ local }) => local))
  const strangers = snapshot.endpoints.filter(
    (endpoint) =>
      isStranger(endpoint) &&
      startsSubflows(endpoint) &&
      isIpv6(endpoint.address) === (family === 'inet6') &&
      carried.has(endpoint.address) &&
      isCarriable(endpoint.device ?? ''),
  )
  const destination = strangers.length > 0 ? unusedNetwork(snapshot, family)?.hosts[0] : undefined
  return destination === undefined
    ? []
    : strangers.map(({ id, address, device }) => {
        const bound = device === undefined ? '' : ` oif ${device}`
        return { question: `route get fibmatch ${destination} from ${address}${bound} ${AS_TCP}`, family, id }
      })
}

/** Somebody else has given it to the path manager. */
export function isStranger(endpoint: Endpoint): boolean {
  return !isMarked(endpoint) && !endpoint.implicit
}

/** One that is only announced starts none, and its address need not be here. */
export function startsSubflows({ flags }: Endpoint): boolean {
  return flags.includes('subflow') || flags.includes('fullmesh')
}

function readAnswer(answer: Answer | undefined, family: Family): Pick<Probe, 'route' | 'error'> {
  if (answer?.lines === undefined) {
    return { route: undefined, error: answer?.error ?? 'no answer' }
  }
  return { route: parseRoutes(answer, { family })[0], error: undefined }
}

const NEIGHBOURS = 'neigh show nud failed'

function failedNeighbours(answer: Answer | undefined): Set<string> {
  const failed = (answer?.lines ?? []).flatMap((line) => {
    const [, address, device] = /^([^ ]+) dev ([^ ]+) /.exec(line) ?? []
    return address === undefined ? [] : `${device} ${address}`
  })
  return new Set(failed)
}

function masters({ lines = [] }: Answer, { links }: Snapshot): Map<string, string> {
  const names = new Map(links.map(({ index, name }) => [index, name]))
  const ports = lines.flatMap((line) => {
    const [, index, master] = PORT.exec(line) ?? []
    const device = names.get(Number(index))
    return device === undefined || master === undefined ? [] : [[device, master] as const]
  })
  return new Map(ports)
}

/** Other masters, of which VRF is one, leave their devices what comes in. */
const PORT = /^(\d+): .*? master ([^ ]+) .*\\ {4}(?:bridge|bond|team|openvswitch)_slave\b/
