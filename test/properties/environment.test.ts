/** Whatever the environment holds, a run ends in a plan or in a message, and only parsed values reach `ip`. */
import fc from 'fast-check'
import './settings.ts'
import { describe, expect, test } from 'vitest'
import { parseEnvironment } from '../../src/ask/environment.ts'
import { Refusal } from '../../src/words/refusal.ts'
import { createFakeEdge } from '../fake-kernel/edge.ts'
import { environment } from './environments.ts'
import { expectKnownLine, READS, WRITES } from './grammar.ts'
import { copyHost, hostAfter } from './host.ts'
import { type Direction, foreign, startHook } from './steps.ts'
import { ADDRESSES, addressLine, DEVICES } from './worlds.ts'

const anyDirection = fc.constantFrom<Direction>('up', 'down')

const start = hostAfter(
  DEVICES.flatMap((device) =>
    ADDRESSES[device].slice(0, 2).map((spelling) => foreign(addressLine('add', device, spelling))),
  ),
)

describe('any environment', () => {
  test('is an event, an idle run or a refusal of one line', () => {
    fc.assert(
      fc.property(anyDirection, environment, (direction, env) => {
        try {
          const event = parseEnvironment(direction, env)
          expect('idle' in event ? event.idle : '').not.toMatch(/[^ -~…]/)
          expect('idle' in event ? '' : event.device).not.toMatch(/[\s/:\p{Cc}]/u)
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal)
          expect((error as Refusal).message).toMatch(/^[ -~…]{1,400}$/)
        }
      }),
      { numRuns: 3000 },
    )
  })

  test('ends in a status and in messages of one line each', () => {
    fc.assert(
      fc.property(anyDirection, environment, (direction, env) => {
        const host = copyHost(start)
        const { status, err } = startHook(host.edge, { direction, env: env as Record<string, string> })
        const strict = env['IF_MPTCP_STRICT']?.trim() === 'yes'
        expect(status).toBe(status === 0 || env['PHASE'] === undefined || strict ? status : 0)
        expect(err).not.toMatch(/internal error|undefined|NaN|\n {4}at /)
        for (const line of err.split('\n').slice(0, -1)) {
          expect(line).toMatch(/^(mptcp_(up|down): |ip |sysctl -w net\.ipv[46]\.conf\.|nft )[ -~…]{1,1000}$/)
        }
        expect(err === '' || err.endsWith('\n')).toBe(true)
        expect(status === 0 || err !== '').toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('brings nothing but parsed values before ip', () => {
    let lines = 0
    fc.assert(
      fc.property(anyDirection, environment, (direction, env) => {
        const { kernel } = copyHost(start)
        const edge = createFakeEdge(kernel)
        const device = String(env['IFACE']).split(':')[0] ?? ''
        const watched = {
          ...edge,
          ip: (args: readonly string[], input: string) => {
            if (args.join(' ') === 'mptcp help') {
              return edge.ip(args, input)
            }
            expect(args.join(' ')).toMatch(/^(-6 )?-N -d -o -force -batch -$|^(-[46] )?(-force )?-batch -$/)
            expect(input).toMatch(/\n$/)
            for (const line of input.slice(0, -1).split('\n')) {
              lines += 1
              expectKnownLine(line, args.includes('-N') ? READS : WRITES, device)
            }
            return edge.ip(args, input)
          },
        }
        const run = startHook(watched, { direction, env: env as Record<string, string> })
        expect(run.err).not.toContain('internal error')
      }),
      { numRuns: 2000 },
    )
    expect(lines).toBeGreaterThan(2000)
  })

  test('plans what it would write: --dry-run prints the lines and changes nothing', () => {
    fc.assert(
      fc.property(environment, (env) => {
        const hook = { direction: 'up' as const, env: env as Record<string, string> }
        const planned = startHook(copyHost(start).edge, hook, undefined, ['--dry-run'])
        const done = startHook(copyHost(start).edge, hook)
        expect(planned.written).toEqual([])
        if (!/the kernel refused|no device/.test(done.err)) {
          const commands = planned.out.split('\n').slice(0, -1)
          expect(commands.map((command) => command.replace(/^ip (-6 )?/, ''))).toEqual(
            done.written.map(({ line }) => line),
          )
        }
      }),
      { numRuns: 1000 },
    )
  })
})
