/** Lines of `NAME=VALUE`, the form in which dhcpcd, NetworkManager and systemd-networkd tell of a lease. */

/** The values by name, the last one of each; lines of another form are passed over. */
export function parseAssignments(text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const equals = line.indexOf('=')
      return equals < 1 ? [] : [[line.slice(0, equals), line.slice(equals + 1)]]
    }),
  )
}
