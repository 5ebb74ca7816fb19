/** One look at the host and at what was asked for: what a round of a run plans with. */
import { type Asked, askedDown, askedUp } from './ask/asked.ts'
import type { Event } from './ask/environment.ts'
import { findLeases, heardLeases } from './ask/leases/leases.ts'
import { type RecordedLease, type RecordedStanza, type Records, readRecords } from './ask/records.ts'
import { deviceOf, type Stanza, wayNames } from './ask/stanza.ts'
import { readTableNames } from './ask/table-names.ts'
import { isCarriable } from './kernel/command.ts'
import { readSnapshot } from './kernel/read.ts'
import { type Host, indexHost, resolveDevice, resolverOf, resolveStanzas } from './plan/host.ts'
import type { Lookups } from './plan/uplink.ts'
import type { Edge } from './words/edge.ts'
import { quote, Refusal } from './words/refusal.ts'
import type { Family, Snapshot } from './words/state.ts'
import { deriveTable } from './words/table.ts'

export interface Situation {
  /** The run's event, with its interface by the kernel's own name: records know no other. */
  readonly event: Event
  readonly host: Host
  readonly asked: Asked
  /** The device of the run by the kernel's own name. */
  readonly device: string
  /** What is recorded of the device, before the run changes it. */
  readonly recorded: readonly RecordedStanza[]
  /** Records of other hardware that bore a name which is there now. */
  readonly stale: readonly RecordedStanza[]
  /** Files of records of an earlier boot. */
  readonly outdated: readonly string[]
  readonly lookups: Lookups
}

export interface Look {
  readonly event: Event
  readonly edge: Edge
  readonly env: NodeJS.ProcessEnv
  /** The families whose rules are read. */
  readonly families: readonly Family[]
}

/** @throws Refusal where the kernel does not answer, or the device's name cannot be told to `ip` */
export function look({ event: given, edge, env, families }: Look): Situation {
  const snapshot = readSnapshot(families, [given.device], tablesOf(given), edge)
  const event = withOwnName(given, snapshot)
  const { device } = event
  if (!isCarriable(device)) {
    const why = 'has a character that a batch of ip cannot carry: give the interface another name'
    throw new Refusal(`interface ${quote(device)} ${why} (${event.setter('IFACE')})`)
  }
  const all = readRecords(edge)
  const records = ofThisHardware(all, snapshot)
  const asked = event.direction === 'up' ? askedUp(event, records, edge) : askedDown(event, records, edge)
  const stanzas = resolveStanzas(asked.stanzas, snapshot)
  const gone = resolveStanzas(asked.gone, snapshot)
  const resolve = resolverOf(snapshot)
  const recorded = records.stanzas.filter(({ iface }) => resolve(deviceOf(iface)) === device)
  return {
    event,
    host: indexHost(snapshot, stanzas, gone, [device]),
    asked,
    device,
    recorded,
    stale: all.stanzas.filter((record) => !records.stanzas.includes(record)),
    outdated: all.outdated,
    lookups: createLookups(snapshot, records, edge, env),
  }
}

/** IFACE may be an altname, and another run may call the device otherwise. */
function withOwnName(event: Event, snapshot: Snapshot): Event {
  const device = resolveDevice(event.device, snapshot)
  const iface = `${device}${event.iface.slice(event.device.length)}`
  const stanzas = event.stanzas.map((stanza) => ({ ...stanza, iface, device }))
  return { ...event, iface, device, stanzas }
}

/** The tables that a large host is asked for besides those that rules of ours name. */
function tablesOf({ device, stanzas }: Event): number[] {
  return [deriveTable(device), ...stanzas.flatMap((stanza) => stanzaTables(device, stanza))]
}

function stanzaTables(device: string, stanza: Stanza): number[] {
  const { table } = stanza.options
  const asked = typeof table === 'number' ? [table] : []
  return [...asked, ...wayNames(stanza).map((name) => deriveTable(device, name))]
}

/** A record of another device that bore the name is about that one. */
export function ofThisHardware(records: Records, snapshot: Snapshot): Records {
  const resolve = resolverOf(snapshot)
  const macs = new Map(snapshot.links.map(({ name, mac }) => [name, mac]))
  const isOther = ({ iface, mac }: RecordedStanza | RecordedLease) => {
    const present = macs.get(resolve(deviceOf(iface)))
    return mac !== undefined && present !== undefined && mac !== present
  }
  return {
    ...records,
    stanzas: records.stanzas.filter((record) => !isOther(record)),
    leases: records.leases.filter((record) => !isOther(record)),
  }
}

export function createLookups(
  { links }: Snapshot,
  { leases }: Records,
  edge: Edge,
  env: NodeJS.ProcessEnv,
): Lookups {
  let names: ReadonlyMap<string, number> | undefined
  return {
    tableNames: () => {
      names ??= readTableNames(edge)
      return names
    },
    // A client's own file may be older than what it has told its door.
    leases: (device, family) => [
      ...heardLeases(device, family, leases),
      ...(family === 'inet'
        ? findLeases(device, links.find(({ name }) => name === device)?.index, edge, env)
        : []),
    ],
  }
}
