/** `mptcp-routes status`: reads, and changes nothing. */
import { resolveDevice } from '../../plan/host.ts'
import { planWhole } from '../../whole.ts'
import { quote, Refusal } from '../../words/refusal.ts'
import { probeUplinks } from '../check/probes.ts'
import { type Connection, readConnections } from '../connections.ts'
import { type Context, tell } from '../context.ts'
import { COUNTERS_FILE, parseCounters } from '../counters.ts'
import { createSs } from '../ss.ts'
import { buildStatus } from './build.ts'
import { formatJson } from './json.ts'
import type { HostStatus } from './model.ts'
import { formatStatus } from './text.ts'

/** @returns the exit status */
export function runStatus(context: Context, json: boolean): number {
  const { out, colors, env, version, isTerminal, width } = context
  const status = readStatus(context)
  // What is read on no screen is read by grep and less, and is to be whole.
  const isCut = isTerminal || Boolean(env['COLUMNS'])
  const paper = { colors, env, width: isCut ? width : Number.POSITIVE_INFINITY }
  out(json ? formatJson(status, version) : formatStatus(status, paper))
  return 0
}

/** @throws Refusal where the kernel does not answer, or a device that is named is unknown */
export function readStatus(context: Context): HostStatus {
  const { edge, env, sections, devices } = context
  const step = planWhole({ edge, env, sections, devices: [], flush: false })
  const named = new Set(devices.map((name) => resolveDevice(name, step.snapshot)))
  const status = buildStatus({
    step,
    probes: probeUplinks(edge, step.snapshot, step.plan.uplinks),
    connections: tryConnections(context),
    counters: parseCounters(edge.readFile(COUNTERS_FILE) ?? ''),
  })
  if (named.size === 0) {
    return status
  }
  for (const name of named) {
    const isKnown = step.host.link(name) !== undefined || status.uplinks.some(({ device }) => device === name)
    if (!isKnown) {
      throw new Refusal(`interface ${quote(name)}: there is no such device (named on the command line)`)
    }
  }
  return { ...status, uplinks: status.uplinks.filter(({ device }) => named.has(device)), problems: [] }
}

/** Who uses an uplink is worth knowing; that it cannot be known is no reason to tell nothing. */
function tryConnections(context: Context): Connection[] | undefined {
  try {
    return readConnections(createSs(context.env))
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error
    }
    tell(context, error.message)
    return undefined
  }
}
