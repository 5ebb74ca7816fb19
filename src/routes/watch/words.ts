/** What a look has to say: what was changed and why, what is refused and since when no more. Pure. */
import { formatCommand } from '../../kernel/command.ts'
import { quote, type Refusal } from '../../words/refusal.ts'
import { formatDuration } from '../figures.ts'
import { HOST } from './decide.ts'
import { type Entry, INFO, NOTICE, WARNING } from './log.ts'
import type { Look, Made } from './look.ts'
import type { Lost } from './rivals.ts'
import type { Verdicts } from './verdict.ts'

/** What has been said and still holds, by device: a refusal's text; and notices. */
export interface Said {
  readonly refusals: ReadonlyMap<string, string>
  readonly notices: ReadonlySet<string>
}

export const NOTHING_SAID: Said = { refusals: new Map(), notices: new Set() }

/** Each look of a device that is changed: the first commands and how many there are more, and what came before. */
export function changeEntries(made: readonly Made[], cause: string | undefined): Entry[] {
  const groups = new Map<string, Made[]>()
  for (const one of made) {
    groups.set(one.device, [...(groups.get(one.device) ?? []), one])
  }
  const why = cause === undefined ? 'at the regular look' : `after ${cause}`
  return [...groups].map(([device, [first, ...rest]]) => {
    const command = first === undefined ? '' : shortened(formatCommand(first.change))
    const more = rest.length > 0 ? ` and ${rest.length} more` : ''
    return { device: named(device), level: INFO, text: `${command}${more}, ${why}` }
  })
}

const LONGEST_COMMAND = 200

/** A table of nft is a page of text. */
function shortened(command: string): string {
  return command.length > LONGEST_COMMAND ? `${command.slice(0, LONGEST_COMMAND)}…` : command
}

function named(device: string): string | undefined {
  return device === HOST ? undefined : device
}

/** Said once, again when it changes, and when it ends. A device that was left alone has nothing new to say. */
export function refusalEntries(
  said: Said,
  { plan, refused }: Look,
  held: ReadonlySet<string>,
): { said: Said; entries: readonly Entry[] } {
  const present = new Map(
    [...(plan?.refused ?? new Map<string, Refusal>()), ...refused].map(
      ([device, { message }]) => [device, message] as const,
    ),
  )
  const kept = [...said.refusals].filter(([device]) => held.has(device) && !present.has(device))
  const fresh = [...present].filter(([device, text]) => said.refusals.get(device) !== text)
  const isBlind = plan === undefined
  const ended = [...said.refusals.keys()].filter((device) => !present.has(device) && !held.has(device))
  const entries: Entry[] = [
    ...fresh.map(([device, text]): Entry => ({ device: named(device), level: WARNING, text })),
    ...(isBlind ? [] : ended).map(
      (device): Entry => ({ device: named(device), level: NOTICE, text: 'what was refused is no more' }),
    ),
  ]
  const refusals = new Map([...(isBlind ? said.refusals : kept), ...present])
  return { said: { ...said, refusals }, entries }
}

/** Said once as long as they hold. */
export function noticeEntries(
  said: Said,
  notices: readonly string[],
): { said: Said; entries: readonly Entry[] } {
  const present = new Set(notices)
  const fresh = [...present].filter((text) => !said.notices.has(text))
  const entries = fresh.map((text): Entry => ({ device: undefined, level: NOTICE, text }))
  return { said: { ...said, notices: present }, entries }
}

export function rivalEntries(named: readonly Lost[]): Entry[] {
  return named.map(({ device, text }) => ({
    device,
    level: WARNING,
    text: `somebody takes away again and again what ${quote(text)} puts in: it is put back ever more slowly, up to once a minute`,
  }))
}

/**
 * Uplinks that have died, or come back.
 *
 * @returns what to say of each, and the same in short, as causes of what is changed then
 */
export function verdictEntries(before: Verdicts, after: Verdicts, now: number) {
  const entries: Entry[] = []
  const causes: string[] = []
  for (const [key, verdict] of after) {
    const earlier = before.get(key)?.death
    const { death, device, family } = verdict
    const isTurn = (earlier === undefined) !== (death === undefined)
    const name = `uplink ${quote(device).slice(1, -1)} ${family}`
    if (isTurn && death !== undefined) {
      causes.push(`${name} is dead`)
      entries.push({ device: undefined, level: WARNING, text: `${name} is dead: ${death.why}` })
    }
    if (isTurn && earlier !== undefined) {
      const back = `${name} ${verdict.probe === undefined ? 'has carrier' : 'answers'} again`
      causes.push(back)
      const text = `${back}, after ${formatDuration(now - earlier.since)}`
      entries.push({ device: undefined, level: NOTICE, text })
    }
  }
  return { entries, causes }
}
