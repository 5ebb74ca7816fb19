/** Deaths, refusals and rivals at every line that a run writes. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Intercept,
  killBefore,
  refuseAlways,
  refuseOnce,
  rivalBefore,
} from '../fake-kernel/interpose.ts'
import { found } from './found.ts'
import { history } from './histories.ts'
import { copyHost, type Host, hostAfter, printState } from './host.ts'
import { runs } from './settings.ts'
import { type Ended, foreign, type Hook, runStep, type Step, startHook } from './steps.ts'
import { ADDRESSES, addressLine, DEVICES, soundUp } from './worlds.ts'

interface Outcome {
  readonly host: Host
  readonly ended: Ended
  readonly state: string
}

const RUNS = 60

function attempt(start: Host, hook: Hook, intercept?: Intercept, again = false): Outcome {
  const host = copyHost(start)
  const first = startHook(host.edge, hook, intercept)
  const ended = again ? startHook(host.edge, hook) : first
  return { host, ended, state: printState(host.kernel) }
}

function went(outcome: Pick<Outcome, 'ended'>): boolean {
  return !/refused|is also on|is in use by|is on \w+, not|is the table of another|no device|own address|cannot be/.test(
    outcome.ended.err,
  )
}

/** The positions of the lines that the run writes when nothing is in its way. */
function positions({ ended }: Outcome): number[] {
  return ended.written.map((_, i) => i + 1)
}

/** The state but for the kernel's own endpoints, which give way and cannot be put back. */
function withoutImplicit({ kernel }: Host): string {
  return printState(kernel).replace(/^endpoint .* implicit\n/gm, '')
}

/** The state but for what depends on who was first: the limits and the ids of endpoints. */
function withoutOrder(host: Host): string {
  return printState(host.kernel)
    .replace(/^limits .*$/m, '')
    .replace(/^endpoint \d+/gm, 'endpoint')
    .split('\n')
    .sort()
    .join('\n')
}

test('up after a kill ends where up without the kill does', () => {
  fc.assert(
    fc.property(history, soundUp, (steps, hook) => {
      const start = hostAfter(steps)
      const plain = attempt(start, hook)
      fc.pre(went(plain))
      for (const position of positions(plain)) {
        const again = attempt(start, hook, killBefore(position), true)
        expect(again.state, `killed before line ${position}`).toEqual(plain.state)
      }
    }),
    { numRuns: runs(RUNS), examples: found },
  )
})

test('up that the kernel refuses a line once ends where up without it does', () => {
  fc.assert(
    fc.property(history, soundUp, (steps, hook) => {
      const start = hostAfter(steps)
      const plain = attempt(start, hook)
      fc.pre(went(plain))
      for (const position of positions(plain)) {
        const { state } = attempt(start, hook, refuseOnce(position))
        expect(state, `refused line ${position} once`).toEqual(plain.state)
      }
    }),
    { numRuns: runs(RUNS), examples: found },
  )
})

/**
 * The way back may need the very line that is refused. And a gateway that was onlink may have come to lie on another
 * device since: the kernel then refuses it, and we say so.
 */
