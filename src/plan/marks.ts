/** Which mark each uplink has: the one that it was given once, else the lowest that is free. */
import { marksIn, nthMark } from '../ask/forward-mask.ts'
import { type MarkedWay, markText } from '../words/forwarding.ts'
import type { Mark } from '../words/state.ts'
import type { MarkPair } from './mark-pairs.ts'

type Asking = Omit<MarkedWay, 'mark'>

export interface GivenMarks<T> {
  /** An uplink for which there was none left is not among them. */
  readonly marks: ReadonlyMap<T, Mark>
  /** All of the mask that have been given so far, in the order of giving. */
  readonly given: readonly MarkedWay[]
}

/**
 * @param before the marks that are known to have been given
 * @param pairs the rules that stand: they tell too, where there was no room for a file
 */
export function giveMarks<T extends Asking>(
  uplinks: readonly T[],
  mask: number,
  before: readonly MarkedWay[],
  pairs: readonly MarkPair[],
): GivenMarks<T> {
  const standing = pairs.flatMap(toWays)
  const values = pairs.map(({ mark }) => mark.value)
  const isTold = (way: MarkedWay) => before.some((one) => markText(one.mark) === markText(way.mark))
  let given = [...before, ...standing.filter((way) => !isTold(way))].filter(({ mark }) => mark.mask === mask)
  const marks = new Map<T, Mark>()
  for (const uplink of uplinks) {
    const known = given.find((way) => isSame(way, uplink))
    const isIdle = (way: MarkedWay) => ![...standing, ...uplinks].some((one) => isSame(one, way))
    // When all are given, one whose uplink is not there any more.
    const mark =
      known?.mark ??
      lowestFree([...values, ...given.map((way) => way.mark.value)], mask) ??
      given.find(isIdle)?.mark
    if (mark !== undefined) {
      const { device, family, table } = uplink
      marks.set(uplink, mark)
      if (known === undefined) {
        given = [...given.filter((way) => way.mark.value !== mark.value), { device, family, table, mark }]
      }
    }
  }
  return { marks, given }
}

/** A pair as the way that it is for. */
export function toWays({ devices, family, table, mark }: MarkPair): MarkedWay[] {
  return table === undefined ? [] : devices.map((device) => ({ device, family, table, mark }))
}

export function isSame(one: Asking, other: Asking): boolean {
  return one.device === other.device && one.family === other.family && one.table === other.table
}

function lowestFree(values: readonly number[], mask: number): Mark | undefined {
  const taken = new Set(values)
  const most = marksIn(mask)
  for (let n = 1; n <= most && n <= taken.size + 1; n += 1) {
    const value = nthMark(mask, n)
    if (!taken.has(value)) {
      return { value, mask }
    }
  }
  return undefined
}
