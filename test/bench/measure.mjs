// Times programs in turn, each on a machine that was brought back before it.
import { measureMemory } from './counts.mjs'
import { growMachine, prepare, removeForeignRules } from './machine.mjs'
import { run } from './process.mjs'

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * All programs once per round, so that a slow moment of the machine meets them all; every other round backwards, so
 * that none always follows the same one.
 *
 * @returns by name, the milliseconds of each round
 */
export function measure(measured, rounds, prepared) {
  const times = new Map(Object.keys(measured).map((name) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    const names = round % 2 === 0 ? Object.keys(measured) : Object.keys(measured).reverse()
    for (const name of names) {
      prepare(measured[name], prepared)
      times.get(name).push(run(measured[name], prepared.environment))
      if (measured[name].lines !== undefined) {
        removeForeignRules()
      }
    }
  }
  return times
}

/** @returns by name, the median in milliseconds */
export function medians(times) {
  return new Map([...times].map(([name, values]) => [name, median(values)]))
}

/**
 * The same programs while the machine grows. Each size is a block of its own, so each has its own bare Node beside it.
 *
 * @param growth `sizes` ascending; `add(from, to)`: lines that grow the machine; `reset(size)`: lines that bring a
 *   machine of that size back before each run; `undo`: lines that make it small again
 */
export function measureGrowth({ sizes, base, add, reset, undo = [], measured, share = 1 }, rounds, prepared) {
  let size = base
  const blocks = sizes.map((wanted) => {
    growMachine(add(size, wanted))
    size = wanted
    const grown = { ...prepared, reset: reset?.(size) ?? [] }
    const times = medians(measure(measured, Math.ceil(rounds * share), grown))
    prepare({}, grown)
    const memory = measureMemory(measured.up, grown)
    prepare({}, grown)
    return { size, times, memory }
  })
  removeForeignRules()
  growMachine(undo)
  return blocks
}
