/** A view of uplinks and connections → the lines of a screen. */
import { formatCount, formatRate } from '../figures.ts'
import { drawConnections } from './connections.ts'
import type { View } from './sample.ts'
import type { Screen } from './screen.ts'
import { drawUplinks } from './uplinks.ts'

export interface Drawing {
  readonly lines: readonly string[]
  /** How many lines of connections were passed over: no more than leave a full screen. */
  readonly skip: number
}

/** A line of totals, a table of uplinks, one of connections; what has no place on the screen is counted. */
export function drawView(view: View, screen: Screen): Drawing {
  const uplinks = [totals(view, screen), '', ...drawUplinks(view, screen), '']
  const [titles = '', ...connections] = drawConnections(view, screen)
  if (connections.length === 0) {
    const lines = [...uplinks, screen.colors.dim('no Multipath TCP connection')]
    return { lines: lines.slice(0, screen.height), skip: 0 }
  }
  const above = [...uplinks, titles]
  const { lines, skip } = scroll(connections, Math.max(1, screen.height - above.length), screen)
  return { lines: [...above, ...lines].slice(0, screen.height), skip }
}

/** As many lines as there is room for; the last one tells how many there are besides. */
function scroll(lines: readonly string[], room: number, screen: Screen): Drawing {
  if (lines.length <= room) {
    return { lines, skip: 0 }
  }
  const skip = Math.max(0, Math.min(screen.skip, lines.length - (room - 1)))
  const shown = lines.slice(skip, skip + room - 1)
  const rest = `${skip} more above, ${lines.length - skip - shown.length} below`
  return { lines: [...shown, screen.colors.dim(rest)], skip }
}

function totals({ at, uplinks, connections, peak }: View, { width, colors }: Screen): string {
  const devices = new Set(uplinks.map(({ device }) => device))
  const paths = connections.reduce((sum, { subflows }) => sum + subflows.length, 0)
  const counts = [
    formatCount(devices.size, 'uplink'),
    formatCount(connections.length, 'connection'),
    formatCount(paths, 'path'),
  ].join(', ')
  const scale = peak > 0 ? `  full bar: ${formatRate(peak)}` : ''
  const time = at.toTimeString().slice(0, 8)
  const fits = (text: string) => text.length + 2 + time.length <= width
  const text = [`${counts}${scale}`, counts].find(fits)
  return text === undefined
    ? colors.bold(counts.slice(0, width))
    : `${colors.bold(text)}${time.padStart(width - text.length)}`
}
