/** Why a run ends without its work done, in words for the admin. It is the one exception that a run expects. */
export class Refusal extends Error {}

const LONGEST_QUOTE = 60

/** A value from outside as a message may show it: in quotes, on one line, in plain characters, not endless. */
export function quote(value: string): string {
  const short = value.length > LONGEST_QUOTE ? `${value.slice(0, LONGEST_QUOTE)}…` : value
  return JSON.stringify(short).replace(
    /[^ -~…]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
