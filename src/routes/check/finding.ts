/** What check says of one point. */

export type Level = 'ok' | 'warn' | 'fail'

export interface Finding {
  readonly level: Level
  /** One line, without the device. */
  readonly what: string
  /** The command that cures it, or what to do in words; none where all is well or nothing can be done. */
  readonly cure?: string
  readonly device?: string
}

export function ok(what: string): Finding {
  return { level: 'ok', what }
}

export function warn(what: string, cure?: string): Finding {
  return { level: 'warn', what, ...(cure !== undefined && { cure }) }
}

export function fail(what: string, cure?: string): Finding {
  return { level: 'fail', what, ...(cure !== undefined && { cure }) }
}

export function about(device: string, findings: readonly Finding[]): Finding[] {
  return findings.map((finding) => ({ ...finding, device }))
}
