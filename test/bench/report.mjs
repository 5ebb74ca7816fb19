// The figures → sections that a terminal and a page show alike: a title, rows, notes, perhaps a chart.
import { reasons } from './others.mjs'

const milliseconds = (value) => value.toFixed(1)
const memoryWords = (value) => (value === undefined ? 'not measured' : value.toFixed(0))
const verdict = (met) => (met ? 'ok' : 'over')

function timeSection(times) {
  const absent = Object.keys(reasons).filter((name) => !times.has(name))
  const shown = [...times].filter(([name]) => !/ for lo|,/.test(name))
  return {
    title: 'Time of one run',
    about: [
      `\`up\`, \`down\`: the hooks, with the code cache that an installation makes and, where it says so, without. \`up again\`
finds everything in place. \`down, if-down.d\` is the run before the address goes, \`down, after that\` the one that
follows it. \`page\`: a shell script of the page’s four commands and one for an endpoint. \`2013\`: the work of mptcp_up of 2013 as a shell script (a line of rt_tables, two routes, a rule).
\`multi\`: ifupdown-multi (Python). Only the hooks and \`page\` make an endpoint, whose removal costs the kernel about
10 ms; only the hooks look at what is there before they change it.`,
    ],
    rows: [
      ['program', 'median ms'],
      ...[...times].map(([name, value]) => [name, milliseconds(value)]),
      ...absent.map((name) => [name, 'not measured']),
    ],
    notes: [...new Set(absent.map((name) => `Not measured: ${reasons[name]}.`))],
    chart: {
      title: 'One run, ms',
      labels: shown.map(([name]) => name),
      unit: 'ms',
      kind: 'bar',
      series: [shown.map(([, value]) => value)],
      horizontal: true,
    },
  }
}

function ratioSection(ratios) {
  return {
    title: 'Ratios',
    about: [
      `In each round one time is divided by the other; the ratio is the median of the rounds, and so need not be that of the
two medians beside it.`,
    ],
    rows: [
      ['what', 'ms', 'against ms', 'ratio', 'target', ''],
      ...ratios.map(({ what, value, baseline, ratio, limit, met }) => {
        if (ratio === undefined) {
          return [what, milliseconds(value), 'not measured', '', '', '']
        }
        const target = limit === undefined ? ['', ''] : [`≤ ${limit}`, verdict(met)]
        return [what, milliseconds(value), milliseconds(baseline), ratio.toFixed(2), ...target]
      }),
    ],
  }
}

function costSection(costs) {
  return {
    title: 'Processes, changes and memory of one run',
    about: [
      `Changes are the \`ip\` commands, one for each line of a batch, that change something; a flush counts as one. Memory is
the peak resident set of the largest process.`,
    ],
    rows: [
      ['program', 'ip processes', 'target', '', 'changes', 'peak MiB'],
      ...costs.map(({ what, processes, writes, memory, limit, met }) => {
        const target = limit === undefined ? ['', ''] : [`≤ ${limit}`, verdict(met)]
        return [what, `${processes}`, ...target, `${writes}`, memoryWords(memory)]
      }),
    ],
  }
}

function factorWords(factor) {
  return factor === undefined
    ? 'not told, as the step before is lost in the noise'
    : `${factor.toFixed(2)} times as fast as the number (1 is linear)`
}

function goalNotes({ goal, reached, blocks }) {
  return goal === undefined
    ? []
    : [
        `\`up\` at ${sizeWords(blocks.at(-1))}: ${reached.toFixed(0)} ms, goal ≤ ${goal} ms: ${verdict(reached <= goal)}.`,
      ]
}

const sizeWords = ({ size }) => size.toLocaleString('en')

function growthSection(growth) {
  const { what, dumpName, remark = '', blocks, factors } = growth
  const names = [...blocks[0].times.keys()]
  const head = names.map((name) => `${name === 'dump' ? dumpName : name} ms`)
  const hooks = factors.map(({ name }) => name)
  return {
    title: `Growth over ${what}`,
    about: [
      `Rows are measured one after the other, so each has its own bare Node. \`${dumpName}\` is \`ip\` alone, its output
thrown away.${remark}`,
    ],
    rows: [
      [what, ...head, 'up peak MiB'],
      ...blocks.map((block) => {
        const cells = names.map((name) => milliseconds(block.times.get(name)))
        return [sizeWords(block), ...cells, memoryWords(block.memory)]
      }),
    ],
    notes: [
      ...goalNotes(growth),
      ...factors.map(({ name, factor, met }) => {
        const judged = met ? '' : ': over'
        return `Over the last step, \`${name}\` grows: ${factorWords(factor)}${judged}.`
      }),
    ],
    chart: {
      title: `ms over ${what}: ${hooks.join(', ')}, bare Node`,
      labels: blocks.map(sizeWords),
      unit: 'ms',
      kind: 'line',
      series: [...hooks, 'node -e 0'].map((name) => blocks.map(({ times }) => times.get(name))),
    },
  }
}

export function describeResults({ times, ratios, costs, growths }) {
  return [timeSection(times), ratioSection(ratios), costSection(costs), ...growths.map(growthSection)]
}
