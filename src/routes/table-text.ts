/** A table that fits a width, drawn by cli-table3. */
import Table from 'cli-table3'
import stringWidth from 'string-width'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** The width down to which it may be cut where the table is too wide; without one it is never cut. */
  readonly least?: number
  /** The width down to which it is rather cut than another column left out; without one that is the least. */
  readonly good?: number
  /** Left out where cutting does not suffice, the highest number first; without one it always stays. */
  readonly dispensable?: number
}

const GAP = 2

/** Lines without borders, as `networkctl` and `ss` print them. */
const CHARACTERS = Object.fromEntries(
  ['top', 'bottom', 'left', 'mid', 'right'].flatMap((side) =>
    [side, `${side}-mid`, `${side}-left`, `${side}-right`].map((name) => [name, '']),
  ),
)

/**
 * Draws the titles and the rows; cells may be coloured.
 *
 * @param width in columns of a terminal
 * @param cutMark what stands for what was cut
 * @returns lines, none wider than the width unless the table cannot be made so narrow
 */
export function drawTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  { cutMark = '…', title = (text: string) => text } = {},
): string[] {
  const natural = columns.map((column, index) =>
    Math.max(...[column.title, ...rows.map((row) => row[index] ?? '')].map((cell) => stringWidth(cell))),
  )
  const kept = keepColumns(columns, natural, width)
  const widths = cutWidths(columns, natural, kept, width)
  const table = new Table({
    chars: { ...CHARACTERS, middle: ' '.repeat(GAP) },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colWidths: widths,
    colAligns: kept.map((index) => columns[index]?.align ?? 'left'),
    truncate: cutMark,
  })
  table.push(kept.map((index) => title(columns[index]?.title ?? '')))
  table.push(...rows.map((row) => kept.map((index) => row[index] ?? '')))
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
}

/** How narrow a column of that natural width may be, where it is to be good to read. */
function goodWidth({ good, least = Infinity }: Column, natural: number): number {
  return Math.min(natural, good ?? least)
}

/** The columns, by their number, that are shown. */
function keepColumns(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const good = columns.map((column, index) => goodWidth(column, natural[index] ?? 0))
  const kept = columns.map((_, index) => index)
  const leave = columns
    .map(({ dispensable }, index) => ({ index, dispensable: dispensable ?? 0 }))
    .filter(({ dispensable }) => dispensable > 0)
    .sort((one, other) => other.dispensable - one.dispensable)
  for (const { index } of leave) {
    if (totalWidth(kept.map((one) => good[one] ?? 0)) <= width) {
      break
    }
    kept.splice(kept.indexOf(index), 1)
  }
  return kept
}

/** Each gives way as long as it is good to read; where that does not suffice, down to the least. */
function cutWidths(
  columns: readonly Column[],
  natural: readonly number[],
  kept: readonly number[],
  width: number,
): number[] {
  const shown = kept.map((index) => ({ column: columns[index] as Column, natural: natural[index] ?? 0 }))
  // cli-table3 takes 0 for "as wide as it gets".
  const whole = shown.map((one) => Math.max(1, one.natural))
  const good = shown.map((one) => goodWidth(one.column, one.natural))
  const least = shown.map((one) => Math.min(one.natural, one.column.least ?? Infinity))
  return narrow(narrow(whole, good, width), least, width)
}

/** The widest that is wider than its floor gives way, column by column, until all fit. */
function narrow(widths: readonly number[], floors: readonly number[], width: number): number[] {
  const result = [...widths]
  const spare = (place: number) => (result[place] ?? 0) - Math.max(1, floors[place] ?? 0)
  for (let excess = totalWidth(result) - width; excess > 0; excess -= 1) {
    const place = result.reduce(
      (widest, own, at) => (spare(at) > 0 && own > (result[widest] ?? 0) ? at : widest),
      result.findIndex((_, at) => spare(at) > 0),
    )
    if (place < 0) {
      break
    }
    result[place] = (result[place] ?? 0) - 1
  }
  return result
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, GAP * Math.max(0, widths.length - 1))
}
