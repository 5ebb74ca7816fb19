// What the trials have in common, as tables.
import { median } from '../measure.mjs'

const columns = { 'new TCP': ['host tcp'], UDP: ['host udp'], forwarded: ['guest tcp', 'guest udp'] }
const failures = { cable: 'cable pulled', provider: 'provider dead' }
const keepers = { watch: 'mptcp-routes watch', loop: 'a loop of pings' }

const seconds = (milliseconds) => (milliseconds / 1000).toFixed(1)
const medianAndWorst = (values) => `${seconds(median(values))} / ${seconds(Math.max(...values))}`

/** Of several kinds the later one counts. */
const latest = (times, kinds) => Math.max(...kinds.map((kind) => times[kind]))

function stallWords(trials) {
  const stalls = trials.map(({ stall }) => stall).filter((stall) => stall !== null)
  const stood = trials.length - stalls.length
  return stood > 0 ? `${stood} of ${trials.length} stood till the end` : medianAndWorst(stalls)
}

function rowOf({ failure, keeper, trials }, what) {
  const cells = Object.values(columns).map((kinds) =>
    medianAndWorst(trials.map((trial) => latest(trial[what], kinds))),
  )
  return [failures[failure], what, keepers[keeper], ...cells, what === 'leave' ? stallWords(trials) : '']
}

/**
 * @param results by failure and keeper: `{ failure, keeper, trials }`, as lane.mjs prints the trials
 * @returns a section as those of ../report.mjs
 */
export function describeTrials(results, interval) {
  const count = results[0].trials.length
  const order = Object.keys(failures).flatMap((failure) =>
    ['leave', 'back'].map((what) => ({ failure, what })),
  )
  return {
    title: `${interval === 1 ? 'A probe each second' : `A probe each ${interval} s`}, ${count} trials: median / worst, in s`,
    rows: [
      ['what fails', 'until', 'kept by', ...Object.keys(columns), 'longest stall of a transfer'],
      ...order.flatMap(({ failure, what }) =>
        results.filter((result) => result.failure === failure).map((result) => rowOf(result, what)),
      ),
    ],
    notes: results.map(({ failure, keeper, trials }) => {
      const [asked, lost] = ['asked', 'lost'].map((count) =>
        trials.reduce((sum, trial) => sum + trial[count], 0),
      )
      return `${failures[failure]}, ${keepers[keeper]}: of ${asked} questions after the first answer by the other uplink, ${lost} were lost.`
    }),
  }
}
