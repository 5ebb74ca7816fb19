/** The words of the flow: what the kernel shows, what a run wants, and the changes between the two. */

export type Family = 'inet' | 'inet6'

/** Flags of an MPTCP endpoint, ip-mptcp(8). */
export type EndpointFlag = 'subflow' | 'signal' | 'backup' | 'fullmesh'

/** An address of global scope on a device. */
export interface Address {
  readonly family: Family
  readonly device: string
  readonly local: string
  /**
   * The subnet reached through the address, `10.1.1.0/24`, or the peer; undefined where the address stands alone
   * (/32, /128) and on devices other than the run's.
   */
  readonly subnet: string | undefined
  /** The peer of a point-to-point address. */
  readonly peer: string | undefined
  /** An RFC 8981 temporary address. */
  readonly temporary: boolean
  /** Duplicate address detection is still going on, or has failed. */
  readonly tentative: boolean
}

/**
 * A policy rule of ours. The source rule sends `from` to its table; its companion lets main's specific routes
 * through devices that are not uplinks win before that (ip-rule(8), suppress_prefixlength and suppress_ifgroup).
 */
export interface Rule {
  readonly kind: 'source' | 'companion'
  readonly family: Family
  readonly from: string
  readonly table: number
  readonly priority: number
}

/** A unicast route through the device of the run. */
export interface Route {
  readonly family: Family
  readonly table: number
  /** `default`, a prefix `10.1.1.0/24`, or one address. */
  readonly destination: string
  readonly gateway: string | undefined
  readonly device: string
  readonly metric: number
  readonly onlink: boolean
}

export interface Endpoint {
  /** Given by the kernel, 1 to 255; undefined for one that is still to be added. */
  readonly id: number | undefined
  readonly address: string
  readonly device: string | undefined
  readonly flags: readonly EndpointFlag[]
}

/** The part of the kernel's network state that this project makes. */
export interface State {
  readonly rules: readonly Rule[]
  readonly routes: readonly Route[]
  readonly endpoints: readonly Endpoint[]
  /** The link group of the run's device; undefined where it is not to be touched. */
  readonly group: number | undefined
  /** The kernel's limit of subflows per connection; undefined where it is not to be touched. */
  readonly subflows: number | undefined
}

/** One `ip` command that changes the kernel. */
export type Change =
  | { readonly kind: 'rule'; readonly verb: 'add' | 'delete'; readonly rule: Rule }
  | { readonly kind: 'route'; readonly verb: 'add' | 'delete'; readonly route: Route }
  | { readonly kind: 'route'; readonly verb: 'replace'; readonly route: Route; readonly old: Route }
  | { readonly kind: 'endpoint'; readonly verb: 'add' | 'delete'; readonly endpoint: Endpoint }
  | { readonly kind: 'group'; readonly device: string; readonly group: number; readonly old: number }
  | { readonly kind: 'subflows'; readonly limit: number; readonly old: number }

/** What the kernel shows at one moment, as far as a run needs it. */
export interface Snapshot {
  readonly device: string
  /** The device itself; undefined where there is no such device. */
  readonly link: { readonly group: number; readonly pointToPoint: boolean } | undefined
  /** Every global address of the host in the families that were read. */
  readonly addresses: readonly Address[]
  /** The addresses of other scopes: no run is about them, but a rule that somebody made for one is no orphan. */
  readonly otherAddresses: readonly Pick<Address, 'device' | 'local'>[]
  /** The rules that bear our protocol, in the families that were read. */
  readonly rules: readonly Rule[]
  /** The routes through the device that bear our protocol. */
  readonly routes: readonly Route[]
  /** The routes through the device of everyone else, main's multipath defaults included. */
  readonly foreignRoutes: readonly Route[]
  /** Those of them in main that lead to more than what is connected: static ones, a DHCP server's, a router's. */
  readonly staticRoutes: readonly Route[]
  /** Main's default routes through other devices, anybody's. */
  readonly otherDefaults: readonly Route[]
  /** The endpoints without a port. */
  readonly endpoints: readonly Endpoint[]
  /** How many endpoints there are in all, those with a port included. */
  readonly endpointCount: number
  /** The kernel's limit of subflows; undefined where MPTCP could not be read. */
  readonly subflows: number | undefined
  /** Whether the kernel makes MPTCP connections, /proc/sys/net/mptcp/enabled. */
  readonly mptcpEnabled: boolean
}