function isStuck({ err, written }: Ended): boolean {
  const [, taken] = err.split('; while taking back: ')
  const refused = written.filter(({ failed }) => failed).map(({ line }) => line)
  return (
    taken !== undefined &&
    (taken.includes(refused[0] ?? '-') || /"ip -6 route add default via \S+ dev \S+ onlink /.test(taken))
  )
}

test('up that the kernel refuses a line always changes nothing', () => {
  fc.assert(
    fc.property(history, soundUp, (steps, hook) => {
      const start = hostAfter(steps)
      const before = withoutImplicit(start)
      const plain = attempt(start, hook)
      fc.pre(went(plain))
      for (const position of positions(plain)) {
        const refused = attempt(start, hook, refuseAlways(position))
        if (!refused.ended.err.includes('the kernel refused')) {
          // It was a line of chance: the next look has shown that it is not needed.
          expect(refused.state, `refused line ${position} always`).toEqual(plain.state)
        } else if (!isStuck(refused.ended)) {
          expect(withoutImplicit(refused.host), `refused line ${position} always`).toEqual(before)
        }
      }
    }),
    { numRuns: runs(RUNS), examples: found },
  )
})

/** With a lock the second of two runs would wait for the first. */
const unlocked: Step = { kind: 'run', writable: false }

test('up of two devices at once ends where one after the other does', () => {
  const everything = DEVICES.flatMap((device) =>
    ADDRESSES[device].slice(0, 3).map((spelling) => foreign(addressLine('add', device, spelling))),
  ).slice(0, 8)
  const start = hostAfter([...everything, unlocked])
  fc.assert(
    fc.property(soundUp, soundUp, (one, other) => {
      const names = [one, other].map(({ env }) => env['IFACE']?.split(':')[0])
      fc.pre(names[0] !== names[1])
      fc.pre([one, other].every(({ env }) => !env['IF_MPTCP_TABLE'] && !env['IF_MPTCP_METRIC']))
      const first = attempt(start, one)
      const inTurn = copyHost(start)
      startHook(inTurn.edge, one)
      const last = startHook(inTurn.edge, other)
      fc.pre(went(first) && went({ ended: last }))
      for (const position of positions(first)) {
        const host = copyHost(start)
        const rival = () => {
          startHook(host.edge, other)
        }
        startHook(host.edge, one, rivalBefore(position, rival))
        // Two that add an endpoint at once may each count one: the limit is right after the next run.
        expect(withoutOrder(host), `before line ${position}`).toEqual(withoutOrder(inTurn))
      }
    }),
    { numRuns: runs(100) },
  )
})

test('two runs of one hook at once end where one does', () => {
  fc.assert(
    fc.property(history, soundUp, (steps, hook) => {
      const start = hostAfter([...steps, unlocked])
      const plain = attempt(start, hook)
      fc.pre(went(plain))
      for (const position of positions(plain)) {
        const host = copyHost(start)
        startHook(
          host.edge,
          hook,
          rivalBefore(position, () => startHook(host.edge, hook)),
        )
        // Both may delete the old way in a place, and a line that names it fits the new one, too: the next run mends that.
        if (plain.ended.written.some(({ line }) => line.startsWith('route append '))) {
          startHook(host.edge, hook)
        }
        expect(withoutOrder(host), `before line ${position}`).toEqual(withoutOrder(plain.host))
      }
    }),
    { numRuns: runs(RUNS) },
  )
})

test('up that fails because its device vanishes on the way leaves nothing', () => {
  const start = hostAfter(ADDRESSES.eth0.map((spelling) => foreign(addressLine('add', 'eth0', spelling))))
  const vanish = (host: Host) => runStep(host, foreign('link delete dev eth0'))
  const without = copyHost(start)
  vanish(without)
  fc.assert(
    fc.property(soundUp, (hook) => {
      fc.pre(hook.env['IFACE']?.startsWith('eth0') === true)
      const plain = attempt(start, hook)
      for (const position of positions(plain)) {
        const host = copyHost(start)
        const { err } = startHook(
          host.edge,
          hook,
          rivalBefore(position, () => vanish(host)),
        )
        // Rules need no device: when only they are to come, the run ends well, and they are orphans for the next down.
        if (/refused|no device/.test(err)) {
          const rest = withoutOrder(host)
          expect(rest, `gone before line ${position}`).toBe(withoutOrder(without))
        }
      }
    }),
    { numRuns: runs(RUNS) },
  )
})

test('a sound stanza on a sound host goes through', () => {
  const everything = DEVICES.flatMap((device) =>
    ADDRESSES[device].map((spelling) => foreign(addressLine('add', device, spelling))),
  )
  const start = hostAfter(everything)
  fc.assert(
    fc.property(soundUp, (hook) => {
      const { ended } = attempt(start, hook)
      expect(ended.err).not.toContain('refused')
    }),
    { numRuns: runs(1000) },
  )
})
