/** The kernel's counters of a protocol, /proc/net/netstat. */

export const COUNTERS_FILE = '/proc/net/netstat'

/**
 * The counters since the network namespace was made, by name: MPJoinSynTx, MPCapableFallbackSYNACK …
 * (Documentation/networking/mptcp.rst; the kernel's net/mptcp/mib.c has them all).
 *
 * @param text of /proc/net/netstat: a line of names and a line of values for each protocol
 * @returns empty where the kernel has no such protocol
 */
export function parseCounters(text: string, protocol = 'MPTcpExt'): Map<string, number> {
  const [names = [], values = []] = text
    .split('\n')
    .filter((line) => line.startsWith(`${protocol}: `))
    .map((line) => line.trim().split(' ').slice(1))
  return new Map(names.map((name, index) => [name, Number(values[index] ?? 0)]))
}
