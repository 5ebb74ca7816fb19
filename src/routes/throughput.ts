/** Bytes through devices and subflows, and from two such counts the rates between them. */

export const TRAFFIC_FILE = '/proc/net/dev'

/** Bytes since the device or the subflow was made. */
export interface Traffic {
  readonly received: number
  readonly sent: number
}

/** Bytes per second. */
export interface Rate {
  readonly in: number
  readonly out: number
}

/** The bytes of each device, from the text of /proc/net/dev (proc_pid_net(5)). */
export function parseTraffic(text: string): Map<string, Traffic> {
  const traffic = new Map<string, Traffic>()
  for (const line of text.split('\n')) {
    const [, device, numbers = ''] = /^\s*(\S+):\s*(\d.*)$/.exec(line) ?? []
    const [received, , , , , , , , sent] = numbers.trim().split(/\s+/).map(Number)
    if (device !== undefined && received !== undefined && sent !== undefined) {
      traffic.set(device, { received, sent })
    }
  }
  return traffic
}

/**
 * The rates of what is in both counts. A device that came back under its name counts from 0 again: what it has counted
 * since is less than the truth and not below 0.
 *
 * @param seconds between the two, above 0
 */
export function rates(
  before: ReadonlyMap<string, Traffic>,
  after: ReadonlyMap<string, Traffic>,
  seconds: number,
): Map<string, Rate> {
  const grown = (earlier: number, later: number) => (later < earlier ? later : later - earlier) / seconds
  const result = new Map<string, Rate>()
  for (const [name, { received, sent }] of after) {
    const earlier = before.get(name)
    if (earlier !== undefined) {
      result.set(name, { in: grown(earlier.received, received), out: grown(earlier.sent, sent) })
    }
  }
  return result
}
