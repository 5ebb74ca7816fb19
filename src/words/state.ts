/** The words of the flow: what the kernel shows, what a run wants, and the changes between the two. */
import type { NftTable } from './forwarding.ts'

export type Family = 'inet' | 'inet6'

/** Flags of an MPTCP endpoint that can be asked for, ip-mptcp(8). */
export type EndpointFlag = 'subflow' | 'signal' | 'backup' | 'fullmesh' | 'laminar'

/** A network interface. */
export interface Link {
  /** The kernel's number of the device; a device that was pulled comes back with another. */
  readonly index: number
  readonly name: string
  readonly altnames: readonly string[]
  /** Set up by an administrator or a manager (IFF_UP); a down device has no IPv4 routes. */
  readonly up: boolean
  readonly group: number
  /** IFF_POINTOPOINT: ppp, tun, WireGuard, ipip and their like. */
  readonly pointToPoint: boolean
  /** A PPP link (ARPHRD_PPP): what lies behind it is the provider. */
  readonly ppp: boolean
  /** False where the device is up and its cable is out, or its radio has no partner (NO-CARRIER). */
  readonly carrier: boolean
  /** The hardware address, `02:00:00:00:00:01`; undefined where the device has none. */
  readonly mac: string | undefined
}

/** An address on a device, of global scope unless it says otherwise. */
export interface Address {
  readonly family: Family
  readonly device: string
  readonly local: string
  /** The peer of a point-to-point address. */
  readonly peer: string | undefined
  /** RT_SCOPE_UNIVERSE: not link-local, not host-local. */
  readonly global: boolean
  /** An RFC 8981 temporary address. */
  readonly temporary: boolean
  /** Its preferred lifetime is over (IFA_F_DEPRECATED): no new connection is to start from it. */
  readonly deprecated: boolean
  /** Duplicate address detection is still going on. */
  readonly tentative: boolean
  /** Duplicate address detection has found another holder. */
  readonly duplicate: boolean
}

/**
 * A policy rule of ours, ip-rule(8).
 *
 * - `source` sends what comes from an address to its uplink's table
 * - `companion`, before it, lets main's specific routes through devices that are not uplinks win (suppress_ifgroup)
 * - `barrier`, behind it, answers `unreachable` where that table has no way: nothing leaves by another uplink
 * - `detour` sends what no source rule has decided to the table of a living uplink, while main's default is a dead one's
 * - `mark` sends a forwarded connection to the table of the uplink that it came in by
 *
 * Detours and marks come in pairs: the one with `suppress` looks up main before the other, for its specific routes.
 */
export interface Rule {
  readonly kind: 'source' | 'companion' | 'barrier' | 'detour' | 'mark'
  readonly family: Family
  /** An address; `all` for a detour and a mark. */
  readonly from: string
  /** What it looks up; 0 (RT_TABLE_UNSPEC) for a barrier. */
  readonly table: number
  readonly priority: number
  /** The suppress_prefixlength of a rule that looks up main; the first version's companions had 0. */
  readonly suppress: number | undefined
  /** What a `mark` selects by; absent for all others. */
  readonly mark?: Mark
}

/** The bits of a packet's mark that a rule selects by, ip-rule(8) fwmark. */
export interface Mark {
  readonly value: number
  readonly mask: number
}

/** A policy rule of somebody else. */
export interface ForeignRule {
  readonly family: Family
  readonly priority: number
  /** As `ip -N rule show` prints it behind the priority. */
  readonly text: string
  /** The address or prefix that it selects by; undefined for `all`. */
  readonly from: string | undefined
  /** The table that it looks up; undefined for another action. */
  readonly table: number | undefined
  /** It has no selector but `from`, and nothing that suppresses. */
  readonly plain: boolean
}

/** One way that a route goes. */
export interface Hop {
  /** Undefined for a destination on the link. An IPv4 route may have an IPv6 gateway (RFC 5549). */
  readonly gateway: string | undefined
  /** Undefined for a route that is no unicast route. */
  readonly device: string | undefined
  readonly onlink: boolean
  /** 1 to 256; 1 where nothing is said. */
  readonly weight: number
}

export type RouterPreference = 'low' | 'medium' | 'high'

/** A route, ip-route(8). */
export interface Route {
  readonly family: Family
  readonly table: number
  /** The rtnetlink number: 1 is unicast, 6 blackhole, 7 unreachable, 8 prohibit. */
  readonly type: number
  /** `default`, a prefix `10.1.1.0/24`, or one address. */
  readonly destination: string
  readonly tos: number
  /** Lower wins. IPv6 routes that are given none have 1024. */
  readonly metric: number
  readonly protocol: number
  /** The rtnetlink number: 0 global, 253 link. */
  readonly scope: number
  /** At least one for a unicast route. */
  readonly hops: readonly Hop[]
  /** Metrics as they are added, one option an item, sorted: `mtu lock 1400`, `advmss 1360`. */
  readonly attributes: readonly string[]
  /** RFC 4191; only IPv6 routes have one. */
  readonly preference: RouterPreference
  /** The source prefix of an IPv6 route that is only for packets from there. */
  readonly source: string | undefined
  /**
   * It stands behind another hop on one line of an IPv6 dump, which tells protocol and attributes of the first alone: in
   * the kernel it is a route of its own, perhaps of another protocol.
   */
  readonly behind: boolean
  /** The first word of its text that is not known; such a route cannot be copied. */
  readonly strange: string | undefined
}

