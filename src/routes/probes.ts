/** What the kernel does with packets of each uplink: questions that change nothing. */

import { askBatch } from '../kernel/ask.ts'
import { type Answer, LINKS } from '../kernel/batch.ts'
import { parseRoutes } from '../kernel/routes.ts'
import type { Uplink } from '../plan/uplink.ts'
import type { Edge } from '../words/edge.ts'
import type { Family, Route, Snapshot } from '../words/state.ts'
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
}

/**
 * Asks by one process.
 *
 * @throws Refusal where `ip` does not work, or answers something else
 */
export function probeUplinks(edge: Edge, snapshot: Snapshot, uplinks: readonly Uplink[]): Probes {
  const families = snapshot.families.filter((family) => uplinks.some((uplink) => uplink.family === family))
  const asked = families.flatMap((family) => questionsOf(snapshot, family, uplinks))
  const questions = [...new Set(asked.map(({ question }) => question))]
  // Without a family of its own `ip` answers for that of the address.
  const answers = askBatch<typeof LINKS, string>(edge, 'inet', [LINKS], [NEIGHBOURS, ...questions])
  return {
    probes: asked.map(({ question, family, address, destination }) => {
      const { route, error } = readAnswer(answers[question], family)
      return { family, address, destination, route, error }
    }),
    failedNeighbours: failedNeighbours(answers[NEIGHBOURS]),
    carrierless: carrierless(answers[LINKS], snapshot),
  }
}

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
      const question = `route get fibmatch ${destination} from ${address}`
      return { question, family, address, destination }
    })
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

function carrierless({ lines = [] }: Answer, { links }: Snapshot): Set<string> {
  const names = new Map(links.map(({ index, name }) => [index, name]))
  const devices = lines.flatMap((line) => {
    const [, index] = /^(\d+): [^<]*<(?:[^>]*,)?NO-CARRIER[,>]/.exec(line) ?? []
    return names.get(Number(index)) ?? []
  })
  return new Set(devices)
}
