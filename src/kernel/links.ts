/** The text of `ip -N -d -o link show` → devices. */
import type { Link } from '../words/state.ts'
import { linesOf, parseEach } from './ask.ts'
import type { Answer } from './batch.ts'

/**
 * @param names the devices' names, to tell `eth0@p0`, a device and its other end, from a device of that name
 */
export function parseLinks(answer: Answer, names: () => ReadonlySet<string>): Link[] {
  let known: ReadonlySet<string> | undefined
  // The file is as long as the list of links: it is read once, and only where some name has an `@`.
  const readOnce = () => {
    known ??= names()
    return known
  }
  return parseEach({ ...answer, lines: joinAliases(linesOf(answer)) }, (line) => parseLink(line, readOnce))
}

const HEAD = /^(\d+): ([^ :]+): <([^>]*)> mtu \d+.* group (\d+)\b/

/** Only a link's alias is text of the admin's, printed as it is: it may have lines of its own. */
function joinAliases(lines: readonly string[]): string[] {
  const joined: string[] = []
  for (const line of lines) {
    const last = joined.at(-1)
    if (last?.includes('\\    alias ') && !HEAD.test(line)) {
      joined[joined.length - 1] = `${last} ${line}`
    } else {
      joined.push(line)
    }
  }
  return joined
}

/** `3: eth0@p0: <BROADCAST,UP> mtu 1500 … group 0 …\    link/[1] 02:… brd …\    altname lan`; 512 is PPP's type. */
function parseLink(line: string, names: () => ReadonlySet<string>): Link | undefined {
  const [head = '', ...details] = line.split('\\    ')
  const [, index, name, flags = '', group] = HEAD.exec(head) ?? []
  const [, type, mac] = /^link\/([^ ]+)(?: ([^ ]+))?/.exec(details[0] ?? '') ?? []
  if (index === undefined || name === undefined || type === undefined) {
    return undefined
  }
  return {
    index: Number(index),
    name: withoutLower(name, names),
    altnames: details.flatMap((detail) => /^altname ([^ ]+)/.exec(detail)?.[1] ?? []),
    up: flags.split(',').includes('UP'),
    group: Number(group),
    pointToPoint: flags.split(',').includes('POINTOPOINT'),
    ppp: type === PPP,
    carrier: !flags.split(',').includes('NO-CARRIER'),
    mac: mac !== undefined && MAC.test(mac) ? mac : undefined,
  }
}

/** ARPHRD_PPP, as `-N` prints it. */
const PPP = '[512]'

/** Six bytes, not all zero as lo's. An IP tunnel has its address there. */
const MAC = /^(?!00:00:00:00:00:00$)([0-9a-f]{2}:){5}[0-9a-f]{2}$/

/** Either name may have an `@` of its own. */
function withoutLower(text: string, names: () => ReadonlySet<string>): string {
  const last = text.lastIndexOf('@')
  if (last === -1) {
    return text
  }
  const known = names()
  for (let end = text.length; end > 0; end = text.lastIndexOf('@', end - 1)) {
    const name = text.slice(0, end)
    if (known.has(name)) {
      return name
    }
  }
  return text.slice(0, last)
}

/** The names in /proc/net/dev: `  eth0: 90 1 …`, under two lines of headings. */
export function parseNames(text: string): ReadonlySet<string> {
  return new Set(text.split('\n').flatMap((line) => /^ *([^ :|]+): /.exec(line)?.[1] ?? []))
}
