// The report as docs/benchmarks.md, with the charts that GitHub draws.

export function formatRows([head, ...rows]) {
  const line = (cells) => `| ${cells.join(' | ')} |\n`
  const rule = head.map((_, i) => (i === 0 ? '---' : '--:'))
  return [head, rule, ...rows].map(line).join('')
}

const quote = (text) => `"${text}"`

/** A chart has no legend, so its title names its lines in their order. */
function formatChart({ title, labels, unit, kind, series, horizontal = false }) {
  const top = Math.ceil((Math.max(...series.flat()) * 1.1) / 10) * 10
  const numbers = series.map(
    (values) => `    ${kind} [${values.map((value) => value.toFixed(1)).join(', ')}]`,
  )
  return [
    '```mermaid',
    `xychart-beta${horizontal ? ' horizontal' : ''}`,
    `    title ${quote(title)}`,
    `    x-axis [${labels.map(quote).join(', ')}]`,
    `    y-axis ${quote(unit)} 0 --> ${top}`,
    ...numbers,
    '```',
    '',
  ].join('\n')
}

function formatSection({ title, about = [], rows, chart, notes = [] }) {
  const parts = [
    `## ${title}\n`,
    ...about.map((text) => `${text}\n`),
    formatRows(rows),
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${note}\n`).join('')]),
    ...(chart === undefined ? [] : [formatChart(chart)]),
  ]
  return parts.join('\n')
}

export function formatMarkdown(command, words, sections) {
  const head = `# Benchmarks

Whole processes, from before their start to after their end, in a network namespace of their own. Each round starts
every program once on a machine that was brought back before, and every other round goes backwards; a figure is the
median of its rounds. Compare figures of one run only: another machine, or the same one on another day, has others.
This page is written by

    npm run build
    ${command}

with the Debian package ifupdown-multi installed, or unpacked elsewhere and its program named by \`IFUPDOWN_MULTI\`. It ran on:

${words.map((word) => `- ${word}\n`).join('')}`
  return [head, ...sections.map(formatSection)].join('\n')
}
