// How the machine grows: data only.
import { foreignRules, interfaces, programs } from './scenarios.mjs'

const { up, 'up again': upAgain, down, 'node -e 0': node, 'page up': page } = programs

/** What `ip` alone needs for the dump that grows: the part of a run that no hook can save. */
const dump = (topic) => ({ command: ['ip', '-N', '-j', ...topic] })

export const growths = [
  {
    what: 'foreign rules',
    dumpName: 'ip rule show',
    sizes: [0, 100, 1000, 10_000],
    base: 0,
    add: foreignRules,
    measured: {
      'node -e 0': node,
      dump: dump(['rule', 'show']),
      'page up': page,
      up,
      'up again': upAgain,
      down,
    },
  },
  {
    what: 'interfaces with addresses',
    dumpName: 'ip address show',
    remark: ' Each interface is one end of a veth pair, so the kernel has twice as many.',
    sizes: [1, 8, 64, 256],
    base: 1,
    add: interfaces,
    measured: {
      'node -e 0': node,
      dump: dump(['address', 'show']),
      'page up': page,
      up,
      'up again': upAgain,
      down,
    },
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
