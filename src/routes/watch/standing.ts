/** What the watcher has last seen to, so that it can tell what somebody took away from what is new. */
import { formatCommand } from '../../kernel/command.ts'
import type { Plan } from '../../plan/wanted.ts'
import type { Change } from '../../words/state.ts'
import { UPLINK_GROUP } from '../../words/table.ts'
import { wayOfMark } from '../forwarding.ts'
import { HOST } from './decide.ts'
import type { Made } from './look.ts'
import type { Lost } from './rivals.ts'

/** The command that would put a thing in → the device that it is about. */
export type Standing = ReadonlyMap<string, string>

/** @param held devices that the plan left as they were */
export function standingAfter(before: Standing, plan: Plan, held: ReadonlySet<string>): Standing {
  const kept = [...before].filter(([, device]) => held.has(device))
  const wanted = plan.uplinks.flatMap(({ device, out, rules, routes }) => [
    ...rules.map((rule) => [textOf({ kind: 'rule', verb: 'add', rule }), device] as const),
    ...routes.map((route) => [textOf({ kind: 'route', verb: 'add', route }), device] as const),
    ...(out === undefined ? [] : [[textOf({ kind: 'group', device, group: UPLINK_GROUP }), device] as const]),
  ])
  const { rules: all, nft } = plan.wanted
  const marks = all
    .filter(({ kind }) => kind === 'mark')
    .map((rule) => {
      const device = wayOfMark(rule, { plan })?.device ?? HOST
      return [textOf({ kind: 'rule', verb: 'add', rule }), device] as const
    })
  const tables = nft === undefined ? [] : [[textOf({ kind: 'nft', verb: 'add', table: nft }), HOST] as const]
  const endpoints = plan.wanted.endpoints.map(
    (endpoint) => [textOf({ kind: 'endpoint', verb: 'add', endpoint }), endpoint.device ?? ''] as const,
  )
  return new Map([...kept, ...wanted, ...marks, ...tables, ...endpoints])
}

/** What was put in although it stood already: somebody, or the kernel, had taken it away. */
export function lostIn(before: Standing, made: readonly Made[]): Lost[] {
  return made.flatMap(({ device, change }) => {
    const text = textOf(change)
    return isPutIn(change) && before.has(text) ? [{ device, text }] : []
  })
}

function isPutIn(change: Change): boolean {
  return 'verb' in change ? change.verb !== 'delete' : change.kind === 'group'
}

/** The command that makes the change; in what way a route is put in depends on what else stands. */
export function textOf(change: Change): string {
  return formatCommand(change.kind === 'route' ? { ...change, verb: 'add' } : change)
}
