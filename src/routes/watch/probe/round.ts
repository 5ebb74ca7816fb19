/** One round of an uplink's probe: from each of its addresses to each target, until somebody answers. */
import type { Target } from '../../../ask/probe-targets.ts'
import { hasJumped } from '../decide.ts'
import type { Moment } from '../verdict.ts'
import type { Gate } from './gate.ts'

export interface Question {
  /** The uplink's own: no rule of others, nor the loss of ours, is to lead the packets elsewhere. */
  readonly device: string
  /** The address that the packets come from: their way is the one of its rule. */
  readonly source: string
  readonly target: Target
}

/**
 * Why the question was not put: `unable` where this host has no means for it, `hindered` where it has none just now, as
 * memory or processes have run out: that tells nothing of the uplink.
 */
export type Obstacle = { readonly unable: string } | { readonly hindered: string }

export type Answer = 'answer' | 'silence' | Obstacle

/** The codes of errors that say so. Not ENOBUFS: a device that sends nothing more has no room for another packet. */
export const HINDRANCES: readonly string[] = ['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE']

/**
 * Puts the question; tells how it ends, later and once, unless it is stopped before.
 *
 * @param limit in ms
 * @returns a function that stops it
 */
export type Ask = (question: Question, limit: number, tell: (answer: Answer) => void) => () => void

/** `void` where nothing can be told: the machine slept, did not come to listen, or could not ask everybody. */
export type Result = 'answered' | 'lost' | 'void'

export interface RoundQuery {
  readonly questions: readonly Question[]
  /** In ms, from the first question on. */
  readonly limit: number
  readonly gate: Gate
  readonly ask: Ask
  readonly now: () => Moment
  /** Told each answer, and that a question could not be put. */
  readonly told: (answer: Exclude<Answer, 'silence'>, question: Question) => void
}

/** In ms: an uplink that answers is asked one question, as the next one waits so long (as in RFC 8305). */
const STAGGER = 250

/** In ms: who hears so late that the time is up has not listened. */
const LATE = 500

/** @returns a function that ends the round without a result */
export function startRound(query: RoundQuery, done: (result: Result) => void): () => void {
  const { questions, limit, gate, ask, now, told } = query
  const waits = new Set<() => void>()
  const stops = new Set<() => void>()
  const stagger = Math.min(STAGGER, limit / 2 / questions.length)
  let began: Moment | undefined
  let put = 0
  let silent = 0
  let unable = 0
  let hindered = 0
  let next: NodeJS.Timeout | undefined
  let deadline: NodeJS.Timeout | undefined
  let last: NodeJS.Immediate | undefined
  const stop = () => {
    clearTimeout(next)
    clearTimeout(deadline)
    clearImmediate(last)
    // First those that wait: one that ends makes room.
    for (const one of [...waits, ...stops]) {
      one()
    }
    stops.clear()
  }
  const end = (result: Result) => {
    stop()
    done(result)
  }
  const judge = () => {
    if (silent + unable + hindered === questions.length) {
      end(resultOf({ silent, hindered }))
    } else {
      putNext()
    }
  }
  const hear = (question: Question, answer: Answer) => {
    if (answer !== 'silence') {
      told(answer, question)
    }
    if (answer === 'answer') {
      end('answered')
      return
    }
    if (answer === 'silence') {
      silent += 1
    } else if ('unable' in answer) {
      unable += 1
    } else {
      hindered += 1
    }
    judge()
  }
  const startClock = () => {
    if (began !== undefined) {
      return
    }
    began = now()
    // What has come by then is heard first, however late the timer is.
    deadline = setTimeout(() => {
      last = setImmediate(() => {
        const hasListened = isOnTime(began as Moment, now(), limit)
        end(hasListened && hindered === 0 ? 'lost' : 'void')
      })
    }, limit)
  }
  const putNext = () => {
    clearTimeout(next)
    const question = questions[put]
    if (question === undefined) {
      return
    }
    put += 1
    const giveUp = gate.enter((leave) => {
      startClock()
      const halt = ask(question, limit, (answer) => {
        stops.delete(abandon)
        hear(question, answer)
        leave()
      })
      const abandon = () => {
        halt()
        leave()
      }
      stops.add(abandon)
      next = setTimeout(putNext, stagger)
    })
    waits.add(giveUp)
  }
  putNext()
  return stop
}

/** Nobody has answered. An uplink that cannot be asked counts as alive. */
function resultOf({ silent, hindered }: { readonly silent: number; readonly hindered: number }): Result {
  if (hindered > 0) {
    return 'void'
  }
  return silent > 0 ? 'lost' : 'answered'
}

function isOnTime(began: Moment, ended: Moment, limit: number): boolean {
  const steady = ended.steady - began.steady
  return steady - limit < LATE && !hasJumped(ended.wall - began.wall, steady)
}
