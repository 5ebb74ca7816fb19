/** A table that fits a width, drawn by cli-table3. */
import Table from 'cli-table3'
import stringWidth from 'string-width'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** The width down to which it may be cut where the table is too wide; without one it is never cut. */
  readonly least?: number
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

/** The columns, by their number, that are shown. */
function keepColumns(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const leastWidth = (index: number) => Math.min(natural[index] ?? 0, columns[index]?.least ?? Infinity)
  const kept = columns.map((_, index) => index)
  const leave = columns
    .map(({ dispensable }, index) => ({ index, dispensable: dispensable ?? 0 }))
    .filter(({ dispensable }) => dispensable > 0)
    .sort((one, other) => other.dispensable - one.dispensable)
  for (const { index } of leave) {
    if (totalWidth(kept.map(leastWidth)) <= width) {
      break
    }
    kept.splice(kept.indexOf(index), 1)
  }
  return kept
}

/** The widest column that may be cut gives way, column by column, until all fit. */
function cutWidths(
  columns: readonly Column[],
  natural: readonly number[],
  kept: readonly number[],
  width: number,
): number[] {
  // cli-table3 takes 0 for "as wide as it gets".
  const widths = kept.map((index) => Math.max(1, natural[index] ?? 0))
  const spare = (place: number) => {
    const least = columns[kept[place] ?? 0]?.least
    return least === undefined ? 0 : (widths[place] ?? 0) - least
  }
  for (let excess = totalWidth(widths) - width; excess > 0; excess -= 1) {
    const place = widths.reduce(
      (widest, own, at) => (spare(at) > 0 && own > (widths[widest] ?? 0) ? at : widest),
      widths.findIndex((_, at) => spare(at) > 0),
    )
    if (place < 0) {
      break
    }
    widths[place] = (widths[place] ?? 0) - 1
  }
  return widths
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, GAP * Math.max(0, widths.length - 1))
}
