/** The table of connections and their paths. */
import type { Connection, Subflow } from '../connections.ts'
import { formatMilliseconds, formatRate, printable } from '../figures.ts'
import type { End } from '../sockets.ts'
import type { Column } from '../table-text.ts'
import type { Rate } from '../throughput.ts'
import { nameOf, type View } from './sample.ts'
import { drawOn, type Screen, uplinkOf } from './screen.ts'

/** Timers that ran out in a row: one can be a single packet that was lost. */
const MUTE = 2

/** A row a connection, by its peer, the busiest first; below it one for each of its paths, by its own address. */
export function drawConnections(view: View, screen: Screen): string[] {
  const columns: Column[] = [
    { title: 'CONNECTION', least: 20 },
    { title: 'UPLINK' },
    { title: 'IN', align: 'right' },
    { title: 'OUT', align: 'right' },
    { title: 'RTT', align: 'right', dispensable: 2 },
    { title: 'RESENT', align: 'right', dispensable: 3 },
    { title: 'STATE', least: 6, dispensable: 1 },
  ]
  const busyFirst = [...view.connections]
    .map((connection) => ({ connection, rate: sumRates(connection, view) }))
    .sort(
      (one, other) =>
        total(other.rate) - total(one.rate) || bytesOf(other.connection) - bytesOf(one.connection),
    )
  const rows = busyFirst.flatMap(({ connection, rate }) => [
    connectionRow(connection, rate, screen),
    ...connection.subflows.map((flow, index) => {
      const isLast = index === connection.subflows.length - 1
      return subflowRow(flow, isLast, connection, view, screen)
    }),
  ])
  return drawOn(screen, columns, rows)
}

function connectionRow(
  { peer, state, fallback, subflows }: Connection,
  rate: Rate | undefined,
  { colors }: Screen,
): string[] {
  const resent = subflows.reduce((sum, flow) => sum + flow.retransmissions, 0)
  return [
    formatEnd(peer),
    '',
    rateCell(rate?.in),
    rateCell(rate?.out),
    '',
    resent > 0 ? String(resent) : '',
    fallback ? colors.yellow('plain TCP') : stateWord(state),
  ]
}

function subflowRow(
  flow: Subflow,
  isLast: boolean,
  { peer, fallback }: Connection,
  view: View,
  { colors, unicode }: Screen,
): string[] {
  const rate = view.subflowRates.get(nameOf(flow))
  const branch = unicode ? (isLast ? '└ ' : '├ ') : '- '
  // Another address of the peer, which it announced, is worth the place.
  const far = flow.peer.address === peer.address ? '' : ` ${unicode ? '→' : '->'} ${formatEnd(flow.peer)}`
  const device = uplinkOf(flow.local, view)
  const words = [
    flow.backup ? 'backup' : '',
    fallback ? '' : stateWord(flow.state),
    flow.timeouts >= MUTE ? colors.red('no answer') : '',
  ]
  return [
    `${branch}${formatEnd(flow.local)}${far}`,
    device === undefined ? colors.red('none') : printable(device),
    rateCell(rate?.in),
    rateCell(rate?.out),
    flow.rtt === undefined ? '' : formatMilliseconds(flow.rtt),
    flow.retransmissions > 0 ? String(flow.retransmissions) : '',
    words.filter(Boolean).join(' '),
  ]
}

/** Established is what is expected. */
function stateWord(state: string): string {
  return state === 'ESTAB' ? '' : state.toLowerCase()
}

function sumRates({ subflows }: Connection, { subflowRates }: View): Rate | undefined {
  const known = subflows.map((flow) => subflowRates.get(nameOf(flow))).filter((rate) => rate !== undefined)
  const sum = (pick: (rate: Rate) => number) => known.reduce((total, rate) => total + pick(rate), 0)
  return known.length === 0 ? undefined : { in: sum((rate) => rate.in), out: sum((rate) => rate.out) }
}

function total(rate: Rate | undefined): number {
  return (rate?.in ?? 0) + (rate?.out ?? 0)
}

function bytesOf({ subflows }: Connection): number {
  return subflows.reduce((sum, { received, sent }) => sum + received + sent, 0)
}

function formatEnd({ family, address, port }: End): string {
  return family === 'inet6' ? `[${address}]:${port}` : `${address}:${port}`
}

function rateCell(bytes: number | undefined): string {
  return bytes === undefined ? '' : formatRate(bytes)
}
