/** The watcher's lines: at most one a second for a device, what comes meanwhile joins the next. Pure. */

/** syslog's levels, as sd-daemon(3) takes them before a line. */
export type Level = 4 | 5 | 6
export const WARNING = 4
export const NOTICE = 5
export const INFO = 6

export interface Entry {
  /** The device that it is about; undefined for the watcher itself, which may say what it wants. */
  readonly device: string | undefined
  readonly level: Level
  readonly text: string
}

/** What may not be said yet, by device. */
export type Log = ReadonlyMap<string, Waiting>

interface Waiting {
  /** In ms, of a clock that never jumps. */
  readonly opens: number
  /** The worst first, each with how often it was said. */
  readonly entries: readonly Repeated[]
  /** How many more there were. */
  readonly more: number
}

type Repeated = Entry & { readonly times: number }

const PAUSE = 1_000

/** As many as one line can hold for a reader. */
const MOST_ENTRIES = 3

export function addEntries(log: Log, entries: readonly Entry[]): Log {
  const added = new Map(log)
  for (const entry of entries) {
    const device = entry.device ?? ''
    const waiting = added.get(device) ?? { opens: 0, entries: [], more: 0 }
    added.set(device, withEntry(waiting, entry))
  }
  return added
}

function withEntry({ opens, entries, more }: Waiting, entry: Entry): Waiting {
  const known = entries.find(({ text }) => text === entry.text)
  if (known !== undefined) {
    const counted = entries.map((one) => (one === known ? { ...one, times: one.times + 1 } : one))
    return { opens, entries: counted, more }
  }
  const sorted = [...entries, { ...entry, times: 1 }].sort((one, other) => one.level - other.level)
  const limit = entry.device === undefined ? sorted.length : MOST_ENTRIES
  return { opens, entries: sorted.slice(0, limit), more: more + Math.max(0, sorted.length - limit) }
}

/** What may be said now, one line an element; of the rest, when the next may. */
export function takeLines(log: Log, now: number): { log: Log; lines: readonly Entry[]; next: number } {
  const rest = new Map<string, Waiting>()
  const lines: Entry[] = []
  for (const [device, waiting] of log) {
    if (waiting.opens > now) {
      rest.set(device, waiting)
    } else if (waiting.entries.length > 0) {
      lines.push(...(device === '' ? waiting.entries.map(alone) : [joined(waiting)]))
      rest.set(device, { opens: device === '' ? now : now + PAUSE, entries: [], more: 0 })
    }
  }
  const waits = [...rest.values()].filter(({ entries }) => entries.length > 0)
  return { log: rest, lines, next: Math.min(...waits.map(({ opens }) => opens)) }
}

function alone(entry: Repeated): Entry {
  return joined({ opens: 0, entries: [entry], more: 0 })
}

/** The worst of what a line tells is its level. */
function joined({ entries, more }: Waiting): Entry {
  const said = entries.map(({ text, times }) => (times > 1 ? `${text} (${times} times)` : text))
  const texts = [...said, ...(more > 0 ? [`and ${more} more`] : [])]
  const level = Math.min(...entries.map((entry) => entry.level)) as Level
  return { device: entries[0]?.device, level, text: texts.join('; ') }
}

/** A line as it is written. */
export function formatEntry({ device, level, text }: Entry, program: string, isJournal: boolean): string {
  const about = device === undefined ? '' : `${device}: `
  return isJournal ? `<${level}>${about}${text}\n` : `${program}: ${about}${text}\n`
}
