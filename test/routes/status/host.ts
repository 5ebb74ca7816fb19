/** Status of a host that is told in a few lines. */
import type { Stanza } from '../../../src/ask/stanza.ts'
import type { Connection } from '../../../src/routes/connections.ts'
import type { Probes } from '../../../src/routes/probes.ts'
import { buildStatus } from '../../../src/routes/status/build.ts'
import type { HostStatus } from '../../../src/routes/status/model.ts'
import { NOW, world } from '../../plan/worlds.ts'
import { NO_PROBES, STANZAS, stepOf } from '../check/points.ts'

export interface Told {
  readonly stanzas?: readonly Stanza[]
  readonly down?: readonly string[]
  readonly deaths?: readonly string[]
  readonly probes?: Partial<Probes>
  readonly connections?: readonly Connection[] | undefined
  readonly counters?: Readonly<Record<string, number>>
}

export function statusOf(lines: readonly string[], told: Told = {}): HostStatus {
  const { stanzas = STANZAS, down = [], deaths = [], probes = {}, counters = {} } = told
  const step = stepOf(world(...lines), stanzas, deaths)
  return buildStatus({
    step: { ...step, served: { ...step.served, down: new Set(down) } },
    probes: { ...NO_PROBES, ...probes },
    connections: 'connections' in told ? told.connections : [],
    counters: new Map(Object.entries(counters)),
    now: NOW,
  })
}

/** The rows as `DEVICE FAMILY STATE[: PROBLEM; PROBLEM]`. */
export function say({ uplinks }: HostStatus): string[] {
  return uplinks.map(
    ({ device, family, state, problems }) =>
      `${device} ${family} ${state}${problems.length > 0 ? `: ${problems.join('; ')}` : ''}`,
  )
}

/** The lines of a host without those that match. */
export function without(lines: readonly string[], pattern: RegExp): string[] {
  return lines.map((text) =>
    text
      .split('\n')
      .filter((line) => !pattern.test(line))
      .join('\n'),
  )
}
