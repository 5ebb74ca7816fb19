/** What `mptcp-routes status` tells: plain data, for text and JSON alike. */
import type { Death } from '../../words/death.ts'
import type { Endpoint, Family, Limits, Mark, Mptcp, Setting } from '../../words/state.ts'
import type { Connection } from '../connections.ts'
import type { Detour } from '../detours.ts'

/**
 * - `up`: all that is wanted is in the kernel, and the kernel goes that way
 * - `incomplete`: something is missing, or in the way
 * - `dead`: the service has found that it leads nowhere
 * - `down`: nothing can go through it: no device, set down, no carrier, or its manager is taking or has taken it down
 * - `idle`: looked after, but no uplink now: no address, or no way out
 * - `off`: `mptcp off`
 * - `unrecorded`: it bears marks of ours, and neither a record nor a section asks for them
 */
export type UplinkState = 'up' | 'incomplete' | 'dead' | 'down' | 'idle' | 'off' | 'unrecorded'

export interface AddressStatus {
  readonly address: string
  /** The source rule of ours that stands; undefined where none does. */
  readonly rule: { readonly priority: number; readonly table: number } | undefined
  /** The rule of ours behind it, which keeps what finds no way in the table from leaving elsewhere. */
  readonly barrier: { readonly priority: number } | undefined
  /** The endpoint that stands, whoever made it. */
  readonly endpoint: Endpoint | undefined
}

/** One way out of a device in one family. */
export interface UplinkStatus {
  readonly device: string
  readonly family: Family
  readonly state: UplinkState
  /** What the service has found; undefined of one that is alive. */
  readonly death: Pick<Death, 'since' | 'why'> | undefined
  readonly addresses: readonly AddressStatus[]
  /** Of its default route: several where main's has several through the device. */
  readonly gateways: readonly string[]
  /** The other end of the link is the way out. */
  readonly pointToPoint: boolean
  readonly table: number | undefined
  /** The lowest metric of main's defaults through the device. */
  readonly metric: number | undefined
  /** Whether its routes do not count while its cable is out, and whether a run of ours has seen to that; undefined where not known. */
  readonly linkdown: Pick<Setting, 'value' | 'ours'> | undefined
  /** By what mark connections that are forwarded keep to it; undefined where they do not. */
  readonly forward: Mark | undefined
  /** `ifupdown`, `hand`, `configuration`, a DHCP client's name … */
  readonly askedBy: readonly string[]
  /** Undefined where `ss` does not tell. */
  readonly usage: Usage | undefined
  /** What is missing or in the way, in words. */
  readonly problems: readonly string[]
}

/** What takes this way now. */
export interface Usage {
  readonly connections: number
  readonly subflows: number
}

export interface HostStatus {
  readonly uplinks: readonly UplinkStatus[]
  readonly mptcp: Mptcp & {
    readonly endpoints: readonly Endpoint[]
    /** Undefined where the kernel has no Multipath TCP. */
    readonly limits: Limits | undefined
    /** Undefined where `ss` does not tell. */
    readonly connections: readonly Connection[] | undefined
    /** The kernel's MPTcp counters, by its names, as far as they are not 0. */
    readonly counters: ReadonlyMap<string, number>
  }
  readonly detours: readonly Detour[]
  /** What is left of devices and addresses that are gone, and what is wrong with the host as a whole. */
  readonly problems: readonly string[]
  /** What a run would tell. */
  readonly notices: readonly string[]
  /** How many `ip` commands apply would run. */
  readonly pending: number
}
