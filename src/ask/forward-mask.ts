/**
 * mptcp-forward-mask, the one line of the configuration that is no device's: hooks need it too, and the parser of the rest
 * would cost each of them more than its work.
 */
import type { Edge } from '../words/edge.ts'
import { FORWARD_MASK } from '../words/forwarding.ts'
import { quote } from '../words/refusal.ts'

/** The configuration's place, unless a command line names another. */
export const DEFAULT_FILE = '/etc/mptcp-routes.conf'

export const MASK_OPTION = 'mptcp-forward-mask'

export interface MaskReading {
  /** Undefined where what the file says is none. */
  readonly mask: number | undefined
  /** What is wrong, with file and line. */
  readonly problems: readonly string[]
}

/** The mask that the configuration gives, else the default. */
export function readMask({ readFile }: Edge, file: string): MaskReading {
  const lines = (readFile(file) ?? '').replace(/^\uFEFF/, '').split(/\r\n?|\n/)
  const first = lines.findIndex((line) => line.startsWith('['))
  return parseMask(first === -1 ? lines : lines.slice(0, first), file)
}

/**
 * The same of the lines before the first section; others than this option's are not looked at.
 *
 * @param file its name, for the messages
 */
export function parseMask(lines: readonly string[], file: string): MaskReading {
  const given = lines.flatMap((text, i) => (isMaskLine(text) ? [{ text, place: `${file}:${i + 1}` }] : []))
  const problems: string[] = []
  let mask: number | undefined = FORWARD_MASK
  for (const [i, { text, place }] of given.entries()) {
    const value = text
      .slice(text.indexOf('=') + 1)
      .replace(/(^|\s)[#;].*$/, '')
      .trim()
    const why = i > 0 ? 'is given a second time' : whyNoMask(value)
    if (why !== undefined) {
      problems.push(`${MASK_OPTION} ${quote(value)} ${why} (${place})`)
    }
    mask = why === undefined ? Number(value) : undefined
  }
  return { mask, problems }
}

export function isMaskLine(text: string): boolean {
  return new RegExp(`^\\s*${MASK_OPTION}\\s*=`).test(text)
}

/** The least number of marks: two uplinks have four, one a family. */
const LEAST_MARKS = 4

/** All 32 bits leave none to others, and `ip` prints a rule by a whole mark in another form. */
const LARGEST_MASK = 0xfffffffe

function whyNoMask(value: string): string | undefined {
  const number = /^(0x[\da-f]{1,8}|\d{1,10})$/i.test(value) ? Number(value) : Number.NaN
  if (!(number > 0 && number <= LARGEST_MASK)) {
    return 'is no mask: give a number from 0x7 to 0xfffffffe'
  }
  const most = marksIn(number)
  if (!Number.isInteger(Math.log2(most + 1))) {
    return 'has a gap: its bits are to stand side by side'
  }
  return most < LEAST_MARKS
    ? `has room for ${most} of at least ${LEAST_MARKS} marks: give three bits side by side or more, such as 0x7000000`
    : undefined
}

/** How many marks the mask holds: all values of its bits but 0. */
export function marksIn(mask: number): number {
  return mask / lowestBit(mask)
}

/** The mark that is so-and-so-many-th in the mask, from 1. */
export function nthMark(mask: number, n: number): number {
  return n * lowestBit(mask)
}

function lowestBit(mask: number): number {
  return (mask & -mask) >>> 0
}