export interface Endpoint {
  /** 1 to 255. */
  readonly id: number
  readonly address: string
  readonly port: number | undefined
  readonly device: string | undefined
  /** In the order of EndpointFlag. */
  readonly flags: readonly EndpointFlag[]
  /** Made by the kernel for an incoming join (MPTCP_PM_ADDR_FLAG_IMPLICIT). */
  readonly implicit: boolean
}

/** Limits of the kernel's path manager, per connection, 0 to 8. */
export interface Limits {
  readonly subflows: number
  readonly addAddrAccepted: number
}

/**
 * `ignore_routes_with_linkdown` of a device and family, the kernel's Documentation/networking/ip-sysctl.rst: with 1 its
 * routes do not count while its cable is out, so that new connections leave by another uplink. The kernel's default is 0.
 */
export interface Setting {
  readonly family: Family
  readonly device: string
  readonly value: 0 | 1
  /** A run of ours has made it 1, and is to put it back; an admin's own 1 stays. */
  readonly ours: boolean
  /** What a record knows the device by, which may bear another name by then; undefined of one that is yet to come. */
  readonly link: Pick<Link, 'index' | 'mac'> | undefined
}

/** The part of the kernel's network state that this project makes. */
export interface State {
  readonly rules: readonly Rule[]
  readonly routes: readonly Route[]
  readonly endpoints: readonly Endpoint[]
  /** The link groups of devices; one that is not named is not to be touched. */
  readonly groups: ReadonlyMap<string, number>
  /** Undefined where they are not to be touched. */
  readonly limits: Limits | undefined
  /** Of those that are not named, none is to be touched. */
  readonly settings: readonly Setting[]
  /** The table of forwarded connections; absent where there is none, or it is not to be touched. */
  readonly nft?: NftTable | undefined
}

export type RouteVerb = 'add' | 'append' | 'replace' | 'delete'

/** One command that changes the kernel: of `ip`, for a setting of `sysctl`, for a table of `nft`. */
export type Change =
  | { readonly kind: 'rule'; readonly verb: 'add' | 'delete'; readonly rule: Rule }
  | { readonly kind: 'route'; readonly verb: RouteVerb; readonly route: Route }
  | { readonly kind: 'endpoint'; readonly verb: 'add' | 'delete'; readonly endpoint: Endpoint }
  /** Flags that the kernel changes under standing subflows, each with its word: backup or nobackup, fullmesh or nofullmesh. */
  | { readonly kind: 'flags'; readonly endpoint: Endpoint; readonly words: readonly string[] }
  | { readonly kind: 'group'; readonly device: string; readonly group: number }
  | { readonly kind: 'limits'; readonly limits: Limits }
  | { readonly kind: 'setting'; readonly setting: Setting }
  | { readonly kind: 'nft'; readonly verb: 'add' | 'replace' | 'delete'; readonly table: NftTable }

export type SettingChange = Extract<Change, { kind: 'setting' }>
export type NftChange = Extract<Change, { kind: 'nft' }>
/** What `ip` makes, a line of a batch each. */
export type IpChange = Exclude<Change, SettingChange | NftChange>

/** What the kernel shows of the whole host at one moment. */
export interface Snapshot {
  /** The families whose rules were read. Addresses and routes of IPv6 are read with either, those of IPv4 with `inet`. */
  readonly families: readonly Family[]
  readonly links: readonly Link[]
  readonly addresses: readonly Address[]
  /** The rules that bear our protocol and have a form of ours. */
  readonly rules: readonly Rule[]
  readonly foreignRules: readonly ForeignRule[]
  /**
   * The routes of every table but `local`, in the kernel's order within a table. On a host with very many only those
   * that a plan for the asked devices needs: ours, defaults, those in the devices' tables and main's through the devices.
   */
  readonly routes: readonly Route[]
  /** Devices (with the family) of which main has more routes of routing daemons than can be mirrored; they are left out of `routes`. */
  readonly crowded: readonly { readonly device: string; readonly family: Family }[]
  readonly endpoints: readonly Endpoint[]
  /** Undefined where MPTCP could not be read. */
  readonly limits: Limits | undefined
  readonly mptcp: Mptcp
  /** Those of the asked devices in families in which they have addresses, of a sole one in both, and all that are ours. */
  readonly settings: readonly StandingSetting[]
}

export interface StandingSetting extends Setting {
  /** What is read-only, as in many containers, so that it cannot be set, or nothing would tell that it is to be put back. */
  readonly fixed: '/proc/sys' | '/run' | undefined
}

/** The kernel's switches for Multipath TCP, Documentation/networking/mptcp-sysctl.rst. */
export interface Mptcp {
  /** /proc/sys/net/mptcp/enabled is 1. */
  readonly enabled: boolean
  /** The kernel's own path manager, which acts on endpoints; or one in user space, which does not. */
  readonly pathManager: 'kernel' | 'userspace'
}
