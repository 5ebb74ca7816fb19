/** Where an installation is, and where its callers look for programs. */

/** Where ifupdown starts the hooks; the last one is an extra, which tells peers in time. */
export const PLACES = [
  '/etc/network/if-up.d/mptcp_up',
  '/etc/network/if-post-down.d/mptcp_down',
  '/etc/network/if-down.d/mptcp_down',
] as const

/** What every caller at boot has at least: the package's doors, init scripts, DHCP clients. */
export const LEAST_PATH = '/usr/sbin:/usr/bin:/sbin:/bin'

/** What ifupdown's service has. */
export const BOOT_PATH = `/usr/local/sbin:/usr/local/bin:${LEAST_PATH}`

/** Where the package keeps what its hooks start. */
export const LIBRARY = '/usr/lib/ifupdown-mptcp'

/** What every door starts the hooks by. */
export const DOOR = `${LIBRARY}/door`

/** Where udhcpc has no directories to put a door into: `udhcpc -s` this. */
export const UDHCPC_SCRIPT = `${LIBRARY}/udhcpc.script`

export type DoorName =
  | 'dhclient'
  | 'dhcpcd'
  | 'udhcpc'
  | 'pppd'
  | 'NetworkManager'
  | 'ifupdown-ng'
  | 'netifrc'

/** Each manager's door: the files that make it up, and of each the places where it may be. */
export const DOORS: Readonly<Record<DoorName, readonly (readonly string[])[]>> = {
  dhclient: [['/etc/dhcp/dhclient-exit-hooks.d/zz-mptcp']],
  // Debian's, and dhcpcd's own.
  dhcpcd: [['/usr/lib/dhcpcd', '/lib/dhcpcd', '/usr/libexec'].map((base) => `${base}/dhcpcd-hooks/70-mptcp`)],
  udhcpc: ['bound', 'renew', 'deconfig'].map((event) => [`/etc/udhcpc/post-${event}/mptcp`]),
  pppd: ['ip-up', 'ip-down', 'ipv6-up', 'ipv6-down'].map((event) => [`/etc/ppp/${event}.d/mptcp`]),
  NetworkManager: [['/etc', '/usr/lib'].map((base) => `${base}/NetworkManager/dispatcher.d/90-mptcp`)],
  'ifupdown-ng': [['/usr/libexec/ifupdown-ng/mptcp']],
  netifrc: [['/lib', '/usr/lib'].map((base) => `${base}/netifrc/net/mptcp.sh`)],
}
