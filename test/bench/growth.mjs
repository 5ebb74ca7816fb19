// How the machine grows, and whether the hooks grow with it in a line.
import {
  addresses,
  addressReset,
  daemonRoutes,
  foreignRules,
  interfaces,
  orphans,
  programs,
} from './scenarios.mjs'

const { up, 'up again': upAgain, down, 'node -e 0': node, 'page up': page } = programs

/** What `ip` alone needs for the dump that grows: the part of a run that no hook can save. */
const dump = (topic) => ({ command: ['ip', '-N', '-j', ...topic] })

/** What is measured at every size; `topic` is the dump that grows. */
const hooks = (topic) => ({ 'node -e 0': node, dump: dump(topic), up, 'up again': upAgain, down })
const besidePage = (topic) => ({ ...hooks(topic), 'page up': page })

/** The same programs, which may say so. */
const saying = (notice, measured) =>
  Object.fromEntries(Object.entries(measured).map(([name, program]) => [name, { ...program, notice }]))

/** `goal`: milliseconds that an `up` may take at the largest size. `share`: of the rounds, where a run takes long. */
export const growths = [
  {
    what: 'foreign rules',
    dumpName: 'ip rule show',
    sizes: [0, 100, 1000, 10_000],
    base: 0,
    add: foreignRules,
    measured: besidePage(['rule', 'show']),
  },
  {
    what: 'addresses of the interface',
    dumpName: 'ip address show',
    remark: ' Each address is two rules, which the kernel keeps in a list, in the order of their priorities.',
    sizes: [1, 10, 100, 1000],
    base: 1,
    add: addresses,
    reset: addressReset,
    undo: ['address flush dev eth1 to 10.2.0.0/16'],
    measured: saying('no endpoint: the kernel holds', hooks(['address', 'show'])),
    share: 0.25,
    goal: 1000,
  },
  {
    what: 'rules of ours',
    dumpName: 'ip rule show',
    remark: ' Their addresses are gone: `down` would remove them all.',
    sizes: [0, 100, 1000, 10_000],
    base: 0,
    add: orphans,
    undo: ['rule flush protocol 77', 'rule flush protocol 77', 'rule flush protocol 77'],
    measured: { 'node -e 0': node, dump: dump(['rule', 'show']), up, 'up again': upAgain },
    share: 0.25,
    goal: 1000,
  },
  {
    what: 'routes of a routing daemon through the interface',
    dumpName: 'ip route show',
    sizes: [0, 2000, 20_000, 200_000],
    base: 0,
    add: daemonRoutes,
    undo: ['route flush table main proto bird'],
    measured: saying('none of them is copied', hooks(['-4', 'route', 'show'])),
    share: 0.25,
    goal: 3000,
  },
  {
    what: 'interfaces with addresses',
    dumpName: 'ip address show',
    remark: ' Each interface is one end of a veth pair, so the kernel has twice as many.',
    sizes: [1, 8, 64, 256],
    base: 1,
    add: interfaces,
    measured: besidePage(['address', 'show']),
  },
]

/** Milliseconds by which medians of the same program differ from block to block. */
const noise = 3

/**
 * How much faster than the machine a time grows over the last step: what is above the smallest machine's time, per
 * unit of size. 1 is linear. Undefined where the step before is lost in the noise.
 */
export function growthFactor(blocks, name) {
  const [first, before, last] = [blocks[0], blocks.at(-2), blocks.at(-1)]
  // Less bare Node, block by block, so that a machine that slows down between blocks does not count as growth.
  const above = ({ times }) =>
    times.get(name) - times.get('node -e 0') - (first.times.get(name) - first.times.get('node -e 0'))
  if (above(before) < noise) {
    return undefined
  }
  const sizes = (last.size - first.size) / (before.size - first.size)
  return above(last) / above(before) / sizes
}

/** More than linear, beyond what the machine's own noise makes of it. */
const steepest = 1.5

/** With the blocks what they say of the goal and of how each hook grows. */
export function judge(growth, blocks) {
  const { goal } = growth
  const reached = blocks.at(-1).times.get('up')
  const factors = Object.keys(growth.measured)
    .filter((name) => /^(up|up again|down)$/.test(name))
    .map((name) => {
      const factor = growthFactor(blocks, name)
      return { name, factor, met: factor === undefined || factor <= steepest }
    })
  const met = (goal === undefined || reached <= goal) && factors.every((one) => one.met)
  return { ...growth, blocks, reached, factors, met }
}
