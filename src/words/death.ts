/** An uplink that leads nowhere though its device is up: the service finds that, and every run goes by it. */
import type { Family } from './state.ts'

export interface Death {
  readonly device: string
  readonly family: Family
  /** The uplink's own: a device with two ways out has two. */
  readonly table: number
  /** In ms since the epoch. */
  readonly since: number
  /** For people: `no carrier`, `no answer from 192.0.2.1 (mptcp-probe)`. */
  readonly why: string
}
