/** What the kernel does with packets of each uplink: questions that change nothing. */

import { askBatch } from '../../kernel/ask.ts'
import { type Answer, LINKS } from '../../kernel/batch.ts'
import { parseRoutes } from '../../kernel/routes.ts'
import type { Uplink } from '../../plan/uplink.ts'
import type { Edge } from '../../words/edge.ts'
import type { Family, Route, Snapshot } from '../../words/state.ts'
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

/** @throws Refusal where `ip` does not work, or answers something else */
export function probeUplinks(edge: Edge, snapshot: Snapshot, uplinks: readonly Uplink[]): Probes {
  const { failedNeighbours, carrierless } = askLinks(edge, snapshot)
  const families = snapshot.families.filter((family) => uplinks.some((uplink) => uplink.family === family))
  return {
    probes: families.flatMap((family) => probeFamily(edge, snapshot, family, uplinks)),
    failedNeighbours,
    carrierless,
  }
}

function probeFamily(edge: Edge, snapshot: Snapshot, family: Family, uplinks: readonly Uplink[]): Probe[] {
  const destination = unusedNetwork(snapshot, family)?.hosts[0]
  if (destination === undefined) {
    return []
  }
  const addresses = uplinks
    .filter((uplink) => uplink.family === family && uplink.out !== undefined)
    .flatMap((uplink) =>
      uplink.addresses.filter(({ shown, tentative, duplicate }) => shown && !tentative && !duplicate),
    )
    .map(({ local }) => local)
  const questions = addresses.map((address) => `route get fibmatch ${destination} from ${address}`)
  const answers: Readonly<Record<string, Answer>> =
    questions.length === 0 ? {} : askBatch(edge, family, [...new Set(questions)])
  return addresses.map((address, i) => {
    const { route, error } = readAnswer(answers[questions[i] ?? ''], family)
    return { family, address, destination, route, error }
  })
}

function readAnswer(answer: Answer | undefined, family: Family): Pick<Probe, 'route' | 'error'> {
  if (answer?.lines === undefined) {
    return { route: undefined, error: answer?.error ?? 'no answer' }
  }
  return { route: parseRoutes(answer, { family })[0], error: undefined }
}

const NEIGHBOURS = 'neigh show nud failed'

function askLinks(edge: Edge, { links }: Snapshot): Omit<Probes, 'probes'> {
  const answers = askBatch(edge, 'inet', [LINKS], [NEIGHBOURS])
  const names = new Map(links.map(({ index, name }) => [index, name]))
  const carrierless = (answers[LINKS].lines ?? []).flatMap((line) => {
    const [, index] = /^(\d+): [^<]*<(?:[^>]*,)?NO-CARRIER[,>]/.exec(line) ?? []
    return names.get(Number(index)) ?? []
  })
  const failed = (answers[NEIGHBOURS]?.lines ?? []).flatMap((line) => {
    const [, address, device] = /^([^ ]+) dev ([^ ]+) /.exec(line) ?? []
    return address === undefined ? [] : `${device} ${address}`
  })
  return { failedNeighbours: new Set(failed), carrierless: new Set(carrierless) }
}
