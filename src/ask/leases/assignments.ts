/** Lines of `NAME=VALUE`, the form in which dhcpcd, NetworkManager and systemd-networkd tell of a lease. */

/** The values by name, the last one of each; lines of another form are passed over. */
export function parseAssignments(text: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=')
    if (equals > 0) {
      values.set(line.slice(0, equals), line.slice(equals + 1))
    }
  }
  return values
}
