/** The stanzas that a run acts on: what it was told, and the records of what was asked before. */
import type { Edge } from '../words/edge.ts'
import { Refusal } from '../words/refusal.ts'
import type { Family } from '../words/state.ts'
import type { Event } from './environment.ts'
import { LEAVING_LIMIT, type RecordedLease, type RecordedStanza, type Records } from './records.ts'
import { deviceOf, parseStanzas, type Stanza } from './stanza.ts'

export interface Asked {
  /** Those of the run first, then those of the records that they do not replace. */
  readonly stanzas: readonly Stanza[]
  /** What was asked for until now and is no more. */
  readonly gone: readonly Stanza[]
  /** What the run itself asks for, to be recorded. */
  readonly recorded: readonly RecordedStanza[]
  /** Records that cannot be read, named. */
  readonly notices: readonly string[]
}

/** Every recorded stanza; one whose values do not parse is named and left out. */
export function parseRecords(records: Records, now: Date): { stanzas: Stanza[]; notices: string[] } {
  const stanzas: Stanza[] = []
  const notices = [...records.notices]
  for (const record of records.stanzas) {
    try {
      stanzas.push(...parseRecord(record, now).map((stanza) => onItsLink(stanza, records.leases)))
    } catch (error) {
      if (!(error instanceof Refusal)) {
        throw error
      }
      notices.push(`the record of ${record.iface} is ignored: ${error.message}`)
    }
  }
  return { stanzas, notices }
}

function parseRecord(record: RecordedStanza, now: Date): Stanza[] {
  const { iface, door, order, leaving } = record
  const isLeaving = leaving !== undefined && Math.abs(now.getTime() - leaving) < LEAVING_LIMIT
  const setter = (variable: string) => `set by ${variable}, as ${door} gave it`
  const speaker = { iface, door, order, fresh: false, leaving: isLeaving, setter }
  // A record may hold what a run for both families was told: the other family's part is in a record of its own.
  const both = parseStanzas(record.variables, ['inet6', 'inet'], speaker)
  return both.filter(({ family }) => family === record.family)
}

/** A dial-up stanza is about the device that pppd has made for it. */
function onItsLink(stanza: Stanza, leases: readonly RecordedLease[]): Stanza {
  const device = linkOf(stanza, leases)
  return device === undefined ? stanza : { ...stanza, device }
}

/** The device that pppd has made for a dial-up stanza, as far as its door has told. */
export function linkOf({ provider }: Stanza, leases: readonly RecordedLease[]): string | undefined {
  const isOf = (lease: RecordedLease) =>
    lease.provider === provider?.name && [undefined, unitOf(lease.iface)].includes(provider?.unit)
  return provider && leases.find(isOf)?.iface
}

function unitOf(device: string): string {
  return device.replace(/^ppp/, '')
}

/** What an `up` acts on. */
export function askedUp(event: Event, records: Records, edge: Edge): Asked {
  const parsed = parseRecords(records, edge.now())
  const fresh: Stanza[] = []
  const recorded: RecordedStanza[] = []
  const order = nextOrder(records)
  for (const stanza of event.stanzas) {
    const earlier = records.stanzas.filter(
      ({ iface, family }) => iface === event.iface && family === stanza.family,
    )
    if (!(event.bare && earlier.length > 0)) {
      const record = toRecord(event, stanza, earlier, order)
      recorded.push(record)
      fresh.push({ ...parseFresh(event, record, stanza), order: record.order })
    }
  }
  const isReplaced = (old: Stanza) =>
    recorded.some(
      ({ iface, family, address }) =>
        iface === old.iface && family === old.family && address === old.addresses[0]?.text,
    )
  // Who brings an interface up has no intention to take it down any more; a bare run by hand only repeats what was asked.
  const rest = parsed.stanzas
    .filter((old) => !isReplaced(old))
    .map((old) => (old.iface === event.iface && !event.bare ? { ...old, leaving: false } : old))
  const gone = parsed.stanzas.filter(isReplaced)
  return { stanzas: [...fresh, ...rest], gone, recorded, notices: parsed.notices }
}

function nextOrder({ stanzas }: Records): number {
  return stanzas.reduce((most, { order }) => Math.max(most, order), 0) + 1
}

/** By hand without an address, the values are put over those of the interface's first stanza. */
function toRecord(
  event: Event,
  stanza: Stanza,
  earlier: readonly RecordedStanza[],
  order: number,
): RecordedStanza {
  const first = [...earlier].sort((one, other) => one.order - other.order)[0]
  const base = { iface: event.iface, family: stanza.family, mac: undefined, leaving: undefined }
  if (event.byHand && stanza.addresses.length === 0 && first !== undefined) {
    return { ...first, ...base, variables: { ...first.variables, ...event.variables } }
  }
  const address = stanza.addresses[0]?.text
  const same = earlier.find((record) => record.address === address)
  const { variables, door } = event
  return { ...base, address, order: same?.order ?? order, variables, door }
}

function parseFresh(event: Event, record: RecordedStanza, stanza: Stanza): Stanza {
  if (record.variables === event.variables) {
    return stanza
  }
  const { iface, door, order } = record
  const speaker = { iface, door, order, fresh: true, leaving: false, setter: event.setter }
  return parseStanzas(record.variables, [...event.families], speaker).find(
    ({ family }) => family === record.family,
  ) as Stanza
}

/** What remains asked for after a `down`: the stanzas that it does not take away. */
export function askedDown(event: Event, records: Records, edge: Edge): Asked {
  const parsed = parseRecords(records, edge.now())
  const goes = ({ iface, family }: Stanza) => isTakenDown(iface, family, event)
  return {
    stanzas: parsed.stanzas.filter((stanza) => !goes(stanza)),
    gone: parsed.stanzas.filter(goes),
    recorded: [],
    notices: parsed.notices,
  }
}

/** The base interface takes its aliases with it: its method sets the link down. */
function isTakenDown(iface: string, family: Family, event: Event): boolean {
  const isSame = event.alias ? iface === event.iface : deviceOf(iface) === event.device
  return isSame && event.families.includes(family)
}
