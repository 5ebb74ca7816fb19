/** The page's host whose uplinks keep what is forwarded, with all in place. */
import { printTable } from '../../src/kernel/nft-table.ts'
import type { Forwarding } from '../../src/plan/forward.ts'
import type { MarkedWay } from '../../src/words/forwarding.ts'
import { stanza, T0, T1 } from '../plan/worlds.ts'
import { SOUND } from './check/points.ts'

const mask = 0x7f000000
const WAYS: readonly MarkedWay[] = [
  { device: 'eth0', family: 'inet', table: T0, mark: { value: 0x1000000, mask } },
  { device: 'eth1', family: 'inet', table: T1, mark: { value: 0x2000000, mask } },
]

export const FORWARDED = [
  stanza('eth0', { IF_MPTCP_FORWARD: 'yes' }),
  stanza('eth1', { IF_MPTCP_GATEWAY: '10.1.2.1', IF_MPTCP_FORWARD: 'yes' }),
]

export const STANDING = [
  ...SOUND,
  `mark inet 0x1000000/0x7f000000 lookup ${T0}`,
  `mark inet 0x2000000/0x7f000000 lookup ${T1}`,
]

export function forwarding(changes: Partial<Forwarding> = {}): Forwarding {
  const table = printTable(WAYS.map((way) => ({ ...way, destinations: undefined })))
  return {
    ...{ mask, problems: [], given: WAYS, standing: { owner: 'ours', table } },
    ...{ print: printTable, whyNot: () => undefined, ...changes },
  }
}
