// The report as text for a terminal.

function alignColumns(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const line = (row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
  return rows.map((row) => `${line(row).join('  ').trimEnd()}\n`).join('')
}

export function formatText(words, sections) {
  const parts = sections.map(({ title, rows, notes = [] }) => {
    const end = notes.length === 0 ? '' : `\n${notes.map((note) => `${note}\n`).join('')}`
    return `${title}\n\n${alignColumns(rows)}${end}`
  })
  return [words.map((word) => `${word}\n`).join(''), ...parts].join('\n')
}
