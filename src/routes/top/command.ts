/** Wires `mptcp-routes top` to the host. */

import { planWhole } from '../../whole.ts'
import type { Context } from '../context.ts'
import { createSs } from '../ss.ts'
import type { Uplink } from './sample.ts'
import { runTop } from './top.ts'

/**
 * @param count how many samples; undefined: until somebody ends it
 * @param seconds from one sample to the next
 * @returns the exit status
 */
export async function runTopCommand(
  context: Context,
  count: number | undefined,
  seconds: number,
): Promise<number> {
  const { edge, env, now, colors } = context
  const { stdin: input, stdout: output } = process
  const source = { ...createSs(env), readUplinks: () => readUplinks(context), readFile: edge.readFile, now }
  await runTop(source, { input, output, env, colors, count, interval: seconds * 1000 })
  return 0
}

/** Those that lead out. */
function readUplinks({ edge, env, sections, mask }: Context): Uplink[] {
  const { plan } = planWhole({ edge, env, sections, mask, devices: [], flush: false })
  return plan.uplinks
    .filter(({ out }) => out !== undefined)
    .map((uplink) => ({
      device: uplink.device,
      family: uplink.family,
      addresses: uplink.addresses.map(({ local }) => local),
      dead: plan.dead.has(uplink),
    }))
}
