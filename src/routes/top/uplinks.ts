/** The table of uplinks. */
import { VERSIONS } from '../../words/family.ts'
import { drawBar, formatRate, printable } from '../figures.ts'
import type { Column } from '../table-text.ts'
import type { Uplink, View } from './sample.ts'
import { drawOn, type Screen, uplinkOf } from './screen.ts'

const NARROWEST_BAR = 6
const WIDEST_BAR = 24

/** A row a device: what it carries now, in figures and bars, and whose address the paths take. */
export function drawUplinks(view: View, screen: Screen): string[] {
  const columns: Column[] = [
    { title: 'UPLINK' },
    { title: 'PATHS', align: 'right' },
    { title: 'IN', align: 'right' },
    { title: '', dispensable: 1 },
    { title: 'OUT', align: 'right' },
    { title: '', dispensable: 1 },
    { title: 'ADDRESSES', least: 12, dispensable: 2 },
  ]
  const bar = Math.max(NARROWEST_BAR, Math.min(WIDEST_BAR, Math.floor((screen.width - 50) / 4)))
  const devices = [...new Set(view.uplinks.map(({ device }) => device))]
  const paths = view.connections.flatMap(({ subflows }) => subflows.map(({ local }) => uplinkOf(local, view)))
  const rows = devices.map((device) => {
    const count = paths.filter((uplink) => uplink === device).length
    return uplinkRow(device, count, view, bar, screen)
  })
  return rows.length > 0 ? drawOn(screen, columns, rows) : [screen.colors.dim('no uplink')]
}

/** `dead`, `IPv4 dead`, or nothing. */
function deadWords(uplinks: readonly Uplink[]): string {
  const dead = uplinks.filter((uplink) => uplink.dead)
  const families = new Set(dead.map(({ family }) => VERSIONS[family]))
  return dead.length === uplinks.length ? 'dead' : [...families].map((name) => `${name} dead`).join(', ')
}

function uplinkRow(
  device: string,
  paths: number,
  view: View,
  width: number,
  { unicode, colors }: Screen,
): string[] {
  const rate = view.deviceRates.get(device)
  const own = view.uplinks.filter((uplink) => uplink.device === device)
  const addresses = own.flatMap((uplink) => uplink.addresses)
  const dead = deadWords(own)
  const bar = (bytes: number) => drawBar(view.peak > 0 ? bytes / view.peak : 0, width, unicode ? '▇' : '#')
  return [
    `${colors.bold(printable(device))}${dead === '' ? '' : ` ${colors.red(dead)}`}`,
    String(paths),
    rate ? formatRate(rate.in) : '',
    colors.green(bar(rate?.in ?? 0)),
    rate ? formatRate(rate.out) : '',
    colors.cyan(bar(rate?.out ?? 0)),
    addresses.join(' '),
  ]
}
