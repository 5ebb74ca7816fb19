/** Who is looked after: devices with a record, and those that a section of the configuration names. */
import type { Edge } from '../words/edge.ts'
import type { Family, Link } from '../words/state.ts'
import { parseRecords } from './asked.ts'
import { type Section, sectionFor } from './configuration.ts'
import type { Records } from './records.ts'
import { deviceOf, parseStanzas, type Stanza } from './stanza.ts'

export interface Served {
  readonly stanzas: readonly Stanza[]
  /** `DEVICE FAMILY` of the stanzas that nobody asked for. */
  readonly silent: ReadonlySet<string>
  /** Devices whose manager has taken them down: what stands of ours on them goes. */
  readonly down: ReadonlySet<string>
  /** Records that cannot be read, named. */
  readonly notices: readonly string[]
}

const FAMILIES: readonly Family[] = ['inet6', 'inet']

/**
 * A record goes before a section. A family that nobody asked for, as IPv6 by router advertisement on a device whose only
 * stanza is `inet`, is served with the options of the device's own stanza.
 *
 * @param resolve gives the kernel's name for a device that may be called by an altname
 */
export function servedStanzas(
  records: Records,
  sections: readonly Section[],
  links: readonly Link[],
  resolve: (name: string) => string,
  edge: Edge,
): Served {
  const recorded = parseRecords(records, edge.now())
  const names = new Set(links.map(({ name }) => name))
  // A dial-up stanza bears a name that is hardly ever a device's: until pppd has made one, there is nothing to look after.
  const stanzas = recorded.stanzas
    .map((stanza) => ({ ...stanza, device: resolve(stanza.device) }))
    .filter(({ provider, device }) => provider === undefined || names.has(device))
  const asked = new Set(stanzas.map(({ device }) => device))
  const taken = records.down.map(({ iface }) => resolve(deviceOf(iface)))
  const down = new Set(taken.filter((device) => !asked.has(device)))
  const spoken = new Map<Section, readonly Stanza[]>()
  const others = links
    .filter(({ name }) => name !== 'lo' && !asked.has(name) && !down.has(name))
    .flatMap(({ name }) => sectionStanzas(name, sections, spoken))
  const unasked = silentFamilies(stanzas)
  return {
    stanzas: [...stanzas, ...unasked, ...others],
    silent: new Set(unasked.map(({ device, family }) => `${device} ${family}`)),
    ...{ down, notices: recorded.notices },
  }
}

/** @param spoken what the sections say that have been parsed, whichever device for: one may name hundreds */
function sectionStanzas(
  device: string,
  sections: readonly Section[],
  spoken: Map<Section, readonly Stanza[]>,
): Stanza[] {
  const section = sectionFor(device, sections)
  if (section === undefined) {
    return []
  }
  const known = spoken.get(section) ?? parseStanzas(section.variables, FAMILIES, speakerOf(device, section))
  spoken.set(section, known)
  return known.map((stanza) => ({ ...stanza, iface: device, device }))
}

function speakerOf(device: string, { line }: Section) {
  const setter = (variable: string) => `set by ${variable} in the configuration, line ${line}`
  return { iface: device, door: 'configuration', order: 0, fresh: false, leaving: false, setter }
}

/**
 * What a stanza of the one family says of the device as a whole holds for the other. Nobody has said that this one leads
 * out, nor asked for a route of it in main.
 */
export function silentFamilies(stanzas: readonly Stanza[]): Stanza[] {
  const said = new Set(stanzas.map(({ device, family }) => `${device} ${family}`))
  const first = new Map<string, Stanza>()
  for (const stanza of stanzas) {
    const rival = first.get(stanza.device)
    if (rival === undefined || stanza.order < rival.order) {
      first.set(stanza.device, stanza)
    }
  }
  return [...first.values()].flatMap((stanza) =>
    FAMILIES.filter((family) => !said.has(`${stanza.device} ${family}`)).map((family) => ({
      ...stanza,
      family,
      method: undefined,
      addresses: [],
      gateways: [],
      pointToPoint: false,
      configured: false,
      options: { ...stanza.options, table: undefined, metric: undefined },
    })),
  )
}
