/** An uplink that leads nowhere though its device is up: the service finds that, and every run goes by it. */
import type { Family } from './state.ts'

/**
 * A verdict of the service's. Whether it has an effect is judged by each run (src/plan/dead.ts): only while another
 * uplink of the family is alive.
 */
export interface Death {
  readonly device: string
  readonly family: Family
  /** The uplink's own: a device with two ways out has two. */
  readonly table: number
  /** In ms since the epoch. */
  readonly since: number
  /** For people: `no carrier`, `no answer from 192.0.2.1 (mptcp-probe)`. */
  readonly why: string
}

/** Tells an uplink from any other, whatever its addresses and its gateway are. */
export function uplinkKey({ device, family, table }: Pick<Death, 'device' | 'family' | 'table'>): string {
  return `${device} ${family} ${table}`
}

/** `dead since 20:51:07: no carrier`, in local time, with the day where that is not today. */
export function describeDeath({ since, why }: Pick<Death, 'since' | 'why'>, now: Date): string {
  const then = new Date(since)
  const day = then.toDateString() === now.toDateString() ? '' : `${dayOf(then)} `
  return `dead since ${day}${then.toTimeString().slice(0, 8)}: ${why}`
}

function dayOf(date: Date): string {
  const digits = (number: number) => String(number).padStart(2, '0')
  return `${date.getFullYear()}-${digits(date.getMonth() + 1)}-${digits(date.getDate())}`
}
