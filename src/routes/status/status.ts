/** `mptcp-routes status`: reads, and changes nothing. */
import { resolveDevice } from '../../plan/host.ts'
import { planWhole } from '../../whole.ts'
import { quote, Refusal } from '../../words/refusal.ts'
import { type Connection, readConnections } from '../connections.ts'
import { type Context, PROGRAM, tell } from '../context.ts'
import { COUNTERS_FILE, parseCounters } from '../counters.ts'
import { probeUplinks } from '../probes.ts'
import { createSs } from '../ss.ts'
import { similarCommand } from '../suggestion.ts'
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
  const { edge, env, sections, mask, devices, now } = context
  const step = planWhole({ edge, env, sections, mask, devices: [], flush: false })
  const named = new Set(devices.map((name) => resolveDevice(name, step.snapshot)))
  const status = buildStatus({
    step,
    probes: probeUplinks(edge, step.snapshot, step.plan.uplinks),
    connections: tryConnections(context),
    counters: parseCounters(edge.readFile(COUNTERS_FILE) ?? ''),
    now: now(),
  })
  if (named.size === 0) {
    return status
  }
  const told = new Set(status.uplinks.map(({ device }) => device))
  const others = [...named].filter((name) => !told.has(name))
  const unknown = others.find((name) => step.host.link(name) === undefined)
  if (unknown !== undefined) {
    throw new Refusal(unknownText(unknown, context))
  }
  return {
    ...status,
    uplinks: status.uplinks.filter(({ device }) => named.has(device)),
    problems: others.map((name) => `${name}: neither a record nor the configuration names it`),
  }
}

function unknownText(name: string, { commands }: Context): string {
  const text = `interface ${quote(name)}: there is no such device (named on the command line)`
  const meant = similarCommand(name, commands)
  return meant === undefined ? text : `${text}; did you mean ${PROGRAM} ${meant}?`
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
