/** Which uplinks lead nowhere: what carrier and probes tell of each, and when that counts. Pure, on clocks handed in. */
import { type Death, uplinkKey } from '../../words/death.ts'
import type { Family } from '../../words/state.ts'

/** In ms: of a clock that never jumps, and of the one on the wall. */
export interface Moment {
  readonly steady: number
  readonly wall: number
}

/** An uplink as a look finds it. */
export interface Seen {
  readonly device: string
  readonly family: Family
  readonly table: number
  readonly carrier: boolean
  /** Whom its probe asks, for people; undefined where it has none. */
  readonly probe: string | undefined
  /** In ms, from one round of its probe to the next; 0 where it has none. */
  readonly interval: number
}

export interface Verdict extends Omit<Seen, 'carrier'> {
  /** Undefined while it is alive. */
  readonly death: Pick<Death, 'since' | 'why'> | undefined
  /** Rounds of the probe, in a row. */
  readonly losses: number
  readonly answers: number
  /** On the steady clock; undefined while there is none. */
  readonly carrierSince: number | undefined
  /** How many answers, and how many seconds of carrier without a break, bring it back to life. */
  readonly patience: number
  /** On the steady clock, when it last came back. */
  readonly revived: number | undefined
  /** On the steady clock, since when no look finds it. */
  readonly gone: number | undefined
}

/** By uplinkKey(): an address or a gateway that changes leaves an uplink the same. */
export type Verdicts = ReadonlyMap<string, Verdict>

/** One round: an answer, or none. */
export type Round = 'answered' | 'lost'

const LOSSES = 3
const PATIENCE = 3

/**
 * An uplink that dies within a minute of its return, or within twelve rounds where they are rarer than every 5 s, needs
 * twice as much for the next one: two minutes of answers every 5 s at most. One that comes and goes slowly is so left
 * alone after a few switches.
 */
const BRIEF = 60_000
const BRIEF_ROUNDS = 12
const LONGEST_PATIENCE = 24

/** In ms: a lease or an address that is changed takes its uplink away for a moment. */
const KEPT = 10_000

/** What a service takes over from the one before it, so that its start switches nothing. */
export function startVerdicts(deaths: readonly Death[]): Verdicts {
  return new Map(
    deaths.map(({ since, why, ...uplink }) => [
      uplinkKey(uplink),
      { ...newborn({ ...uplink, probe: undefined, interval: 0 }), death: { since, why } },
    ]),
  )
}

function newborn({ device, family, table, probe, interval }: Omit<Seen, 'carrier'>): Verdict {
  return {
    ...{ device, family, table, probe, interval, death: undefined, losses: 0, answers: 0 },
    ...{ carrierSince: undefined, patience: PATIENCE, revived: undefined, gone: undefined },
  }
}

/** A look has found the uplinks; of others it tells nothing. */
export function meet(verdicts: Verdicts, uplinks: readonly Seen[], now: Moment): Verdicts {
  const met = uplinks.map((seen) => {
    const key = uplinkKey(seen)
    const known = withProbe(verdicts.get(key) ?? newborn(seen), seen)
    return [key, rise(withCarrier({ ...known, gone: undefined }, seen.carrier, now), now)] as const
  })
  return new Map([...verdicts, ...met])
}

/** Answers of others tell nothing of those that are asked from now on. */
function withProbe(verdict: Verdict, { probe, interval }: Seen): Verdict {
  const changed = { ...verdict, probe, interval }
  return verdict.probe === probe ? changed : { ...changed, losses: 0, answers: 0 }
}

function withCarrier(verdict: Verdict, carrier: boolean, now: Moment): Verdict {
  if (carrier) {
    return { ...verdict, carrierSince: verdict.carrierSince ?? now.steady }
  }
  const cut = { ...verdict, carrierSince: undefined, losses: 0, answers: 0 }
  return verdict.death === undefined ? die(cut, 'no carrier', now) : cut
}

