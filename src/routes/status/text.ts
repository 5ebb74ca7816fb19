/** Status as people read it. */
import type { Colors } from 'picocolors/types'
import { isMarked } from '../../plan/owned.ts'
import { VERSIONS } from '../../words/family.ts'
import type { Endpoint } from '../../words/state.ts'
import type { Detour } from '../detours.ts'
import { formatCount, isUtf8, printable } from '../figures.ts'
import { type Column, drawTable } from '../table-text.ts'
import { listed } from '../words.ts'
import { wrap } from '../wrap.ts'
import { cableWords } from './cable.ts'
import { forwardWords } from './forward.ts'
import type { HostStatus, UplinkState, UplinkStatus } from './model.ts'

export interface Paper {
  /** In columns; Infinity where nothing is to be cut. */
  readonly width: number
  readonly colors: Colors
  readonly env: NodeJS.ProcessEnv
}

const COLUMNS: readonly Column[] = [
  { title: 'UPLINK', least: 8 },
  { title: '' },
  { title: 'STATE' },
  { title: 'ADDRESSES', least: 12, good: 24 },
  { title: 'GATEWAY', least: 9, good: 16 },
  { title: 'TABLE', align: 'right', dispensable: 3 },
  { title: 'METRIC', align: 'right', dispensable: 4 },
  { title: 'ENDPOINT', least: 7, dispensable: 2 },
  { title: 'PATHS', align: 'right', dispensable: 1 },
  { title: 'ASKED BY', least: 8, dispensable: 5 },
]

/** The table of uplinks, what is wrong with each, and a line each on pulled cables, forwarding and Multipath TCP. */
export function formatStatus(status: HostStatus, paper: Paper): string {
  const { colors, width, env } = paper
  const { uplinks, detours, problems, notices, pending } = status
  const rows = uplinks.map((uplink) => toCells(uplink, colors))
  const table =
    rows.length > 0
      ? drawTable(COLUMNS, rows, width, { cutMark: isUtf8(env) ? '…' : '~', title: colors.dim })
      : problems.length > 0
        ? []
        : NO_UPLINK.flatMap((text) => paragraph(text, paper))
  const trouble = [
    ...uplinks.flatMap((uplink) =>
      uplink.problems.map((problem) => `${printable(uplink.device)} ${VERSIONS[uplink.family]}: ${problem}`),
    ),
    ...problems,
  ]
  const hint = pending > 0 ? paragraph('mptcp-routes plan tells what apply would do about it', paper) : []
  const parts = [
    table,
    [...trouble.flatMap((text) => paragraph(text, paper)), ...hint.map(colors.dim)],
    remarks([...detours.map(detourWords), ...notices], trouble, paper),
  ]
  const last = [...cableWords(status), ...forwardWords(status), mptcpWords(status)].flatMap((text) =>
    paragraph(text, paper),
  )
  const blocks = [...parts.filter((part) => part.length > 0), last]
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

const NO_UPLINK = [
  'no uplink: neither a record nor the configuration names a device',
  'bring one up by ifup, or name it in /etc/mptcp-routes.conf; for one that is up already: sudo mptcp-routes check',
]

function paragraph(text: string, { width }: Paper): string[] {
  return wrap(printable(text), width, 2)
}

/** Whoever has made it may have ended, and with it all knowledge of what was dead. */
function detourWords({ family, devices, table, isDue }: Detour): string {
  const what = `what no rule by source address decides goes by ${listed(devices)} in ${VERSIONS[family]}`
  const why = isDue
    ? "main's default leads to a dead uplink"
    : 'left over, as nothing that is known calls for it any more'
  return `${what} (table ${table}): ${why}`
}

/** What is told as a problem already is not told again. */
function remarks(notices: readonly string[], trouble: readonly string[], paper: Paper): string[] {
  const news = notices.filter((notice) => !trouble.some((text) => text.includes(notice)))
  return news.flatMap((text) => paragraph(`note: ${text}`, paper))
}

function toCells(uplink: UplinkStatus, colors: Colors): string[] {
  const { device, family, state, addresses, gateways, pointToPoint, table, metric, askedBy, usage } = uplink
  const endpoints = addresses.flatMap(({ endpoint }) => (endpoint === undefined ? [] : [flagsOf(endpoint)]))
  return [
    colors.bold(printable(device)),
    VERSIONS[family],
    paint(colors, state)(state),
    orDash(addresses.map(({ address }) => address).join(' ')),
    orDash(pointToPoint ? 'the link' : gateways.join(' ')),
    orDash(table),
    orDash(metric),
    orDash([...new Set(endpoints)].join(', ')),
    usage === undefined ? '?' : String(usage.subflows),
    orDash(askedBy.join(' ')),
  ]
}

function orDash(value: string | number | undefined): string {
  return value === undefined || value === '' ? '-' : printable(String(value))
}

function flagsOf({ flags, implicit }: Endpoint): string {
  return implicit ? 'implicit' : flags.join(' ')
}

function paint(colors: Colors, state: UplinkState): (text: string) => string {
  const painters: Readonly<Record<UplinkState, (text: string) => string>> = {
    up: colors.green,
    incomplete: colors.yellow,
    unrecorded: colors.yellow,
    dead: colors.red,
    down: colors.red,
    idle: colors.dim,
    off: colors.dim,
  }
  return painters[state]
}

function mptcpWords({ mptcp }: HostStatus): string {
  const { enabled, pathManager, endpoints, limits, connections, counters } = mptcp
  if (limits === undefined) {
    return 'Multipath TCP: the kernel has none'
  }
  const others = endpoints.filter((endpoint) => !isMarked(endpoint)).length
  const made = `${formatCount(endpoints.length, 'endpoint')}${others > 0 ? ` (${others} not ours)` : ''}`
  const most = `at most ${formatCount(limits.subflows, 'subflow')} a connection`
  const manager = pathManager === 'kernel' ? 'on' : 'on, path manager in user space'
  return [
    `Multipath TCP: ${enabled ? manager : 'off (sysctl net.mptcp.enabled)'}, ${made}, ${most}`,
    ...(connections === undefined ? [] : [connectionWords(connections)]),
    ...joinWords(counters),
  ].join('; ')
}

function connectionWords(connections: NonNullable<HostStatus['mptcp']['connections']>): string {
  const paths = connections.reduce((sum, { subflows }) => sum + subflows.length, 0)
  if (connections.length === 0) {
    return 'no connection now'
  }
  return `${formatCount(connections.length, 'connection')} with ${formatCount(paths, 'path')} now`
}

/** Joins that came to nothing, on either side (net/mptcp/mib.c). */
const FAILED_JOINS = [
  ...['MPJoinNoTokenFound', 'MPJoinSynAckHMacFailure', 'MPJoinAckHMacFailure', 'MPJoinRejected'],
  ...['MPJoinSynTxCreatSkErr', 'MPJoinSynTxBindErr', 'MPJoinSynTxConnectErr'],
]

function joinWords(counters: ReadonlyMap<string, number>): string[] {
  const failed = FAILED_JOINS.reduce((sum, name) => sum + (counters.get(name) ?? 0), 0)
  return failed > 0 ? [`${formatCount(failed, 'join')} failed since the host started`] : []
}
