// The result as text.

const verdict = (met) => (met ? 'ok' : 'over')

function alignColumns(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const line = (row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
  return rows.map((row) => `${line(row).join('  ')}\n`).join('')
}

export function formatTable({ node, runs, times, ratios, counts }) {
  const measured = [['program', 'median ms'], ...[...times].map(([name, ms]) => [name, ms.toFixed(1)])]
  const judged = [
    ['what', 'is', 'against', 'ratio', 'target', ''],
    ...ratios.map(({ what, value, baseline, ratio, limit, met }) => {
      return [what, value.toFixed(1), baseline.toFixed(1), ratio.toFixed(2), `≤ ${limit}`, verdict(met)]
    }),
    ...counts.map(({ what, value, limit, met }) => [what, `${value}`, '', '', `≤ ${limit}`, verdict(met)]),
  ]
  return `Node ${node}, ${runs} runs each\n\n${alignColumns(measured)}\n${alignColumns(judged)}`
}