/** A cable was out and is in again: what its return waits for begins anew. @param isBroken of a device */
export function interrupt(verdicts: Verdicts, isBroken: (device: string) => boolean, now: Moment): Verdicts {
  return new Map(
    [...verdicts].map(([key, verdict]) =>
      verdict.death !== undefined && verdict.carrierSince !== undefined && isBroken(verdict.device)
        ? [key, { ...verdict, carrierSince: now.steady, losses: 0, answers: 0 }]
        : [key, verdict],
    ),
  )
}

/** A round of the uplink's probe is over. */
export function hear(verdicts: Verdicts, key: string, round: Round, now: Moment): Verdicts {
  const verdict = verdicts.get(key)
  // What is still told of a probe that is no more, or of a cable that is out, is about another time.
  if (verdict?.probe === undefined || verdict.carrierSince === undefined) {
    return verdicts
  }
  return new Map([...verdicts, [key, rise(withRound(verdict, round, now), now)]])
}

function withRound(verdict: Verdict, round: Round, now: Moment): Verdict {
  if (round === 'answered') {
    return { ...verdict, losses: 0, answers: Math.min(LONGEST_PATIENCE, verdict.answers + 1) }
  }
  const lost = { ...verdict, losses: Math.min(LOSSES, verdict.losses + 1), answers: 0 }
  const isOver = lost.death === undefined && lost.losses === LOSSES
  return isOver ? die(lost, `no answer from ${verdict.probe} (mptcp-probe)`, now) : lost
}

function die(verdict: Verdict, why: string, now: Moment): Verdict {
  const { revived, patience, interval } = verdict
  const brief = Math.max(BRIEF, BRIEF_ROUNDS * interval)
  const isBrief = revived !== undefined && now.steady - revived < brief
  return {
    ...verdict,
    ...{ death: { since: now.wall, why }, losses: 0, answers: 0 },
    patience: isBrief ? Math.min(LONGEST_PATIENCE, patience * 2) : PATIENCE,
  }
}

/** Time has passed: it is all that an uplink without a probe waits for, once its carrier is back. */
export function pass(verdicts: Verdicts, now: Moment): Verdicts {
  return new Map([...verdicts].map(([key, verdict]) => [key, rise(verdict, now)]))
}

function rise(verdict: Verdict, now: Moment): Verdict {
  return verdict.death !== undefined && returnOf(verdict) <= now.steady
    ? { ...verdict, death: undefined, losses: 0, revived: now.steady }
    : verdict
}

/** When time alone brings the uplink back; Infinity where it does not. */
function returnOf({ probe, answers, patience, carrierSince }: Verdict): number {
  const isAnswered = probe === undefined || answers >= patience
  return carrierSince === undefined || !isAnswered ? Number.POSITIVE_INFINITY : carrierSince + patience * 1000
}

/** On the steady clock, when the next uplink comes back by time alone. */
export function nextReturn(verdicts: Verdicts): number {
  const dead = [...verdicts.values()].filter(({ death }) => death !== undefined)
  return Math.min(...dead.map(returnOf))
}

/** A look is over: who was not met is forgotten when that has lasted. @param isMet by the key */
export function miss(
  verdicts: Verdicts,
  isMet: (key: string, verdict: Verdict) => boolean,
  now: Moment,
): Verdicts {
  return new Map(
    [...verdicts]
      .map(([key, verdict]) =>
        isMet(key, verdict)
          ? ([key, verdict] as const)
          : ([key, { ...verdict, gone: verdict.gone ?? now.steady }] as const),
      )
      .filter(([, { gone }]) => gone === undefined || now.steady - gone < KEPT),
  )
}

export function deathsIn(verdicts: Verdicts): Death[] {
  return [...verdicts.values()].flatMap(({ device, family, table, death }) =>
    death === undefined ? [] : [{ device, family, table, ...death }],
  )
}
