/** Asks each uplink that has a probe whether it leads anywhere, again and again. */
import type { Target } from '../../../ask/probe-targets.ts'
import type { Moment, Round } from '../verdict.ts'
import { askByConnection } from './connect.ts'
import { openGate } from './gate.ts'
import { askByPing } from './ping.ts'
import { type Answer, type Ask, type Question, type RoundQuery, startRound } from './round.ts'

/** An uplink that is asked. */
export interface Course {
  /** See uplinkKey(). */
  readonly key: string
  readonly device: string
  readonly sources: readonly string[]
  readonly targets: readonly Target[]
  /** In seconds, from the start of a round to that of the next. */
  readonly interval: number
}

export interface Prober {
  /** Asks these from now on, and no others. */
  readonly keep: (courses: readonly Course[]) => void
  readonly close: () => void
}

export interface ProberOptions {
  readonly ask: Ask
  readonly now: () => Moment
  /** A round of the uplink is over. */
  readonly heard: (key: string, round: Round) => void
  /** Why somebody cannot be asked, and what comes of that; once as long as it is so. */
  readonly unable: (why: string) => void
}

/** In ms. Who answers later is of no use. */
const LONGEST_WAIT = 3_000

/** Rounds of different uplinks are not to come at the same time, now and later. */
const SPREAD = 0.1

/** In ms: the first round of all comes within that. */
const FIRST = 5_000

/** Processes of a MB each. */
const MOST_AT_ONCE = 32

export function openProber({ ask, now, heard, unable }: ProberOptions): Prober {
  let toldWhy: string | undefined
  const shared: Omit<RoundQuery, 'questions' | 'limit'> = {
    ...{ gate: openGate(MOST_AT_ONCE), ask, now },
    told: (answer, { target }) => {
      const why = whyIn(answer)
      if (why !== undefined && why !== toldWhy) {
        unable(why)
      }
      toldWhy = why ?? (target.port === undefined ? undefined : toldWhy)
    },
  }
  const running = new Map<string, { readonly text: string; readonly stop: () => void }>()
  return {
    keep: (courses) => {
      const texts = new Map(courses.map((course) => [course.key, JSON.stringify(course)]))
      for (const [key, { text, stop }] of running) {
        if (texts.get(key) !== text) {
          running.delete(key)
          stop()
        }
      }
      for (const course of courses.filter(({ key }) => !running.has(key))) {
        const stop = follow(course, shared, (round) => heard(course.key, round))
        running.set(course.key, { text: texts.get(course.key) ?? '', stop })
      }
    },
    close: () => {
      for (const { stop } of running.values()) {
        stop()
      }
      running.clear()
    },
  }
}

/** By ping, or where the target has a port by a connection. */
export function askBy(env: NodeJS.ProcessEnv): Ask {
  const ping = askByPing(env)
  return (question, limit, tell) =>
    (question.target.port === undefined ? ping : askByConnection)(question, limit, tell)
}

function whyIn(answer: Answer): string | undefined {
  if (typeof answer === 'string') {
    return undefined
  }
  return 'unable' in answer
    ? `${answer.unable}; an uplink that only ping could ask counts as alive (mptcp-probe)`
    : `${answer.hindered}; a round that cannot ask everybody does not count (mptcp-probe)`
}

/** Round after round. @returns a function that ends it */
function follow(
  { device, sources, targets, interval }: Course,
  shared: Omit<RoundQuery, 'questions' | 'limit'>,
  heard: (round: Round) => void,
): () => void {
  const pause = interval * 1000
  const questions = sources.flatMap((source) =>
    targets.map((target): Question => ({ device, source, target })),
  )
  const query = { ...shared, questions, limit: Math.min(pause, LONGEST_WAIT) }
  let stopRound = () => {}
  const begin = () => {
    const began = shared.now().steady
    stopRound = startRound(query, (result) => {
      const next = began + pause * (1 - SPREAD + 2 * SPREAD * Math.random())
      timer = setTimeout(begin, Math.max(0, next - shared.now().steady))
      if (result !== 'void') {
        heard(result)
      }
    })
  }
  let timer = setTimeout(begin, Math.random() * Math.min(pause, FIRST))
  return () => {
    clearTimeout(timer)
    stopRound()
  }
}
