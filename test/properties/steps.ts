/** What happens to a host, step by step: hooks of ours, with their faults, and everybody else's doings. */
import * as doors from '../../src/follow.ts'
import { runHook } from '../../src/hook.ts'
import { settingPath } from '../../src/kernel/settings.ts'
import type { Edge } from '../../src/words/edge.ts'
import type { Setting } from '../../src/words/state.ts'
import type { Disk } from '../fake-kernel/disk.ts'
import {
  type Intercept,
  interpose,
  killBefore,
  PASS,
  refuseAlways,
  refuseOnce,
  rivalBefore,
  type Written,
} from '../fake-kernel/interpose.ts'

export type Direction = 'up' | 'down'

export type Env = Readonly<Record<string, string>>

/** A run of a hook. */
export interface Hook {
  readonly direction: Direction
  readonly env: Env
}

/** What goes wrong in a run, and before which of the lines that it writes. */
export type Trouble =
  | { readonly kind: 'none' }
  | { readonly kind: 'kill' | 'refuse-once' | 'refuse-always'; readonly position: number }
  | { readonly kind: 'rival'; readonly position: number; readonly rival: Hook }

export type Step =
  | { readonly kind: 'hook'; readonly hook: Hook; readonly trouble: Trouble }
  | { readonly kind: 'foreign'; readonly line: string }
  | { readonly kind: 'run'; readonly writable: boolean }
  | { readonly kind: 'time'; readonly minutes: number }
  /** An admin's own. */
  | { readonly kind: 'setting'; readonly setting: Pick<Setting, 'family' | 'device' | 'value'> }

/** What a run left behind besides the kernel's state. */
export interface Ended {
  readonly status: number | 'killed'
  readonly out: string
  readonly err: string
  readonly written: readonly Written[]
}

/** The first step of every history: the devices are there, up, and carry nothing. */
export function plugIn(devices: readonly string[]): Step[] {
  return devices.flatMap((device) => [
    foreign(`link add ${device} type veth peer name p${device}`),
    foreign(`link set dev p${device} up`),
    foreign(`link set dev ${device} up`),
  ])
}

export function foreign(line: string): Step {
  return { kind: 'foreign', line }
}

export function quiet(hook: Hook): Step {
  return { kind: 'hook', hook, trouble: { kind: 'none' } }
}

/** What the steps happen to. */
export interface Scene {
  readonly edge: Edge
  readonly disk: Disk
}

/** Runs a step; undefined for a foreign one, whose failure is its own affair. */
export function runStep({ edge, disk }: Scene, step: Step): Ended | undefined {
  if (step.kind === 'run') {
    disk.writable = step.writable
    return undefined
  }
  if (step.kind === 'time') {
    disk.minutes += step.minutes
    return undefined
  }
  if (step.kind === 'setting') {
    edge.writeSysctl(settingPath(step.setting), `${step.setting.value}`)
    return undefined
  }
  if (step.kind === 'foreign') {
    const [, option, line] = /^(-6 )?(.*)$/.exec(step.line) ?? []
    // Of a rule, ip does not tell the family by the address.
    const isIpv6 = option !== undefined || (step.line.startsWith('rule ') && step.line.includes(':'))
    edge.ip([...(isIpv6 ? ['-6'] : []), '-batch', '-'], `${line}\n`)
    return undefined
  }
  return startHook(edge, step.hook, toIntercept(edge, step.trouble))
}

export function startHook(
  edge: Edge,
  { direction, env }: Hook,
  intercept: Intercept = PASS,
  args: readonly string[] = [],
): Ended {
  const written: Written[] = []
  let out = ''
  let err = ''
  let killed = false
  const watched: Intercept = (line, position) => {
    try {
      return intercept(line, position)
    } catch (error) {
      killed = true
      throw error
    }
  }
  const between = interpose(edge, intercept === PASS ? PASS : watched, written)
  const output = {
    out: (text: string) => {
      out += text
    },
    err: (text: string) => {
      err += text
    },
  }
  const status = runHook(direction, args, env, between, output, doors)
  return { status: killed ? 'killed' : status, out, err, written }
}

function toIntercept(edge: Edge, trouble: Trouble): Intercept {
  switch (trouble.kind) {
    case 'none':
      return PASS
    case 'kill':
      return killBefore(trouble.position)
    case 'refuse-once':
      return refuseOnce(trouble.position)
    case 'refuse-always':
      return refuseAlways(trouble.position)
    case 'rival':
      return rivalBefore(trouble.position, () => {
        startHook(edge, trouble.rival)
      })
  }
}
