/** Changes → lines for `ip -batch`, ip-rule(8), ip-route(8), ip-mptcp(8), ip-link(8), and for people sysctl(8) and nft(8). */
import { isIpv6 } from '../words/address.ts'
import { markText } from '../words/forwarding.ts'
import type {
  Change,
  Endpoint,
  EndpointFlag,
  Family,
  IpChange,
  Limits,
  NftChange,
  Rule,
  SettingChange,
} from '../words/state.ts'
import { MAIN_TABLE, PROTOCOL, UPLINK_GROUP } from '../words/table.ts'
import { formatNft } from './nft.ts'
import { formatRoute, needsFamily } from './route-command.ts'
import { formatSetting } from './settings.ts'

/** The lines that one `ip` process runs. */
export interface Batch {
  readonly family: Family
  readonly changes: readonly IpChange[]
}

/** Cuts the changes, in their order, into as few `ip` processes as their families allow; a setting and a table of nft need none. */
export function toBatches(changes: readonly Change[]): (Batch | SettingChange | NftChange)[] {
  const parts: ({ family: Family | undefined; changes: IpChange[] } | SettingChange | NftChange)[] = []
  for (const change of changes) {
    if (change.kind === 'setting' || change.kind === 'nft') {
      parts.push(change)
      continue
    }
    const family = familyOf(change)
    const last = parts.at(-1)
    if (last === undefined || 'kind' in last || (family && last.family && family !== last.family)) {
      parts.push({ family, changes: [change] })
    } else {
      last.family ??= family
      last.changes.push(change)
    }
  }
  return parts.map((part) => ('kind' in part ? part : { ...part, family: part.family ?? 'inet' }))
}

/**
 * What `ip` takes on its command line to run the changes. Without a family it works on IPv4, but for a default route
 * with an IPv6 gateway; with one it takes no address of the other.
 */
export function familyOption({ family, changes }: Batch): string[] {
  if (family === 'inet6') {
    return ['-6']
  }
  return changes.some((change) => change.kind === 'route' && needsFamily(change.route)) ? ['-4'] : []
}

/** The family whose rules and routes the change is about; links and limits have none. */
function familyOf(change: IpChange): Family | undefined {
  switch (change.kind) {
    case 'rule':
      return change.rule.family
    case 'route':
      return change.route.family
    case 'endpoint':
    case 'flags':
      return isIpv6(change.endpoint.address) ? 'inet6' : 'inet'
    case 'group':
    case 'limits':
      return undefined
  }
}

/** The change as a command for a shell. */
export function formatCommand(change: Change): string {
  if (change.kind === 'setting') {
    return ['sysctl', '-w', formatSetting(change.setting)].map(quoteForShell).join(' ')
  }
  if (change.kind === 'nft') {
    return ['nft', formatNft(change)].map(quoteForShell).join(' ')
  }
  const isOfFamily = change.kind === 'rule' || change.kind === 'route'
  const batch = { family: (isOfFamily && familyOf(change)) || 'inet', changes: [change] } as const
  return ['ip', ...familyOption(batch), ...toWords(change)].map(quoteForShell).join(' ')
}

/** A word as a shell takes it for one. */
export function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** The change as a line of a batch of its family. Its device is to be one that a batch can carry. */
export function formatLine(change: IpChange): string {
  return toWords(change).join(' ')
}

/**
 * Whether a line of a batch can name the device: `ip` drops what follows a `#`, takes a quote at the start of a word
 * and a backslash at the end of a line for its own, and a name that is no UTF-8 has not come here whole.
 */
export function isCarriable(device: string): boolean {
  return !/^["']|[# \t\r\n\ufffd]|\\$/.test(device)
}

function toWords(change: IpChange): string[] {
  switch (change.kind) {
    case 'rule':
      return ['rule', change.verb, ...formatRule(change.rule)]
    case 'route':
      return ['route', change.verb, ...formatRoute(change.route, change.verb)]
    case 'endpoint':
      return ['mptcp', 'endpoint', change.verb, ...formatEndpoint(change.endpoint, change.verb)]
    case 'flags':
      return ['mptcp', 'endpoint', 'change', 'id', `${change.endpoint.id}`, ...formatFlags(change)]
    case 'group':
      return ['link', 'set', 'dev', change.device, 'group', `${change.group}`]
    case 'limits':
      return ['mptcp', 'limits', 'set', ...formatLimits(change.limits)]
  }
}

function formatRule({ kind, from, table, priority, suppress, mark }: Rule): string[] {
  return [
    ...['from', from],
    ...(mark === undefined ? [] : ['fwmark', markText(mark)]),
    ...(kind === 'barrier' ? ['unreachable'] : ['lookup', table === MAIN_TABLE ? 'main' : `${table}`]),
    ...(suppress === undefined ? [] : ['suppress_prefixlength', `${suppress}`]),
    ...(kind === 'companion' ? ['suppress_ifgroup', `${UPLINK_GROUP}`] : []),
    ...['priority', `${priority}`, 'protocol', `${PROTOCOL}`],
  ]
}

function formatEndpoint({ id, address, port, device, flags }: Endpoint, verb: 'add' | 'delete'): string[] {
  if (verb === 'delete') {
    return ['id', `${id}`]
  }
  return [
    address,
    ...(port === undefined ? [] : ['port', `${port}`]),
    ...['id', `${id}`],
    ...(device === undefined ? [] : ['dev', device]),
    ...flags,
  ]
}

/** What `change` can change. It sets both at once: one that is not named is taken away (net/mptcp/pm_kernel.c). */
const CHANGEABLE: readonly EndpointFlag[] = ['backup', 'fullmesh']

function formatFlags({ endpoint, words }: Extract<Change, { kind: 'flags' }>): string[] {
  const kept = CHANGEABLE.filter(
    (flag) => endpoint.flags.includes(flag) && !words.includes(flag) && !words.includes(`no${flag}`),
  )
  return [...words, ...kept]
}

function formatLimits({ subflows, addAddrAccepted }: Limits): string[] {
  return ['subflows', `${subflows}`, 'add_addr_accepted', `${addAddrAccepted}`]
}
