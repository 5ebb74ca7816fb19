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
