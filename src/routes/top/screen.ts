/** How the screen is drawn, and its tables. */
import type { Colors } from 'picocolors/types'
import type { End } from '../sockets.ts'
import { type Column, drawTable } from '../table-text.ts'
import type { View } from './sample.ts'

export interface Screen {
  /** In columns and lines; the height is Infinity where all is to be seen. */
  readonly width: number
  readonly height: number
  /** How many lines of connections and paths are passed over. */
  readonly skip: number
  /** The terminal can show more than ASCII. */
  readonly unicode: boolean
  readonly colors: Colors
}

/** Draws a table in the manner of the screen. */
export function drawOn(
  { width, unicode, colors }: Screen,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string[] {
  return drawTable(columns, rows, width, { cutMark: unicode ? '…' : '~', title: colors.dim })
}

/** The device that an end of a path is on: the one that it is bound to, or the uplink that holds its address. */
export function uplinkOf({ device, address }: End, { uplinks }: View): string | undefined {
  return device ?? uplinks.find(({ addresses }) => addresses.includes(address))?.device
}
