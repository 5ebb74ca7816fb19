/** What a change is about. */
import type { WholeStep } from '../whole.ts'
import { isIpv6 } from '../words/address.ts'
import type { Change, Family } from '../words/state.ts'
import { wayOfMark } from './forwarding.ts'

export interface Subject {
  /** Undefined for what is about a device, or the host, as a whole. */
  readonly family: Family | undefined
  readonly address?: string
  /** Undefined for the limits, which are the host's, and for the rule of an address that is gone. */
  readonly device: string | undefined
  readonly table?: number
}

export function subjectOf(change: Change, step: Pick<WholeStep, 'host' | 'plan'>): Subject {
  const { holdersOf } = step.host
  switch (change.kind) {
    case 'rule': {
      const { family, from, table, kind } = change.rule
      if (kind === 'mark') {
        const way = wayOfMark(change.rule, step)
        return { family, device: way?.device, table: way?.table ?? table }
      }
      return { family, address: from, device: holdersOf(from)[0], table }
    }
    case 'route': {
      const { family, hops, table } = change.route
      return { family, device: hops[0]?.device, table }
    }
    case 'endpoint':
    case 'flags': {
      const { address, device } = change.endpoint
      return { family: isIpv6(address) ? 'inet6' : 'inet', address, device: holdersOf(address)[0] ?? device }
    }
    case 'setting':
      return { family: change.setting.family, device: change.setting.device }
    case 'group':
      return { family: undefined, device: change.device }
    case 'limits':
    case 'nft':
      return { family: undefined, device: undefined }
  }
}
