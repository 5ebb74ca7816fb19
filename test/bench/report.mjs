// The figures → sections that a terminal and a page show alike: a title, rows, notes, perhaps a chart.
import { growthFactor } from './growth.mjs'
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
      `\`up\`, \`down\`: the hooks; \`up again\` finds everything in place. \`page\`: a shell script of the page’s four commands and
one for an endpoint. \`2013\`: the work of mptcp_up of 2013 as a shell script (a line of rt_tables, two routes, a rule).
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

function growthSection({ what, dumpName, remark = '', blocks }) {
  const names = [...blocks[0].times.keys()]
  const head = names.map((name) => `${name === 'dump' ? dumpName : name} ms`)
  const hooks = ['up', 'up again', 'down']
  return {
    title: `Growth over ${what}`,
    about: [
      `Rows are measured one after the other, so each has its own bare Node. \`${dumpName}\` is \`ip\` alone, its output
thrown away.${remark}`,
    ],
    rows: [
      [what, ...head, 'up peak MiB'],
      ...blocks.map(({ size, times, memory }) => {
        const cells = names.map((name) => milliseconds(times.get(name)))
        return [size.toLocaleString('en'), ...cells, memoryWords(memory)]
      }),
    ],
    notes: hooks.map((name) => {
      return `Over the last step, \`${name}\` grows: ${factorWords(growthFactor(blocks, name))}.`
    }),
    chart: {
      title: `ms over ${what}: up, up again, down, bare Node`,
      labels: blocks.map(({ size }) => size.toLocaleString('en')),
      unit: 'ms',
      kind: 'line',
      series: [...hooks, 'node -e 0'].map((name) => blocks.map(({ times }) => times.get(name))),
    },
  }
}

export function describeResults({ times, ratios, costs, growths }) {
  return [timeSection(times), ratioSection(ratios), costSection(costs), ...growths.map(growthSection)]
}
